"""How fast the numbers of the loop are read: all customers under way, as many messages sent in a month, 50,000 waiting.

`python -m benchmarks.loop [CUSTOMERS]` makes the shop and prints one JSON document, in milliseconds of processor time:
the first time (statements are made) and the middle of the others.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import sqlalchemy as sa

from benchmarks.shop import DAY, START, ZONE, fill_shop
from engine.plans.plan import Plan, make_plan
from engine.projects.applying import apply
from engine.projects.project import Project, open_project
from engine.projects.rule_files import read_rule_set
from engine.storage.audit import By
from engine.storage.schema import enrolment
from engine.views.brought import week
from engine.views.deliveries import causes, lanes
from engine.views.flows import standing
from engine.views.goals import conversion
from engine.views.inhabitants import inhabitants
from engine.views.loop import loop
from engine.views.passages import running
from engine.views.status import status
from engine.views.window import Window, look

SAMPLES = 9
CONFIG = '[project]\nbrand = "归途汽车"\n[channels.sms]\nkind = "file"\npath = "out.jsonl"\ncost = 0.05\n'
STATES = ("normal", "upcoming", "passed", "signal", "watch", "hello", "call", "offer", "thanks", "advice")
RULES = """
customer { name: text, phone: phone, lifetime_value: money }
event visit "到店" { amount: money }
message hello "问候" { sms: "【{{ brand }}】{{ name }}您好,五折为您保留。回T退订" }
policy marketing { send on every day 09:00 to 20:00, at most 3 per month }
journey retention "留住每一位" {
  policy marketing
  enter when visit ever
  holdout 10%
  goal within 30 days when visit since entry
  stage reminder "提醒" {
    state normal { send hello, after 30 days -> upcoming }
    state upcoming { send hello, after 7 days -> passed }
    state passed { send hello, after 30 days -> warning }
  }
  stage warning "预警" {
    on visit -> reminder
    state signal { send hello, after 20 days -> watch }
    state watch { after 60 days -> win_back }
  }
  stage win_back "召回" {
    on visit -> care
    state hello { send hello, after 4 days -> call }
    state call { send hello, after 4 days -> offer }
    state offer { send hello, after 30 days -> end lost }
  }
  stage care "关怀" {
    state thanks { send hello, after 30 days -> advice }
    state advice { send hello, after 60 days -> reminder }
  }
}
"""
_N = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
_AT = ":start - (i * 7919 % 2592000) * 1000"


def main() -> None:
    """Measure and print."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=".") as name:
        project = make(Path(name), customers)
        print(json.dumps({"customers": customers} | measured(project), indent=2))
        project.store.close()


