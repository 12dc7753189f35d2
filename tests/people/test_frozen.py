"""A person has a message sent again while the process that was sending it stands still."""

from pathlib import Path

import pytest

from engine.errors import RefusedError
from engine.people.doubts import send_anew
from engine.storage.audit import By
from engine.storage.keys import Intent
from tests.deliveries import LATER, NOW, Shop, at, gateway, ready

SETTLED = "2026-11-23 10:30"


def _anew(some: Shop, now: str) -> None:
    row = some.one()
    intent = Intent(*(row[name] for name in Intent._fields))
    with some.store.write() as connection:
        send_anew(connection, intent, By("小林", at(now)), "not in their list")


def test_a_message_is_not_sent_again_while_its_sender_is_frozen(tmp_path: Path) -> None:
    """B4: refused while it is being sent, and until no call can be under way any more; then under another key.

    When the frozen process wakes up and calls after all the customer has it twice, by a decision that is on record;
    what it has to tell changes nothing.
    """
    some = ready(database=tmp_path / "homing.db")
    told: list[str] = []

    def frozen(reached: str) -> None:
        if reached != "marked" or told:
            return
        with pytest.raises(RefusedError, match="is not in doubt"):
            _anew(some, NOW)
        some.deliver(LATER)  # another process finds that nobody tells what became of it
        assert some.one()["status"] == "unknown"
        with pytest.raises(RefusedError, match="may still be on its way") as refused:
            _anew(some, LATER)
        told.append(str(refused.value.hint))
        _anew(some, SETTLED)
        some.run(SETTLED)
        some.deliver(SETTLED)

    some.deliver(NOW, reached=frozen)
    assert len(told) == 1
    keys = [item.key for item in gateway(some).got]
    assert len(set(keys)) == len(keys)
    assert keys[0].endswith("-1")
    assert (some.one()["status"], some.one()["resend"]) == ("sent", 1)
