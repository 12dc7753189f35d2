"""What a simulated world is made of: rules, a template of a database, and what a seed may choose from."""

import random
import shutil
from dataclasses import dataclass
from pathlib import Path

from dsl.units import Duration
from engine.calendars.setting import Setting
from engine.permits.permitting import Permits
from engine.permits.senders import make_permits
from engine.plans.plan import Plan, make_plan
from engine.running.run import run
from engine.storage.migration import migrate
from engine.storage.schema import calendar_day, meta
from engine.storage.store import Store, open_store
from tests.checked import model_of
from tests.deliveries import SHANGHAI, at

START = at("2026-11-23 09:00")
HOUR, MINUTE, DAY = 3_600_000, 60_000, 86_400_000
YEAR = 366  # days
APART, OPENS, CLOSES = 2 * HOUR, 8, 20

RULES = """
customer {
  name: text
  phone: phone
  wecom: text
  tier: one of regular, vip
}
event visit { store: text }
message hello {
  sms: "{{ name }}您好"
  wecom: "{{ name }}您好呀"
}
message again {
  sms: "{{ name }}，好久不见"
}
message ping {
  sms: "{{ name }}，提醒您"
}
policy p {
  send on every day 08:00 to 20:00
  at most 1 per 2 hours
  review by manager when tier = vip
  give up after 3 days
}
journey welcome {
  policy p
  enter when name is known
  reenter after 1 hour
  state first {
    send hello via wecom, sms
    on visit -> second
    otherwise -> second
  }
  state second {
    send again via sms
    after 1 hour -> end over
  }
}
journey twin {
  policy p
  enter when phone is known
  reenter after 1 hour
  state only {
    send ping via sms
    on visit -> end came
    after 3 hours -> end over
  }
}
"""


@dataclass(frozen=True, slots=True)
class Template:
    """A database with the rules in force and nobody in it, and what is compiled for it.

    `stores`: the processes of every world, one world at a time in the file `world`. A process that dies gives back its
    connections; what SQLAlchemy has compiled for it stays, for that takes longer than the world.
    """

    path: Path
    plan: Plan
    permits: Permits
    world: Path
    stores: tuple[Store, ...]


def make_template(folder: Path) -> Template:
    """Once for all seeds: compiling takes longer than a whole simulation."""
    path = folder / "template.db"
    store = open_store(path, create=True)
    with store.write() as connection:
        migrate(connection, model_of(RULES))
        plan = make_plan(connection, 1, model_of(RULES), Setting(SHANGHAI, Duration(3, "day"), "CN"))
        known = meta.update().where(meta.c.key == "install_key")
        connection.execute(known.values(value="0" * 64))  # the same in every process
        for way in plan.ways.values():
            plan.rule(connection, way.span)
    permits = make_permits(plan, {"brand": "毛毛家"}, {})
    run(store, plan, permits, START - DAY)
    with store.write() as connection:  # three hundred years would be most of every world
        today = START // DAY
        connection.execute(
            calendar_day.delete().where(~calendar_day.c.day.between(today - YEAR, today + YEAR))
        )
    store.scrub(rebuilding=True)
    store.close()  # what is in the log goes into the file then
    world = folder / "world.db"
    shutil.copyfile(path, world)
    return Template(path, plan, permits, world, tuple(open_store(world) for _ in range(3)))


def fresh(template: Template) -> None:
    """Put a copy of the template where the world is that ended last."""
    for store in template.stores:
        store.close()
    for file in template.world.parent.glob(f"{template.world.name}*"):
        file.unlink()
    shutil.copyfile(template.path, template.world)


def draws(seed: int) -> random.Random:
    """All that is left to chance in a simulation."""
    return random.Random(seed)  # noqa: S311  # nothing secret
