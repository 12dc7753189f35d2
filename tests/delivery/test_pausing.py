"""The switch: what is paused does not leave, and goes when it may go on."""

from typing import Any

import pytest

from engine.delivery.pausing import go_on, pauses, stop
from engine.storage.audit import By
from tests.deliveries import Gateway, Shop, at, shop

NOW, LATER, NIGHT = "2026-11-23 10:00", "2026-11-23 11:00", "2026-11-23 21:00"
OPS = By("小林", at(NOW))


def ready() -> Shop:
    """A shop with a message that may leave."""
    some = shop()
    some.customer("C1", name="陈晨", phone="13800000001")
    some.run(NOW)
    return some


def paused(some: Shop, what: Any, name: str) -> bool:
    """Pause something."""
    with some.store.write() as connection:
        return stop(connection, what, name, OPS, "节前停一停")


@pytest.mark.parametrize(
    ("what", "name"), [("all", ""), ("channel", "sms"), ("journey", "j"), ("message", "hello")]
)
def test_what_is_paused_stays_ready(what: str, name: str) -> None:
    """It leaves once it may go on."""
    some = ready()
    assert paused(some, what, name)
    assert some.deliver(NOW) == {}
    assert some.one()["status"] == "ready"
    with some.store.write() as connection:
        assert go_on(connection, what, name, OPS)
    assert some.deliver(LATER) == {"sent": 1}


@pytest.mark.parametrize(
    ("what", "name"), [("channel", "email"), ("journey", "other"), ("message", "j"), ("channel", "j")]
)
def test_what_is_not_paused_goes(what: str, name: str) -> None:
    """A name of another kind is another name."""
    some = ready()
    paused(some, what, name)
    assert some.deliver(NOW) == {"sent": 1}


def test_a_pause_between_claim_and_mark_wins() -> None:
    """The mark asks once more."""
    some = ready()

    def reached(step: str) -> None:
        if step == "claimed":
            paused(some, "journey", "j")

    assert some.deliver(NOW, reached=reached) == {}
    gateway = some.channels["sms"]
    assert isinstance(gateway, Gateway)
    assert gateway.got == []
    assert some.one()["status"] == "ready"


def test_what_goes_on_is_put_to_the_gate_again() -> None:
    """In the evening the window is closed: it waits for the morning."""
    some = ready()
    paused(some, "all", "")
    assert some.deliver(NOW) == {}
    with some.store.write() as connection:
        go_on(connection, "all", "", OPS)
    assert some.deliver(NIGHT) == {"waiting": 1}


def test_twice_is_once() -> None:
    """The second pause says that there is one; so does the second end of it."""
    some = ready()
    assert paused(some, "channel", "sms")
    assert not paused(some, "channel", "sms")
    with some.store.read() as connection:
        (found,) = pauses(connection)
    assert (found.what, found.name, found.since, found.by, found.because) == (
        "channel",
        "sms",
        at(NOW),
        "小林",
        "节前停一停",
    )
    with some.store.write() as connection:
        assert go_on(connection, "channel", "sms", OPS)
        assert not go_on(connection, "channel", "sms", OPS)
