"""How a task looks: whom to call, the script, what to fill in, and what follows from each outcome."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text
from textual.content import Content

from dsl.wording import Phrase
from engine.explaining.following import Consequence, titled
from engine.storage.masks import mask_address
from engine.views.titles import Titles
from tui.rooms.desk import Call
from tui.rooms.dossier import ADDRESSES, whom
from tui.widgets.bars import NAMED, clipped
from tui.widgets.facts import Fact, fact_table
from tui.widgets.prose import Prose
from tui.wording import say, told

UNKNOWN = say("The rules in force know this task no more: it closes with its state.")
"""What is said of a task that nobody can finish."""


def name_of(item: Mapping[str, Any]) -> str:
    """What the customer of a task is called, in as many cells as sentences have for that."""
    return clipped(told(item["name"] or item["customer"]), NAMED)


def whom_of(call: Call, *, showing: bool) -> Content:
    """Whom to call about what, how to reach them, and what they want no more. `showing`: addresses in full."""
    item, person = call.task.item, call.person
    identity = str(item["customer"]) if item["name"] else None
    first = whom(name_of(item), identity, str(item["title"] or item["task"]))
    numbers = [
        told(value if showing else mask_address(str(value), call.kinds[attribute]))
        for attribute, value in person["attributes"].items()
        if call.kinds[attribute] in ADDRESSES and value
    ]
    out = ", ".join(told(_channel(one, call.titles)) for one in person["optouts"] if not one["lifted"])
    lines = [first, Content(" · ".join(numbers) or told(say("no number is known")))]
    if out:
        lines.append(Content.styled(told(say("! opted out: {channels}", channels=out)), "bold $error"))
    return Content("\n").join(lines)


def head_of(call: Call) -> Table:
    """Until when, for whom, and what was written down."""
    item = call.task.item
    lines: list[Fact] = [
        (say("due"), _due(item)),
        (say("for"), role_of(item, call.titles)),
        (say("with"), item["assignee"]),
    ]
    lines += [(say("note"), f"{one['text']} — {one['by']} {one['at']}") for one in _list(item["notes"])]
    return fact_table(lines)


def script_of(call: Call) -> str:
    """What the operator says."""
    script = call.task.item["script"]
    return told(script, lines=True) if script else told(say("(no script)"))


def asks_of(call: Call) -> Table:
    """What is to be found out."""
    task, titles = str(call.task.item["task"]), call.titles
    return fact_table(
        (titles.ask(task, one["name"]), " / ".join(words_of(task, one, titles)) or _kind(one))
        for one in _list(call.task.item["asks"])
    )


def words_of(task: str, ask: Mapping[str, Any], titles: Titles) -> tuple[str, ...]:
    """The words that a question may be answered by, as people read them; none where it takes others."""
    return tuple(told(titles.answer(task, ask["name"], word)) for word in ask["choices"])


def outcome_of(call: Call, outcome: str) -> str:
    """What came of it, as people read it."""
    return told(call.titles.outcome(str(call.task.item["task"]), outcome))


def role_of(item: Mapping[str, Any], titles: Titles) -> str:
    """Whose work it is."""
    return titles.of("role", item["role"]) or say("anybody")


def outcomes_of(call: Call) -> Table | str:
    """Every outcome with what follows from it."""
    if not call.task.follows:
        return told(UNKNOWN)
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for place, one in enumerate(call.task.follows, 1):
        table.add_row(
            Text(str(place), "bold"),
            Text.assemble((outcome_of(call, one.outcome), "bold"), f"  {way_of(one)}"),
        )
        for deed in deeds_of(one):
            table.add_row("", _hanging(deed))
    return table


def _hanging(deed: str) -> Table:
    """A line that begins with a mark; where it is longer than a line, the rest stands below its words."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    mark, _, words = deed.partition(" ")
    table.add_row(Text(mark), Prose(words))
    return table


def way_of(one: Consequence) -> str:
    """Where an outcome leads, in a line."""
    if not one.steps:
        return told(say("nothing changes yet"))
    return " ".join(f"→ {told(titled(step))}" for step in one.steps)


def deeds_of(one: Consequence) -> Iterator[str]:
    """What is done on that way, and what comes later if nothing else does."""
    for step in one.steps:
        yield from (f"· {told(does)}" for does in step.does)
    if one.later is not None:
        yield f"… {told(one.later)}"


def _due(item: Mapping[str, Any]) -> object:
    return say("{time}: overdue", time=item["due"]) if item["overdue"] else item["due"]


def _channel(one: Mapping[str, Any], titles: Titles) -> object:
    return titles.of("channel", one["channel"]) or say("every channel")


def _kind(ask: Mapping[str, Any]) -> str:
    return told(kind_said(ask["type"]))


def kind_said(kind: str) -> Phrase:
    """What is written into a field of that type."""
    return _KINDS[kind]


_KINDS: Mapping[str, Phrase] = {
    "text": say("words"),
    "number": say("a number"),
    "money": say("an amount, such as 99.50"),
    "flag": say("yes or no"),
    "date": say("a date, such as 2026-11-24"),
    "time": say("a time, such as 2026-11-24 09:30"),
    "phone": say("a phone number"),
    "email": say("an e-mail address"),
}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
