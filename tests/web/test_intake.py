"""What becomes of messages: each is stored once or parked, and what is acknowledged is there."""

import json
from pathlib import Path

import pytest

from engine.calendars.zone import DAY
from engine.safekeeping.lapsing import let_lapse
from tests.webs import CONFIG, NOW, RULES, Web, web


def visits(some: Web) -> int:
    """How many visits are stored."""
    return int(some.rows("select count(*) from event_visit")[0][0])


def test_one_message_id_is_taken_once_also_after_a_restart(tmp_path: Path) -> None:
    """S6: whoever heard no answer sends it again."""
    with web(tmp_path) as some:
        assert [some.track("visit", messageId="m1").status for _ in range(2)] == [200, 200]
        assert some.post("/v1/batch", {"batch": [_visit("m1"), _visit("m2"), _visit("m2")]}).status == 200
    with web(tmp_path) as some:
        assert some.track("visit", messageId="m2").status == 200
        assert some.rows("select id from event_visit order by id") == [("m1",), ("m2",)]


def test_the_same_event_by_file_and_by_request_is_one(tmp_path: Path) -> None:
    """F5: by its id, or by all it says."""
    with web(tmp_path) as some:
        file = some.homing.file(
            "v.csv", "customer,at,store,id\nC1,2026-11-01T10:00:00Z,A,m1\nC1,2026-11-02T10:00:00Z,B,\n"
        )
        some.homing.well("import", "visit", file)
        some.track("visit", messageId="m1", timestamp="2026-11-01T10:00:00Z", properties={"store": "A"})
        some.track("visit", timestamp="2026-11-02T10:00:00Z", properties={"store": "B"})
        assert visits(some) == 2
        some.track("visit", messageId="m3", timestamp="2026-11-03T10:00:00Z")
        some.homing.well(
            "import", "visit", some.homing.file("w.csv", "customer,at,id\nC1,2026-11-03T10:00:00Z,m3\n")
        )
        assert visits(some) == 3
        some.homing.well("run", "--json")


def test_equal_messages_of_one_request_are_twins(tmp_path: Path) -> None:
    """Where nothing tells them apart they are as many as were sent; the request sent again brings none."""
    with web(tmp_path) as some:
        batch = {"batch": [_visit(None), _visit(None)]}
        assert [some.post("/v1/batch", batch).status for _ in range(2)] == [200, 200]
        assert visits(some) == 2


def test_unknown_customers_come_into_being(tmp_path: Path) -> None:
    """F6: an event before its customer is stored, and theirs when the traits come."""
    with web(tmp_path) as some:
        some.track("purchase", user="C9", properties={"amount": 3})
        some.post("/v1/identify", {"userId": "C9", "traits": {"name": "陈晨"}})
        query = "select c.name, p.amount from customer c join event_purchase p using (customer)"
        assert some.rows(query) == [("陈晨", 300)]


def test_what_came_late_does_not_take_back_what_came_after(tmp_path: Path) -> None:
    """A message about traits that is sent again, its answer lost, changes nothing any more."""
    with web(tmp_path) as some:
        old = {"userId": "C1", "messageId": "i1", "traits": {"name": "old"}}
        some.post("/v1/identify", old)
        some.post("/v1/identify", {"userId": "C1", "messageId": "i2", "traits": {"name": "new"}})
        assert some.post("/v1/identify", old).status == 200
        assert some.rows("select name from customer") == [("new",)]


@pytest.mark.parametrize(
    ("message", "because"),
    [
        ({"event": "sneeze", "userId": "C1"}, "no rule declares this event"),
        ({"event": "visit", "anonymousId": "a"}, "no userId"),
        ({"event": "visit", "userId": "C1", "timestamp": "soon"}, "timestamp: cannot be read"),
        ({"event": "purchase", "userId": "C1", "properties": {"amount": "much"}}, "amount: cannot be read"),
        ({"event": "visit", "userId": "C" * 300}, "userId: cannot be read"),
    ],
)
def test_what_cannot_be_taken_is_parked(tmp_path: Path, message: dict[str, object], because: str) -> None:
    """S6: it is acknowledged and kept, once, with the reason."""
    with web(tmp_path) as some:
        assert [some.post("/v1/track", message).status for _ in range(2)] == [200, 200]
        assert some.parked() == [because]
        assert visits(some) == 0


def test_of_traits_those_that_can_be_read_are_taken(tmp_path: Path) -> None:
    """The message is parked as well, so that nothing is lost."""
    with web(tmp_path) as some:
        some.post("/v1/identify", {"userId": "C1", "traits": {"name": "陈", "points": "many", "hat": 1}})
        assert some.rows("select name, points from customer") == [("陈", None)]
        assert some.parked() == ["points: cannot be read"]


