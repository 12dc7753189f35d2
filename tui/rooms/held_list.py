"""How the list of what waits for decisions looks, and what is asked before many of it are decided on together."""

from collections.abc import Iterator, Mapping

from dsl.wording import Phrase
from engine.people.decisions import Done
from engine.people.doubts import KIND as DOUBT
from engine.storage.masks import mask_address
from engine.views.held import Item
from engine.views.kinds import BENEFIT, REPLY
from engine.views.titles import Titles
from engine.views.wordings import VALUE, Wording
from tui.dialogs import AskWords
from tui.rooms.held_item import text_of, title_of
from tui.rooms.shelf import PAGE, Alike, Shelf
from tui.rooms.verdicts import MESSAGE
from tui.widgets.rows import Column, Row
from tui.wording import named, say, say_number, told

COLUMNS = (Column(most=20), Column(elastic=True, least=16), Column(spare=True))
"""Whose, what it is, since when."""

_WORDINGS = 50
"""More wordings than that are not shown one by one."""


def question_of(alike: Alike, titles: Titles) -> AskWords:
    """What is asked before all that is alike is approved: shows how it reads, and wants the number typed."""
    number = len(alike.picked)
    question = say_number(
        "Approve the one {title}? Type {n}.", "Approve all {n:,} {title}? Type {n}.", n=number,
        title=alike.wordings[0].title,
    )  # fmt: skip
    parts = [_wording(one, alike, titles) for one in alike.wordings[:_WORDINGS]]
    if len(alike.wordings) > 1:
        differ = say("They read in {n:,} ways, the rarest first; “…” stands for the customer's own values.",
                     n=len(alike.wordings))  # fmt: skip
        parts.insert(0, told(differ))
    parts[:0] = [f"! {told(why)}" for why in left_out_said(alike)]
    return AskWords(question, "\n\n".join(parts), str(number))


def left_out_said(alike: Alike) -> Iterator[Phrase]:
    """What is told of those that are looked at one by one, or by others."""
    if alike.left_out:
        yield say_number(
            "{n:,} is left out, since somebody wrote it anew: decide on it by itself",
            "{n:,} are left out, since somebody wrote them anew: decide on them one by one",
            n=alike.left_out,
        )
    if alike.others:
        yield say_number(
            "{n:,} is left out, since other roles must let it go",
            "{n:,} are left out, since other roles must let them go",
            n=alike.others,
        )


def _wording(one: Wording, alike: Alike, titles: Titles) -> str:
    """How many read so, by which channel, and some of them."""
    lines = []
    if len(alike.wordings) > 1:
        text = told(one.text or say("(no text)"), lines=True)
        parts = (
            told(titles.of("channel", one.channel)),
            text if one.channel is not None and VALUE in text else "",
        )
        lines.append(f"{one.number:,} × {' · '.join(filter(None, parts))}")
    for item in one.examples:
        identity = str(item["customer"])
        lines.append(f"{told(alike.names.get(identity, identity))}: {text_of(item)}")
    return "\n".join(lines)


def row_of(one: Item, shelf: Shelf) -> Row:
    """Whose, what it is, since when."""
    identity = str(one["customer"])
    who = mask_address(shelf.names.get(identity) or identity, "text")
    return Row(str(one["id"]), (told(who), title_of(one, shelf.titles), told(str(one["since"])[5:])))


def count_of(shelf: Shelf) -> str:
    """Which of how many, on all pages."""
    if not shelf.items:
        if shelf.asked.everybody:
            return say("Nothing waits for a decision.")
        if not shelf.others:
            return say("Nothing waits for your decision.")
        return say_number(
            "Nothing waits for your decision. o shows the one that waits for others.",
            "Nothing waits for your decision. o shows the {n:,} that wait for others.",
            n=shelf.others,
        )
    first = (len(shelf.asked.pages) - 1) * PAGE
    count = say(
        "{place:,} of {total:,} to decide on",
        place=first + shelf.asked.place + 1,
        total=max(shelf.total, first + len(shelf.items)),
    )
    parts = [count]
    if shelf.asked.kind is not None:
        parts.append(_ONLY[shelf.asked.kind])
    if shelf.asked.everybody:
        parts.append(say("others' too"))
    return " · ".join(map(told, parts))


_ONLY: Mapping[str, Phrase] = {
    MESSAGE: say("only messages to approve, f shows all"),
    BENEFIT: say("only benefits to approve, f shows all"),
    DOUBT: say("only messages in doubt, f shows all"),
    REPLY: say("only replies, f shows all"),
}


def passed_over_said(done: Done, names: Mapping[str, str]) -> str | None:
    """What was not decided on with the rest, and why the first of it was not; None: all was."""
    if not done.passed_over:
        return None
    number = say_number("{n:,} passed over", "{n:,} passed over", n=len(done.passed_over))
    return f"{told(number)}: {told(named(done.passed_over[0][1].message, names))}"
