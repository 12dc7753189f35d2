"""Paths into JSON answers: `$.id`, `$.messages[0].status`, `$['message-count']`, `$.SendStatusSet[*]`.

The part of JSONPath (RFC 9535) that names places; filters, slices and descents are refused. Written here because the
libraries take longer for one answer than everything else that is done for a message (see the note on channels).
"""

import re
from collections.abc import Callable
from typing import Any

_STEP = re.compile(
    r"""\.(?P<name>[^\W\d][\w-]*) | \[\s*(?P<index>-?\d{1,9})\s*\] | \[\s*(?P<quoted>'[^'\\]*'|"[^"\\]*")\s*\]
    | (?P<all>\[\s*\*\s*\]|\.\*)""",
    re.VERBOSE,
)

Step = str | int | None
"""A name, a place in a list, or None: every element."""

Find = Callable[[Any], list[Any]]
"""Everything at the path, in order; an empty list when there is nothing."""


def steps_of(path: str) -> list[Step] | None:
    """The steps of a path; None when it is none of ours."""
    text, place = path.strip(), 1
    if not text.startswith("$"):
        return None
    steps: list[Step] = []
    while place < len(text):
        found = _STEP.match(text, place)
        if found is None:
            return None
        place = found.end()
        steps.append(_step(found))
    return steps


def finder(steps: list[Step]) -> Find:
    """What finds everything at a path."""
    if None in steps:
        return lambda document: _all(document, steps)
    single = tuple(step for step in steps if step is not None)
    return lambda document: _one(document, single)


def _step(found: re.Match[str]) -> Step:
    if found["all"]:
        return None
    if found["index"]:
        return int(found["index"])
    return found["name"] or found["quoted"][1:-1]


def _one(document: Any, steps: tuple[str | int, ...]) -> list[Any]:
    for step in steps:
        match step, document:
            case str(), dict() if step in document:
                document = document[step]
            case int(), list() if -len(document) <= step < len(document):
                document = document[step]
            case _:
                return []
    return [document]


def _all(document: Any, steps: list[Step]) -> list[Any]:
    found = [document]
    for step in steps:
        if step is None:
            nested = [
                one.values() if isinstance(one, dict) else one
                for one in found
                if isinstance(one, dict | list)
            ]
            found = [element for one in nested for element in one]
        else:
            found = [element for one in found for element in _one(one, (step,))]
    return found
