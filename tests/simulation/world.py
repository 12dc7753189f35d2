"""One simulated world: engines that die, people who change their minds, a clock that jumps, a gateway that lies.

Everything is the production code but the clock, the gateway and chance. An engine is a generator that stops between its
transactions; there it may be left for good, as a killed process is, or others have their turn. One seed, one history.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.channels.protocol import Channel
from engine.delivery.delivery import Delivery
from engine.delivery.journal import Journal
from engine.delivery.noting import Noting
from engine.delivery.pace import Timer
from engine.delivery.pausing import go_on, stop
from engine.errors import EngineError
from engine.inbox.listening import listen
from engine.inbox.taking import Inbox
from engine.people import decisions, doubts, optouts
from engine.running.run import run
from engine.storage.arrivals import mark_changed, take
from engine.storage.audit import By
from engine.storage.customers import customer_hash
from engine.storage.keys import Intent
from engine.storage.schema import message
from engine.storage.states import MessageStatus
from engine.storage.store import Store
from engine.storage.symbols import load_symbols
from engine.storage.values import Surroundings
from tests.deliveries import SHANGHAI
from tests.simulation.gateway import Gateway, Line
from tests.simulation.stage import HOUR, MINUTE, START, Template, draws, fresh, opened
from tests.simulation.writing_back import read_replies, write_back

Row = sa.RowMapping


@dataclass(slots=True)
class Notes:
    """What the world's observer knows besides the database. Times are steps of the simulation."""

    optouts: dict[str, list[tuple[int, bool]]] = field(default_factory=dict)
    doubts: dict[str, list[tuple[int, bool]]] = field(default_factory=dict)
    names: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    vips: set[str] = field(default_factory=set)
    approved: dict[Intent, str] = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """The same for the same history."""
        return sha256("\n".join(self.trace).encode()).hexdigest()


