"""`homing parked`: what came in and is nobody's yet."""

from pathlib import Path

from tests.webs import PUSHED, PUSHED_RULES, web

SOURCE = """
[http.sources.till]
key = "{{ secret('EVENTS_KEY') }}"
scopes = ["events"]
"""


def test_messages_and_replies_that_are_nobodys(tmp_path: Path) -> None:
    """With the reason, the newest first, numbers masked. An opt-out among them is kept to."""
    config = PUSHED.replace(
        "[http.sources.elsewhere]\nkey = \"{{ secret('EVENTS_KEY') }}\"",
        "[http.sources.elsewhere]\nkey = \"{{ secret('WATCH_KEY') }}\"",
    )
    with web(tmp_path, config + SOURCE, PUSHED_RULES) as some:
        assert some.track("sneeze", key="events-secret", messageId="m1").status == 200
        some.now += 1000
        for number, text in ((1, "什么时候开门"), (2, "TD")):
            body = f'{{"from": "1380000000{number}", "text": "{text}", "id": "r{number}"}}'.encode()
            assert some.call("POST", "/replies/plain?key=shop-secret", body, key=None).status == 200
        found = some.homing.well("parked", "--json").json
        assert [(one["kind"], one["from"], one["whose"], one["what"], one["because"]) for one in found] == [
            ("reply", "plain", "138****0001", "什么时候开门", "no customer has this address"),
            ("reply", "plain", "138****0002", "TD", "no customer has this address"),
            ("message", "till", "C1", "sneeze", "no rule declares this event"),
        ]
        assert found[2]["id"] == "m1"
        assert len(some.homing.well("parked", "--json", "--kind", "reply", "--limit", "1").json) == 1
        assert some.homing.well("parked", "--since", "2026-11-23", "--json").json == []
        assert "no rule declares this event" in some.homing.well("parked", "--kind", "message").out
        rows = "id,name,phone\nC1,陈,13800000001\nC2,王,13800000002\n"
        some.homing.well("import", "customers", some.homing.file("c.csv", rows))
        opted = [bool(some.homing.well("customer", one, "--json").json["optouts"]) for one in ("C1", "C2")]
        assert opted == [False, True]
