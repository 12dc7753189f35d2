"""What staff is told: by a real webhook, once in six hours, and never of a customer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dsl.wording import Phrase
from engine.alerting.alerts import QUIET, harmless, remember, untold
from engine.storage.store import Store, open_store
from engine.wording import say, say_number
from tests.gateways import Gateway, refusing_port, says, web_gateway
from tests.projects import CONFIG, Homing, make_project

NO_RUN = say("no run since {last}: does the timer call `homing run`?", last="2026-11-23T10:00:00+08:00")


def in_doubt(count: int) -> Phrase:
    """So many messages are."""
    return say_number("{n:,} message …", "{n:,} messages …", n=count)


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty store."""
    made = open_store(":memory:", create=True)
    yield made
    made.close()


def shop(folder: Path, *urls: str) -> Homing:
    """A project that is not healthy, since no rules have been applied, and whom it tells."""
    homing = make_project(folder, config=f"{CONFIG}\n[alerts]\nurls = {[*urls]}\n")
    homing.opened(create=True).store.close()
    return homing


def test_staff_is_told_once(tmp_path: Path) -> None:
    """What is wrong, by the brand; the second time there is nothing new."""
    with web_gateway(says({})) as gateway:
        homing = shop(tmp_path, f"json://127.0.0.1:{gateway.port}/alerts")
        said = homing("status", "--alert")
        assert said.status == 1
        assert "staff told: 1 of 1 addresses reached" in said.err
        again = homing("status", "--alert", "--json")
        assert again.status == 1
        assert again.json["healthy"] is False
    (hit,) = gateway.hits
    assert hit.json["title"] == "毛毛家: not healthy"
    assert hit.json["message"] == "- no rules have been applied yet: `homing apply`"


def test_in_the_language_of_the_project(tmp_path: Path) -> None:
    """As commands speak."""
    with web_gateway(says({})) as gateway:
        homing = shop(tmp_path, f"json://127.0.0.1:{gateway.port}/")
        homing.file(
            "homing.toml",
            (tmp_path / "homing.toml").read_text().replace('"毛毛家"', '"毛毛家"\nlanguage = "zh"'),
        )
        homing("status", "--alert")
    assert gateway.hits[0].json["message"] == "- 还没有生效的规则：`homing apply`"


def test_who_is_healthy_is_silent(tmp_path: Path) -> None:
    """Nothing is told."""
    with web_gateway(says({})) as gateway:
        homing = shop(tmp_path, f"json://127.0.0.1:{gateway.port}/")
        homing.well("apply")
        homing.well("status", "--alert")
    assert not gateway.hits


def test_what_reached_nobody_is_told_again(tmp_path: Path, gateway_that_fails: Gateway) -> None:
    """One address that was reached is enough."""
    failing, closed = f"json://127.0.0.1:{gateway_that_fails.port}/", f"json://127.0.0.1:{refusing_port()}/"
    homing = shop(tmp_path, failing, closed)
    for _ in range(2):
        assert "staff told: 0 of 2 addresses reached" in homing("status", "--alert").err
    assert len(gateway_that_fails.hits) == 2


@pytest.fixture
def gateway_that_fails() -> Iterator[Gateway]:
    """It answers 500."""
    with web_gateway(says({}, 500)) as gateway:
        yield gateway


def test_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """They come from where those of channels do, and are told to the address alone."""
    with web_gateway(says({}, 500)) as gateway:
        homing = shop(tmp_path, f"json://bot:{{{{ secret('ALERT_TOKEN') }}}}@127.0.0.1:{gateway.port}/")
        assert "the secret `ALERT_TOKEN` is nowhere" in homing("status", "--alert").err
        monkeypatch.setenv("ALERT_TOKEN", "hunter2")
        said = homing("status", "--alert")
    assert "hunter2" not in said.out + said.err + caplog.text
    assert gateway.hits[0].headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("", "homing.toml does not say whom to tell"),
        ('[alerts]\nurls = ["nothing://hunter2"]', "[alerts]: address 1 of `urls` is none that apprise knows"),
        ('[alerts]\nurls = "json://x"', "`urls` is no list of texts"),
        ('[alerts]\nurl = ["json://x"]', "unknown key `url`"),
        ('[alerts]\nurls = ["{{ to }}"]', "`urls` names `to`, which is not known there"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant(tmp_path: Path, config: str, message: str) -> None:
    """It is said, and no address is shown."""
    homing = make_project(tmp_path)
    homing.opened(create=True).store.close()
    (tmp_path / "homing.toml").write_text(f"{CONFIG}\n{config}\n")
    said = homing("status", "--alert")
    assert said.status == 2
    assert message in said.err
    assert "hunter2" not in said.err


def test_quiet_for_six_hours(store: Store) -> None:
    """By problem; another number, or a later time, is the same problem."""
    now = 1_000_000_000
    first = untold(store, [NO_RUN, in_doubt(1)], now)
    assert list(first.values()) == [NO_RUN, "1 message …"]
    remember(store, first, now)
    assert untold(store, [NO_RUN, in_doubt(7)], now + QUIET - 1) == {}
    assert list(untold(store, [NO_RUN], now + QUIET).values()) == [NO_RUN]
    assert list(untold(store, [NO_RUN], now - 1).values()) == [NO_RUN]  # the clock was wrong then


def test_channels_are_problems_of_their_own(store: Store) -> None:
    """Each by its name."""
    told = [
        say("channel `{name}` is left alone until {until}: {because}", name=name, until="10:00", because="x")
        for name in ("sms", "email")
    ]
    remember(store, untold(store, told[:1], 5), 5)
    assert list(untold(store, told, 6).values()) == [harmless(told[1])]


def test_no_customer() -> None:
    """What gateways and people say may name one; so may whatever is not known to be harmless."""
    because = "550 <li@example.com> unknown"
    told = say(
        "channel `{name}` is left alone until {until}: {because}", name="sms", until="10:00", because=because
    )
    assert harmless(told) == "channel `sms` is left alone until 10:00: …"
    paused = say(
        "{what} is paused since {since} by {who}",
        what=say("channel `{name}`", name="sms"),
        since="1",
        who="Li",
    )
    told = say("{first}: {because}", first=paused, because="王小明 has complained")
    assert harmless(told) == "channel `sms` is paused since 1 by …: …"
