"""How fast what waits for people is shown and decided on: 50,000 messages, 50,000 tasks, 10,000 benefits.

`python -m benchmarks.queue [CUSTOMERS]` makes the shop and prints one JSON document, in milliseconds: the first time
(statements are made), the middle and the slowest of the others.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import sqlalchemy as sa

from benchmarks.shop import START, fill_shop
from engine.people.decisions import approve
from engine.people.many import Choice, approve_all, pick
from engine.people.practice import Practice
from engine.people.tasks import Desk, Finish, finish_task
from engine.plans.plan import Plan, make_plan
from engine.projects.applying import apply
from engine.projects.project import Project, open_project
from engine.projects.rule_files import read_rule_set
from engine.storage.audit import By
from engine.storage.keys import intent_of
from engine.storage.states import TaskStatus
from engine.storage.symbols import load_symbols
from engine.texts.rendering import Renderer
from engine.texts.scripts import Scripts
from engine.views.agenda import agenda
from engine.views.held import Page, item, queue
from engine.views.task_lists import Wanted
from engine.views.tasks import tasks
from engine.views.window import Window, look

SAMPLES = 20
PAGE = 50
CONFIG = '[project]\nbrand = "归途汽车"\n'
BY = By("李明", START)
RULES = """
customer { name: text, phone: phone, lifetime_value: money }
event visit "到店" { amount: money }
value odds = choose {
  days since last(visit) < 365: 0.6
  otherwise: 0.2
}
value recall_score = lifetime_value * odds * 3
message hello "问候" { sms: "【{{ brand }}】{{ name }}您好,五折为您保留。回T退订" }
message greet { task: "{{ name }}您好,我是{{ operator }}。" }
benefit half_price "五折券" { worth 600, cost 400, quota 20_000 per month, approve by manager, valid 30 days }
policy marketing {
  send on every day 09:00 to 20:00
  review by manager when lifetime_value > 2000
  review by general_manager when lifetime_value > 5000
}
journey win_back "召回" {
  policy marketing
  rank by recall_score
  enter when lifetime_value > 900_000
  state letter { send hello, after 7 days -> call }
  state call {
    task phone "问候" { assign advisor, due 2 days, script greet, outcome reached -> gift, outcome no -> end no }
    after 5 days -> gift
  }
  state gift { grant half_price, after 30 days -> end lost }
}
journey care "关怀" {
  rank by lifetime_value
  enter when lifetime_value > 900_000
  state call {
    task phone "问候" { assign advisor, due 2 days, script greet, outcome reached -> end reached }
    after 5 days -> end silent
  }
}
"""


@dataclass(frozen=True, slots=True)
class Bench:
    """A project in which so many things wait."""

    project: Project
    plan: Plan


def main() -> None:
    """Measure and print."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name)
        bench = make(folder, customers)
        found = {"customers": customers} | warm(bench)
        bench.project.store.close()
        print(json.dumps(found | cold(folder), indent=2))


def make(folder: Path, customers: int) -> Bench:
    """The shop, its rules applied, and what waits for people in it."""
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
    return Bench(project, plan)


def _fill(connection: sa.Connection, plan: Plan, customers: int) -> None:
    """Half of the tasks are the advisor's of each journey; one message in 1,000 is in doubt."""

    def number(kind: str, name: str) -> int:
        return plan.world.number(kind, name)

    numbers = {
        "step": customers // 50_000,
        "start": START,
        "win_back": number("journey", "win_back"),
        "care": number("journey", "care"),
        "letter": number("state", "win_back/letter"),
        "call": number("state", "win_back/call"),
        "care_call": number("state", "care/call"),
        "gift": number("state", "win_back/gift"),
        "manager": number("role", "manager"),
        "general": number("role", "general_manager"),
        "advisor": number("role", "advisor"),
        "hello": number("message", "hello"),
        "phone": number("task", "phone"),
        "half": number("benefit", "half_price"),
        "marketing": number("policy", "marketing"),
        "sms": number("channel", "sms"),
    }
    for statement in (_ENROLMENTS, _MESSAGES, _TASKS, _GRANTS):
        connection.execute(sa.text(statement), numbers)


_N = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
_AT = ":start - (i * 7919 % 604800) * 1000"
_ENROLMENTS = f"""{_N.format(110_000)}
INSERT INTO enrolment (customer, journey, record, occurrence, status, state, visit, entered_at, stage_entered_at,
  state_entered_at, pending, seen_at, seen_seq, entered_seq)
SELECT CASE WHEN i <= 50000 THEN i * :step WHEN i <= 100000 THEN (i - 50000) * :step - 1 ELSE (i - 100000) * :step - 2
       END, CASE WHEN i > 50000 AND i <= 100000 AND i % 2 THEN :care ELSE :win_back END, 0, 1, 1,
       CASE WHEN i <= 50000 THEN :letter WHEN i > 100000 THEN :gift WHEN i % 2 THEN :care_call ELSE :call END,
       1, {_AT}, {_AT}, {_AT}, i <= 50000 OR i > 100000, {_AT}, 0, 0 FROM n"""
_MESSAGES = f"""{_N.format(50_000)}
INSERT INTO message (customer, journey, record, occurrence, visit, "action", message, state, policy, channel, status,
  because, role, text, created_at, changed_at, counted_at, refused)
SELECT i * :step, :win_back, 0, 1, 1, 0, :hello, :letter, :marketing, :sms, CASE WHEN i % 1000 THEN 1 ELSE 4 END,
       'review by manager', CASE WHEN i % 100 THEN :manager ELSE :general END,
       '【归途汽车】客户' || (i * :step) || '您好,五折为您保留。回T退订', {_AT}, {_AT}, NULL, 0 FROM n"""
