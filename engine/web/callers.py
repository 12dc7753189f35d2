"""Who calls: sources by their keys, compared in constant time, each at its own rate."""

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import ip_address

from engine.web.refusals import RefusalError
from engine.web.settings import Network, Scope, Source

_FAILURES = 20.0  # a minute from one address
_ADDRESSES = 10_000  # that are remembered
_ASK = {"www-authenticate": 'Basic realm="homing"'}


@dataclass(slots=True)
class Bucket:
    """Lets so many through a second, and as many at once. Times are seconds of a clock that only goes forward."""

    rate: float
    most: float
    level: float
    at: float = 0.0

    def take(self, now: float) -> bool:
        """Whether one more may pass."""
        self.level = min(self.most, self.level + max(now - self.at, 0.0) * self.rate)
        self.at = now
        if self.level < 1.0:
            return False
        self.level -= 1.0
        return True


def bucket(rate: float) -> Bucket:
    """A full one."""
    most = max(rate, 1.0)
    return Bucket(rate, most, most)


@dataclass(slots=True)
class Callers:
    """Those who may call, and how often they have of late."""

    sources: Sequence[Source]
    _rates: dict[str, Bucket] = field(default_factory=dict)
    _failures: dict[str, Bucket] = field(default_factory=dict)

    def known(self, key: str | None, address: str, now: float) -> Source | None:
        """The source with that key, calling from where it may. RefusalError when it calls too often."""
        given = sha256((key or "").encode(errors="replace")).digest()
        found = [source for source in self.sources if hmac.compare_digest(source.key, given)]
        if not key or not found or not _within(address, found[0].addresses):
            return None
        self._pass(found[0], now)
        return found[0]

    def fail(self, address: str, now: float) -> RefusalError:
        """Note a failure; what to say of it."""
        if address not in self._failures and len(self._failures) >= _ADDRESSES:
            self._failures.pop(next(iter(self._failures)))
        fresh = Bucket(_FAILURES / 60, _FAILURES, _FAILURES, now)
        if not self._failures.setdefault(address, fresh).take(now):
            return RefusalError(429, "too_many", "too many wrong keys", {"retry-after": "60"})
        return RefusalError(401, "unauthorized", "no source has this key, or not from here", _ASK)

    def named(self, headers: Mapping[str, str], query: str | None, address: str, now: float) -> Source:
        """The source that calls; RefusalError when there is none. `query`: a key that the address itself holds."""
        found = self.known(key_of(headers) or query, address, now)
        if found is None:
            raise self.fail(address, now)
        return found

    def _pass(self, source: Source, now: float) -> None:
        if source.name not in self._rates:
            self._rates[source.name] = bucket(source.rate)
        if not self._rates[source.name].take(now):
            raise RefusalError(
                429, "too_many", f"at most {source.rate:g} requests a second", {"retry-after": "1"}
            )


def may(source: Source, *scopes: Scope) -> None:
    """RefusalError when a source may bring none of these."""
    if not source.scopes & {*scopes}:
        raise RefusalError(403, "forbidden", f"this key is not for {' or '.join(scopes)}")


def key_of(headers: Mapping[str, str]) -> str | None:
    """The key that a request shows: the name of HTTP Basic, as Segment's libraries do, or a bearer's token."""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip() or None
    if scheme.lower() != "basic":
        return None
    try:
        name = base64.b64decode(rest.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    user, _, password = name.partition(":")
    return user or password or None


def _within(address: str, networks: Sequence[Network]) -> bool:
    if not networks:
        return True
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in networks)
