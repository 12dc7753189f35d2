"""Requests: from messages on their way out to the bytes that are written. Knows no connection."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from engine.channels.http.bodies import Body
from engine.channels.http.signatures import Digest, Draft, Headers, Moment, Scheme, this_moment
from engine.channels.http.targets import Target
from engine.channels.protocol import Outgoing
from engine.channels.templates import Row, Template
from engine.reasons import HALF_CHARACTER, NOT_IN_HEADER

WHOLE_NAMES = ("channel", "at")
"""What the templates of a whole batch may name: what is the same for all of its messages."""


class UnfitMessageError(ValueError):
    """A request cannot be made of this message; why."""


@dataclass(frozen=True, slots=True)
class Requests:
    """How requests are made. `batch`: of many messages at once, so that URL and headers know only WHOLE_NAMES."""

    method: str
    target: Target
    headers: Sequence[tuple[str, Template]]
    body: Body
    batch: bool = False
    digest: Digest | None = None
    scheme: Scheme | None = None

    def written(self, messages: Sequence[Row]) -> bytes:
        """The request for these messages; UnfitMessageError when one of them cannot be written."""
        try:
            return _bytes(self._signed(messages))
        except (UnicodeError, orjson.JSONEncodeError):
            raise UnfitMessageError(HALF_CHARACTER()) from None

    def _signed(self, messages: Sequence[Row]) -> Draft:
        if self.digest is None and self.scheme is None:
            return self._draft(messages, self._whole(messages[0]))
        moment = this_moment()
        rows = [(*message, *moment.row) for message in messages]
        whole = (*self._whole(messages[0]), *moment.row)
        if self.digest is not None:
            return self._with_digest(self.digest, rows, whole)
        return self._with_scheme(rows, whole, moment)

    def _with_digest(self, digest: Digest, rows: Sequence[Row], whole: Row) -> Draft:
        if not digest.needs_request:
            signature = digest.signature(whole, None)
            return self._draft([(*row, signature) for row in rows], (*whole, signature))
        draft = self._draft(rows, whole, headers=False)
        return draft._replace(headers=self._headers((*whole, digest.signature(whole, draft))))

    def _with_scheme(self, rows: Sequence[Row], whole: Row, moment: Moment) -> Draft:
        draft = self._draft(rows, whole)
        added = [] if self.scheme is None else self.scheme(draft, moment)
        return draft._replace(headers=[*draft.headers, *added])

    def _draft(self, rows: Sequence[Row], whole: Row, *, headers: bool = True) -> Draft:
        target = self.target
        query = target.query
        return Draft(
            self.method,
            target.host,
            target.path.fixed or target.path.fill(whole),
            "" if query is None else query.fixed or query.fill(whole),
            self._headers(whole) if headers else [],
            self.body.write(rows, whole),
        )

    def _whole(self, message: Row) -> Row:
        return (message[_CHANNEL], message[_AT]) if self.batch else message

    def _headers(self, whole: Row) -> Headers:
        return [(name, fixed or _fit(name, fill(whole))) for name, (fill, fixed, _) in self.headers]


_CHANNEL, _AT = Outgoing._fields.index("channel"), Outgoing._fields.index("at")


def _fit(name: str, value: str) -> str:
    if not value.isprintable():
        raise UnfitMessageError(NOT_IN_HEADER(name=name))
    return value


def _bytes(draft: Draft) -> bytes:
    target = f"{draft.path}?{draft.query}" if draft.query else draft.path
    headers = "".join([f"{name}: {value}\r\n" for name, value in draft.headers])
    length = f"Content-Length: {len(draft.body)}\r\n" if draft.body or draft.method != "GET" else ""
    head = f"{draft.method} {target} HTTP/1.1\r\nHost: {draft.host}\r\n{headers}{length}\r\n"
    return head.encode() + draft.body
