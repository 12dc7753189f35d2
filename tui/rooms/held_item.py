"""How something held looks: the exact text as it will arrive, where it goes, what holds it, when it is given up."""

from collections.abc import Iterator, Mapping

from rich.table import Table
from rich.text import Text

from dsl.wording import Phrase
from engine.storage.masks import mask_address
from engine.views.approvals import Line, Recipient
from engine.views.held import Item
from engine.views.held_benefits import BENEFIT
from engine.views.reviews import REPLY
from tui.rooms.verdicts import question_of
from tui.wording import say, say_number, told


def title_of(one: Item, titles: Mapping[str, str] | None) -> str:
    """What it is called where it is listed."""
    name = str(one["what"])
    title = (titles or {}).get(name) or name
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
    subject = f"{told(one['subject'])}\n\n" if one.get("subject") else ""
    return subject + told(one["text"], lines=True) if one.get("text") else told(say("(no text)"))


def facts_of(one: Item, *, showing: bool) -> Table:
    """The rest, a line each. `showing`: addresses in full."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for name, value in _facts(one, showing=showing):
        if value not in (None, ""):
            table.add_row(Text(told(name)), Text(told(value)))
    return table


def _facts(one: Item, *, showing: bool) -> Iterator[tuple[Phrase, object]]:
    yield say("question"), question_of(one["kind"])
    yield say("why"), one["because"]
    line = one.get("rule")
    if isinstance(line, Line):
        yield say("rule"), f"{line.file}:{line.number}"
        yield say("says"), None if line.text == str(one["because"]) else line.text
    yield say("decides"), one["role"] or say("anybody")
    yield say("approved"), _approvals(one.get("approvals"))
    yield say("customer"), one["customer"]
    if one["kind"] == BENEFIT:
        yield say("worth"), one["worth"]
        yield say("cost"), one["cost"]
    elif one["kind"] == REPLY:
        yield say("came by"), one["channel"]
        yield say("written"), one["written"]
        yield say("answers"), one["answers"]
    else:
        yield say("goes to"), _recipient(one, showing=showing)
        yield say("length"), _length(one)
    yield say("journey"), " / ".join(str(one[part]) for part in ("journey", "state") if one.get(part))
    yield say("waits since"), one["since"]
    yield say("given up"), one.get("until")
    yield say("digest"), one.get("digest")


def _approvals(approvals: object) -> str:
    """Who has let it go already, for which role."""
    found = approvals if isinstance(approvals, list) else ()
    return ", ".join(f"{one['role']}: {one['who']} {one['at']}" for one in found)


def _recipient(one: Item, *, showing: bool) -> str:
    found = one.get("recipient")
    if not isinstance(found, Recipient) or not found.address:
        return say("{channel}: no address", channel=one["channel"])
    address = found.address if showing else mask_address(found.address, found.kind)
    return say("{channel}: {address}", channel=one["channel"], address=address)


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
