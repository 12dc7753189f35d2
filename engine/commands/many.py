"""What `queue approve` and `queue refuse` do to many at once: count, show three, ask, decide, tell."""

import sys
from dataclasses import dataclass
from typing import Literal

import click

from engine.commands.opening import by, practice_of
from engine.errors import RefusedError, UsageError
from engine.people.many import Choice, Done, Picked, approve_all, pick, refuse_all
from engine.people.preapprovals import preapprove
from engine.projects.names import known_journey, known_message
from engine.projects.project import Project
from engine.projects.releases import current_release
from engine.storage.symbols import load_symbols
from engine.terminal import print_json, talk, words
from engine.views.held import item
from engine.views.window import look
from engine.wording import say, say_number

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Many:
    """Which of the held messages, as options say it. `sure`: nobody needs to be asked."""

    message: str | None = None
    journey: str | None = None
    everything: bool = False
    sure: bool = False

    @property
    def named(self) -> bool:
        """Whether they say anything."""
        return bool(self.message or self.journey or self.everything)


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
    picked = _picked(project, many)
    if picked and not many.sure:
        _ask(project, picked, verb)
    act = approve_all if verb == "approved" else refuse_all
    done = act(project.store, picked, by(project, actor), practice_of(project), because)
    _tell(done, verb, as_json=as_json)
    return 1 if done.passed_over else 0


def decide_beforehand(
    project: Project, message: str, count: int, because: str | None, actor: str | None
) -> None:
    """Approve the next so many."""
    who = by(project, actor)
    with project.store.write() as connection:
        model = current_release(connection, project.config).model
        known_message(model, message)
        preapprove(connection, model, load_symbols(connection), (message, count, because), who)


def _picked(project: Project, many: Many) -> list[Picked]:
    with project.store.read() as connection:
        window = look(connection, project.config)
        known_message(window.model, many.message)
        known_journey(window.model, many.journey)
        message = many.message and window.symbols.known("message", many.message)
        journey = many.journey and window.symbols.known("journey", many.journey)
        return pick(connection, Choice(message or None, journey or None))


def _ask(project: Project, picked: list[Picked], verb: str) -> None:
    """Show three of them and have their number typed; refused where nobody can type."""
    with project.store.read() as connection:
        window = look(connection, project.config)
        for one in picked[:_SHOWN]:
            found = item(window, one.intent) or {}
            talk(say("{customer}: {text}", customer=found.get("customer"), text=found.get("text")))
    count = len(picked)
    if not sys.stdin.isatty():
        hint = say("--yes decides on them without asking")
        raise UsageError(say_number("{n:,} message is held", "{n:,} messages are held", n=count), hint)
    question = _QUESTIONS[verb](count)
    if click.prompt(words(question), default="", show_default=False).strip() != str(count):
        raise RefusedError(say("nothing was decided"))


_QUESTIONS = {
    "approved": lambda count: say("type {count} to approve {count} messages", count=count),
    "refused": lambda count: say("type {count} to refuse {count} messages", count=count),
}


def _tell(done: Done, verb: str, *, as_json: bool) -> None:
    if as_json:
        print_json([{"id": intent.id, "decided": verb} for intent in done.decided])
    number = len(done.decided)
    told = {
        "approved": say_number("{n} approved", "{n} approved", n=number),
        "refused": say_number("{n} refused", "{n} refused", n=number),
    }
    if not as_json:
        talk(told[verb])
    if done.passed_over:
        many, (_, first) = len(done.passed_over), done.passed_over[0]
        talk(say_number("{n:,} was passed over", "{n:,} were passed over", n=many))
        talk(say("first of them: {why}", why=first.message))
        if first.hint:
            talk(say("  hint: {hint}", hint=first.hint))
