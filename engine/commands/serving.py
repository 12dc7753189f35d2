"""`serve`: the engine as a daemon. Signals, the clock and the process it runs in; what it does is `engine.daemon`."""

import os
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.metadata import version
from typing import cast

import click

from engine.commands.opening import is_virtual, opened
from engine.commands.options import real_time
from engine.daemon.chores import Rota, usual_chores
from engine.daemon.clock import Clock, Wishes
from engine.daemon.daemon import FATAL, Daemon
from engine.daemon.logs import Format, Level, log, log_to_stderr
from engine.daemon.systemd import notifier
from engine.daemon.worker import Worker
from engine.errors import BusyError
from engine.projects.keeping import check_retention
from engine.projects.project import Project
from engine.projects.project_turn import lead_of
from engine.projects.releases import find_release
from engine.web.door import opened_door
from engine.wording import say

_STOP = (signal.SIGTERM, signal.SIGINT)


@click.command("serve")
@click.option(
    "--http",
    metavar="HOST:PORT",
    help="Let events, customers, receipts and replies in there.",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How events are written to stderr.",
)
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    help="Which events are written.",
)
def serve_command(http: str | None, log_format: str, log_level: str) -> int:
    """Run on the schedule of the config and deliver in between, until stopped. Of several, one works."""
    with opened() as project:
        if is_virtual(project):
            raise BusyError(
                say("this project is on virtual time, which only `homing run --at` lets pass"),
                say("serve a project that was never run with `--at`"),
            )
        with project.store.read() as connection:
            release = find_release(connection, project.config)
        if release is not None:
            check_retention(project.config, release.model)
        log_to_stderr(cast("Format", log_format), cast("Level", log_level), os.environ)
        try:
            calls_left = _serve(project, http)
        except FATAL:  # told already; what the disk has of the database only a new process can know
            os._exit(2)
        if calls_left:  # their threads would keep the process; nobody may say that they did not go
            os._exit(0)
    return 0


def _serve(project: Project, http: str | None) -> int:
    """Serve until stopped; how many messages are left with gateways."""
    wishes = Wishes()
    with _signals(wishes) as (wakened, wake), project.store.watch() as changed, ExitStack() as stack:
        clock = Clock(real_time, time.monotonic, lambda seconds: _wait(wakened, seconds))
        notify = notifier(os.environ)
        lead = lead_of(project, "serve", real_time, time.monotonic, project.config.serving.gap)
        worker = Worker(project, lead, clock, wishes, lambda: notify("WATCHDOG=1"))
        daemon = Daemon(
            project,
            lead,
            worker,
            clock,
            wishes,
            changed,
            Rota(usual_chores(project, worker.hear, worker.hear_linked)),
            notify,
        )
        log("start", version=version("homing"), owner=lead.owner, schedule=list(project.config.schedule))
        door = (
            None
            if http is None
            else stack.enter_context(opened_door(project, http, real_time, _arrived(wishes, wake)))
        )
        if door is not None:
            daemon.between = door.site.pause
        for seconds in daemon.steps():
            if door is not None:
                door.check()
            if seconds > 0:
                clock.wait(seconds)
    return worker.left()


def _arrived(wishes: Wishes, wake: Callable[[], None]) -> Callable[[], None]:
    """What came in wishes for a run; told once until the run is there."""

    def arrived() -> None:
        if not wishes.run:
            wishes.run = True
            wake()

    return arrived


def _wait(wakened: socket.socket, seconds: float) -> None:
    """Let seconds pass, until a signal comes."""
    if select.select([wakened], [], [], seconds)[0]:
        wakened.recv(4096)


def _wake(writer: socket.socket) -> None:
    with suppress(BlockingIOError):
        writer.send(b"\0")


@contextmanager
def _signals(wishes: Wishes) -> Iterator[tuple[socket.socket, Callable[[], None]]]:
    """Signals become wishes while this lasts; then the socket can be read. A second stop is one at once.

    And what makes it readable from another thread.
    """

    def stop(number: int, _frame: object) -> None:
        if wishes.stop:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        wishes.stop_since = time.monotonic()

    def look(_number: int, _frame: object) -> None:
        wishes.look = True

    reader, writer = socket.socketpair()
    with reader, writer:
        reader.setblocking(False)
        writer.setblocking(False)
        before = {number: signal.signal(number, stop) for number in _STOP}
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, look)
        woken = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield reader, lambda: _wake(writer)
        finally:
            signal.set_wakeup_fd(woken)
            for number, handler in before.items():
                signal.signal(number, handler)