def make(folder: Path, customers: int) -> Project:
    """The shop, its rules applied, everybody under way."""
    (folder / "rules").mkdir(parents=True)
    (folder / "homing.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "rules" / "shop.rules").write_text(RULES, encoding="utf-8")
    project = open_project(folder, create=True)
    apply(project, read_rule_set(project.rules, project.config), By("bench", START))
    fill_shop(project.store, customers)
    with project.store.write() as connection:
        window = look(connection, project.config)
        plan = make_plan(connection, window.release, window.model, project.config.setting)
        _fill(connection, plan, customers)
    project.store.analyse()
    return project


def _fill(connection: sa.Connection, plan: Plan, customers: int) -> None:
    """A tenth has reached the goal, a tenth is held out; one message in twenty waits, one in 2,000 is in doubt.

    Forty people have finished a thousand tasks each in the month.
    """

    def number(kind: str, name: str) -> int:
        return plan.world.number(kind, name)

    stages = ("reminder",) * 3 + ("warning",) * 2 + ("win_back",) * 3 + ("care",) * 2
    states = [
        number("state", f"retention/{stage}.{name}") for stage, name in zip(stages, STATES, strict=True)
    ]
    numbers: dict[str, Any] = {
        "start": START,
        "journey": number("journey", "retention"),
        "hello": number("message", "hello"),
        "marketing": number("policy", "marketing"),
        "sms": number("channel", "sms"),
    }
    numbers |= {f"state{place}": state for place, state in enumerate(states)}
    for statement in (_ENROLMENTS, _MESSAGES):
        connection.execute(sa.text(statement.replace(_N, _N.format(customers))), numbers)
    connection.execute(sa.text(_TRAFFIC))
    connection.execute(sa.text(_TASKS), numbers)
    today = ZONE.day(START)
    for day in range(today - 365, today + 1):
        rows = [
            {"day": day, "source": source, "target": target, "number": 100 + day % 7, **_WAY}
            for source, target in zip([0, *states], [*states, 0], strict=True)
        ]
        connection.execute(sa.text(_FLOW), [row | {"journey": numbers["journey"]} for row in rows])


_WAY = {"outcome": 0, "rule": 0}
_STATE = "CASE i % 10 " + " ".join(f"WHEN {place} THEN :state{place}" for place in range(10)) + " END"
_ENROLMENTS = f"""{_N}
INSERT INTO enrolment (customer, journey, record, occurrence, status, state, visit, entered_at, stage_entered_at,
  state_entered_at, pending, seen_at, seen_seq, entered_seq, goal_at)
SELECT i, :journey, 0, 1, CASE WHEN i * 71 % 100 < 10 THEN 3 ELSE 1 END, {_STATE}, i * 71 % 100 >= 10,
       {_AT} - {60 * DAY}, {_AT}, {_AT}, 0, {_AT}, 0, 0, CASE WHEN i * 31 % 10 = 0 THEN {_AT} END FROM n"""
_MESSAGES = f"""{_N}
INSERT INTO message (customer, journey, record, occurrence, visit, "action", message, state, policy, channel, status,
  because, text, created_at, changed_at, sent_at, failed_at, refused)
SELECT i, :journey, 0, 1, 1, 0, :hello, {_STATE}, :marketing, :sms,
       CASE WHEN i % 20 = 0 THEN 0 WHEN i % 2000 = 1 THEN 4 WHEN i % 100 = 2 THEN 7 WHEN i % 3 THEN 6 ELSE 5 END,
       CASE WHEN i % 20 = 0 THEN 'at most 3 per month' END, '【归途汽车】客户' || i || '您好,五折为您保留。回T退订',
       {_AT}, {_AT}, CASE WHEN i % 20 AND i % 2000 <> 1 THEN {_AT} END, CASE WHEN i % 100 = 2 THEN {_AT} END, 0
FROM n"""
_TRAFFIC = """INSERT INTO traffic (quarter, channel, sent, delivered)
SELECT sent_at - sent_at % 900000, channel, count(*), sum(status = 6) FROM message
WHERE sent_at IS NOT NULL GROUP BY 1, 2"""
_TASKS = f"""{_N.format(40_000)}
INSERT INTO task (customer, journey, record, occurrence, visit, "action", task, state, status, created_at, closed_at,
  outcome, done_by)
SELECT i, :journey, 0, 1, 1, 0, :hello, :state0, 2, {_AT}, {_AT}, :hello, 'P' || (i % 40) FROM n"""
_FLOW = """INSERT INTO flow (day, journey, source, target, outcome, rule, number)
VALUES (:day, :journey, :source, :target, :outcome, :rule, :number)"""


def measured(project: Project) -> dict[str, Any]:
    """Each view, read again and again."""
    with project.store.read() as connection:
        return {name: timed(view) for name, view in views(look(connection, project.config)).items()}


def timed(view: Callable[[], object]) -> dict[str, float]:
    """The first time, and the middle of the others."""
    found = []
    for _ in range(SAMPLES):
        began = process_time()
        view()
        found.append((process_time() - began) * 1000)
    return {"first": round(found[0], 1), "median": round(median(found[1:]), 1)}


def views(window: Window) -> dict[str, Callable[[], object]]:
    """What the rooms show of it."""
    retention = window.model.journeys["retention"]
    half = len(window.connection.execute(sa.select(enrolment.c.customer)).all()) // 20
    middle = inhabitants(window, "retention", "reminder.normal", half)[-1].stay
    return {
        "how many are where": lambda: standing(window.connection, window.symbols),
        "status": lambda: status(window.connection, window.config, START),
        "the loop": lambda: loop(window, standing(window.connection, window.symbols), START),
        "the week": lambda: week(window, START),
        "conversion": lambda: conversion(window, retention, START),
        "the journeys": lambda: running(window, START),
        "a page of who is in a state": lambda: inhabitants(window, "retention", "reminder.normal", 101),
        "the page after the middle": lambda: inhabitants(window, "retention", "reminder.normal", 101, middle),
        "the channels": lambda: lanes(window, START),
        "why messages of one wait or failed": lambda: causes(window, START, "sms"),
    }


if __name__ == "__main__":
    main()
