"""The command line: what commands say on which stream, and how they leave."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from engine.cli import COMMANDS
from tests.projects import CONFIG, RULES, Homing, applied_project, make_project, ran
from tests.sources import ROOT

PROGRAM = [sys.executable, "-m", "engine.cli"]


def program(*args: str, cwd: Path, **how: Any) -> subprocess.CompletedProcess[bytes]:
    """The real program in a process of its own."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [*PROGRAM, *args], cwd=cwd, env=environment, capture_output=True, check=False, **how
    )


@pytest.fixture
def homing(tmp_path: Path) -> Homing:
    """A project with two customers, one of them written to."""
    homing = applied_project(tmp_path)
    people = "id,name,phone\nC1,陈晨,13800000001\nC2,王[/b]五\x1b[2J,13800000002\n"
    homing.well("import", "customers", homing.file("c.csv", people))
    homing.well(
        "import", "visit", homing.file("v.csv", "customer,at,store,amount\nC1,2023-08-01 10:00,A,1500\n")
    )
    homing.well("run", "--at", "2024-01-02 09:30")
    return homing


def test_init(tmp_path: Path) -> None:
    """A new project can be applied and run at once; a folder that has one is refused."""
    folder = tmp_path / "new"
    assert program("init", str(folder), cwd=tmp_path).returncode == 0
    assert {"homing.toml", "homing.db", "rules"} <= {file.name for file in folder.iterdir()}
    assert f'brand = "{folder.name}"' in (folder / "homing.toml").read_text()
    again = program("init", str(folder), cwd=tmp_path)
    assert (again.returncode, again.stderr.decode()) == (
        2,
        f"homing: {folder}: a project already\n  hint: it has a homing.toml\n",
    )


def test_nearest_project(homing: Homing) -> None:
    """The project is found upwards from where one is, or by its name before or after the command."""
    below = homing.folder / "rules" / "deep"
    below.mkdir()
    assert program("status", "--json", cwd=below).returncode == 0
    assert program("status", "--project", str(homing.folder), cwd=Path("/")).returncode == 0
    nowhere = program("status", cwd=Path("/"))
    assert nowhere.returncode == 2
    assert nowhere.stderr.startswith(b"homing: no homing.toml in / or any folder above\n  hint: ")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("statsu",), "homing: there is no command 'statsu'\n  hint: did you mean `status`?\n"),
        (("status", "--jsn"), "homing: No such option"),
        (("import", "customers"), "homing: Missing argument"),
        (("messages", "--status", "lost"), "homing: Invalid value for '--status'"),
        (("customer", "C9"), "homing: there is no customer 'C9'\n"),
        (("customer", "\udcbf\udccd"), "homing: Invalid value for '[ID]': '\\udcbf\\udccd' is not UTF-8\n"),
        (("messages", "--customer", "C9"), "homing: there is no customer 'C9'\n"),
        (("messages", "--since", "yesterday"), "homing: 'yesterday' is no time\n"),
        (("run", "--at", "soon"), "homing: 'soon' is no time\n"),
        (("run", "--at", "2024-01-01"), "homing: 2024-01-01T00:00:00+08:00 lies before the last run"),
        (
            ("optout", "C1", "--channel", "smss"),
            "homing: there is no channel `smss`\n  hint: did you mean `sms`?\n",
        ),
        (("consent", "C1", "--policy", "x"), "homing: there is no policy `x`\n"),
        (("tasks", "finish", "1.2", "--outcome", "x"), "homing: '1.2' is no id of a message or task\n"),
        (("tasks", "list", "--role", "x"), "homing: there is no role `x`\n  hint: did you mean"),
        (("graph", "winback"), "homing: there is no journey `winback`\n  hint: did you mean `win_back`?\n"),
        (("check", "nowhere"), "homing: nowhere: no such file or folder\n"),
        (("import", "visit", "nowhere.csv"), "homing: nowhere.csv: No such file or directory\n"),
    ],
)
def test_mistakes(homing: Homing, args: tuple[str, ...], message: str) -> None:
    """A mistake is said in a line on stderr, with status 2 and nothing on stdout."""
    said = homing(*args)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(message.removesuffix("\n  hint: did you mean")), said.err


def test_a_broken_configuration(homing: Homing) -> None:
    """A mistake in homing.toml is said wherever it is read."""
    homing.file("homing.toml", CONFIG.replace("[channels.sms]", "[chanels.sms]"))
    said = homing("status")
    assert said.status == 2
    assert said.err == (
        f"homing: {homing.folder}/homing.toml:4: unknown key `chanels`\n  hint: did you mean `channels`?\n"
    )


