"""What `queue approve` and `queue refuse` do to many at once: count, show three, ask, decide, tell."""

import sys
from dataclasses import dataclass
from typing import Literal

import click

from dsl.wording import Phrase
from engine.commands.opening import by, practice_of
from engine.errors import RefusedError, UsageError
from engine.people.decisions import Done
from engine.people.many import Choice, Picked, approve_all, pick, refuse_all
from engine.people.preapprovals import preapprove
from engine.projects.names import known_benefit, known_journey, known_message
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
        known_benefit(window.model, many.benefit)
        named = (("message", many.message), ("journey", many.journey), ("benefit", many.benefit))
        return pick(
            connection,
            Choice(*(None if not name else window.symbols.known(kind, name) for kind, name in named)),
        )


def _ask(project: Project, picked: list[Picked], verb: Literal["approved", "refused"]) -> None:
    """Show three of them and have their number typed; refused where nobody can type."""
    with project.store.read() as connection:
        window = look(connection, project.config)
        for one in picked[:_SHOWN]:
            found = item(window, one.intent) or {}
            text = found.get("text") or found.get("title") or found.get("what")
            talk(say("{customer}: {text}", customer=found.get("customer"), text=text))
    count, what = len(picked), _counted(picked)
    if not sys.stdin.isatty():
        hint = say("--yes decides on them without asking")
        raise UsageError(what, hint)
    question = _QUESTIONS[verb](count, what)
    if click.prompt(words(question), default="", show_default=False).strip() != str(count):
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
    "approved": lambda count, what: say("{what}; type {count} to approve them", count=count, what=what),
    "refused": lambda count, what: say("{what}; type {count} to refuse them", count=count, what=what),
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
