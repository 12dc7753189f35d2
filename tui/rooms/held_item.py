"""How something held looks: whom it is for, the exact text as it will arrive, what holds it, what comes of it."""

from collections.abc import Iterator, Mapping

from rich.table import Table
from textual.content import Content

from dsl.wording import Phrase
from engine.storage.masks import mask_address
from engine.views.approvals import Line, Recipient
from engine.views.held import Item
from engine.views.kinds import BENEFIT, REPLY
from tui.rooms.verdicts import question_of
from tui.widgets.facts import Fact, fact_table
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


def whom_of(one: Item, titles: Mapping[str, str] | None) -> Content:
    """Whom it is for, and what it is."""
    called = told(one.get("name") or one["customer"])
    identity = f"  {told(one['customer'])}" if one.get("name") else ""
    return Content.assemble((called, "bold"), identity, (f"  {title_of(one, titles)}", "$primary"))


def above_text(one: Item, *, showing: bool) -> Content:
    """What stands over the text: where it goes, or came from. `showing`: the address in full."""
    match one["kind"]:
        case "reply":
            return Content(told(say("{channel}, {time}", channel=one["channel"], time=one["written"])))
        case "benefit":
            return Content(told(say("benefit")))
        case _:
            return Content(told(_recipient(one, showing=showing)))


def below_text(one: Item) -> Content:
    """What stands under the text: its length, and what it costs to send."""
    price = None if one.get("price") is None else say("cost {amount}", amount=f"{one['price']:,}")
    return Content(" · ".join(told(part) for part in (_length(one), price) if part is not None))


def facts_of(one: Item, onward: str | None) -> Table:
    """The rest, a line each. `onward`: what becomes of it once it is approved."""
    return fact_table(_facts(one, onward))


def _facts(one: Item, onward: str | None) -> Iterator[Fact]:
    yield say("question"), question_of(one["kind"])
    yield say("why"), one["because"]
    line = one.get("rule")
    if isinstance(line, Line):
        yield say("rule"), f"{line.file}:{line.number}  {line.text}"
    yield say("decides"), one["role"] or say("anybody")
    yield say("approved"), _approvals(one.get("approvals"))
    yield say("once approved"), onward
    if one["kind"] == BENEFIT:
        yield say("worth"), one["worth"]
        yield say("cost"), one["cost"]
    elif one["kind"] == REPLY:
        yield say("answers"), one["answers"]
    yield say("journey"), " / ".join(str(one[part]) for part in ("journey", "state") if one.get(part))
    yield say("waits since"), one["since"]
    yield say("given up"), one.get("until")


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
