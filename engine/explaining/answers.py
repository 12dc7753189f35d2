"""What an explanation says: lines of rules with what they found, messages, journeys. Asks nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dsl.model.conditions import Kind
from dsl.source import Span
from engine.explaining.leaves import Finding
from engine.plans.plan import in_a_line
from engine.storage.values import Stored
from engine.views.window import Window


@dataclass(frozen=True, slots=True)
class Value:
    """Something that a line looked at, in the words of the rules, as it is shown."""

    text: str
    value: Stored
    kind: Kind


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the rules and what it says of the customer.

    `depth`: how far it stands inside the lines before it. `holds`: None where that means nothing. `decides`: it must
    change for the whole to hold, or, where it is an `alternative`, another that does. `until`: when time alone makes
    it say otherwise. `note`: what else there is to know.
    """

    text: str
    holds: bool | None
    file: str | None = None
    line: int | None = None
    values: tuple[Value, ...] = ()
    depth: int = 0
    decides: bool = False
    alternative: bool = False
    until: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A message and why it went, waits, is held, or never will go. `then`: what may happen to it at `until`."""

    id: str
    message: str
    state: str
    status: str
    channel: str | None
    verdict: str
    because: tuple[Line, ...]
    until: int | None = None
    then: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One journey for one customer, or one record of theirs.

    `status`: outside, queued, active, watched or ended. `then`: what happens at `next`. `plainly`: where somebody
    under way is and what may come of it, in plain sentences.
    """

    journey: str
    title: str
    record: str | None
    status: str
    verdict: str
    because: tuple[Line, ...]
    state: str | None = None
    since: int | None = None
    messages: tuple[Sent, ...] = ()
    next: int | None = None
    then: str = ""
    plainly: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything asked for. `notes`: what it cannot know. `plainly`: what it comes to, in plain sentences."""

    customer: str
    at: int
    notes: tuple[str, ...]
    journeys: tuple[Verdict, ...]
    plainly: tuple[Line, ...] = ()


def place(span: Span) -> tuple[str | None, int | None]:
    """File and line; nothing for what stands in no file."""
    return (span.source.name, span.line) if span.text else (None, None)


def line_of(span: Span, *, holds: bool | None, text: str = "", note: str = "") -> Line:
    """A line for a place in the rules; its words are those that stand there unless others are given."""
    return Line(text or in_a_line(span), holds, *place(span), note=note)


def told(finding: Finding, window: Window, *, wanted: bool = False) -> Iterator[Line]:
    """A condition and all its parts; where all of several must hold and the line before says so, only these.

    Of one that does not hold and is `wanted` to, the leaves that would have to change are marked.
    """
    marked = wanted and not finding.holds
    deciding = {id(leaf): alternative for leaf, alternative in finding.deciding()} if marked else {}
    for part in _members(finding):
        yield from _told(part, window, 1, deciding)


def _members(finding: Finding) -> tuple[Finding, ...]:
    return finding.parts if finding.part.joined == "all" else (finding,)


def _told(finding: Finding, window: Window, depth: int, deciding: Mapping[int, bool]) -> Iterator[Line]:
    values = tuple(
        Value(operand.text, window.value(value, operand.type.kind), operand.type.kind)
        for operand, value in zip(finding.part.operands, finding.values, strict=True)
    )
    line = line_of(finding.span, holds=finding.holds, text=finding.text)
    decides, alternative = id(finding) in deciding, deciding.get(id(finding), False)
    yield replace(line, values=values, depth=depth, decides=decides, alternative=alternative)
    for part in finding.parts:
        inner = _members(part) if finding.part.joined in ("same", "not") else (part,)
        for member in inner:
            yield from _told(member, window, depth + 1, deciding)


def document(found: Explanation, window: Window) -> dict[str, object]:
    """The explanation as the JSON contract says."""
    return {
        "customer": found.customer,
        "at": window.time(found.at),
        "notes": list(found.notes),
        "plainly": [_sentence(line) for line in found.plainly],
        "journeys": [_verdict(item, window) for item in found.journeys],
    }


def _sentence(line: Line) -> dict[str, object]:
    return {"text": line.text, "file": line.file, "line": line.line, "depth": line.depth}


def _verdict(item: Verdict, window: Window) -> dict[str, object]:
    return {
        "journey": item.journey,
        "record": item.record,
        "status": item.status,
        "state": item.state,
        "since": window.time(item.since),
        "verdict": item.verdict,
        "because": _lines(item.because, window),
        "messages": [_sent(message, window) for message in item.messages],
        "next": window.time(item.next),
        "then": item.then or None,
    }


def _sent(item: Sent, window: Window) -> dict[str, object]:
    return {
        "id": item.id,
        "message": item.message,
        "state": item.state,
        "status": item.status,
        "channel": item.channel,
        "verdict": item.verdict,
        "because": _lines(item.because, window),
        "until": window.time(item.until),
    }


def _lines(items: Iterable[Line], window: Window) -> list[dict[str, object]]:
    return [
        {
            "file": item.file,
            "line": item.line,
            "text": item.text,
            "value": _first(item.values),
            "holds": item.holds,
            "values": {str(value.text): value.value for value in item.values},  # phrases are no keys
            "depth": item.depth,
            "decides": item.decides,
            "alternative": item.alternative,
            "until": window.time(item.until),
            "note": item.note or None,
        }
        for item in items
    ]


def _first(values: Sequence[Value]) -> Stored:
    return values[0].value if values else None
