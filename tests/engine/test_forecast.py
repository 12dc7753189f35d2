"""What a forecast says comes true, message for message, when nobody responds and every channel takes all."""

import copy
import re
import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from dsl.model.model import Model
from dsl.syntax.load import parse_texts
from engine.calendars.zone import parse_time
from engine.config import default_config
from engine.demo.demo import Extent, make_demo
from engine.planning.firings import firings
from engine.planning.trial import Period, let_time_pass
from engine.projects.project import Project
from engine.projects.project_turn import Engine
from engine.projects.releases import Release
from engine.storage.snapshot import copied
from tests.differential import model_in_scope
from tests.engine_side import EngineSide, ms
from tests.oracle import history as h
from tests.oracle.outcomes import Outcome, differences
from tests.projects import Homing
from tests.strategies_histories import histories
from tests.strategies_lively import lively_rules

# Not shrunk: an example takes a second.
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
SCHEDULES = (("0 * * * *",), ("*/30 8-20 * * *",), ("0 9 * * *", "15 14 * * 1-5"))
DAYS = 6


@settings(max_examples=6, phases=[Phase.generate], deadline=None, suppress_health_check=SLOW)
@given(lively_rules(), st.sampled_from(SCHEDULES), st.data())
def test_what_is_foretold_is_what_runs_bring(
    text: str, schedule: tuple[str, ...], data: st.DataObject
) -> None:
    """Days lived through on a copy leave what runs at every firing leave: enrolments, messages, tasks, values."""
    (file,), _ = parse_texts({"lively.rules": text})
    model, history = model_in_scope(file), data.draw(histories(file))
    side = EngineSide(model, "Asia/Shanghai")
    for moment in history:
        side.live(moment)
    after = ms(history[-1].at)
    period = Period(after, after + DAYS * 86_400_000)
    turns, foretold = lived(side, schedule, period)
    times = firings(schedule, side.plan.world.zone, period.after, period.until)
    for at in times:
        side.settle(h.Moment(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)))
    found = differences(side.outcome(), foretold)
    assert not found, "\n".join(found)
    event("all of them" if turns == len(times) else "some of the firings were turns")
    side.store.close()


def lived(side: EngineSide, schedule: tuple[str, ...], period: Period) -> tuple[int, Outcome]:
    """How many turns a forecast takes on a copy, and what they leave there."""
    config = replace(default_config("Homing"), schedule=schedule)
    with copied(side.store, Path()) as store:
        engine = Engine(Project(Path(), config, store), release_of(side.model), side.plan, side.permits)
        turns = let_time_pass(engine, period)
        other = copy.copy(side)
        other.store = store
        return turns, other.outcome()


def release_of(model: Model) -> Release:
    """A release in force, as far as a forecast looks at it."""
    return Release(1, {}, model, "", 0)


def test_a_small_town_under_the_starter_rules(tmp_path: Path) -> None:
    """`plan --days` counts what `run --at` at every firing of the schedule sends, opens and moves on a copy."""
    town = Homing(tmp_path / "town")
    make_demo(town.folder, extent=Extent(40, date(2026, 1, 12)))
    config = (town.folder / "homing.toml").read_text(encoding="utf-8")
    schedule = 'run = ["30 10 * * *", "0 15 * * 1"]'
    town.file("homing.toml", re.sub(r"(?m)^run = .*$", schedule, config))
    real = Homing(tmp_path / "real")
    shutil.copytree(town.folder, real.folder)
    found = town.well("plan", "--days", "10", "--json").json["forecast"]
    before = {item["id"] for item in real.well("messages", "--json").json if item["sent"]}
    done = lived_really(real, found["after"], found["until"])
    totals = found["old"]["totals"]
    assert done == {"entered": totals["entered"], "ended": totals["ended"], "tasks_opened": totals["tasks"]}
    sent = Counter(
        (item["sent"][:10], item["journey"], item["state"], item["message"], item["channel"])
        for item in real.well("messages", "--json").json
        if item["sent"] and item["id"] not in before
    )
    keys = ("day", "journey", "state", "message", "channel")
    assert sent == {tuple(row[key] for key in keys): row["count"] for row in found["old"]["messages"]}
    assert sent.total() > 3


def lived_really(homing: Homing, after: str, until: str) -> dict[str, int]:
    """What `run` says at every firing of a period, added up."""
    project, found = homing.opened(), Counter[str]()
    zone, schedule = project.config.zone, project.config.schedule
    project.store.close()
    for at in firings(schedule, zone, parse_time(after, zone), parse_time(until, zone)):
        said = homing.well("run", "--at", zone.iso(at), "--json").json
        found += Counter({key: said[key] for key in ("entered", "ended", "tasks_opened")})
    return {key: found[key] for key in ("entered", "ended", "tasks_opened")}
