"""How the list of what waits for decisions looks, and what is asked before many of it are decided on together."""

from engine.people.decisions import Done
from engine.storage.masks import mask_address
from engine.views.held import Item
from tui.dialogs import AskWords
from tui.rooms.held_item import text_of, title_of
from tui.rooms.shelf import PAGE, Alike, Shelf
from tui.widgets.rows import Column, Row
from tui.wording import say, say_number, told

COLUMNS = (Column(elastic=True), Column(spare=True), Column())
"""What it is, whose, since when."""


def question_of(alike: Alike) -> AskWords:
    """What is asked before all that is alike is approved: shows some of it, and wants the number typed."""
    number = str(len(alike.picked))
    about = "\n\n".join(f"{told(one['customer'])}: {text_of(one)}" for one in alike.sample)
    question = say("Approve all {number} of these? The first of them read so. Type {number}.", number=number)
    return AskWords(question, about, number)


def row_of(one: Item, shelf: Shelf) -> Row:
    """What it is, whose, since when."""
    since, identity = str(one["since"]), str(one["customer"])
    who = mask_address(shelf.names.get(identity) or identity, "text")
    return Row(str(one["id"]), (title_of(one, shelf.titles), told(who), told(since[5:])))


def count_of(shelf: Shelf) -> str:
    """Which of how many, on all pages."""
    if not shelf.items:
        everybody = shelf.asked.everybody
        return say("Nothing waits for a decision.") if everybody else say("Nothing waits for your decision.")
    first = (len(shelf.asked.pages) - 1) * PAGE
    return say(
        "{place:,} of {total:,} to decide on",
        place=first + shelf.asked.place + 1,
        total=max(shelf.total, first + len(shelf.items)),
    )


def passed_over_said(done: Done) -> str | None:
    """What was not decided on with the rest, and why the first of it was not; None: all was."""
    if not done.passed_over:
        return None
    number = say_number("{n:,} passed over", "{n:,} passed over", n=len(done.passed_over))
    return f"{told(number)}: {told(done.passed_over[0][1].message)}"
