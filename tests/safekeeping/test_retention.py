"""Forgetting: what is old and of no use to rules goes, and rules decide what they would have decided."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsl.model.model import Model
from dsl.syntax.load import parse_texts
from dsl.tree.statements import File
from dsl.units import Duration
from engine.config import Config, Kept
from engine.plans.needs import covers, needs
from engine.projects.project import Project
from engine.safekeeping.retention import forget_by
from engine.storage.schema import meta
from tests.differential import model_in_scope
from tests.engine.test_differential import ZONES
from tests.engine_side import Dump, EngineSide, ms
from tests.oracle.history import Happens, Known, Moment, Told
from tests.oracle.outcomes import Row
from tests.projects import CONFIG, Homing, applied_project
from tests.strategies_histories import histories
from tests.strategies_lively import lively_rules

RULES = """\
customer { name: text, phone: phone }
event visit
message hello { sms: "{{ name }}您好" }
policy p { at most 2 per 40 days }
journey again {
  policy p
  enter when phone is known
  reenter after 10 days
  state first {
    send hello via sms
    otherwise -> end over
  }
}
"""
LOOKING_BACK = """\
customer { name: text, phone: phone, points: number }
event visit { amount: money }
event call
message hello { sms: "你好{{ id }}" }
policy p { at most 2 per 10 days, at least 2 days apart, give up after 3 days }
journey often {
  policy p
  enter when count(visit within last 5 days) >= 2
  reenter after 1 day
  state first { send hello, otherwise -> end over }
}
journey seldom {
  policy p
  enter when no visit within last 2 days and visit ever and no call within last 4 days
  reenter after 2 days
  goal within 4 days when call since entry
  state first { send hello, otherwise -> end over }
}
journey spent {
  policy p
  enter when count(visit where (amount is missing) within last 6 days) > 2 or days since first(call) > 5
  reenter after 3 days
  state first {
    on call -> end called
    when no sent within last 3 days and last(visit) within last 1 day -> end quiet
    after 1 day -> end over
  }
}
"""
KEPT = '\n[retention]\nmoves = "30 days"\ntexts = "20 days"\n'
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
PASSING = {"visit", "message", "task", "task_note", "benefit_grant", "receipt", "decision", "edit", "run"}
WORDS = {"text", "subject", "address", "because", "code", "decided_by"}
ORDER = {"sent_seq", "ended_seq", "seen_seq"}
"""In which order messages of different customers leave at one moment is nobody's business."""


def counted(homing: Homing) -> dict[str, int]:
    """Moves, messages, and those that have their words."""
    with closing(sqlite3.connect(homing.folder / "homing.db")) as connection:
        return {
            "moves": connection.execute("SELECT count(*) FROM visit").fetchone()[0],
            "messages": connection.execute("SELECT count(*) FROM message").fetchone()[0],
            "texts": connection.execute("SELECT count(text) FROM message").fetchone()[0],
        }