class World:
    """A database with customers in it, two engines and everybody around."""

    def __init__(self, template: Template, folder: Path, seed: int) -> None:
        """`seed` decides everything."""
        self.chance: random.Random = draws(seed)
        self.template, self.now, self.step, self.passed = template, START, 0, 0
        self.last, self.is_calm = "", False
        self.path = fresh(template, folder, seed)
        self.gateway = Gateway(self.chance, knows_keys=self.chance.random() < 0.3)
        self.notes = Notes()
        self.journal: Journal | None = None
        self.names = [f"C{number}" for number in range(self.chance.randint(2, 4))]
        self.stores = [opened(self.path), opened(self.path)]
        self.people = opened(self.path)
        self.at_work: list[Iterator[str] | None] = [None, None]
        for name in self.names:
            tier = self.chance.choice(("vip", "regular", "regular"))
            self._customer(name, tier=tier)
            if tier == "vip":
                self.notes.vips.add(name)

    def live(self, steps: int) -> Iterator[None]:
        """A storm: everything may happen. Stops after each step, for somebody to look."""
        for _ in range(steps):
            self._advance()
            self._happen()
            yield

    def calm(self) -> Iterator[None]:
        """Nobody dies, nothing breaks any more, and time runs on for days."""
        self.at_work, self.is_calm = [None, None], True
        self.gateway.chance = _Kind()
        with self.people.write() as connection:
            go_on(connection, "all", "", self.by())
        for _ in range(12):
            self.now += 8 * HOUR
            self.passed += 8 * HOUR
            self._advance()
            self._live_through(0)
            yield

    def close(self) -> None:
        """Give everything back."""
        self.at_work = [None, None]
        for store in [*self.stores, self.people]:
            store.close()
        for file in self.path.parent.glob(f"{self.path.name}*"):
            file.unlink()

    def rows(self) -> list[Row]:
        """Every message as it is."""
        with self.people.read() as connection:
            return list(connection.execute(sa.select(message).order_by(*message.primary_key)).mappings())

    # What may happen

    def _advance(self) -> None:
        self.step += 1

    def _happen(self) -> None:
        near = self.last == "claimed"  # where what people say matters most
        hot = self.last in ("marked", "sent")  # and where death does
        acts: list[tuple[Callable[[], None], float]] = [
            (lambda: self._work(0), 50), (lambda: self._work(1), 15), (self._die, 25 if hot else 2), (self._time, 10),
            (self._visit, 3), (self._decide, 5), (self._pause, 1), (self._jam, 3), (self._overtake, 12 if hot else 0),
            (self._optout, 25 if near else 1), (self._change, 15 if near else 2),
            (lambda: write_back(self), 15 if near else 2), (lambda: read_replies(self), 4),
            (self._tell, 25 if hot else 8), (self._hear, 15 if hot else 3),
        ]  # fmt: skip
        act = self.chance.choices([one for one, _ in acts], [weight for _, weight in acts])[0]
        act()

    def _note(self, *what: object) -> None:
        self.notes.trace.append(" ".join(map(str, (self.step, self.now - START, *what))))

    def by(self) -> By:
        """Whoever does something by hand."""
        return By("小林", self.now)

    def _work(self, which: int) -> None:
        """An engine goes on by one step, beginning anew when it had come to its end."""
        if self.at_work[which] is None:
            self.at_work[which] = self._engine(which)
        engine = self.at_work[which]
        assert engine is not None
        try:
            self.last = next(engine)
            self._note("engine", which, self.last)
        except StopIteration:
            self.at_work[which] = None
        except EngineError as error:
            self._note("engine", which, type(error).__name__)
            self.template.plan.forget_rules()
            self.at_work[which] = None

    def _engine(self, which: int) -> Iterator[str]:
        """A run and a delivery. The run dies in its middle now and then."""
        store, plan, permits, now = self.stores[which], self.template.plan, self.template.permits, self.now
        if not self.is_calm and self.chance.random() < 0.1:
            with suppress(_DeadError), _dying(store, self.chance.randint(1, 60)):
                run(store, plan, permits, now)
            plan.forget_rules()
            yield "died in a run"
            return
        run(store, plan, permits, now)
        yield "ran"
        now, began = self.now, self._seconds()
        counts: Counter[str] = Counter()
        timer = Timer(self._seconds, self._sleep)
        noting = None if self.journal is None else Noting(self.journal, SHANGHAI)
        delivery = Delivery(store, plan, permits, self._channels(), batch=2, timer=timer, noting=noting)
        for step in delivery.steps(now, counts):
            mark, passed = (self.step, now + int((self._seconds() - began) * 1000)), self.passed
            yield step
            if step == "marked":
                self.gateway.mark, self.gateway.passed_at_mark, self.gateway.passed = (
                    mark,
                    passed,
                    self.passed,
                )

        if self.is_calm or self.chance.random() < 0.5:
            with suppress(_DeadError):
                self._listen(store)
            yield "listened"

    def _channels(self) -> dict[str, Channel]:
        return {name: Line(self.gateway, name) for name in ("sms", "wecom")}

    def _listen(self, store: Store) -> None:
        """Take what the gateway tells. The process dies in the middle of it now and then."""
        plan = self.template.plan
        around = Surroundings(SHANGHAI, "CN")
        inbox = Inbox(store, plan.world.model, around, self._channels())
        if self.is_calm or self.chance.random() < 0.6:
            listen(inbox, self.now)
            return
        with _dying(store, self.chance.randint(1, 40)):
            listen(inbox, self.now, self._perhaps_dead)

    def _perhaps_dead(self) -> None:
        if not self.is_calm and self.chance.random() < 0.4:
            raise _DeadError

    def _tell(self) -> None:
        """The gateway reports of several messages."""
        early = self.last == "sent"  # nobody has recorded yet what it answered
        for _ in range(self.chance.randint(1, 3)):
            self.gateway.tell(self.now, early=early)
        self._note("told", len(self.gateway.told))
        if early:
            self._hear()

    def _hear(self) -> None:
        """Somebody else fetches what it reports, whatever the engines are at."""
        with suppress(_DeadError):
            self._listen(self.people)
        self._note("heard")

    def _seconds(self) -> float:
        """A clock that only goes forward."""
        return self.passed / 1000

    def _sleep(self, seconds: float) -> None:
        self.passed += round(seconds * 1000)
        self.now += round(seconds * 1000)

    def _live_through(self, which: int) -> None:
        self.at_work[which] = None
        for _ in range(200):
            self._work(which)
            if self.at_work[which] is None:
                return

    def _die(self) -> None:
        """Killed between two transactions; what it had claimed or marked stays."""
        which = self.chance.randrange(2)
        if self.at_work[which] is not None:
            self._note("killed", which)
            self.at_work[which] = None
            self.stores[which].close()
            self.stores[which] = opened(self.path)

    def _time(self) -> None:
        jumps = (MINUTE, 5 * MINUTE, 10 * MINUTE, HOUR, HOUR, 2 * HOUR, 3 * HOUR, 11 * HOUR, -HOUR)
        jump = self.chance.choices(jumps, (10, 20, 20, 15, 15, 10, 5, 2, 3))[0]
        self.now = max(self.now + jump, START)
        self.passed += max(jump, 0)
        self._note("time", jump)

    def _visit(self) -> None:
        name = self.chance.choice(self.names)
        table = self.template.plan.tables.events["visit"]
        with self.people.write() as connection:
            number = self._number(connection, name)
            seq = take(connection, 1)
            row = {"customer": number, "at": self.now, "seq": seq, "digest": seq}
            connection.execute(table.insert().values(row))
            mark_changed(connection, [number])
        self._note("visit", name)

    def _optout(self) -> None:
        """Or the end of one."""
        name, lifted = self.chance.choice(self.names), self.chance.random() < 0.4
        with self.people.write() as connection:
            symbols, number = load_symbols(connection), self._number(connection, name)
            if lifted:
                optouts.lift(connection, symbols, number, None, self.by())
            else:
                optouts.opt_out(
                    connection, symbols, optouts.OptOut(number, name, None, self.now, "said"), self.by()
                )
        self.notes.optouts.setdefault(name, []).append((self.step, not lifted))
        self._note("lift" if lifted else "optout", name)

    def _change(self) -> None:
        """A name, a number or the way to reach somebody changes."""
        name = self.chance.choice(self.names)
        values = self.chance.choice(
            (
                {"name": self.chance.choice(("陈晨", "陈辰"))},
                {"phone": f"1380000000{self.chance.randrange(10)}"},
                {"wecom": self.chance.choice((None, "w1"))},
            )
        )
        self._customer(name, **values)
        if "name" in values:
            self.notes.names.setdefault(name, []).append((self.step, str(values["name"])))
        self._note("change", name, values)

    def _decide(self) -> None:
        """A manager approves or refuses what is held."""
        held = [row for row in self.rows() if row["status"] == MessageStatus.HELD]
        if not held:
            return
        row = self.chance.choice(held)
        intent = Intent(*(row[name] for name in Intent._fields))
        with self.people.write() as connection, suppress(EngineError):
            if self.chance.random() < 0.8:
                decisions.approve(connection, intent, self.by())
                self.notes.approved[intent] = row["text"]
            else:
                decisions.refuse(connection, intent, self.by())
        self._note("decided", intent.id)

    def _doubt(self) -> None:
        """Somebody has found out what became of a message in doubt, or thinks so."""
        rows = [row for row in self.rows() if row["status"] == MessageStatus.UNKNOWN]
        if not rows:
            return
        row = self.chance.choice(rows)
        intent = Intent(*(row[name] for name in Intent._fields))
        with self.people.write() as connection, suppress(EngineError):
            doubts.send_anew(connection, intent, self.by(), "the gateway's list does not have it")
            self._note("anew", intent.id)

    def _overtake(self) -> None:
        """An engine stands still in the middle of a call, for hours; the other finds what hangs, and so do people."""
        which = self.chance.randrange(2)
        if self.at_work[which] is None:
            return
        for _ in range(2):
            self.now += HOUR
            self.passed += HOUR
            self._live_through(1 - which)
            self._doubt()
        self._live_through(1 - which)
        self._note("overtaken", which)

    def _jam(self) -> None:
        """Nothing leaves for hours while the engine goes on deciding; then all of it may."""
        self._pause()
        for _ in range(2):
            self._live_through(0)
            self.now += 2 * HOUR
            self.passed += 2 * HOUR
        self._live_through(0)
        self._pause()

    def _pause(self) -> None:
        with self.people.write() as connection:
            if not go_on(connection, "all", "", self.by()):
                stop(connection, "all", "", self.by(), None)
        self._note("pause")

    # Customers

    def _customer(self, identity: str, **values: object) -> None:
        table = self.template.plan.tables.customer
        with self.people.write() as connection:
            number = connection.scalar(sa.select(table.c.customer).where(table.c.id == identity))
            if number is None:
                own = {"id": identity, "hash": customer_hash(identity), "name": "陈晨"}
                own["phone"] = f"1380000{identity[1:]:0>4}"
                new = table.insert().values(own | values).returning(table.c.customer)
                number = connection.execute(new).scalar_one()
            else:
                connection.execute(table.update().where(table.c.customer == number).values(values))
            mark_changed(connection, [number])

    def _number(self, connection: sa.Connection, name: str) -> int:
        table = self.template.plan.tables.customer
        return int(connection.execute(sa.select(table.c.customer).where(table.c.id == name)).scalar_one())


class _DeadError(Exception):
    """The process has died here."""


class _dying:  # noqa: N801
    """A process that dies before its n-th statement on a store; what it had not committed is gone."""

    def __init__(self, store: Store, after: int) -> None:
        self.store, self.left = store, after

    def __enter__(self) -> None:
        sa.event.listen(self.store.engine, "before_cursor_execute", self._count)

    def __exit__(self, *_: object) -> None:
        sa.event.remove(self.store.engine, "before_cursor_execute", self._count)

    def _count(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            raise _DeadError


class _Kind(random.Random):
    """Chance that only ever takes the first: the gateway takes everything."""

    def random(self) -> float:
        """It tells all that it knows."""
        return 0.0

    def choices(self, population: Any, *_: object, **__: object) -> Any:
        """The first."""
        return [population[0]]