def test_a_broken_database(homing: Homing) -> None:
    """A file that is no database is said so, with no traceback."""
    for name in ("homing.db-wal", "homing.db-shm"):
        (homing.folder / name).unlink(missing_ok=True)
    homing.file("homing.db", b"nonsense" * 1000)
    said = homing("messages")
    assert said.status == 2
    assert "file is not a database" in said.err


def test_check(tmp_path: Path) -> None:
    """Findings are on stdout, the count on stderr; errors are status 1; JSON is as agreed."""
    homing = make_project(tmp_path)
    assert homing("check").status == 0
    homing.file("rules/all.rules", RULES.replace("-> end won", "-> nowhere"))
    said = homing("check")
    assert (said.status, said.err) == (1, "1 error\n")
    assert said.out.startswith("all.rules:")
    found = homing("check", "--json").json
    assert (found["errors"], found["diagnostics"][0]["file"]) == (1, "all.rules")
    assert set(found["diagnostics"][0]) == {
        "slug", "severity", "file", "line", "column", "end_line", "end_column", "message", "hint",
    }  # fmt: skip


def test_check_in_chinese(tmp_path: Path) -> None:
    """The configuration, or the locale, chooses the language of findings."""
    homing = make_project(tmp_path, RULES.replace("policy marketing {", "policy marketing"))
    english = homing("check").out
    homing.file("homing.toml", CONFIG.replace("[channels.sms]", 'language = "zh"\n[channels.sms]', 1))
    assert homing("check").out != english


def test_check_outside_of_projects(tmp_path: Path) -> None:
    """A file or folder can be checked and drawn without a project; its folder's name is the brand."""
    path = tmp_path / "one.rules"
    path.write_text(RULES, encoding="utf-8")
    for place in (str(path), str(tmp_path), "."):
        assert program("check", place, cwd=tmp_path).returncode == 0, place
    drawn = program("graph", "win_back", "--rules", str(path), cwd=tmp_path).stdout.decode()
    assert drawn.startswith("flowchart")


def test_fmt(tmp_path: Path) -> None:
    """`fmt --check` names what it would change, `fmt` changes it, and then there is nothing to change."""
    homing = make_project(tmp_path, RULES.replace("policy marketing {", "policy   marketing {"))
    assert (homing("fmt", "--check").status, homing("fmt", "--check").out) == (1, "all.rules\n")
    assert homing("fmt").status == 0
    assert (homing("fmt", "--check").status, homing("check").status) == (0, 0)


def test_broken_files(tmp_path: Path) -> None:
    """What cannot be read is neither written nor drawn."""
    broken = RULES.replace("journey win_back", "journey")
    homing = make_project(tmp_path, broken)
    assert homing("fmt").status == 1
    drawn = homing("graph", "win_back")
    assert (drawn.status, drawn.out, drawn.err.startswith("all.rules:")) == (1, "", True)
    assert (tmp_path / "rules" / "all.rules").read_text(encoding="utf-8") == broken


@pytest.mark.parametrize(("form", "start"), [("mermaid", "flowchart"), ("dot", "digraph"), ("svg", "<")])
def test_graph(homing: Homing, form: str, start: str) -> None:
    """A journey is drawn in three forms."""
    assert homing.well("graph", "win_back", "--format", form).out.startswith(start)


def test_run(homing: Homing) -> None:
    """A run counts what it did; the same run again does nothing."""
    homing.well("import", "visit", homing.file("v.csv", "customer,at\nC2,2023-01-01\n"))
    said = homing.well("run", "--at", "2024-01-02 09:31", "--json").json
    del said["seconds"]
    assert said == {
        "at": "2024-01-02T09:31:00+08:00", "release": 1, "entered": 1, "moved": 0, "ended": 0,
        "messages": {"sent": 1}, "tasks_opened": 0, "grants": 0,
    }  # fmt: skip
    again = homing.well("run", "--json").json
    assert (again["at"], again["entered"], again["messages"]) == (said["at"], 0, {})


