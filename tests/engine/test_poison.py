"""A10: what is stored of one customer cannot stop the others, however absurd it is."""

from pathlib import Path

import pytest

from tests.projects import CONFIG, applied_project

RULES = """\
customer { name: text, phone: phone, points: number, worth: money, birthday: date, seen: time }
event visit { amount: money, n: number }
record appointment { due: time }
value cube = points * points * points
value total = sum(visit.amount)
message hello { sms: "{{ name }} {{ birthday | date }} {{ worth }} {{ total }} {{ cube }}" }
message remind { sms: "{{ name }} {{ due | date }}" }
policy p {
  send on every day 08:00 to 20:00
  at most 300 per month
}
journey j {
  policy p
  enter when phone is known and cube > 1 and total >= 0
  state first {
    send hello via sms
    when sum(visit.amount) > 10 and sum(visit.n) > 10 and avg(visit.amount) > 10 -> second
    at birthday -> second
    at 9000 days after seen -> second
    after 300000 days -> end over
  }
  state second {
    set points = points * 3
    set worth = worth * 3
    after 1 day -> end over
  }
}
journey k {
  policy p
  for appointment
  enter when due within next 90000 days
  state only {
    send remind via sms
    at 3 days before due -> end over
    after 900 days -> end over
  }
}
"""
MOST, LEAST = "999999999999999", "-999999999999999"
POISON = {
    "large": f"{MOST},{MOST},2199-12-31,2199-12-31 23:59",
    "small": f"{LEAST},{LEAST},1900-01-01,1900-01-01 00:00",
    "late": "1,1,9999-12-31,9999-12-31 23:59",
    "early": "1,1,0001-01-01,0001-01-01 00:00",
}


@pytest.mark.parametrize("poison", POISON)
def test_one_customer_stops_nobody_else(poison: str, tmp_path: Path) -> None:
    """The largest amounts, hundreds of them; the ends of time; the others get what is theirs."""
    homing = applied_project(tmp_path, RULES, CONFIG)
    good = "GOOD,好,13800000001,5,10.5,2090-01-02,2026-01-01 10:00\n"
    people = f"id,name,phone,points,worth,birthday,seen\n{good}BAD,坏,13800000002,{POISON[poison]}\n"
    assert homing("import", "customers", homing.file("people.csv", people)).status in {0, 1}
    amount = LEAST if poison == "small" else MOST
    visits = "".join(f"BAD,2026-01-01 {10 + n % 9}:{n % 60:02},{amount},{amount}\n" for n in range(300))
    rows = "customer,at,amount,n\nGOOD,2026-01-01 10:00,100,1\n" + visits
    homing("import", "visit", homing.file("visits.csv", rows))
    due = POISON[poison].rpartition(",")[2]
    rows = f"id,customer,due\nA1,GOOD,2026-02-01 10:00\nA2,BAD,{due}\n"
    homing("import", "appointment", homing.file("appointments.csv", rows))
    for at in ("2026-01-02 10:00", "2026-01-03 10:00", "2026-03-03 10:00", "2190-03-03 10:00"):
        homing.well("run", "--at", at)
    found = homing.well("messages", "--customer", "GOOD", "--json").json
    assert [(item["message"], item["status"]) for item in found] == [("hello", "sent"), ("remind", "sent")]
