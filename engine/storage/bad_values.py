"""The error of a value that cannot be taken; its text is the reason, for the person whose value it was."""


class BadValueError(ValueError):
    """A value is not of the type that its column was declared with."""
