"""What gateways push: receipts and replies, signed over the bytes of the body, or with a source's key.

Forged ones leave nothing but a count. The same delivery is taken once.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from starlette.requests import Request

from engine.channels.protocol import Kind, Reporter, UnreadableBodyError
from engine.inbox.taking import Inbox, Taken, heard_in, take_body, take_piecewise
from engine.projects.project import Project
from engine.storage.bulk import insert_rows
from engine.storage.digests import digest
from engine.storage.web_tables import once
from engine.web.bodies import too_deep
from engine.web.callers import may
from engine.web.desk import Desk
from engine.web.gateways import Pushing
from engine.web.intake import Ready
from engine.web.refusals import RefusalError
from engine.web.signing import Pushed


async def take_pushed(desk: Desk, request: Request, channel: str, kind: Kind) -> bytes:
    """Take what a gateway pushes; what it wants to read then."""
    pushing = desk.site.pushing.get(channel)
    if pushing is None or not _reads(desk, channel, kind):
        raise RefusalError(404, "not_found", f"no channel of this name reads {kind}")
    if pushing.signing is None:
        may(desk.source(request), kind)
    body = await desk.body(request)
    name = _name(desk, request, pushing, body)

    def take(ready: Ready) -> Taken | None:
        return _taken(desk, ready, _Delivery(kind, channel, body, name))

    taken: Taken | None = None
    if not (_is_json(body) and too_deep(body)):
        with desk.room.of(body):
            taken = await desk.commits.call(asyncio.get_running_loop(), take)
    if taken is None:
        desk.figures.refused(channel, "unreadable")
        raise RefusalError(400, "malformed", "the body is not what the channel's table describes")
    desk.figures.reports(channel, _counts(taken))
    return pushing.answer.encode()


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A body, and what it is known by when it comes again; None: by what is in it."""

    kind: Kind
    channel: str
    body: bytes
    name: str | None


def _reads(desk: Desk, channel: str, kind: Kind) -> bool:
    found = desk.channels.get(channel)
    return isinstance(found, Reporter) and kind in found.reports


def _name(desk: Desk, request: Request, pushing: Pushing, body: bytes) -> str | None:
    """What a signed delivery is known by. RefusalError when it is forged, or was signed long ago."""
    if pushing.signing is None:
        return None
    pushed = Pushed(_url(request, pushing), request.headers, body)
    if not pushing.signing.holds(pushed, desk.wall()):
        desk.figures.refused(pushing.channel, "signature")
        raise desk.refused(request)
    return pushing.signing.name(request.headers)


def _url(request: Request, pushing: Pushing) -> str:
    """The address that was called, as the gateway knows it: before whatever stands in front of us."""
    if pushing.url is None:
        return str(request.url)
    query = request.scope["query_string"].decode("latin-1")
    path = request.scope.get("raw_path", b"").decode("latin-1")
    return f"{pushing.url}{path}" + (f"?{query}" if query else "")


def _is_json(body: bytes) -> bool:
    return body.lstrip()[:1] in {b"{", b"["}


def _taken(desk: Desk, ready: Ready, one: _Delivery) -> Taken | None:
    """What was taken; None when nobody can read it."""
    try:
        return _take(desk, ready, one)
    except UnreadableBodyError:
        return None


def _take(desk: Desk, ready: Ready, one: _Delivery) -> Taken:
    """Take it, once: that is noted in the transaction that takes the last of it."""
    project, now = desk.commits.project, desk.wall()
    inbox = _inbox(project, ready, desk)
    if one.name is None:
        return take_body(inbox, one.channel, one.body, now, one.kind)
    key = digest(f"{one.kind}\x1f{one.channel}\x1f{one.name}")
    with project.store.read() as connection:
        if connection.scalar(sa.select(once.c.digest).where(once.c.digest == key)) is not None:
            return Taken()

    def note(connection: sa.Connection) -> None:
        insert_rows(connection, once, ["digest", "taken_at"], [(key, now)], passing_over=True)

    heard = heard_in(inbox, one.channel, one.body, one.kind)
    return take_piecewise(inbox, one.channel, heard, now, note)


def _inbox(project: Project, ready: Ready, desk: Desk) -> Inbox:
    addresses = {name: channel.address for name, channel in project.config.channels.items()}
    return Inbox(project.store, ready.release.model, project.surroundings, desk.channels, addresses)


def _counts(taken: Taken) -> Counter[str]:
    found: Mapping[str, int] = {
        "receipts": taken.receipts.total(),
        "replies": taken.replies,
        "passed_over": taken.passed_over,
    }
    return Counter({what: count for what, count in found.items() if count})
