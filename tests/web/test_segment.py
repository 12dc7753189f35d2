"""The official Python library for the Segment API, unmodified, against a real server."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from segment.analytics.client import Client

from tests.webs import NOW, Web, web


def client(some: Web, *, gzip: bool = False) -> Client:
    """The library, pointed at us."""
    made = Client("shop-secret", host=f"http://127.0.0.1:{some.port}", gzip=gzip, max_retries=0, send=True)
    made.on_error = lambda error, _items: errors.append(error)
    errors.clear()
    return made


errors: list[object] = []


@pytest.mark.parametrize("gzip", [False, True])
def test_its_messages_become_customers_and_events(tmp_path: Path, *, gzip: bool) -> None:
    """Traits become attributes by name or by the configuration, events kinds; what no rule declares is counted."""
    with web(tmp_path) as some:
        library = client(some, gzip=gzip)
        library.identify(
            "C1", {"firstName": "晨", "phone": "13800000001", "birthDate": "1990-05-01", "hat": "red"}
        )
        library.track("C1", "Order Completed", {"revenue": 12.5, "items": 2, "coupon": "X"})
        library.track("C2", "visit", {"store": "A"})
        library.flush()
        library.shutdown()
        assert not errors
        assert some.rows("select id, first_name, phone, birthday from customer order by id") == [
            ("C1", "晨", "+8613800000001", 7425),
            ("C2", None, None, None),
        ]
        assert some.rows("select customer, amount, items from event_purchase") == [(1, 1250, 2.0)]
        assert some.rows("select customer, store from event_visit") == [(2, "A")]
        assert some.parked() == []
        figures = some.call("GET", "/metrics", key="watch-secret").body.decode()
        assert 'homing_http_messages_total{result="added",source="shop"} 3.0' in figures
        assert 'homing_http_messages_total{result="undeclared",source="shop"} 2.0' in figures


def test_its_times_are_corrected_by_the_clock_here(tmp_path: Path) -> None:
    """An event of an hour before it was sent happened an hour before it came, whatever the sender's clock shows."""
    with web(tmp_path) as some:
        sent, original = "2020-01-01T10:00:00.000Z", "2020-01-01T09:00:00.000Z"
        document = {
            "batch": [{"type": "track", "userId": "C1", "event": "visit", "originalTimestamp": original}]
        }
        assert some.post("/v1/batch", document | {"sentAt": sent}).status == 200
        assert some.rows("select at from event_visit") == [(NOW - 3_600_000,)]


def test_it_sends_what_happened_long_ago(tmp_path: Path) -> None:
    """A time without the sender's own is taken as it is."""
    with web(tmp_path) as some:
        at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        assert some.track("visit", timestamp=at.isoformat()).status == 200
        assert some.rows("select at from event_visit") == [(int(at.timestamp() * 1000),)]