def lived(folder: Path, config: str) -> tuple[list[str], dict[str, int]]:
    """On which days messages left in a spring, and what is left of it."""
    homing = applied_project(folder, RULES, config)
    homing.well("import", "customers", homing.file("c.csv", "id,name,phone\nC1,陈晨,13800000001\n"))
    for month, day in [(1, 1), (1, 12), (1, 25), (2, 20), (3, 15), (4, 1), (5, 1)]:
        homing.well("run", "--at", f"2026-{month:02}-{day:02} 10:00")
    lines = (folder / "outbox.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["at"][:10] for line in lines], counted(homing)


def test_moves_and_texts_go_when_they_are_old(tmp_path: Path) -> None:
    """By `[retention]`, and without it nothing does. Caps and `reenter` count on: what is sent is the same."""
    sent, all_of_it = lived(tmp_path / "all", CONFIG)
    sent_too, some_of_it = lived(tmp_path / "some", CONFIG + KEPT)
    assert len(sent) > 3
    assert sent_too == sent
    assert all_of_it["messages"] == some_of_it["messages"]
    assert 0 < some_of_it["moves"] < all_of_it["moves"]
    assert 0 < some_of_it["texts"] < all_of_it["texts"]


def test_an_unknown_key_is_an_error(tmp_path: Path) -> None:
    """As everywhere in homing.toml."""
    homing = applied_project(tmp_path, RULES)
    homing.file("homing.toml", CONFIG + '\n[retention]\nmove = "30 days"\n')
    assert "did you mean `moves`?" in homing("status").err


@settings(deadline=None, suppress_health_check=SLOW, max_examples=4)
@given(st.data())
def test_rules_see_no_difference(data: st.DataObject) -> None:
    """On rules and histories that nobody thought of: all that may go goes at every moment, and nothing else changes."""
    (file,), _ = parse_texts({"some.rules": data.draw(lively_rules())})
    lived_both_ways(file, data.draw(histories(file)), data.draw(st.sampled_from(ZONES)))


@settings(deadline=None, suppress_health_check=SLOW, max_examples=3)
@given(st.data())
def test_rules_that_look_back_see_no_difference(data: st.DataObject) -> None:
    """Rules by which nobody is under way for long, and all of which ask what has been; a month of visits and calls."""
    (file,), flaws = parse_texts({"some.rules": LOOKING_BACK})
    assert not flaws
    lived_both_ways(file, data.draw(months()), data.draw(st.sampled_from(ZONES)))


@st.composite
def months(draw: st.DrawFn) -> tuple[Moment, ...]:
    """Two customers who come and call again and again."""
    now = datetime(2026, 3, 1, 2, tzinfo=UTC)
    people = tuple(Known(one, {"name": "陈晨", "phone": "+8613800000001"}) for one in ("C1", "C2"))
    moments = [Moment(now, people)]
    for _ in range(draw(st.integers(10, 20))):
        now += timedelta(hours=draw(st.sampled_from((6, 12, 24, 30, 48))))
        happens = st.builds(
            Happens,
            st.sampled_from(("visit", "visit", "call")),
            st.sampled_from(("C1", "C2")),
            st.just({}),
            st.sampled_from((None, None, now - timedelta(days=3), now + timedelta(hours=7))),
        )
        moments.append(Moment(now, tuple(draw(st.lists(happens, max_size=3)))))
    return tuple(moments)


def lived_both_ways(file: File, history: Sequence[Moment], zone: str) -> None:
    """A history with everything kept, and with nothing kept but what the rules ask for."""
    model = model_in_scope(file)
    keeping, forgetting = EngineSide(model, zone), EngineSide(model, zone)
    with (
        forgetting.store.write() as connection
    ):  # which tables of events there are, as `homing apply` notes it
        tables: dict[str, dict[str, str]] = {name: {} for name in forgetting.plan.tables.metadata.tables}
        connection.execute(meta.insert().values(key="columns", value=json.dumps(tables)))
    shortest = Config("x", zone, retention=shortest_kept(model))
    for moment in history:
        steps = tuple(
            step for step in moment.steps if not isinstance(step, Told)
        )  # names no message of its own
        for side in (keeping, forgetting):
            side.live(replace(moment, steps=steps))
        with forgetting.store.write() as connection:
            connection.execute(meta.delete().where(meta.c.key == "retention"))
        forget_by(Project(Path(), shortest, forgetting.store), model, ms(moment.at) + 1, stretch=1)
        compare(keeping.dump(), forgetting.dump())


def shortest_kept(model: Model) -> dict[str, Kept]:
    """Nothing is kept but what the rules ask for."""
    asked = needs(model)
    kept = dict.fromkeys(("moves", "texts", "tasks", "benefits", "inbox", "runs"), Kept(Duration(0, "day")))
    windows = {window for kind, need in asked.items() if kind != "sent" for window in need.windows}
    kept["events"] = Kept(longest(windows))
    if asked["sent"].ever is None:
        kept["messages"] = Kept(longest(asked["sent"].windows))
    return kept


def longest(windows: Iterable[Duration]) -> Duration:
    """The shortest time that covers all of these."""
    days = [Duration(count, "day") for count in range(400)]
    return next(one for one in days if all(covers(one, window) for window in windows))


def compare(kept: Dump, left: Dump) -> None:
    """What is left is as it would be; what is gone is old, and nothing that stays counts by rows that went."""
    assert left.keys() == kept.keys()
    for name in kept.keys() - {"meta"}:
        if name in PASSING or name.startswith("event_"):
            assert set(slim(left[name])) <= set(slim(kept[name])), name
        else:
            assert slim(left[name]) == slim(kept[name]), name


def slim(rows: Iterable[Row]) -> list[Row]:
    """Rows without the words that go before them, and without what says which of two customers came first."""
    return [tuple((name, value) for name, value in row if name not in WORDS | ORDER) for row in rows]
