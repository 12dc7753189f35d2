"""One simulated world: engines that die, people who change their minds, a clock that jumps, a gateway that lies.

Everything is the production code but the clock, the gateway and chance. An engine is a generator that stops between its
transactions; there it may be left for good, as a killed process is, or others have their turn. One seed, one history.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pysqlite3

from engine.channels.protocol import Channel
from engine.delivery.delivery import Delivery
from engine.delivery.journal import Journal
from engine.delivery.noting import Noting
from engine.delivery.pace import Timer
from engine.delivery.pausing import go_on
from engine.errors import EngineError
from engine.inbox.listening import listen
from engine.inbox.taking import Inbox
from engine.running.run import How, run
from engine.storage.audit import By
from engine.storage.store import Store
from engine.storage.values import Surroundings
from tests.deliveries import SHANGHAI
from tests.simulation import people
from tests.simulation.breaking import DeadError, Event, at, dies, finds_no_room, no_more_pages
from tests.simulation.gateway import Gateway, Line
from tests.simulation.hearing import note_heard
from tests.simulation.notes import Notes
from tests.simulation.stage import HOUR, MINUTE, START, Template, draws, fresh
from tests.simulation.writing_back import read_replies, write_back

Row = pysqlite3.Row


class World:
    """A database with customers in it, two engines and everybody around."""

    def __init__(self, template: Template, seed: int, *, erasing: bool = True) -> None:
        """`seed` decides everything. `erasing`: customers may be erased."""
        self.chance: random.Random = draws(seed)
        self.template, self.now, self.step, self.passed = template, START, 0, 0
        self.last, self.at_last, self.is_calm, self.erasing = "", 0, False, erasing
        fresh(template)
        self.path = template.world
        self.look_anew()
        self.gateway = Gateway(self.chance, knows_keys=self.chance.random() < 0.3)
        self.notes = Notes()
        self.journal: Journal | None = None
        *self.stores, self.people = template.stores
        self.at_work: list[Iterator[str] | None] = [None, None]
        self.names = [f"customer-{number}" for number in range(self.chance.randint(2, 4))]
        for name in self.names:
            people.arrive(self, name, self.chance.choice(("vip", "regular")))

    def live(self, steps: int) -> Iterator[None]:
        """A storm: everything may happen. Stops after each step, for somebody to look."""
        for _ in range(steps):
            self.step += 1
            self._happen()
            yield

    def calm(self) -> Iterator[None]:
        """Nobody dies, nothing breaks any more, and time runs on for days."""
        self.at_work, self.is_calm = [None, None], True
        self.gateway.chance = _Kind()
        with self.people.write() as connection:
            go_on(connection, "all", "", self.by())
        for hours in (11, 13, 11, 13, 24, 24):  # within the windows once a day, whatever the hour is
            self.pass_time(hours * HOUR)
            self.step += 1
            self.live_through(0)
            yield

    def close(self) -> None:
        """Give everything back."""
        self.at_work = [None, None]
        self._eye.close()
        for store in self.template.stores:
            store.close()

    def look_anew(self) -> None:
        """Open the observer's own connection, which only reads."""
        self._eye = pysqlite3.connect(self.path)
        self._eye.row_factory = Row
        self._version, self._rows = -1, list[Row]()

    def ask(self, query: str, *values: object) -> list[Row]:
        """The rows of a query, as they are committed."""
        found: list[Row] = self._eye.execute(query, values).fetchall()
        return found

    def rows(self) -> list[Row]:
        """Every message as it is."""
        (version,) = self.ask("PRAGMA data_version")[0]
        if version != self._version:
            self._version, self._rows = version, self.ask("SELECT * FROM message ORDER BY 1, 2, 3, 4, 5, 6")
        return self._rows

    def by(self) -> By:
        """Whoever does something by hand."""
        return By("小林", self.now)

    def note(self, *what: object) -> None:
        """For the digest of the history."""
        self.notes.trace.append(" ".join(map(str, (self.step, self.now - START, *what))))

    def pass_time(self, milliseconds: int) -> None:
        """Time runs on."""
        self.now += milliseconds
        self.passed += milliseconds

    # What may happen

    def _happen(self) -> None:
        near = self.last == "claimed"  # where what people say matters most
        hot = self.last in ("marked", "sent")  # and where death does
        acts: list[tuple[Callable[[], None], float]] = [
            (lambda: self._work(0), 50), (lambda: self._work(1), 15), (self._die, 25 if hot else 2), (self._time, 10),
            (self._fill_up, _FULL.get(self.last, 2)), (lambda: people.decide(self), 5),
            (lambda: people.pause(self), 1), (self._jam, 3), (self._overtake, 12 if hot else 0),
            (lambda: people.erase(self), 2 if near or hot else 1),
            (self._tell, 25 if hot else 8), (self._hear, 15 if hot else 3), (lambda: read_replies(self), 4),
            *self._said_by_people(near=near),
        ]  # fmt: skip
        self.chance.choices([one for one, _ in acts], [weight for _, weight in acts])[0]()

    def _said_by_people(self, *, near: bool) -> list[tuple[Callable[[], None], float]]:
        """What may be said in the middle of a run as well."""
        return [
            (lambda: people.visit(self), 3), (lambda: people.opt_out(self), 25 if near else 1),
            (lambda: people.change(self), 15 if near else 2), (lambda: write_back(self), 15 if near else 2),
            (lambda: people.edit(self), 8 if near else 3),
        ]  # fmt: skip

    def _work(self, which: int) -> None:
        """An engine goes on by one step, beginning anew when it had come to its end."""
        self.step += 1
        engine = self.at_work[which] or self._engine(which)
        self.at_work[which], self.at_last = engine, which
        try:
            self.last = next(engine)
            self.note("engine", which, self.last)
        except StopIteration:
            self.at_work[which] = None
        except EngineError as error:
            self.note("engine", which, type(error).__name__)
            self._bury(which)

    def _bury(self, which: int) -> None:
        """A process has ended; what it had claimed or marked stays."""
        self.at_work[which] = None
        self.stores[which].close()
        self.template.plan.forget_rules()

    def _engine(self, which: int) -> Iterator[str]:
        """A run and a delivery. Either may die in its middle."""
        store, plan, permits = self.stores[which], self.template.plan, self.template.permits
        try:
            self._run(store)
        except DeadError:
            self._bury(which)
            yield "died in a run"
            return
        yield "ran"
        now, began = self.now, self._seconds()
        counts: Counter[str] = Counter()
        timer = Timer(self._seconds, self._sleep)
        noting = None if self.journal is None else Noting(self.journal, SHANGHAI)
        lines = self._lines()
        delivery = Delivery(
            store, plan, permits, lines, batch=2, timer=timer, noting=noting,
            told=lambda channel, _: lines[channel].keep_refusals(self.notes, self.step),
        )  # fmt: skip
        for step in delivery.steps(now, counts):
            mark, passed = (self.step, now + int((self._seconds() - began) * 1000)), self.passed
            yield step
            if step == "marked":
                self.gateway.mark, self.gateway.passed_at_mark = mark, passed
                self.gateway.passed = self.passed
        if self.is_calm or self.chance.random() < 0.5:
            with suppress(DeadError):
                self._listen(store)
            yield "listened"

    def _run(self, store: Store) -> None:
        """It may die, find the disk full, or let others in, at any of its statements and transactions."""
        chance, trouble = self.chance, ExitStack()
        how = How(batch=1 if not self.is_calm and chance.random() < 0.3 else 100)
        what = "nothing" if self.is_calm else chance.choices(_TROUBLE, (75, 10, 5, 10))[0]
        if what == "others":
            acts = [act for act, _ in self._said_by_people(near=False)]
            trouble.enter_context(at(store, "begin", chance.randint(2, 5), chance.choice(acts)))
        elif what != "nothing":
            event: Event = chance.choice(("statement", "commit", "begin"))
            number = chance.randint(1, 60 if event == "statement" else 6)
            trouble.enter_context(at(store, event, number, dies if what == "death" else finds_no_room))
        with trouble:
            run(store, self.template.plan, self.template.permits, self.now, how)

    def _fill_up(self) -> None:
        """The disk is full for one step of the engine that was at work last: its mark and its record, above all."""
        store, how = self.stores[self.at_last], self.chance.choice(("commit", "statement", "pages"))
        self.note("full", how)
        trouble = {
            "commit": at(store, "commit", 1, finds_no_room),
            "statement": at(store, "statement", self.chance.randint(2, 15), finds_no_room),
            "pages": no_more_pages(store),
        }[how]
        with trouble:
            self._work(self.at_last)

    def _lines(self) -> dict[str, Line]:
        return {
            "sms": Line(self.gateway, "sms", {"receipts": HOUR, "replies": HOUR}),
            "wecom": Line(self.gateway, "wecom", {"receipts": HOUR}),
        }

    def _listen(self, store: Store) -> None:
        """Take what the gateway tells. The process dies in the middle of it now and then."""
        around = Surroundings(SHANGHAI, "CN")
        channels: dict[str, Channel] = dict(self._lines())
        inbox = Inbox(store, self.template.plan.world.model, around, channels)
        try:
            if self.is_calm or self.chance.random() < 0.6:
                listen(inbox, self.now)
            else:
                with at(store, "statement", self.chance.randint(1, 40), dies):
                    listen(inbox, self.now, self._perhaps_dead)
        finally:
            note_heard(self)

    def _perhaps_dead(self) -> None:
        if not self.is_calm and self.chance.random() < 0.4:
            raise DeadError

    def _tell(self) -> None:
        """The gateway reports of several messages."""
        early = self.last == "sent"  # nobody has recorded yet what it answered
        for _ in range(self.chance.randint(1, 3)):
            self.gateway.tell(self.now, early=early)
        self.note("told", len(self.gateway.told))
        if early:
            self._hear()

    def _hear(self) -> None:
        """Somebody else fetches what it reports, whatever the engines are at."""
        with suppress(DeadError):
            self._listen(self.people)
        self.note("heard")

    def _seconds(self) -> float:
        """A clock that only goes forward."""
        return self.passed / 1000

    def _sleep(self, seconds: float) -> None:
        self.pass_time(round(seconds * 1000))

    def live_through(self, which: int) -> None:
        """Let an engine begin anew and work until it has come to its end."""
        self.at_work[which] = None
        for _ in range(200):
            self._work(which)
            if self.at_work[which] is None:
                return

    def _die(self) -> None:
        """Killed between two transactions; what it had claimed or marked stays."""
        which = self.chance.randrange(2)
        if self.at_work[which] is not None:
            self.note("killed", which)
            self._bury(which)

    def _time(self) -> None:
        jumps = (MINUTE, 5 * MINUTE, 10 * MINUTE, HOUR, HOUR, 2 * HOUR, 3 * HOUR, 11 * HOUR, -HOUR)
        jump = self.chance.choices(jumps, (10, 20, 20, 15, 15, 10, 5, 2, 3))[0]
        self.now = max(self.now + jump, START)
        self.passed += max(jump, 0)
        self.note("time", jump)

    def _overtake(self) -> None:
        """An engine stands still in the middle of a call, for hours; the other finds what hangs, and so do people."""
        which = self.chance.randrange(2)
        if self.at_work[which] is None:
            return
        for _ in range(2):
            self.pass_time(HOUR)
            self.live_through(1 - which)
            people.doubt(self)
        self.live_through(1 - which)
        self.note("overtaken", which)

    def _jam(self) -> None:
        """Nothing leaves for hours while the engine goes on deciding; then all of it may."""
        people.pause(self)
        for _ in range(2):
            self.live_through(0)
            self.pass_time(2 * HOUR)
        self.live_through(0)
        people.pause(self)


_FULL = {"claimed": 12, "sent": 40}
"""How likely the disk is full, after which step: at the mark and at the record, above all."""

_TROUBLE = ("nothing", "death", "full", "others")


class _Kind(random.Random):
    """Chance that only ever takes the first: the gateway takes everything."""

    def random(self) -> float:
        """It tells all that it knows."""
        return 0.0

    def choices(self, population: Any, *_: object, **__: object) -> Any:
        """The first."""
        return [population[0]]
