"""What somebody said of a doubt or of a reply, taken back: all is stored as it was, if nothing has come of it."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from engine.errors import RefusedError
from engine.people.doubts import send_anew, was_sent
from engine.people.practice import Practice
from engine.people.reviews import Question, ask, ask_again, decide
from engine.people.undoing import undo
from engine.storage.audit import By
from engine.storage.flow_tables import traffic
from engine.storage.keys import intent_in
from engine.storage.review_tables import review
from engine.storage.schema import enrolment, message, optout
from tests.deliveries import RULES, Shop, at
from tests.delivery.test_doubt import doubtful
from tests.inboxes import answer, sent
from tests.queues import held, with_held
from tests.replying import stored, wrote

LATER, NEXT, LAST = "2026-11-23 10:30", "2026-11-23 10:35", "2026-11-23 10:40"


def settled(some: Shop, verb: Any, now: str = LATER) -> None:
    """Somebody has found out what became of the only message."""
    with some.store.write() as connection:
        verb(
            connection, intent_in(connection.execute(sa.select(message)).one()), By("小林", at(now)), "查过了"
        )


def unsettled(some: Shop, now: str = LATER) -> None:
    """They were wrong."""
    with some.store.write() as connection:
        only = intent_in(connection.execute(sa.select(message)).one())
        undo(connection, only, By("小林", at(now)), None, Practice())


def test_it_did_not_arrive_after_all() -> None:
    """The doubt is as it was, and nothing is counted; once a run has gone on from it, it is too late."""
    some, _ = doubtful()
    before = some.one(), stored(some, enrolment), stored(some, traffic)
    settled(some, was_sent)
    assert some.one()["status"] == "sent"
    unsettled(some)
    assert some.one() == before[0]
    assert stored(some, enrolment) == before[1]
    assert sum(row["sent"] for row in stored(some, traffic)) == sum(row["sent"] for row in before[2])
    with pytest.raises(RefusedError, match="nobody has decided on"):
        unsettled(some)
    settled(some, was_sent)
    some.run(NEXT)
    with pytest.raises(
        RefusedError, match=r"was settled as sent by 小林 at .*, and more has come of it since"
    ):
        unsettled(some, NEXT)


def test_it_is_not_to_go_once_more() -> None:
    """Until a call for it was begun, also when the rules have let it go already; then it goes under its next key."""
    some, gateway = doubtful()
    before = some.one()
    settled(some, send_anew)
    some.run(LATER)
    assert some.one()["status"] == "ready"
    unsettled(some)
    assert some.one() == before
    some.run(NEXT)
    some.deliver(NEXT)
    assert len(gateway.got) == 1
    settled(some, send_anew, NEXT)
    some.run(NEXT)
    some.deliver(NEXT)
    assert [one.key.endswith("-1") for one in gateway.got] == [False, True]
    with pytest.raises(RefusedError, match="was sent anew by 小林"):
        unsettled(some, LAST)


def couple(rules: str = RULES) -> Shop:
    """Two people with one number, to each of whom something is to go; one of them has written."""
    some = sent(rules)
    some.customer("C2", name="李雷", phone="+8613800000001")
    some.run("2026-11-23 10:01")
    answer(some, "2026-11-23 10:02", wrote("别发了"))
    return some


def told(some: Shop, decision: Any) -> None:
    """Somebody says what the reply means."""
    with some.store.write() as connection:
        decide(connection, "r1", decision, By("wang", at(LATER)))


def untold(some: Shop, now: str = LATER) -> None:
    """And that it was wrong; of whichever of the two it is asked."""
    with some.store.write() as connection:
        ask_again(connection, "r2", By("li", at(now)), None, Practice())


def test_it_was_no_opt_out() -> None:
    """Nothing is left of it: neither for rules nor for who else has that number; what was taken back goes on."""
    some = couple()
    kept = (review, optout, "optout", enrolment)
    before, texts = [stored(some, table) for table in kept], [row["text"] for row in some.messages()]
    told(some, "optout")
    assert [row["status"] for row in some.messages()] == ["sent", "cancelled"]
    untold(some)
    assert [stored(some, table) for table in kept] == before
    assert [row["text"] for row in some.messages()] == texts
    told(some, "no optout")
    some.run(NEXT)
    assert [row["status"] for row in some.messages()] == ["sent", "ready"]


def test_rules_have_gone_on_from_an_opt_out() -> None:
    """Then it is lifted by name; that somebody saw none can always be taken back, for that only asks again."""
    some = couple()
    told(some, "optout")
    some.run(NEXT)
    with pytest.raises(
        RefusedError, match=r"r2 was taken for an opt-out by wang at .*, and more has come of it"
    ):
        untold(some, LAST)
    assert len(stored(some, optout)) == 2
    some = couple()
    told(some, "no optout")
    some.run(NEXT)
    untold(some, NEXT)
    some.deliver(LAST)
    assert [row["decided_at"] for row in stored(some, review)] == [None, None]
    assert some.messages()[1]["because"] == "a reply that may be an opt-out waits for a person"
    with pytest.raises(RefusedError, match="nobody has decided on r2"):
        untold(some, LAST)


def test_by_the_command(tmp_path: Path) -> None:
    """Beside decisions, all or none: what was held is held again, and whoever turns up with that number hears."""
    homing = with_held(tmp_path)
    before = held(homing)
    project = homing.opened()
    with project.store.write() as connection:
        ask(connection, Question(1, "别再发了吧", 0, unclear=True, channel="sms"), at("2026-11-23 10:00"))
    project.store.close()
    homing.well("queue", "resolve", "r1", "--optout", "--as", "小林")
    assert held(homing) == []
    said = homing.well("queue", "undo", "r1", "--as", "小林", "--because", "是别人", "--json")
    assert said.json == [{"id": "r1", "decided": "undone"}]
    assert held(homing, "--kind", "message") == before
    homing.well("import", "customers", homing.file("n.csv", "id,name,phone\nC2,李雷,13800000001\n"))
    assert homing.well("customer", "C2", "--json").json["optouts"] == []
    homing.well("queue", "approve", before[0]["id"])
    assert homing("queue", "undo", before[0]["id"], "r1").status == 1
    assert [one["id"] for one in held(homing)] == ["r1"]
    deeds = [row["verb"] for row in homing.well("audit", "--json").json if row["because"] == "是别人"]
    assert deeds == ["optout lifted", "reply answer undone"]
