"""F10: what is too large, too deep, too slow or no HTTP at all is refused before it costs anything."""

import gzip
import json
import resource
import socket
from pathlib import Path

import pytest

from engine.web import bodies, server
from tests.webs import Web, web

MOST = 1024 * 1024


def peak() -> int:
    """The most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def bomb(size: int) -> bytes:
    """Some bytes that unpack to many."""
    return gzip.compress(b" " * size, 9)


def test_bodies_too_large_leave_memory_as_it_was(tmp_path: Path) -> None:
    """413 for ten megabytes, announced or not, and for gzip bombs; the next request is served."""
    with web(tmp_path) as some:
        some.track("visit")
        packed, plain, before = bomb(200_000_000), b" " * 10_000_000, peak()
        for _ in range(5):
            answers = [
                some.call("POST", "/v1/batch", packed, content_encoding="gzip"),
                some.call("POST", "/v1/batch", b"{}", content_length="10000000"),
                raw(some, head("/v1/batch", "transfer-encoding: chunked"), chunked(plain)),
            ]
            statuses = [answer if isinstance(answer, int) else answer.status for answer in answers]
            assert statuses in ([413, 413, 413], [413, 413, 0])  # cut off while it still sends
        assert peak() - before < 30_000_000
        assert some.track("visit").status == 200


BODIES: list[tuple[bytes, dict[str, str], int]] = [
    (b"[" * 100_000, {}, 400),
    (b'{"a":' * 50 + b"1" + b"}" * 50, {}, 400),
    (b'{"event": "visit", "userId": "C1", "context": "' + b"[{" * 99 + b'"}', {}, 200),
    (b"{", {}, 400),
    (b"", {}, 400),
    (b"[]", {}, 400),
    (b"null", {}, 400),
    (b'"\\ud800"', {}, 400),
    (b"\xff\xfe{}", {}, 400),
    (b'{"userId": "C1"}', {}, 400),
    (b'{"event": "visit"}', {}, 400),
    (b'{"event": 5, "userId": "C1"}', {}, 400),
    (b"no gzip", {"content_encoding": "gzip"}, 400),
    (gzip.compress(b'{"event": "visit", "userId": "C1"}')[:-9], {"content_encoding": "gzip"}, 400),
    (b"{}", {"content_encoding": "br"}, 415),
    (b'{"event": "visit", "userId": 17, "properties": {"store": [1]}}', {}, 200),
    (b'{"event": "visit", "userId": "C1", "properties": {"store": 1e400}}', {}, 400),
    (b'{"event": "visit", "userId": "C1\\u0000", "messageId": "\\u0000"}', {}, 200),
]


def test_bodies_that_are_none(tmp_path: Path) -> None:
    """400 with a reason; brackets in texts are no depth."""
    with web(tmp_path) as some:
        for body, headers, status in BODIES:
            answer = some.call("POST", "/v1/track", body, **headers)
            assert answer.status == status, (body[:80], answer.body)
        assert "failed" not in some.log.getvalue()


def test_a_batch_has_an_end(tmp_path: Path) -> None:
    """400 for more messages than anybody sends at once."""
    with web(tmp_path) as some:
        assert some.post("/v1/batch", {"batch": [0] * 2501}).status == 400
        assert some.post("/v1/batch", {"batch": [0, None, {}, {"type": "page"}, {"type": []}]}).status == 200
        assert some.post("/v1/batch", {"batch": {}}).status == 400


def test_who_is_slow_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a head, half a body: the connection ends, and nothing is stored."""
    monkeypatch.setattr(server, "IDLE", 0.2)
    monkeypatch.setattr(bodies, "SLOWEST", 0.2)
    with web(tmp_path) as some:
        assert raw(some, b"") == 0
        assert raw(some, b"POST /v1/track HTTP/1.1\r\nhost: a\r\n") == 0
        assert raw(some, head("/v1/track", "content-length: 100"), b'{"event"') == 408
        with socket.create_connection(("127.0.0.1", some.port), timeout=30) as connection:
            connection.sendall(b"POST /nothing HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n")
            assert b" 404 " in connection.recv(65536)
            assert ended(connection)  # though the body never comes
        assert some.rows("select count(*) from event_visit") == [(0,)]


def test_heads_have_an_end(tmp_path: Path) -> None:
    """Whoever sends headers without end is cut off."""
    with web(tmp_path) as some:
        assert raw(some, b"POST /v1/track HTTP/1.1\r\n" + b"x: " + b"y" * 200_000) == 0
        assert raw(some, b"POST /v1/track HTTP/1.1\r\n" + b"x: y\r\n" * 50_000) == 0
        assert raw(some, b"\x16\x03\x01 nonsense\r\n\r\n") == 400
        assert some.track("visit").status == 200


def test_keys_are_asked_for_before_bodies_are_read(tmp_path: Path) -> None:
    """401 while the body has not come."""
    with web(tmp_path) as some:
        request = b"POST /v1/track HTTP/1.1\r\nhost: a\r\ncontent-length: 900000\r\n\r\n"
        assert raw(some, request, wait=False) == 401


def ended(connection: socket.socket) -> bool:
    """Whether the other side ends it."""
    try:
        return connection.recv(65536) == b""
    except ConnectionResetError:
        return True


def head(path: str, *lines: str) -> bytes:
    """The head of a request with a key."""
    named = ("host: a", "authorization: Bearer shop-secret", *lines)
    return "\r\n".join((f"POST {path} HTTP/1.1", *named, "", "")).encode()


def chunked(body: bytes) -> bytes:
    """A body in chunks."""
    parts = [body[start : start + 65536] for start in range(0, len(body), 65536)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def raw(some: Web, *parts: bytes, wait: bool = True) -> int:
    """Bytes as they are; the status of the answer, 0 when the connection ended without one."""
    with socket.create_connection(("127.0.0.1", some.port), timeout=30) as connection:
        try:
            for part in parts:
                connection.sendall(part)
            answer = connection.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            answer = b"" if wait else connection.recv(65536)
    return int(answer.split()[1]) if answer else 0


def test_depth_is_counted_without_parsing() -> None:
    """Brackets in strings do not count, escaped quotes do not end strings."""
    assert not bodies.too_deep(json.dumps(["[" * 500, '\\"[[[' * 50, {"a": []}]).encode())
    assert bodies.too_deep(json.dumps([[[]]] * 5).encode() + b"[" * 33)
