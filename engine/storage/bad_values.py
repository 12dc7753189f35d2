"""The error of a value that cannot be taken; its text is the reason, for the person whose value it was."""

from dsl.wording import Phrase


class BadValueError(ValueError):
    """A value is not of the type that its column was declared with; `reason` says why."""

    def __init__(self, reason: Phrase) -> None:
        super().__init__(reason)
        self.reason = reason
