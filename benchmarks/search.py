"""How fast customers are found among many, by a part of what is known of them, and what the index for it costs.

`python -m benchmarks.search [CUSTOMERS]` makes the shop and prints one JSON document, in milliseconds: the first time
(statements are made), the middle and the slowest of the others.
"""

import json
import sys
import tempfile
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from benchmarks.queue import timed
from benchmarks.shop import START
from engine.projects.applying import apply
from engine.projects.project import Project, open_project
from engine.projects.rule_files import read_rule_set
from engine.storage.audit import By
from engine.storage.search_index import catch_up
from engine.views.customer import customer
from engine.views.finding import find
from engine.views.window import look

CONFIG = '[project]\nbrand = "归途汽车"\n'
RULES = """
customer { name: text, title: text, phone: phone, email: email, lifetime_value: money }
event visit "到店" { amount: money }
"""
FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂文辉玲华建国志红梅云晨曦子涵雨轩浩宇梓欣怡嘉佳俊思琪诗梦瑶天博彧"
_CUSTOMERS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?),
drawn(i, a, b, c, d) AS (SELECT i, i * 48271 % 2147483647, i * 69621 % 2147483647, i * 16807 % 2147483647,
  i * 630360016 % 2147483647 FROM n)
INSERT INTO customer (customer, id, hash, name, title, phone, email, lifetime_value)
SELECT i, printf('C%08d', i), a,
  substr(?, 1 + a / 7 % 54, 1) || substr(?, 1 + b / 11 % 54, 1) || CASE WHEN i % 3 THEN substr(?, 1 + c / 13 % 54, 1)
  ELSE '' END, CASE WHEN b % 2 THEN '女士' ELSE '先生' END, printf('+861%d%09d', 3 + c % 7, d % 1000000000),
  CASE WHEN i % 4 THEN NULL ELSE printf('u%d@example.com', a % 10000000) END, a % 600000 FROM drawn"""

TEXTS = {
    "one character of a name": "陈",
    "a rare one": "彧",
    "a name of three": "陈晨曦",
    "a name that nobody has": "欧阳锋",
    "the first digits of a number": "138",
    "four digits in the middle": "4321",
    "eight digits": "38123456",
    "a whole number": "13812345678",
    "an id": "C00500000",
    "the end of an id": "99999",
    "a character and digits": "彧 138",
    "what all have": "example.com",
    "nothing typed yet": "",
}


def main() -> None:
    """Measure and print."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory(dir=".") as name:
        print(json.dumps(measure(Path(name), customers), indent=2, ensure_ascii=False))


def measure(folder: Path, customers: int) -> dict[str, Any]:
    """Before the index knows anybody, the index, and with it."""
    project = _make(folder, customers)
    before = folder / "homing.db"
    found: dict[str, Any] = {"customers": customers, "looked through one by one": _beside(project)}
    project.store.fold()
    size, began, worked = before.stat().st_size, perf_counter(), process_time()
    while catch_up(project.store, 100):
        pass
    seconds, processor = perf_counter() - began, process_time() - worked
    project.store.fold()
    found["index"] = {
        "seconds": round(seconds, 1),
        "customers a second of processor": round(customers / processor),
        "bytes for each customer": round((before.stat().st_size - size) / customers),
    }
    found["by the index"] = _found(project)
    project.store.close()
    return found


def _make(folder: Path, customers: int) -> Project:
    (folder / "rules").mkdir(parents=True)
    (folder / "homing.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "rules" / "shop.rules").write_text(RULES, encoding="utf-8")
    project = open_project(folder, create=True)
    apply(project, read_rule_set(project.rules, project.config), By("bench", START))
    with project.store.write() as connection:
        connection.exec_driver_sql(_CUSTOMERS, (customers, FAMILY, GIVEN, GIVEN))
    project.store.analyse()
    return project


def _beside(project: Project) -> dict[str, float]:
    """Of whom the index knows nothing: each text once."""
    found = {}
    with project.store.read() as connection:
        window = look(connection, project.config)
        for name, text in TEXTS.items():
            began = perf_counter()
            find(window, text)
            found[name] = round(1000 * (perf_counter() - began), 1)
    return found


def _found(project: Project) -> dict[str, Any]:
    with project.store.read() as connection:
        window = look(connection, project.config)
        found = {name: timed(partial(find, window, text)) for name, text in TEXTS.items()}
        found["one customer in full"] = timed(partial(customer, window, "C00000500"))
    return found


if __name__ == "__main__":
    main()
