"""Texts that cannot be made are held until they can, whatever the clock says and whoever is looked at."""

from pathlib import Path

from engine.calendars.zone import parse_time
from engine.projects.project_turn import ready
from engine.running.run import How, run
from tests.projects import CONFIG, Homing, applied_project
from tests.queues import RULES, messages

NAMELESS = RULES.replace("enter when name is known", "enter when phone is known").replace(
    "{{ name }}{{ title }}", "{{ name }}"
)


def _run_over_everybody(homing: Homing, time: str) -> None:
    project = homing.opened()
    try:
        engine = ready(project)
        run(project.store, engine.plan, engine.permits, parse_time(time, project.config.zone), How(full=True))
    finally:
        project.store.close()


def test_windows_close_over_it(tmp_path: Path) -> None:
    """It is a person's all the same; when the value is there it waits for its window, and goes."""
    homing = applied_project(tmp_path, NAMELESS, CONFIG)
    homing.well("import", "customers", homing.file("c.csv", "id,name,phone\nC1,,13800000001\n"))
    homing.well("run", "--at", "2026-11-23 10:00")
    held = messages(homing)["C1"]
    assert held == ("held", "")
    homing.well("run", "--at", "2026-11-23 21:00")
    assert messages(homing)["C1"] == held
    _run_over_everybody(homing, "2026-11-23 21:05")
    assert messages(homing)["C1"] == held
    homing.well("import", "customers", homing.file("c.csv", "id,name,phone\nC1,陈晨,13800000001\n"))
    homing.well("run", "--at", "2026-11-23 21:10")
    assert messages(homing)["C1"][0] == "waiting"
    homing.well("run", "--at", "2026-11-24 09:00")
    assert messages(homing)["C1"][0] == "sent"
