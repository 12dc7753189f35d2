"""Something that waits for a person, as who decides must know it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dsl.wording import Phrase
from engine.errors import RefusedError
from engine.storage.keys import Intent


@dataclass(frozen=True, slots=True)
class Before:
    """How it waits, as it is stored, so that it can wait so again. `since`: when it began to.

    `signed`: the panel of those roles for which somebody has let it go already.
    """

    since: int
    role: int | None
    because: str | None
    until: int | None = None
    signed: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """`role`: the panel whose decision it is; None: anybody's. `unfit`: why nobody can approve it as it is.

    `digest`: of the exact text that an approval binds, where there is one; `edited_by`: who wrote that text.
    `signers`: who has let it go, by role. `voice`: for which roles the decision under way counts; `left`: the panel
    that must decide after it.
    """

    intent: Intent
    named: Phrase
    role: str | None
    before: Before
    digest: str | None = None
    edited_by: str | None = None
    unfit: RefusedError | None = None
    signers: Mapping[str, str] = field(default_factory=dict)
    voice: tuple[str, ...] = ()
    left: str | None = None
