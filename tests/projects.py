"""Projects in temporary folders, driven by the command line inside this process."""

import atexit
import io
import json
import shutil
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.cli import run
from engine.projects.project import Project, open_project

CONFIG = """\
[project]
brand = "毛毛家"

[channels.sms]
path = "outbox.jsonl"

[channels.wecom]
path = "outbox.jsonl"
"""

RULES = """\
customer {
  name: text
  title: text
  phone: phone
  email: email
  tier: one of regular, vip
  lifetime_value: money
  points: number
  member: flag
  birthday: date
  seen: time
  reason: one of convenience, price
}

event visit "到店" { store: text, amount: money }

record appointment "预约" { service: text, due: time, kept: flag }

audience lapsed = no visit within last 90 days and visit ever

message hello "问候" {
  sms: "【{{ brand }}】{{ name }}您好,好久不见!回复1预约,回T退订"
}

message greet "开场" { task: "{{ name }}您好,我是{{ operator }}。" }

policy marketing {
  send on every day 09:00 to 20:00
  at most 3 per month
}

journey win_back "召回" {
  for customer
  policy marketing
  enter when lapsed
  on visit -> end won
  stage contact {
    state hello {
      send hello via sms
      when reason is known -> call
      after 3 days at 10:00 -> call
    }
    state call {
      task phone "问候" {
        assign advisor
        due 2 days
        script greet
        ask reason: one of convenience, price
        outcome interested -> end interested
        outcome refused -> end refused
      }
      after 5 days -> end silent
    }
  }
}
"""


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Homing:
    """The command line on one project folder."""

    folder: Path

    def __call__(self, *args: str) -> Said:
        """Run `homing --project FOLDER …`."""
        return ran("--project", str(self.folder), *args)

    def well(self, *args: str) -> Said:
        """The same, for commands that must succeed."""
        said = self(*args)
        assert said.status == 0, said
        return said

    def file(self, name: str, content: str | bytes) -> str:
        """Write a file into the folder; its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def opened(self, *, create: bool = False) -> Project:
        """The project itself; close its store."""
        return open_project(self.folder, create=create)


def ran(*args: str) -> Said:
    """Run `homing …`, in no project unless it names one."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = run([*args])
    return Said(status, out.getvalue(), err.getvalue())


def make_project(folder: Path, rules: str = RULES, config: str = CONFIG) -> Homing:
    """A project with these rules, not applied yet."""
    homing = Homing(folder)
    homing.file("homing.toml", config)
    homing.file("rules/all.rules", rules)
    return homing


def applied_project(folder: Path, rules: str = RULES, config: str = CONFIG) -> Homing:
    """A project whose rules are in force."""
    shutil.copytree(_applied(rules, config), folder, dirs_exist_ok=True)
    return Homing(folder)


@cache
def _applied(rules: str, config: str) -> Path:
    """Applied once for all tests that want the same rules; deleted when the tests are over."""
    folder = Path(tempfile.mkdtemp(prefix="homing-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    make_project(folder, rules, config).well("apply")
    return folder
