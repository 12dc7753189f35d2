"""A made-up shop to measure on: customers with five visits each, 45% of whom have stayed away for over 90 days.

Made by SQL from the row numbers alone, so that every size is the same at every time.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dsl.check import check
from dsl.context import Context
from dsl.model.model import Model
from dsl.syntax.load import parse_texts
from dsl.units import Duration
from engine.calendars.setting import Setting
from engine.calendars.zone import Zone
from engine.permits.permitting import Permits
from engine.permits.senders import make_permits
from engine.plans.plan import Plan, make_plan
from engine.storage.store import Store, open_store

RULES = """
customer { name: text, phone: phone, lifetime_value: money }
event visit "到店" { amount: money }
audience lapsed "流失客户" = no visit within last 90 days and visit ever
message hello "问候" { sms: "【{{ brand }}】{{ name }}您好,好久不见,来店即享免费检测。回T退订" }
message again "再次问候" { sms: "【{{ brand }}】{{ name }}您好,免费检测为您保留到月底。回T退订" }
policy marketing {
  send on workdays 09:00 to 20:00
  at most 3 per month
}
journey win_back "召回" {
  policy marketing
  enter when lapsed and lifetime_value > 2000
  reenter after 180 days
  on visit -> end won
  state greet { send hello, after 7 days -> remind }
  state remind { send again, after 7 days -> end lost }
}
"""

DAY = 86_400_000
BRAND = "归途汽车"
ZONE = Zone("Asia/Shanghai")
START = ZONE.instant(datetime(2026, 1, 5, 10))  # noqa: DTZ001  # the wall clock of the zone; a Monday

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
_CUSTOMERS = f"""
{_NUMBERS} INSERT INTO customer (customer, id, hash, name, phone, lifetime_value)
SELECT i, printf('C%08d', i), i * 48271 % 2147483647, printf('客户%d', i), printf('+86138%08d', i % 100000000),
       i * 7919 % 600000 FROM n"""
_VISITS = f"""
{_NUMBERS} INSERT INTO event_visit (seq, customer, at, digest, amount)
SELECT i, (i + 4) / 5, ? - day * 86400000 - i * 104729 % 86400000, i, i * 31 % 100000 FROM (
  SELECT i, CASE WHEN (i + 4) / 5 * 69621 % 100 < 45 THEN 100 + i * 7877 % 600
                 WHEN i % 5 = 0 THEN i * 7877 % 80 ELSE i * 7877 % 700 END AS day FROM n)"""


@dataclass(frozen=True, slots=True)
class Shop:
    """An open store with the shop's rules applied."""

    store: Store
    plan: Plan
    permits: Permits


def model(rules: str = RULES) -> Model:
    """The rules of the shop, or others over its customers and visits."""
    files, flaws = parse_texts({"shop.rules": rules})
    checked = check(files, Context(), flaws)
    if checked.model is None:
        raise SystemExit("\n".join(item.message for item in checked.diagnostics))
    return checked.model


def open_shop(path: Path, rules: str = RULES) -> Shop:
    """Open a shop made by `make_shop`, or an empty one."""
    store = open_store(path, create=True)
    with store.write() as connection:
        plan = make_plan(connection, 1, model(rules), Setting(ZONE, Duration(3, "day"), "CN"))
        plan.tables.metadata.create_all(connection)
    return Shop(store, plan, make_permits(plan, {"brand": BRAND}, {}))


def make_shop(path: Path, customers: int) -> None:
    """Make a database file with so many customers and five times as many visits."""
    shop = open_shop(path)
    fill_shop(shop.store, customers)
    shop.store.close()


def fill_shop(store: Store, customers: int) -> None:
    """Put the customers and their visits into a database that has the shop's tables and nobody yet."""
    with store.write() as connection:
        connection.exec_driver_sql(_CUSTOMERS, (customers,))
        connection.exec_driver_sql(_VISITS, (customers * 5, START))
        connection.exec_driver_sql("UPDATE meta SET value = ? WHERE key = 'arrivals'", (str(customers * 5),))
    store.analyse()
