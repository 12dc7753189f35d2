"""The engine's sentences: English strings that `dsl.translation` can say in another language. Knows no language."""

import errno
from collections.abc import Callable, Iterable, Mapping

from dsl.near import nearest
from dsl.units import Duration, Unit
from dsl.wording import Pattern, Phrase, Series, phrase

_PACKAGE = "engine"


def say(pattern: str, /, **values: object) -> Phrase:
    """A sentence with its values filled in."""
    return phrase(Pattern(pattern, _PACKAGE), values)


def say_number(one: str, many: str, /, n: int, **values: object) -> Phrase:
    """A sentence that reads otherwise for one than for other numbers; `{n}` is the number."""
    return phrase(Pattern(one, _PACKAGE, many=many), {"n": n, **values})


def say_as(sense: str, word: str, /) -> Phrase:
    """A word that other languages say differently by its sense, such as "sent" of a status and of a column."""
    return phrase(Pattern(word, _PACKAGE, sense=sense), {})


def near_or(name: str, known: Iterable[str], otherwise: Phrase) -> Phrase:
    """A hint for a name that is unknown: the nearest known one, else something else."""
    near = nearest(name, known)
    return say("did you mean `{near}`?", near=near) if near else otherwise


def all_of(names: Iterable[str]) -> Series:
    """All of these names, or that there are none."""
    return Series(tuple(names) or (say("none"),))


def lines(texts: Iterable[str]) -> Series:
    """Texts below each other."""
    return Series(tuple(texts), "\n")


def reason_of(error: OSError) -> str:
    """What the system says of a file, in words that can be translated when it is one of the usual things."""
    return _USUAL.get(error.errno or 0) or error.strerror or str(error)


def written(text: str) -> Phrase:
    """A sentence that stands elsewhere in the code, where the catalogue finds it by itself: the help of a command."""
    return phrase(Pattern(text, _PACKAGE), {})


def lasting(duration: Duration) -> Phrase:
    """A duration as people say it."""
    return _LONG[duration.unit](duration.amount)


_LONG: Mapping[Unit, Callable[[int], Phrase]] = {
    "minute": lambda n: say_number("{n} minute", "{n} minutes", n=n),
    "hour": lambda n: say_number("{n} hour", "{n} hours", n=n),
    "day": lambda n: say_number("{n} day", "{n} days", n=n),
    "week": lambda n: say_number("{n} week", "{n} weeks", n=n),
    "month": lambda n: say_number("{n} month", "{n} months", n=n),
    "year": lambda n: say_number("{n} year", "{n} years", n=n),
}

_USUAL: Mapping[int, Phrase] = {
    errno.ENOENT: say("No such file or directory"),
    errno.EACCES: say("Permission denied"),
    errno.EPERM: say("Operation not permitted"),
    errno.EISDIR: say("Is a directory"),
    errno.ENOTDIR: say("Not a directory"),
    errno.EEXIST: say("File exists"),
    errno.ENOSPC: say("No space left on device"),
    errno.EROFS: say("Read-only file system"),
    errno.EIO: say("Input/output error"),
    errno.ENAMETOOLONG: say("File name too long"),
}
