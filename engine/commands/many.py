"""What commands do to many things at once: count, show three, ask, decide, tell."""

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import click

from dsl.wording import Phrase
from engine.commands.opening import by, practice_of
from engine.errors import RefusedError, UsageError
from engine.people.decisions import Done
from engine.people.many import Choice, Picked, approve_all, pick, refuse_all, unwritten
from engine.people.practice import Hand
from engine.people.preapprovals import Named, preapprove
from engine.people.task_changes import HandOver, hand_over, tasks_of
from engine.projects.names import known_benefit, known_journey, known_message
from engine.projects.project import Project
from engine.projects.releases import current_release
from engine.storage.audit import By
from engine.storage.keys import Intent
from engine.storage.symbols import load_symbols
from engine.terminal import print_json, talk, words
from engine.views.window import look
from engine.views.wordings import Wording, wordings
from engine.wording import say, say_number


@dataclass(frozen=True, slots=True)
class Many:
    """Which of what is held, as options say it. `sure`: nobody needs to be asked."""

    message: str | None = None
    journey: str | None = None
    benefit: str | None = None
    everything: bool = False
    sure: bool = False

    @property
    def named(self) -> bool:
        """Whether they say anything."""
        return bool(self.message or self.journey or self.benefit or self.everything)


def decide_on_many(
    project: Project,
    many: Many,
    verb: Literal["approved", "refused"],
    actor: str | None,
    *,
    because: str | None,
    as_json: bool,
) -> int:
    """Decide on all of them. Exit status 1 when some were passed over."""
    held = _picked(project, many)
    picked = unwritten(held) if verb == "approved" else held
    if len(picked) < len(held):
        talk(left_out(len(held) - len(picked)))
    if picked and not many.sure:
        _ask(project, picked, verb)
    act = approve_all if verb == "approved" else refuse_all
    done = act(project.store, picked, by(project, actor), practice_of(project), because)
    return _tell(done, verb, as_json=as_json)


def decide_beforehand(
    project: Project, message: str, count: int, because: str | None, actor: str | None
) -> str | None:
    """Approve the next so many; which other roles must as well."""
    who = by(project, actor)
    with project.store.write() as connection:
        model = current_release(connection, project.config).model
        known_message(model, message)
        study = Named(model, load_symbols(connection), practice_of(project))
        return preapprove(connection, study, (message, count, because), who)


def _picked(project: Project, many: Many) -> list[Picked]:
    with project.store.read() as connection:
        window = look(connection, project.config)
        known_message(window.model, many.message)
        known_journey(window.model, many.journey)
        known_benefit(window.model, many.benefit)
        named = (("message", many.message), ("journey", many.journey), ("benefit", many.benefit))
        return pick(
            connection,
            Choice(*(None if not name else window.symbols.known(kind, name) for kind, name in named)),
        )


def hand_over_all(
    project: Project, way: HandOver, who: By, *, because: str | None, sure: bool, as_json: bool
) -> int:
    """Hand all open tasks of somebody over. Exit status 1 when some were passed over."""
    if not sure and way.taking_from is not None:
        with project.store.read() as connection:
            count = tasks_of(connection, way.taking_from)
        counted = say_number("{n:,} open task", "{n:,} open tasks", n=count)
        what = say("{who} has {tasks}", who=way.taking_from, tasks=counted)
        _have_typed(count, what, say("type {count} to hand them to {to}", count=count, to=way.to))
    with project.store.write() as connection:
        done = hand_over(Hand(connection, who, practice_of(project)), way, because)
    if as_json:
        print_json([{"id": one.id, "status": "open", "assignee": way.to} for one in done.decided])
    else:
        number = len(done.decided)
        talk(say_number("{n:,} task is with {to}", "{n:,} tasks are with {to}", n=number, to=way.to))
    return _tell_passed_over(done)


def left_out(number: int) -> Phrase:
    """What is told of messages that are not decided on with the rest."""
    return say_number(
        "{n:,} that somebody wrote anew is left out: look at it by itself",
        "{n:,} that somebody wrote anew are left out: look at them one by one",
        n=number,
    )


def _ask(project: Project, picked: list[Picked], verb: Literal["approved", "refused"]) -> None:
    """Show some of each wording and have their number typed; refused where nobody can type."""
    with project.store.read() as connection:
        found = wordings(look(connection, project.config), picked)
    for wording in found:
        if len(found) > 1:
            talk(_heading(wording))
        for one in wording.examples:
            text = one.get("text") or one.get("title") or one.get("what")
            talk(say("{customer}: {text}", customer=one.get("customer"), text=text))
    _have_typed(len(picked), _counted(picked), _QUESTIONS[verb](len(picked)))


def _heading(wording: Wording) -> Phrase:
    if wording.channel is None:
        return say("{n:,} × {title}", n=wording.number, title=wording.title)
    return say(
        "{n:,} × {title} via {channel}", n=wording.number, title=wording.title, channel=wording.channel
    )


def _have_typed(count: int, what: Phrase, question: Phrase) -> None:
    """RefusedError when another number is typed; UsageError, which says what it is about, where nobody can type."""
    if not sys.stdin.isatty():
        raise UsageError(what, say("--yes decides on them without asking"))
    asked = say("{what}; {question}", what=what, question=question)
    if click.prompt(words(asked), default="", show_default=False).strip() != str(count):
        raise RefusedError(say("nothing was decided"))


def _counted(picked: list[Picked]) -> Phrase:
    benefits = sum(one.digest is None for one in picked)
    messages = len(picked) - benefits
    of_messages = say_number("{n:,} message is held", "{n:,} messages are held", n=messages)
    of_benefits = say_number("{n:,} benefit is held", "{n:,} benefits are held", n=benefits)
    if messages and benefits:
        return say("{messages}, {benefits}", messages=of_messages, benefits=of_benefits)
    return of_benefits if benefits else of_messages


_QUESTIONS = {
    "approved": lambda count: say("type {count} to approve them", count=count),
    "refused": lambda count: say("type {count} to refuse them", count=count),
}


def _tell(done: Done, verb: str, *, as_json: bool) -> int:
    number = len(done.decided)
    told = {
        "approved": say_number("{n} approved", "{n} approved", n=number),
        "refused": say_number("{n} refused", "{n} refused", n=number),
    }
    if as_json:
        print_json([{"id": one.id, "decided": verb} | waits_for(done.onward, one) for one in done.decided])
    else:
        talk(told[verb])
        tell_onward(done.onward)
    return _tell_passed_over(done)


def waits_for(onward: Mapping[Intent, str], one: Intent) -> dict[str, str]:
    """Of what several roles must decide on: which must still."""
    return {"waits_for": onward[one]} if one in onward else {}


def tell_onward(onward: Mapping[Intent, str]) -> None:
    """How many of what was approved wait for other roles, by these."""
    for role, number in Counter(onward.values()).items():
        talk(
            say_number(
                "{n:,} of them waits for `{role}` now",
                "{n:,} of them wait for `{role}` now",
                n=number,
                role=role,
            )
        )


def _tell_passed_over(done: Done) -> int:
    """The exit status that goes with it."""
    if not done.passed_over:
        return 0
    many, (_, first) = len(done.passed_over), done.passed_over[0]
    talk(say_number("{n:,} was passed over", "{n:,} were passed over", n=many))
    talk(say("first of them: {why}", why=first.message))
    if first.hint:
        talk(say("  hint: {hint}", hint=first.hint))
    return 1