_TASKS = f"""{_N.format(50_000)}
INSERT INTO task (customer, journey, record, occurrence, visit, "action", task, state, role, status, created_at, due_at)
SELECT i * :step - 1, CASE WHEN i % 2 THEN :care ELSE :win_back END, 0, 1, 1, 0, :phone,
       CASE WHEN i % 2 THEN :care_call ELSE :call END, :advisor, 1, {_AT}, {_AT} + 172800000 FROM n"""
_GRANTS = f"""{_N.format(10_000)}
INSERT INTO benefit_grant (customer, journey, record, occurrence, visit, "action", benefit, state, role, status,
  created_at, changed_at, code, worth, cost, valid)
SELECT i * :step - 2, :win_back, 0, 1, 1, 0, :half, :gift, :manager, 1, {_AT}, {_AT}, 'code' || i, 60000, 40000,
       '30 day' FROM n"""


def warm(bench: Bench) -> dict[str, Any]:
    """Calls of the library, in a process that has made some before."""
    found: dict[str, Any] = {}
    with bench.project.store.read() as connection:
        window = look(connection, bench.project.config)
        for name, view in _views(bench, window).items():
            found[name] = timed(view)
    with bench.project.store.read() as connection:
        window = look(connection, bench.project.config)
        ids = [str(one["id"]) for one in queue(window, "message", page=Page(5 * SAMPLES))]
        calls = [str(one["id"]) for one in tasks(window, _scripts(bench, window), _open(2 * SAMPLES))]
    found |= {name: timed(act) for name, act in _acts(bench, ids, calls).items()}
    found["approve 2,000 at once, for one"] = _many(bench)
    return found


def _views(bench: Bench, window: Window) -> dict[str, Callable[[], Any]]:
    scripts = _scripts(bench, window)
    page = list(queue(window, page=Page(PAGE)))
    middle = str(list(queue(window, page=Page(30_000)))[-1]["id"])
    last = str(page[-1]["id"])
    top = list(tasks(window, scripts, _open(PAGE)))
    following = Wanted(_OPEN, limit=PAGE, after=intent_of(str(top[-1]["id"])))
    return {
        "a page of the queue": lambda: list(queue(window, page=Page(PAGE))),
        "the page after it": lambda: list(queue(window, page=Page(PAGE, last))),
        "a page in the middle": lambda: list(queue(window, page=Page(PAGE, middle))),
        "how much waits": lambda: agenda(window, BY.actor, START),
        "the next item": lambda: list(queue(window, page=Page(1))),
        "one item in full": lambda: item(window, intent_of(last)),
        "a page of one role": lambda: list(queue(window, None, frozenset({"general_manager"}), Page(PAGE))),
        "a page of one kind": lambda: list(queue(window, "unknown", page=Page(PAGE))),
        "a page of benefits": lambda: list(queue(window, "benefit", page=Page(PAGE))),
        "the top of the tasks, ranked": lambda: list(tasks(window, scripts, _open(PAGE))),
        "the tasks after it": lambda: list(tasks(window, scripts, following)),
    }


_OPEN = frozenset({TaskStatus.OPEN})


def _open(limit: int) -> Wanted:
    return Wanted(_OPEN, limit=limit)


def _scripts(bench: Bench, window: Window) -> Scripts:
    return Scripts(window.connection, bench.plan, Renderer(window.model, {}, window.zone), START, BY.actor)


def _acts(bench: Bench, ids: list[str], calls: list[str]) -> dict[str, Callable[[], Any]]:
    """Each decides on another one every time."""
    project, places = bench.project, {"messages": count(), "tasks": count()}

    def approve_one() -> None:
        with project.store.write() as connection:
            approve(connection, intent_of(ids[next(places["messages"])]), BY)

    def finish_one() -> None:
        with project.store.write() as connection:
            window = look(connection, project.config)
            desk = Desk(connection, window.model, load_symbols(connection), project.surroundings)
            finish_task(desk, intent_of(calls[next(places["tasks"])]), Finish("reached"), BY)

    return {"approve one": approve_one, "finish a task": finish_one}


def _many(bench: Bench) -> float:
    with bench.project.store.read() as connection:
        picked = pick(connection, Choice())[:2_000]
    began = perf_counter()
    done = approve_all(bench.project.store, picked, BY, Practice(), None)
    return round(1000 * (perf_counter() - began) / len(done.decided), 3)


def timed(call: Callable[[], Any]) -> dict[str, float]:
    """How long a call takes, in milliseconds."""
    times = []
    for _ in range(SAMPLES):
        began = perf_counter()
        call()
        times.append(1000 * (perf_counter() - began))
    first, *rest = times
    return {"first": round(first, 1), "median": round(median(rest), 1), "slowest": round(max(rest), 1)}


def cold(folder: Path) -> dict[str, Any]:
    """The command, started anew, without what imports leave behind in memory."""
    command = [Path(sys.executable).with_name("homing"), "--project", folder, "queue", "--limit", str(PAGE)]
    times = []
    for _ in range(5):
        began = perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(1000 * (perf_counter() - began))
    return {"homing queue --limit 50": {"first": round(times[0]), "median": round(median(times[1:]))}}


if __name__ == "__main__":
    main()