def test_dry_run(homing: Homing) -> None:
    """A dry run says what would happen, and nothing has happened, not even time."""
    homing.well("import", "visit", homing.file("v.csv", "customer,at\nC2,2023-01-01\n"))
    before = homing.well("status", "--json").json
    assert homing.well("run", "--at", "2024-01-03 09:31", "--dry-run", "--json").json["entered"] == 1
    assert homing.well("status", "--json").json == before
    assert homing.well("customer", "C2", "--json").json["journeys"] == []


def test_messages(homing: Homing) -> None:
    """Messages are listed with what became of them, and can be chosen."""
    found = homing.well("messages", "--json").json
    assert [
        set(item) >= {"id", "key", "record", "because", "until", "created", "benefit"} for item in found
    ] == [True]
    item = found[0]
    wanted = ("customer", "journey", "state", "message", "channel", "status", "text", "sent")
    assert [item[name] for name in wanted] == [
        "C1", "win_back", "contact.hello", "hello", "sms", "sent",
        "【毛毛家】陈晨您好,好久不见!回复1预约,回T退订", "2024-01-02T09:30:00+08:00",
    ]  # fmt: skip
    assert homing.well("messages", "--json", "--status", "sent", "--customer", "C1").json == found
    assert homing.well("messages", "--json", "--since", "2024-01-02").json == found
    for none in (("--status", "held"), ("--customer", "C2"), ("--since", "2024-01-03")):
        assert homing.well("messages", "--json", *none).json == []
    assert item["id"] in homing.well("messages").out


def test_customer(homing: Homing) -> None:
    """One customer's facts, journeys, and what happened because of which rule line."""
    found = homing.well("customer", "C1", "--json").json
    assert found["attributes"]["phone"] == "+8613800000001"
    journey = found["journeys"][0]
    wanted = ("journey", "record", "stage", "state", "since", "status", "outcome")
    assert [journey[name] for name in wanted] == [
        "win_back", None, "contact", "contact.hello", "2024-01-02T09:30:00+08:00", "active", None,
    ]  # fmt: skip
    assert [(line["at"][:10], line["kind"]) for line in found["timeline"]] == [
        ("2023-08-01", "event"), ("2024-01-02", "state"), ("2024-01-02", "message"),
    ]  # fmt: skip
    assert found["timeline"][1]["because"].startswith("all.rules:")


def test_people_see_no_more_than_they_need(homing: Homing) -> None:
    """Numbers are masked for people, and data cannot steer the terminal."""
    shown = homing.well("customer", "C1").out
    assert "138****0001" in shown
    assert "13800000001" not in shown
    hostile = homing.well("customer", "C2").out
    assert "王[/b]五␛[2J" in hostile
    assert "\x1b" not in hostile


def test_status(homing: Homing) -> None:
    """The state of the project in one look."""
    assert homing.well("status", "--json").json == {
        "release": 1, "last_run": "2024-01-02T09:30:00+08:00", "healthy": True, "problems": [],
        "active": {"win_back": {"contact.hello": 1}}, "waiting": 0, "held": 0, "unknown": 0,
        "tasks_open": 0, "tasks_overdue": 0,
    }  # fmt: skip
    assert homing.well("status").err == "healthy\n"


def test_status_without_rules(tmp_path: Path) -> None:
    """A project in which nothing runs is not healthy."""
    project = make_project(tmp_path)
    project.opened(create=True).store.close()
    said = project("status", "--json")
    assert (said.status, said.json["healthy"], said.json["release"]) == (1, False, None)


def test_tasks(homing: Homing) -> None:
    """A task is listed with its script, finished once, and its answers are kept."""
    homing.well("run", "--at", "2024-01-05 10:00")
    task = homing.well("tasks", "list", "--json", "--as", "小李").json[0]
    wanted = ("customer", "journey", "state", "task", "title", "role", "status", "due", "script", "outcomes")
    assert [task[name] for name in wanted] == [
        "C1", "win_back", "contact.call", "phone", "问候", "advisor", "open", "2024-01-07T10:00:00+08:00",
        "陈晨您好,我是小李。", ["interested", "refused"],
    ]  # fmt: skip
    assert task["asks"] == [{"name": "reason", "type": "choice", "choices": ["convenience", "price"]}]
    finish = ("tasks", "finish", task["id"], "--as", "小李")
    assert "has no outcome `maybe`" in homing(*finish, "--outcome", "maybe").err
    assert "does not ask for `raison`" in homing(*finish, "--outcome", "refused", "--set", "raison=price").err
    assert (
        "reason: 'cost' is not one of" in homing(*finish, "--outcome", "refused", "--set", "reason=cost").err
    )
    homing.well(*finish, "--outcome", "refused", "--set", "reason=price", "--note", "不需要")
    late = f"homing: task {task['id']} is done already by 小李 at 2024-01-05T10:00:00+08:00\n"
    assert (homing(*finish, "--outcome", "refused").status, homing(*finish, "--outcome", "refused").err) == (
        1,
        late,
    )
    homing.well("run", "--at", "2024-01-05 10:01")
    found = homing.well("customer", "C1", "--json").json
    assert (found["attributes"]["reason"], found["journeys"][0]["outcome"]) == ("price", "refused")
    assert [item["status"] for item in homing.well("tasks", "--json").json] == ["done"]
    assert homing.well("tasks", "list", "--status", "open", "--json").json == []


