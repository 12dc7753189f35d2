"""Something that waits for a person, as who decides must know it."""

from dataclasses import dataclass

from dsl.wording import Phrase
from engine.storage.keys import Intent


@dataclass(frozen=True, slots=True)
class Waiting:
    """`role`: whose decision it is; None: anybody's. `since`: when it began to wait.

    `digest`: of the exact text that an approval binds, where there is one; `edited_by`: who wrote that text.
    """

    intent: Intent
    named: Phrase
    role: str | None
    since: int
    digest: str | None = None
    edited_by: str | None = None
