"""Something that waits for a person, as who decides must know it."""

from dataclasses import dataclass

from dsl.wording import Phrase
from engine.errors import RefusedError
from engine.storage.keys import Intent


@dataclass(frozen=True, slots=True)
class Before:
    """How it waits, as it is stored, so that it can wait so again. `since`: when it began to."""

    since: int
    role: int | None
    because: str | None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """`role`: whose decision it is; None: anybody's. `unfit`: why nobody can approve it as it is.

    `digest`: of the exact text that an approval binds, where there is one; `edited_by`: who wrote that text.
    """

    intent: Intent
    named: Phrase
    role: str | None
    before: Before
    digest: str | None = None
    edited_by: str | None = None
    unfit: RefusedError | None = None
