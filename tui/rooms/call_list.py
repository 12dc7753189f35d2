"""How the list of tasks looks: whom to call about what, how urgent that is, and of how many."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dsl.wording import Phrase
from engine.views.tasks import Item
from tui.rooms.call_card import name_of, role_of
from tui.rooms.desk import PAGE, Calls
from tui.widgets.rows import Column, Row
from tui.wording import age, say, say_number, told

COLUMNS = (Column(most=20), Column(elastic=True), Column())
"""Whom, about what, until when."""


def rows_of(page: Calls) -> Iterator[Row]:
    """Under headings that say how urgent they are."""
    last = None
    for one in page.items:
        heading = _urgency(one, page)
        if heading != last:
            yield Row(None, (told(heading),))
        last = heading
        what = told(one["title"] or one["task"])
        if page.asked.everybody:
            what = f"{told(one['assignee'] or role_of(one, page.titles))} · {what}"
        who = told(name_of(one))
        yield Row(str(one["id"]), (who, what, told(_due(one, page))), alarm=bool(one["overdue"]))


def _urgency(one: Item, page: Calls) -> Phrase:
    if one["overdue"]:
        return say("Overdue")
    return say("Due today") if str(one["due"])[:10] == page.today else say("Later")


def _due(one: Item, page: Calls) -> str:
    """When: how late it is, under the heading that says so, a time of today, else a date."""
    due = one["due"]
    if due is None:
        return ""
    if one["overdue"]:
        late = datetime.fromisoformat(page.now) - datetime.fromisoformat(str(due))
        return say("! {age}", age=age(late // timedelta(milliseconds=1)))
    return str(due)[11:] if str(due)[:10] == page.today else str(due)[5:10]


def count_of(page: Calls) -> str:
    """Which of how many on all pages, how many are overdue, and whose they are."""
    everybody = page.asked.everybody
    if not page.items:
        if everybody:
            return say("Nothing to do.")
        if not page.others:
            return say("Nothing to do for you.")
        return say_number(
            "Nothing to do for you. o shows the one that others have.",
            "Nothing to do for you. o shows the {n:,} that others have.",
            n=page.others,
        )
    place = page.asked.page * PAGE + page.asked.place + 1
    late = say("{late:,} overdue", late=page.late) if page.late else say("nothing is overdue")
    parts = [say("{place:,} of {total:,}", place=place, total=max(page.total, place)), late]
    return " · ".join(told(part) for part in [*parts, *([say("others' too")] if everybody else ())])