def test_parked_messages_are_taken_when_rules_come_that_declare_them(tmp_path: Path) -> None:
    """With the time at which they happened; the others stay."""
    with web(tmp_path) as some:
        some.track("sneeze", timestamp="2026-11-01T10:00:00Z", messageId="s1")
        some.track("cough", messageId="c1")
        some.homing.file("rules/all.rules", RULES + "event sneeze { loud: flag }\n")
        some.homing.well("apply")
        some.track("visit")
        assert some.rows("select id, at from event_sneeze") == [("s1", 1793527200000)]
        assert some.parked() == ["no rule declares this event"]


def test_a_source_brings_only_what_it_may(tmp_path: Path) -> None:
    """Scopes: a wrong kind of request is refused; in a batch what is not allowed is parked."""
    with web(tmp_path) as some:
        till = "events-secret"
        assert some.post("/v1/identify", {"userId": "C1"}, key=till).status == 403
        batch = {"batch": [{"type": "identify", "userId": "C1", "traits": {"name": "x"}}, _visit("m1")]}
        assert some.post("/v1/batch", batch, key=till).status == 200
        assert some.rows("select name from customer") == [(None,)]
        assert some.parked() == ["its source may not bring this"]
        assert some.call("GET", "/metrics", key=till).status == 403


def test_who_has_no_key_brings_nothing(tmp_path: Path) -> None:
    """401, whatever is in the body; too many wrong keys from one place get 429, which keeps nobody else out."""
    with web(tmp_path) as some:
        answers = [some.track("visit", key=key).status for key in (None, "", "shop", "shop-secret ")]
        assert answers == [401, 401, 401, 200]
        assert {some.post("/v1/track", {}, key="wrong").status for _ in range(30)} == {401, 429}
        assert some.track("visit").status == 200
        assert "shop-secret" not in some.log.getvalue()


def test_without_rules_nothing_is_acknowledged(tmp_path: Path) -> None:
    """503: what is sent is kept by its sender, who sends it again."""
    with web(tmp_path, rules=RULES) as some:
        with some.project.store.write() as connection:
            connection.exec_driver_sql("delete from release")
        answer = some.track("visit")
        assert (answer.status, answer.json["code"], answer.headers["retry-after"]) == (
            503,
            "unavailable",
            "2",
        )
        assert some.call("GET", "/healthz").status == 503


def test_a_source_has_its_own_pace(tmp_path: Path) -> None:
    """429 for more, before the body is read."""
    config = CONFIG.replace('scopes = ["events"]', 'scopes = ["events"]\nrate = 0.1')
    with web(tmp_path, config) as some:
        assert [some.track("visit", key="events-secret").status for _ in range(2)] == [200, 429]


def test_what_comes_in_wishes_for_a_run(tmp_path: Path) -> None:
    """Unless the configuration leaves it to the schedule."""
    with web(tmp_path / "soon") as some:
        some.track("visit")
        assert some.told == 1
    with web(tmp_path / "later", CONFIG + '\n[http]\nruns = "schedule"\n') as some:
        some.track("visit")
        assert some.told == 0


def test_the_clock_of_a_sender_cannot_reach_into_the_future(tmp_path: Path) -> None:
    """An event happened when it came, at the latest."""
    with web(tmp_path) as some:
        some.track("visit", timestamp="2031-01-01T00:00:00Z")
        assert some.rows("select at from event_visit") == [(NOW,)]


def _visit(identity: str | None) -> dict[str, object]:
    found = {"type": "track", "event": "visit", "userId": "C1", "timestamp": "2026-11-01T10:00:00Z"}
    return json.loads(json.dumps(found | ({"messageId": identity} if identity else {})))  # type: ignore[no-any-return]


def test_parked_messages_are_told_and_lapse(tmp_path: Path) -> None:
    """`homing status` counts them; after 90 days they and the ids of messages about traits are forgotten."""
    with web(tmp_path) as some:
        some.track("sneeze")
        some.post("/v1/identify", {"userId": "C1", "messageId": "i1"})
        problems = some.homing("status", "--json").json["problems"]
        assert any("1 message that came in over HTTP could not be taken" in problem for problem in problems)
        let_lapse(some.project, NOW + 89 * DAY)
        assert some.parked()
        let_lapse(some.project, NOW + 91 * DAY)
        assert not some.parked()
        assert some.rows("select count(*) from once") == [(0,)]
