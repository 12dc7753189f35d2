"""`run`: one turn of the engine."""

import time
from collections.abc import Callable
from dataclasses import replace

import click

from engine.calendars.zone import parse_time
from engine.commands.opening import is_virtual, opened, time_of
from engine.commands.options import json_option, real_time
from engine.delivery.pace import Timer
from engine.errors import BusyError
from engine.inbox.listening import Listened
from engine.projects.leading import leader
from engine.projects.project import Project
from engine.projects.project_turn import (
    Engine,
    deliverer,
    hear,
    led_by_hand,
    lock,
    project_channels,
    ready,
    take_turn,
    try_turn,
)
from engine.projects.virtual_time import go_to
from engine.running.run import How
from engine.running.turn import Turn
from engine.safekeeping.guard import guarded, steady
from engine.safekeeping.retention import forget
from engine.storage.states import Fate, MessageStatus
from engine.terminal import print_json, print_text, progress, talk
from engine.wording import all_of, say, say_number

_PATIENCE, _LOOK = 90.0, 0.02
"""Seconds for which a daemon's step is waited for, which takes a minute at most; and between two looks."""


@click.command("run")
@click.option("--at", metavar="TIME", help="Run on virtual time, as if it were then. Time only goes forward.")
@click.option("--dry-run", is_flag=True, help="Take everything back; nothing is sent.")
@json_option
def run_command(at: str | None, *, dry_run: bool, as_json: bool) -> int:
    """Move everyone who is due and send what may go. Safe to repeat, safe to kill."""
    started = time.monotonic()
    with opened() as project, lock(project, _step_of_a_daemon(project, started)):
        if at is not None:
            _refuse_served(project)
        now, heard = _moment(project, at, keep=not dry_run), Listened()
        engine = ready(project)
        with progress(say("looking at customers")) as told:
            if dry_run:
                done = try_turn(engine, now, lambda count: told(count, count))
            else:
                done, heard = _turn(engine, now, started, How(progress=lambda count: told(count, count)))
        result = turn_as_json(project, done) | {"seconds": round(time.monotonic() - started, 3)}
    if as_json:
        print_json(result)
    else:
        _tell(done, str(result["at"]), dry_run=dry_run)
    _tell_undone(done)
    _tell_heard(heard)
    return 1 if done.messages["failed"] or done.put_off or heard.problems else 0


def _turn(engine: Engine, now: int, started: float, how: How) -> tuple[Turn, Listened]:
    """A turn with its deliveries, once all that must hold before them has been checked; then what gateways report.

    What that changes is acted upon at once. A daemon that leads lets us through between two of its own steps.
    """
    timer = None if is_virtual(engine.project) else Timer()

    def passed() -> int:
        return 0 if timer is None else int((time.monotonic() - started) * 1000)

    with (
        led_by_hand(engine.project, real_time, time.monotonic) as lead,
        project_channels(engine.project) as channels,
        guarded(engine.project, now) as noting,
    ):
        how = replace(how, hold=lead.hold)
        deliver = deliverer(engine, noting, timer, channels, lead)
        done = take_turn(engine, now, deliver, how, passed)
        heard = hear(engine, channels, now + passed())
        if heard.taken.anything:
            done.reported += heard.taken.messages
            done.add(take_turn(engine, now, deliver, how, passed))
    forget(engine.project, now)
    return done, heard


def _step_of_a_daemon(project: Project, started: float) -> Callable[[], bool]:
    """Waits, whenever it is asked, for a daemon in the middle of a step: those are short. Runs may take hours."""
    told = False

    def again() -> bool:
        nonlocal told
        with project.store.read() as connection:
            known = leader(connection)
        if known is None or not (known.serves and known.leads(real_time())):
            return False
        if not told:
            talk(say("waiting for a step of {owner} to end", owner=known.owner))
        told = True
        time.sleep(_LOOK)
        return time.monotonic() - started < _PATIENCE

    return again


def _refuse_served(project: Project) -> None:
    """A project that somebody serves cannot go on virtual time."""
    with project.store.read() as connection:
        known = leader(connection)
    if known is not None and known.serves and known.leads(real_time()):
        raise BusyError(
            say("{owner} works on this project, on real time", owner=known.owner),
            say("run without `--at`, or stop `homing serve` first"),
        )


def turn_as_json(project: Project, done: Turn) -> dict[str, object]:
    """What `run --json` says, without the seconds."""
    return {
        "at": project.config.zone.iso(done.at),
        "release": done.release,
        "entered": done.entered,
        "moved": done.moved,
        "ended": done.ended,
        "messages": dict(sorted(done.messages.items())),
        "tasks_opened": done.tasks_opened,
        "grants": sum(report.grants for report in done.runs),
    }


def _moment(project: Project, at: str | None, *, keep: bool) -> int:
    """The time of the run; `keep` puts the project on it when it was given."""
    if at is None:
        return steady(project, time_of(project))
    zone = project.config.zone
    moment = parse_time(at, zone)
    if keep:
        with project.store.write() as connection:
            go_to(connection, moment, zone)
    return moment


def _tell(done: Turn, at: str, *, dry_run: bool) -> None:
    counts = [
        say("{count:,} {status}", count=done.messages[status.word], status=status.said)
        for status in sorted(MessageStatus, key=lambda status: status.word)
        if status.word in done.messages
    ]
    print_text(
        say(
            "{at}: {entered:,} entered, {moved:,} moved, {ended:,} ended, {tasks:,} tasks; messages: {counts}",
            at=say("{at} (dry run)", at=at) if dry_run else at,
            entered=done.entered,
            moved=done.moved,
            ended=done.ended,
            tasks=done.tasks_opened,
            counts=all_of(counts),
        )
    )


def _tell_undone(done: Turn) -> None:
    if done.stuck:
        talk(
            say_number(
                "{n:,} move was refused: more than 50 in one run; `homing status` tells more",
                "{n:,} moves were refused: more than 50 in one run; `homing status` tells more",
                n=done.stuck,
            )
        )
    if done.put_off:
        talk(
            say_number(
                "{n:,} message was not taken and will be tried again; `homing status` tells more",
                "{n:,} messages were not taken and will be tried again; `homing status` tells more",
                n=done.put_off,
            )
        )


def _tell_heard(heard: Listened) -> None:
    """What somebody should know of what gateways reported."""
    for problem in heard.problems:
        talk(problem)
    if heard.taken.receipts[Fate.CONTRADICTS]:
        talk(
            say_number(
                "{n:,} receipt contradicts what was known; the first word stands: `homing customer` shows it",
                "{n:,} receipts contradict what was known; the first word stands: `homing customer` shows it",
                n=heard.taken.receipts[Fate.CONTRADICTS],
            )
        )
    if heard.taken.receipts[Fate.ORPHAN]:
        talk(
            say_number(
                "{n:,} receipt is about no message that is known; it is looked at again for a week",
                "{n:,} receipts are about no message that is known; they are looked at again for a week",
                n=heard.taken.receipts[Fate.ORPHAN],
            )
        )
    if heard.silent:
        talk(
            say_number(
                "of {n:,} message no receipt came within three days; it counts as sent",
                "of {n:,} messages no receipt came within three days; they count as sent",
                n=heard.silent,
            )
        )
