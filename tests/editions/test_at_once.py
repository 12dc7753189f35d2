"""Places in samples and pilots are counted exactly, however many processes decide and send at once."""

import subprocess
import sys
from pathlib import Path

from tests.sources import ROOT
from tests.watched_shop import AT_ONCE, statuses, watched

PROCESSES, PEOPLE = 2, 1_200
NOW = "2026-11-23 10:00"
SCRIPT = """
import sys
from tests.watched_shop import again
some = again(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(4):
    some.run(sys.argv[2])
    some.deliver(sys.argv[2])
"""


def test_two_processes_run_and_send(tmp_path: Path) -> None:
    """Exactly fifteen are held and forty go; all others wait."""
    database = tmp_path / "homing.db"
    some = watched(AT_ONCE, 0, database)
    rows = [{"id": f"C{n}", "hash": n, "name": "客", "phone": f"138{n:08}"} for n in range(PEOPLE)]
    with some.store.write() as connection:
        connection.execute(some.plan.tables.customer.insert(), rows)
    command = [sys.executable, "-c", SCRIPT, str(database), NOW]
    pipe = subprocess.PIPE
    begun = [
        subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        for _ in range(PROCESSES)
    ]
    for one in begun:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    told = [one.communicate("go\n")[1] for one in begun]
    assert told == [""] * PROCESSES
    assert statuses(some) == {"held": 15, "sent": 40, "waiting": PEOPLE - 55}
