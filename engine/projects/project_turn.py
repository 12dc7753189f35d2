"""One turn of a project: its release, planned and compiled, run and delivered at a moment."""

import fcntl
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from engine.channels.building import build_channels
from engine.channels.protocol import Channel
from engine.delivery.delivery import BATCH, Delivery
from engine.delivery.hands import AtOnce, Threads
from engine.delivery.noting import Noting
from engine.delivery.pace import Timer
from engine.errors import EngineError
from engine.inbox.listening import Listened, listen
from engine.inbox.taking import Inbox
from engine.permits.permitting import Permits
from engine.permits.senders import permits_of
from engine.plans.plan import Plan, make_plan
from engine.projects.keeping import check_retention
from engine.projects.leading import Kind, Lead
from engine.projects.life import Life
from engine.projects.project import Project
from engine.projects.releases import Release, current_release
from engine.projects.too_many import held_back
from engine.running.run import How, run
from engine.running.turn import Deliver, Moment, Turn, turn
from engine.wording import say


class RunningError(EngineError):
    """Another turn of the same project is under way."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A release of a project ready to run; make it once for many turns."""

    project: Project
    release: Release
    plan: Plan
    permits: Permits


def ready(project: Project) -> Engine:
    """Plan the release in force. NoReleaseError when there is none, RetentionError when too little is kept for it."""
    config = project.config
    with project.store.write() as connection:
        release = current_release(connection, config)
        check_retention(config, release.model)
        plan = make_plan(connection, release.number, release.model, config.setting)
    return Engine(project, release, plan, permits_of(plan, config))


def take_turn(
    engine: Engine,
    now: int,
    deliver: Deliver,
    how: How | None = None,
    passed: Callable[[], int] = lambda: 0,
) -> Turn:
    """Run and deliver at `now` until nothing more happens. `passed`: milliseconds since then, when time passes."""
    how = replace(how or How(), guard=held_back(engine.project.config))
    moment = Moment(now, how, passed)
    return turn(engine.project.store, engine.plan, engine.permits, deliver, moment)


def try_turn(engine: Engine, now: int, progress: Callable[[int], None] = lambda _: None) -> Turn:
    """What a run at `now` would do before anything is sent; all of it is taken back."""
    tried = Turn(now, engine.plan.release)
    how = How(dry=True, progress=progress)
    tried.runs.append(run(engine.project.store, engine.plan, engine.permits, now, how))
    return tried


@contextmanager
def project_channels(project: Project) -> Iterator[Mapping[str, Channel]]:
    """The channels of a project, made once for a turn or for many, and closed after them."""
    channels = build_channels(project.config.channels, project.folder)
    try:
        yield channels
    finally:
        for channel in channels.values():
            channel.close()


def hear(engine: Engine, channels: Mapping[str, Channel], now: int) -> Listened:
    """Fetch and take what the gateways of a project report; what it changes, the next turn acts upon."""
    return listen(inbox(engine, channels), now)


def inbox(engine: Engine, channels: Mapping[str, Channel]) -> Inbox:
    """Where what gateways report goes, fetched or pushed."""
    project = engine.project
    addresses = {name: channel.address for name, channel in project.config.channels.items()}
    return Inbox(project.store, engine.release.model, project.surroundings, channels, addresses)


def deliverer(
    engine: Engine,
    noting: Noting | None,
    timer: Timer | None = None,
    channels: Mapping[str, Channel] | None = None,
    lead: Lead | None = None,
) -> Delivery:
    """What sends the ready messages of a project by its channels; call it under the project's `lock`.

    `noting`: from `engine.safekeeping.guard`; None where nothing really leaves. `timer`: None on virtual time, in
    which none passes while messages leave. `channels`: None: made for it alone. `lead`: to be held while they leave.
    """
    project = engine.project
    if channels is None:
        channels = build_channels(project.config.channels, project.folder)
    hands = AtOnce() if timer is None else Threads()
    most = project.config.most_per_customer
    store, permits = project.store, engine.permits
    alone = lead is None or not lead.from_daemon
    made = Delivery(store, engine.plan, permits, channels, alone, BATCH, timer, hands, most, noting)
    if lead is not None:
        made.may = lambda connection, _: lead.holds(connection)
    return made


@contextmanager
def lock(project: Project, again: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Hold the project for a turn. RunningError when another turn of it is under way, unless `again` says to retry."""
    with lock_folder(project.folder, again):
        yield


@contextmanager
def lock_folder(folder: Path, again: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """The same for the folder of a project that is not opened.

    The system lets go of it when the process ends, however it ends.
    """
    with ExitStack() as held:
        while not held.enter_context(lock_if_free(folder)):
            held.close()
            if not again():
                raise RunningError(
                    say("{folder}: another `homing run` is at work", folder=folder),
                    say("wait until it is done"),
                )
        yield


@contextmanager
def lock_if_free(folder: Path) -> Iterator[bool]:
    """Hold a project for a turn, unless another turn of it is under way; whether it is held."""
    with (folder / "homing.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


@contextmanager
def led_by_hand(project: Project, wall: Callable[[], int], elapsed: Callable[[], float]) -> Iterator[Lead]:
    """Take the lead for one turn, from whoever has it, under the project's `lock`.

    A daemon takes it back afterwards; one that was frozen finds its own gone.
    """
    lead = lead_of(project, "run", wall, elapsed, None)
    lead.take(by_force=True)
    try:
        yield lead
    finally:
        lead.give_back()


def lead_of(
    project: Project, kind: Kind, wall: Callable[[], int], elapsed: Callable[[], float], gap: int | None
) -> Lead:
    """The lead that this process may take. `gap`: see `Lead`."""
    owner = f"{kind} {socket.gethostname()} {os.getpid()}"
    lease, place = project.config.serving.lease * 1000, Path(project.store.place)
    life = Life(place.with_name(f"{place.name}-lead")) if place.is_file() else None
    return Lead(project.store, owner, lease, gap, wall, elapsed, life)