def test_optout_and_consent(homing: Homing) -> None:
    """What a customer says is recorded, once, and can be taken back."""
    homing.well("import", "visit", homing.file("v.csv", "customer,at\nC2,2023-01-01\n"))
    homing.well("run", "--at", "2024-01-02 21:00")
    said = homing.well("optout", "C2", "--json").json
    assert said == {"id": "C2", "channel": None, "lifted": False, "cancelled": 1}
    assert homing.well("optout", "C2", "--json").json["cancelled"] == 0
    assert homing.well("messages", "--customer", "C2", "--json").json[0]["status"] == "cancelled"
    assert homing.well("optout", "C2", "--lift", "--json").json["lifted"] is True
    assert homing.well("consent", "C2", "--policy", "marketing", "--json").json["changed"] is True
    assert (
        homing.well("consent", "C2", "--policy", "marketing", "--withdraw", "--json").json["changed"] is True
    )
    found = homing.well("customer", "C2", "--json").json
    assert (len(found["optouts"]), len(found["consents"])) == (1, 1)
    assert [line["kind"] for line in found["timeline"]].count("optout") == 2


def test_one_json_document(homing: Homing) -> None:
    """With --json stdout is one document and nothing else, also where there is nothing to list."""
    for command in (
        ("status",),
        ("messages",),
        ("customer", "C1"),
        ("tasks", "list"),
        ("check",),
        ("apply",),
        ("report",),
    ):
        json.loads(homing(*command, "--json").out)


def test_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command tells what it does, in whole sentences that fit a terminal of eighty columns."""
    for language, option in (("C.UTF-8", "Options:"), ("zh_CN.UTF-8", "选项:")):
        monkeypatch.setenv("LC_ALL", language)
        told = ran("--help").out
        assert (ran().status, ran().err) == (2, told)
        assert all(f"  {name} " in told for name in COMMANDS)
        for name in COMMANDS:
            told += (one := ran(name, "--help").out)
            assert option in one
        assert not re.search(r"[^]]\.\.\.", told)
        assert [line for line in told.splitlines() if cell_len(line) > 80 and "|" not in line] == []


def test_a_file_whose_name_is_not_utf8(homing: Homing) -> None:
    """A name in GBK, as archives from Windows bring along, is no hindrance: it is told as far as it is known."""
    file = homing.folder / os.fsdecode("客.csv".encode("gbk"))
    file.write_text("id,tier\nC1,vip\nC2,gold\n")
    said = homing("import", "customers", str(file), "--json").json
    assert (said["changed"], said["rejected"]) == (1, 1)
    assert Path(said["rejects_file"]).read_text(encoding="utf-8-sig").count("gold") == 2
    assert json.loads(homing("backup", str(file.with_suffix(".bak")), "--json").out)["files"]


def test_reader_that_goes_away(homing: Homing) -> None:
    """A pipe that is closed early is no error."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [*PROGRAM, "--project", str(homing.folder), "graph", "win_back", "--format", "svg"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.wait()
    errors = process.stderr.read()
    process.stderr.close()
    assert (process.returncode, errors) == (0, b"")


def test_interrupt(homing: Homing) -> None:
    """Ctrl-C says that it stopped, and nothing more."""
    script = (
        "import signal, sys, engine.commands.looking as looking\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it\n"
        "def interrupted():\n"
        "    signal.raise_signal(signal.SIGINT)\n"
        "    while True:\n"
        "        pass\n"
        "looking.opened = interrupted\n"
        "from engine.cli import main\n"
        f"sys.argv = ['homing', '--project', {str(homing.folder)!r}, 'status']\n"
        "main()\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (128 + signal.SIGINT, b"\nhoming: stopped\n")
