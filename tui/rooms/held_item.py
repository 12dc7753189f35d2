"""How something held looks: whom it is for, the exact text as it will arrive, what holds it, what comes of it."""

from collections.abc import Iterator

from rich.table import Table
from textual.content import Content

from dsl.wording import Phrase
from engine.storage.masks import mask_address
from engine.views.approvals import Line, Recipient
from engine.views.because import because_told
from engine.views.held import Item
from engine.views.kinds import BENEFIT, REPLY
from engine.views.titles import Titles
from tui.rooms.dossier import whom
from tui.rooms.verdicts import question_of
from tui.widgets.bars import NAMED, clipped
from tui.widgets.facts import Fact, fact_table
from tui.wording import say, say_number, told


def name_of(one: Item) -> str:
    """What its customer is called, in as many cells as sentences have for that."""
    return clipped(told(mask_address(str(one.get("name") or one["customer"]), "text")), NAMED)


def title_of(one: Item, titles: Titles) -> str:
    """What it is called where it is listed."""
    name = str(one["what"])
    title = titles.of(BENEFIT if one["kind"] == BENEFIT else "message", name)
    match one["kind"]:
        case "unknown":
            return told(say("in doubt: {title}", title=title))
        case "reply":
            return told(say("reply: {text}", text=name))
        case _:
            return told(title)


def text_of(one: Item) -> str:
    """Its words: the text of a message with everything hidden in it to be seen, the title of a benefit."""
    if one["kind"] == BENEFIT:
        return told(one.get("title") or one["what"])
    if not one.get("text"):
        return told(say("(no text yet: e writes one)"))
    subject = f"{told(one['subject'])}\n\n" if one.get("subject") else ""
    return subject + told(one["text"], lines=True)


def whom_of(one: Item, titles: Titles) -> Content:
    """Whom it is for, and what it is."""
    identity = str(one["customer"]) if one.get("name") else None
    return whom(name_of(one), identity, title_of(one, titles))


def above_text(one: Item, titles: Titles, *, showing: bool) -> Content:
    """What stands over the text: where it goes, or came from. `showing`: the address in full."""
    match one["kind"]:
        case "reply":
            return Content(", ".join(filter(None, (told(_channel(one, titles)), told(one["written"])))))
        case "benefit":
            return Content(told(say("benefit")))
        case _:
            return Content(told(_recipient(one, titles, showing=showing)))


def below_text(one: Item) -> Content:
    """What stands under the text: its length, and what it costs to send."""
    price = None if one.get("price") is None else say("cost {amount}", amount=f"{one['price']:,}")
    return Content(" · ".join(told(part) for part in (_length(one), price) if part is not None))


def facts_of(one: Item, titles: Titles, onward: str | None) -> Table:
    """The rest, a line each. `onward`: what becomes of it once it is approved."""
    return fact_table(_facts(one, titles, onward))


def _facts(one: Item, titles: Titles, onward: str | None) -> Iterator[Fact]:
    yield say("question"), question_of(one["kind"])
    yield say("why"), because_told(_text(one["because"]), titles)
    line = one.get("rule")
    if isinstance(line, Line):
        yield say("rule"), f"{line.file}:{line.number}  {line.text}"
    yield say("decides"), titles.roles(_text(one["role"])) or say("anybody")
    yield say("approved"), _approvals(one.get("approvals"), titles)
    yield say("once approved"), onward if one.get("text") else None
    if one["kind"] == BENEFIT:
        yield say("worth"), one["worth"]
        yield say("cost"), one["cost"]
    elif one["kind"] == REPLY:
        yield say("answers"), titles.of("message", _text(one["answers"]))
    yield say("journey"), _place(one, titles)
    yield say("waits since"), one["since"]
    yield say("given up"), one.get("until")


def _place(one: Item, titles: Titles) -> str:
    """Which journey it comes from, and where there."""
    journey, state = _text(one.get("journey")), _text(one.get("state"))
    return " · ".join(filter(None, (titles.of("journey", journey), titles.state(journey, state))))


def _approvals(approvals: object, titles: Titles) -> str:
    """Who has let it go already, for which role."""
    found = approvals if isinstance(approvals, list) else ()
    return ", ".join(
        f"{titles.of('role', one['role'])}: {one['who'] or '—'} {one['at'] or ''}" for one in found
    )


def _recipient(one: Item, titles: Titles, *, showing: bool) -> str:
    found, channel = one.get("recipient"), _channel(one, titles)
    if not isinstance(found, Recipient) or not found.address:
        return say("{channel}: no address", channel=channel)
    address = found.address if showing else mask_address(found.address, found.kind)
    return say("{channel}: {address}", channel=channel, address=address)


def _channel(one: Item, titles: Titles) -> str:
    return titles.of("channel", _text(one["channel"]))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _length(one: Item) -> Phrase | None:
    number = one.get("segments")
    if not isinstance(number, int):
        return None
    return length_said(one["length"], number)


def length_said(length: object, number: int) -> Phrase:
    """How long an sms is."""
    return say_number(
        "{length} characters, {n} segment", "{length} characters, {n} segments", n=number, length=length
    )
