"""A plan made in a process of its own: whoever asked goes on meanwhile, and may change their mind.

A thread would share the interpreter with the screen. What is planned is what the files say when the process reads them.
"""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from threading import Thread

from dsl.diagnostics import has_errors
from engine.errors import EngineError, RulesError
from engine.planning.planning import Planned, Question, Told, plan
from engine.planning.sides import KilledError
from engine.planning.trial import untold
from engine.projects.candidate import candidate
from engine.projects.project import open_project
from engine.wording import say

_LOOK = 0.1  # seconds between two looks at whether it is still wanted


@dataclass(frozen=True, slots=True)
class Drawn:
    """A plan, and the digest of the rules that it is about."""

    digest: str
    planned: Planned


class _UnwantedError(Exception):
    """Nobody waits for it any more."""


def plan_aside(folder: Path, question: Question, told: Told, wanted: Callable[[], bool]) -> Drawn | None:
    """The plan of a project's rules as files; None once it is no longer `wanted`, which is asked all the while.

    RulesError when they have errors, and whatever else `plan` raises.
    """
    ours, theirs = Pipe()
    # A program of its own, for `multiprocessing` starts none where a screen has taken the standard streams.
    call = [sys.executable, "-c", f"from {__name__} import work; work({theirs.fileno()})"]
    quiet = subprocess.DEVNULL
    worker = subprocess.Popen(  # noqa: S603  # all of it is ours
        call, stdin=quiet, stdout=quiet, stderr=quiet, pass_fds=[theirs.fileno()], start_new_session=True
    )
    theirs.close()  # so that its end is noticed
    try:
        ours.send((folder, question))
        return _heard(ours, told, wanted)
    except (EOFError, ConnectionError) as error:
        raise KilledError(
            say("the process that makes the plan was killed"), say("is there memory left?")
        ) from error
    finally:
        ours.close()  # it notices when it next says how far it is
        Thread(target=worker.wait, daemon=True).start()


def _heard(pipe: Connection, told: Told, wanted: Callable[[], bool]) -> Drawn | None:
    while wanted():
        if not pipe.poll(_LOOK):
            continue
        heard = pipe.recv()
        if isinstance(heard, Drawn):
            return heard
        if isinstance(heard, EngineError):
            raise heard
        told(*heard)
    return None


def work(number: int) -> None:
    """What the process does: the pipe to whoever wants the plan has that number."""
    pipe = Connection(number)
    folder, question = pipe.recv()

    def told(done: int, total: int) -> None:
        if pipe.poll():  # nothing more is ever said this way: the other end is closed
            raise _UnwantedError
        pipe.send((done, total))

    try:
        pipe.send(_drawn(folder, question, told))
    except EngineError as error:
        pipe.send(error)
    except (_UnwantedError, ConnectionError):
        pass


def _drawn(folder: Path, question: Question, told: Told) -> Drawn:
    project = open_project(folder)
    try:
        rules, found = candidate(project)
        if rules.model is None or has_errors(found):
            raise RulesError(say("the rules have errors"), say("`homing check` shows them"))
        planned = plan(project, rules, rules.model, question, told)
    finally:
        project.store.close()
    days = planned.days
    return Drawn(rules.digest, replace(planned, days=replace(days, period=replace(days.period, told=untold))))
