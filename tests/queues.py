"""A project in which messages wait for a manager, and advisors have calls to make."""

from pathlib import Path
from typing import Any

from tests.projects import CONFIG, Homing, applied_project

RULES = """\
customer {
  name: text
  title: text
  phone: phone
  lifetime_value: money
  mood: one of good, bad
  visits: number
}

message hello "问候" {
  sms: "【{{ brand }}】{{ name }}{{ title }}您好,五折为您保留。回T退订"
}

message greet "开场" { task: "{{ name }}{{ title }}您好,我是{{ brand }}的{{ operator }}。" }

policy marketing {
  send on every day 09:00 to 20:00
  forbid "清仓"
  require "回T退订"
  review by manager when lifetime_value > 5000
}

journey win_back "召回" {
  for customer
  policy marketing
  enter when name is known
  state hello {
    send hello via sms
    task phone "打电话" {
      assign advisor
      due 2 days
      script greet
      ask mood: one of good, bad
      ask visits: number
      ask again: date
      outcome reached -> end reached
      outcome refused -> end refused
      outcome later
    }
    after 5 days -> end silent
  }
}

message plan "方案" { sms: "您的专属方案。回T退订" }
journey plans { policy marketing, enter when lifetime_value > 90000
  state only { send plan via sms review by general_manager }
}
"""

START = "2026-11-23 10:00"


def with_held(folder: Path, count: int = 1, config: str = "", value: int = 8000) -> Homing:
    """A project with so many messages that wait for a manager."""
    homing = applied_project(folder, RULES, CONFIG + config)
    rows = "".join(
        f"C{number},陈{number},女士,1380000{number:04},{value}\n" for number in range(1, count + 1)
    )
    homing.well("import", "customers", homing.file("c.csv", "id,name,title,phone,lifetime_value\n" + rows))
    homing.well("run", "--at", START)
    return homing


def held(homing: Homing, *args: str) -> list[dict[str, Any]]:
    """The queue."""
    found: list[dict[str, Any]] = homing.well("queue", "list", *args, "--json").json
    return found


def tasks(homing: Homing, *args: str) -> list[dict[str, Any]]:
    """The tasks."""
    found: list[dict[str, Any]] = homing.well("tasks", "list", *args, "--json").json
    return found


def messages(homing: Homing) -> dict[str, tuple[str, str | None]]:
    """Status and text of every message, by customer."""
    found = homing.well("messages", "--json").json
    return {item["customer"]: (item["status"], item["text"]) for item in found}


def hire(homing: Homing) -> None:
    """A manager, an advisor, and a general manager."""
    homing.well("staff", "add", "王经理", "--role", "manager", "--as", "老板")
    homing.well("staff", "add", "小李", "--role", "advisor")
    homing.well("staff", "add", "李总", "--role", "general_manager", "--role", "manager")


def staffed(folder: Path, count: int = 3) -> Homing:
    """A project with a staff, and so many messages for the manager."""
    homing = with_held(folder, count)
    hire(homing)
    return homing
