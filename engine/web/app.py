"""The ASGI application: which address does what. What is acknowledged is on the disk."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.channels.protocol import Kind
from engine.daemon.logs import log_error
from engine.errors import EngineError
from engine.storage.values import Reader
from engine.web.bodies import parsed
from engine.web.callers import may
from engine.web.commits import BusyError
from engine.web.desk import Desk
from engine.web.intake import Delivered
from engine.web.messages import Body, MalformedError, Type, read_batch, read_one
from engine.web.openapi import document
from engine.web.pushed import take_pushed
from engine.web.refusals import RefusalError
from engine.web.settings import Source

Endpoint = Callable[[Request], Awaitable[Response]]

_SAFE = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
_DONE = b'{"success":true}'


def make_app(desk: Desk) -> Starlette:
    """The application."""
    routes = [
        _route("/v1/batch", desk, _batch, "POST"),
        _route("/v1/track", desk, partial(_one, kind="track"), "POST"),
        _route("/v1/identify", desk, partial(_one, kind="identify"), "POST"),
        _route("/receipts/{channel}", desk, partial(_pushed, kind="receipts"), "POST"),
        _route("/replies/{channel}", desk, partial(_pushed, kind="replies"), "POST"),
        _route("/healthz", desk, _health, "GET"),
        _route("/metrics", desk, _metrics, "GET"),
        _route("/openapi.json", desk, _openapi, "GET"),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _no_such_thing})


def _route(
    path: str, desk: Desk, handle: Callable[[Desk, Request], Awaitable[Response]], method: str
) -> Route:
    async def endpoint(request: Request) -> Response:
        response = await _answered(desk, request, handle)
        desk.figures.request(path, response.status_code)
        return response

    return Route(path, endpoint, methods=[method])


async def _answered(
    desk: Desk, request: Request, handle: Callable[[Desk, Request], Awaitable[Response]]
) -> Response:
    """The answer, whatever goes wrong: nothing of it is stored then, and it may be sent again."""
    try:
        return await handle(desk, request)
    except RefusalError as refusal:
        return _json(refusal.status, refusal.document, refusal.headers)
    except BusyError as error:
        return _later(error, "busy")
    except EngineError as error:
        return _later(error, "unavailable")
    except Exception as error:  # noqa: BLE001  # no request may end the server, or show what it is made of
        log_error("request failed", error, path=request.scope["route"].path)
        return _json(500, RefusalError(500, "failed", "it failed, and nothing was taken").document, {})


def _later(error: EngineError, code: str) -> Response:
    refusal = RefusalError(503, code, "nothing was taken: send it again later", {"retry-after": "2"})
    log_error("request put off", error)
    return _json(503, refusal.document, refusal.headers)


def _json(status: int, content: object, headers: Mapping[str, str]) -> Response:
    return _response(orjson.dumps(content), status, headers)


def _response(
    body: bytes, status: int = 200, headers: Mapping[str, str] | None = None, kind: str = "application/json"
) -> Response:
    return Response(body, status, {**_SAFE, **(headers or {})}, media_type=kind)


async def _no_such_thing(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  # it is registered for these
    refusal = RefusalError(error.status_code, "not_found", str(error.detail), error.headers or {})
    return _json(refusal.status, refusal.document, refusal.headers)


# Messages


async def _batch(desk: Desk, request: Request) -> Response:
    source = desk.source(request)
    may(source, "events", "customers")
    body = await desk.body(request)
    with desk.room.of(body):
        return await _taken(desk, source, partial(read_batch, parsed(body)))


async def _one(desk: Desk, request: Request, kind: Type) -> Response:
    source = desk.source(request)
    may(source, "events" if kind == "track" else "customers")
    body = await desk.body(request)
    with desk.room.of(body):
        return await _taken(desk, source, partial(read_one, parsed(body), kind))


async def _taken(desk: Desk, source: Source, read: Callable[[int, Reader], Body]) -> Response:
    """What is read is on the disk before it is acknowledged."""
    received = desk.wall()
    try:
        body = read(received, desk.time)
    except MalformedError as error:
        raise RefusalError(400, "malformed", str(error)) from None
    if body.messages:
        waiting = desk.commits.messages(
            asyncio.get_running_loop(), Delivered(source, body.messages, received)
        )
        desk.figures.messages(source.name, await waiting)
    desk.figures.passed_over(source.name, body.passed_over)
    return _response(_DONE)


# What gateways push


async def _pushed(desk: Desk, request: Request, kind: Kind) -> Response:
    return _response(await take_pushed(desk, request, request.path_params["channel"], kind))


# What is known


async def _health(desk: Desk, _request: Request) -> Response:
    healthy = await asyncio.to_thread(desk.health.healthy, time.monotonic())
    return _json(200 if healthy else 503, {"healthy": healthy}, {})


async def _metrics(desk: Desk, request: Request) -> Response:
    may(desk.source(request), "metrics")
    found = await asyncio.to_thread(desk.health.status, time.monotonic())
    return _response(desk.figures.written(found), kind="text/plain; version=0.0.4; charset=utf-8")


async def _openapi(desk: Desk, _request: Request) -> Response:
    return _json(200, document(sorted(desk.site.pushing)), {})
