"""Signatures of requests: a digest over something that a template describes, or the scheme of a provider.

A signature holds only at the gateway's own time, so this is the one place outside the commands where the clock is
read: what it says goes into requests and nowhere else.
"""

import hashlib
import hmac
import secrets
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from engine.channels.templates import Row, Template

MOMENT_NAMES = ("timestamp", "timestamp_ms", "utc", "nonce")
"""What templates may name of a request that is signed.

Seconds and milliseconds since 1970, `2026-11-22T01:00:00Z`, 32 characters used once.
"""

REQUEST_NAMES = ("method", "path", "query", "body", "body_sha256")
"""What `over` may name of the request itself."""

Headers = list[tuple[str, str]]


class Moment(NamedTuple):
    """When a request is signed, and a number used once."""

    seconds: float
    nonce: str

    @property
    def row(self) -> Row:
        """The values of MOMENT_NAMES."""
        return (str(int(self.seconds)), str(int(self.seconds * 1000)), _utc(self.seconds), self.nonce)


class Draft(NamedTuple):
    """A request that is not signed yet. `host` as in the header; `query` without `?`."""

    method: str
    host: str
    path: str
    query: str
    headers: Headers
    body: bytes


Scheme = Callable[[Draft, Moment], Headers]
"""The headers that sign a request."""


def this_moment() -> Moment:
    """The moment now."""
    return Moment(time.time(), secrets.token_hex(16))


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest, keyed or not, over what a template says, in hexadecimal or base64."""

    over: Template
    make: Callable[[bytes], bytes]
    encode: Callable[[bytes], str]

    @property
    def needs_request(self) -> bool:
        """Whether it can only be made of the finished request, and so cannot stand in its URL or body."""
        return bool(self.over.uses.intersection(REQUEST_NAMES))

    def signature(self, row: Row, draft: Draft | None) -> str:
        """The signature over a row and, where it is needed, a request."""
        request: Row = ("",) * len(REQUEST_NAMES)
        if draft is not None:
            body = draft.body.decode(errors="replace")
            request = (draft.method, draft.path, draft.query, body, _sha256(draft.body))
        return self.encode(self.make(self.over.fill((*row, *request)).encode()))


DIGESTS: Mapping[str, str] = {
    "hmac-sha256": "sha256", "hmac-sha1": "sha1", "hmac-sha512": "sha512", "hmac-md5": "md5",
    "sha256": "sha256", "sha1": "sha1", "sha512": "sha512", "md5": "md5",
}  # fmt: skip

ENCODINGS: Mapping[str, Callable[[bytes], str]] = {
    "hex": bytes.hex,
    "hex-upper": lambda digest: digest.hex().upper(),
    "base64": lambda digest: b64encode(digest).decode(),
    "hex-base64": lambda digest: b64encode(digest.hex().encode()).decode(),
}


def digest_maker(scheme: str, secret: str) -> Callable[[bytes], bytes]:
    """The digest of a scheme of DIGESTS; keyed ones use the secret."""
    algorithm, key = DIGESTS[scheme], secret.encode()
    if scheme.startswith("hmac-"):
        return lambda content: hmac.digest(key, content, algorithm)
    return lambda content: hashlib.new(algorithm, content, usedforsecurity=False).digest()


def aliyun_v3(key_id: str, secret: str, _: str) -> Scheme:
    """ACS3-HMAC-SHA256 of Alibaba Cloud: every `x-acs-` header, the host and the type of the content are signed."""

    def sign(draft: Draft, moment: Moment) -> Headers:
        digest = _sha256(draft.body)
        added = [
            ("x-acs-content-sha256", digest),
            ("x-acs-date", _utc(moment.seconds)),
            ("x-acs-signature-nonce", moment.nonce),
        ]
        signed = {"host": draft.host}
        for name, value in (*draft.headers, *added):
            if name.lower().startswith("x-acs-") or name.lower() == "content-type":
                signed[name.lower()] = value.strip()
        names = ";".join(sorted(signed))
        canonical = _canonical(draft, "&".join(sorted(draft.query.split("&"))), signed, digest)
        signature = _hmac(secret.encode(), f"ACS3-HMAC-SHA256\n{_sha256(canonical)}").hex()
        value = f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={names},Signature={signature}"
        return [*added, ("Authorization", value)]

    return sign


def tencent_tc3(key_id: str, secret: str, service: str) -> Scheme:
    """TC3-HMAC-SHA256 of Tencent Cloud: the type of the content, the host and the action are signed."""

    def sign(draft: Draft, moment: Moment) -> Headers:
        seconds, day = str(int(moment.seconds)), _utc(moment.seconds)[:10]
        signed = {"host": draft.host}
        for name, value in draft.headers:
            if name.lower() in {"content-type", "x-tc-action"}:
                signed[name.lower()] = value.strip().lower()
        canonical = _canonical(draft, draft.query, signed, _sha256(draft.body))
        scope = f"{day}/{service}/tc3_request"
        key = _hmac(_hmac(_hmac(f"TC3{secret}".encode(), day), service), "tc3_request")
        signature = _hmac(key, f"TC3-HMAC-SHA256\n{seconds}\n{scope}\n{_sha256(canonical)}").hex()
        names = ";".join(sorted(signed))
        value = f"TC3-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
        return [("X-TC-Timestamp", seconds), ("Authorization", value)]

    return sign


SCHEMES: Mapping[str, Callable[[str, str, str], Scheme]] = {
    "aliyun-v3": aliyun_v3,
    "tencent-tc3": tencent_tc3,
}


def _canonical(draft: Draft, query: str, signed: Mapping[str, str], digest: str) -> bytes:
    """The request as both providers want it signed."""
    headers = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    parts: Sequence[str] = (draft.method, draft.path, query, headers, ";".join(sorted(signed)), digest)
    return "\n".join(parts).encode()


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
