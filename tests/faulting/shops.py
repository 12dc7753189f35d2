"""A project whose messages leave by HTTP to a gateway on loopback, and what must hold in it whatever went wrong."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from engine.storage.states import MessageStatus as M
from tests.gateways import Gateway, Hit, says, web_gateway
from tests.projects import applied_project

RULES = """\
customer { name: text, phone: phone, points: number }
event visit { amount: money }
message hello { sms: "{{ name }}, hello" }
policy service { at most 3 per month }
journey greet {
  policy service
  enter when phone is known
  state first {
    send hello via sms
    set points = 1
    after 1 day -> end over
  }
}
"""
CONFIG = """\
[project]
brand = "毛毛家"

[channels.sms]
kind = "http"
url = "{url}"
json = {{ to = "{{{{ to }}}}", text = "{{{{ text }}}}", key = "{{{{ key }}}}" }}
id = "$.id"
"""
PEOPLE = 5
RUN = ("run", "--at", "2026-01-01 10:00")
ONCE_TAKEN = {M.SENDING, M.UNKNOWN, M.SENT}


@dataclass
class Shop:
    """The project at rest, before its first run, and the gateway."""

    folder: Path
    gateway: Gateway
    answers: list[Callable[[Hit], web.Response]]

    def copy(self, name: str, of: Path | None = None) -> Path:
        """The same project in another folder, or another one there; what the gateway has got so far is forgotten."""
        self.gateway.hits.clear()
        target = self.folder.with_name(name)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(of or self.folder, target)
        return target

    def hits(self) -> Counter[str]:
        """How often the gateway got each text; each customer has a text of their own."""
        return Counter(str(hit.json["text"]) for hit in self.gateway.hits)


@contextmanager
def shop_with_gateway(folder: Path, people: int = PEOPLE) -> Iterator[Shop]:
    """The shop, as long as its gateway is there. The last of `answers` is what it says."""
    answers: list[Callable[[Hit], web.Response]] = [says({"id": "7"})]

    def answer(hit: Hit) -> web.Response:
        return answers[-1](hit)

    with web_gateway(answer) as gateway:
        homing = applied_project(folder / "shop", RULES, CONFIG.format(url=gateway.url))
        rows = "".join(f"C{n},Name {n},1380000{n:04}\n" for n in range(people))
        homing.well("import", "customers", homing.file("people.csv", "id,name,phone\n" + rows))
        _make_small(folder / "shop" / "homing.db")
        yield Shop(folder / "shop", gateway, answers)


def _make_small(database: Path) -> None:
    """Days that these rules never ask about are most of a new database, and so of what is written when it is copied."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("DELETE FROM calendar_day WHERE day % 365 > 0")
        connection.execute("VACUUM")


@contextmanager
def looked_at(database: Path) -> Iterator[sqlite3.Connection]:
    """A copy of a database with its log, to look at: closing the database itself would fold the log in."""
    copy = database.with_name("looked-at")
    copy.mkdir()
    try:
        for file in database.parent.glob(f"{database.name}*"):
            shutil.copy(file, copy / file.name)
        with closing(sqlite3.connect(copy / database.name)) as connection:
            yield connection
    finally:
        shutil.rmtree(copy)


def messages(folder: Path) -> dict[str, M]:
    """The status of each message by its text."""
    with looked_at(folder / "homing.db") as connection:
        rows = connection.execute(
            "SELECT c.name || ', hello', m.status FROM message m JOIN customer c ON c.customer = m.customer"
        ).fetchall()
    return {text: M(status) for text, status in rows}


def moves(folder: Path) -> list[tuple[object, ...]]:
    """Who has entered which state when, and what was set there."""
    with looked_at(folder / "homing.db") as connection:
        return connection.execute(
            "SELECT v.customer, v.visit, v.at, v.state, c.points FROM visit v JOIN customer c USING (customer)"
            " ORDER BY v.customer, v.visit"
        ).fetchall()


def check(shop: Shop, folder: Path) -> None:
    """What holds at any moment: the file is whole, nobody got anything twice, what was taken is not shown as unsent."""
    with looked_at(folder / "homing.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]  # S11
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    found, hits = messages(folder), shop.hits()
    assert [text for text, count in hits.items() if count > 1] == []  # S1
    assert {text for text in hits if found.get(text) not in ONCE_TAKEN} == set()  # S10
    assert {text for text, status in found.items() if status is M.SENT and text not in hits} == set()
    enrolled = {move[0] for move in moves(folder)}
    assert len(found) == len(enrolled)  # a move and what it sends are one
    assert all(move[4] == 1 for move in moves(folder))


def check_end(shop: Shop, folder: Path) -> None:
    """And when a run has come to its end after that: everybody was written to, or is in doubt."""
    check(shop, folder)
    found = messages(folder)
    assert len(found) == PEOPLE
    assert set(found.values()) <= {M.SENT, M.UNKNOWN}
