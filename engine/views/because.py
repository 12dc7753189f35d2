"""Why something waits, is held or did not go, for people: rule lines in words, names by their titles.

The store has reasons in English, and rule lines as they were written; `engine.reasons` reads the former back. What is
neither a reason nor a rule line that is known here stays as it is.
"""

import re
from collections.abc import Callable, Mapping
from functools import reduce

from dsl.units import UNITS, Duration
from dsl.wording import Phrase, Series, phrase
from engine.reasons import BOTH, NO_ADDRESS, NO_BENEFIT, NO_CONSENT, NO_GRANT, NOT_KNOWN, read_back
from engine.views.titles import Titles
from engine.wording import all_of, lasting, say


def because_told(reason: str | None, titles: Titles) -> str | None:
    """A stored reason in words that people know; without titles, as JSON has it."""
    if not reason:
        return reason
    if not titles.known:
        return read_back(reason)
    return _told(reason if isinstance(reason, Phrase) else read_back(reason), titles)


def _told(reason: str, titles: Titles) -> str:
    if isinstance(reason, Phrase):
        names = _NAMED.get(reason.pattern.text, {})
        values = {key: _value(value, names.get(key), titles) for key, value in reason.values.items()}
        return phrase(reason.pattern, values)
    lines = [_line(one, titles) for one in _BETWEEN.split(reason)]
    return reduce(_both, lines) if any(isinstance(one, Phrase) for one in lines) else reason


def _line(line: str, titles: Titles) -> str:
    for form, said in _LINES.items():
        found = re.fullmatch(form, line)
        if found is not None:
            return said(found, titles)
    return line


def _both(first: str, second: str) -> str:
    return BOTH(first=first, second=second)


_BETWEEN = re.compile(r'; (?=(?:[^"]*"[^"]*")*[^"]*$)')
"""Between two reasons; in no text."""

_Named = Callable[[Titles, str], str]


def _value(value: object, named: _Named | None, titles: Titles) -> object:
    if not isinstance(value, str):
        return value
    if named is None:
        return _told(value, titles)
    return all_of(named(titles, name) for name in value.split(", "))


def _policy(titles: Titles, name: str) -> str:
    return titles.of("policy", name)


def _benefit(titles: Titles, name: str) -> str:
    return titles.of("benefit", name)


def _channel(titles: Titles, name: str) -> str:
    return titles.of("channel", name)


_NAMED: Mapping[str, Mapping[str, _Named]] = {
    NO_ADDRESS.pattern: {"via": _channel},
    NO_CONSENT.pattern: {"policy": _policy, "via": _channel},
    NO_GRANT.pattern: {"benefit": _benefit},
    NO_BENEFIT.pattern: {"benefit": _benefit},
    NOT_KNOWN.pattern: {"name": Titles.attribute},
}
"""What the values of reasons name."""


def _must_look(line: re.Match[str], titles: Titles) -> Phrase:
    return say("{role} must approve it", role=titles.roles(line["role"]))


def _at_most(line: re.Match[str], _: Titles) -> Phrase:
    return _PERIODS[line["period"]](line["n"])


def _within(line: re.Match[str], _: Titles) -> Phrase:
    return say("at most {n} within {duration}", n=line["count"], duration=_duration(line))


def _apart(line: re.Match[str], _: Titles) -> Phrase:
    return say("at least {duration} after the last one", duration=_duration(line))


def _silent(line: re.Match[str], _: Titles) -> Phrase:
    return say("silent for {duration} after the opt-out", duration=_duration(line))


def _given_up(line: re.Match[str], _: Titles) -> Phrase:
    return say("given up after {duration}", duration=_duration(line))


def _never(line: re.Match[str], _: Titles) -> Phrase:
    return say("never on {days}", days=_days(line["days"]))


def _windows(line: re.Match[str], _: Titles) -> Phrase:
    found = re.finditer(_WINDOW, line["windows"])
    return say("only {windows}", windows=all_of(_window(one) for one in found))


def _window(found: re.Match[str]) -> Phrase:
    start, end = found["start"], found["end"]
    if found["days"] in (None, "every day"):
        return say("from {start} to {end}", start=start, end=end)
    return say("on {days} from {start} to {end}", days=_days(found["days"]), start=start, end=end)


def _duration(line: re.Match[str]) -> Phrase:
    unit = next(one for one in UNITS if one == line["unit"])
    return lasting(Duration(int(line["n"]), unit))


def _days(words: str) -> Series:
    return all_of(_DAYS.get(one.strip(), one.strip()) for one in words.split(",") if one.strip())


_PERIODS: Mapping[str, Callable[[str], Phrase]] = {
    "day": lambda n: say("at most {n} a day", n=n),
    "week": lambda n: say("at most {n} a week", n=n),
    "month": lambda n: say("at most {n} a month", n=n),
    "year": lambda n: say("at most {n} a year", n=n),
    "record": lambda n: say("at most {n} for each record", n=n),
}

_DAYS: Mapping[str, Phrase] = {
    "workdays": say("working days"),
    "weekends": say("weekends"),
    "holidays": say("holidays"),
    "every day": say("every day"),
    "keydays": say("key days"),
    "monday": say("Mondays"),
    "tuesday": say("Tuesdays"),
    "wednesday": say("Wednesdays"),
    "thursday": say("Thursdays"),
    "friday": say("Fridays"),
    "saturday": say("Saturdays"),
    "sunday": say("Sundays"),
}

_LASTING = rf"(?P<n>\d+) (?P<unit>{'|'.join(UNITS)})s?"
_WINDOW = r"(?:, )?(?:send on )?(?P<days>[a-z][a-z, ]*?)? ?(?P<start>\d\d:\d\d) to (?P<end>\d\d:\d\d)"

_LINES: Mapping[str, Callable[[re.Match[str], Titles], Phrase]] = {
    r"(?:review|approve) by (?P<role>\w+)(?: when .*)?": _must_look,
    r"(?:at most|quota) (?P<n>\d+) per (?P<period>day|week|month|year|record)(?: for .*)?": _at_most,
    rf"(?:at most|quota) (?P<count>\d+) per {_LASTING}(?: for .*)?": _within,
    rf"at least {_LASTING} apart": _apart,
    rf"silent {_LASTING} after optout": _silent,
    rf"give up after {_LASTING}": _given_up,
    r"never on (?P<days>.+)": _never,
    r"(?:during|send on) (?P<windows>.*\d\d:\d\d to \d\d:\d\d)": _windows,
    r"require consent": lambda _line, _: say("it takes their consent"),
    r"sample (?P<n>\d+)": lambda line, _: say("the first {n} of a new text are looked at", n=line["n"]),
    r"pilot (?P<n>\d+) needs (?P<share>\S+) delivered": lambda line, _: say(
        "{n} go first, the rest once more than {share} have arrived", n=line["n"], share=line["share"]
    ),
    r"stop at (?P<share>\S+) optout": lambda line, _: say(
        "stopped when more than {share} opted out", share=line["share"]
    ),
    r'forbid "(?P<text>.*)"': lambda line, _: say(
        "its text says “{text}”, which is forbidden", text=line["text"]
    ),
    r'require "(?P<text>.*)"': lambda line, _: say("its text lacks “{text}”", text=line["text"]),
}
"""Lines of policies and benefits, by what they look like."""
