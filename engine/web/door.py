"""The way in over HTTP of one project, from start to stop: the server, and the thread that writes what it takes."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from engine.channels.building import build_channels
from engine.daemon.logs import log
from engine.projects.project import Project
from engine.storage.time_values import time_reader
from engine.web.app import make_app
from engine.web.callers import Callers
from engine.web.commits import Commits
from engine.web.desk import Desk
from engine.web.figures import Figures
from engine.web.health import Health
from engine.web.server import bound, listening
from engine.web.settings import Site, read_site


@dataclass(frozen=True, slots=True)
class Door:
    """What can be known of it from outside."""

    site: Site
    commits: Commits

    def check(self) -> None:
        """Raise what went wrong so badly that the process has to end."""
        if self.commits.fatal is not None:
            raise self.commits.fatal


@contextmanager
def opened_door(
    project: Project, address: str, wall: Callable[[], int], arrived: Callable[[], None]
) -> Iterator[Door]:
    """Let in what comes to `HOST:PORT`. UsageError, ConfigError when that cannot be.

    `wall`: the clock, in milliseconds. `arrived`: called, in another thread, when something was taken that a run
    should look at soon.
    """
    config = project.config
    site = read_site(config.http, config.channels, project.folder)
    channels = build_channels(config.channels, project.folder)
    by_name = {source.name: source for source in site.sources}
    commits = Commits(project, wall, arrived if site.soon else lambda: None, by_name)
    reader = time_reader(config.zone)
    desk = Desk(
        site, commits, Callers(site.sources), Figures(), Health(project, wall), channels, reader, wall
    )
    with ExitStack() as stack:
        for channel in channels.values():
            stack.callback(channel.close)
        listener = stack.enter_context(bound(address))
        commits.start()
        stack.callback(commits.stop)
        stack.enter_context(listening(make_app(desk), listener))
        log("listening", address=_shown(listener), sources=len(site.sources))
        yield Door(site, commits)


def _shown(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
