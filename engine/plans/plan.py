"""The plan of a release: its model with every statement that a run of it needs, compiled when first asked for.

One plan serves every run of a process. Knows what can be asked, not when: that is `engine.running.run`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from dsl.model.journeys import Action, Begin, Journey, On, Send, Task
from dsl.model.model import Model
from dsl.source import Source, Span
from engine.calendars.setting import Setting
from engine.calendars.zone import Zone
from engine.conditions.moments import calendar_rows, zone_rows
from engine.conditions.world import Instants, World
from engine.plans.changes import entry_index, watch_indexes
from engine.plans.circles import Circles, circles
from engine.plans.editions import Edition, editions
from engine.plans.statement import Statement, Values, compiled
from engine.plans.watching import Watches, watches
from engine.plans.ways import Way, ways_of
from engine.storage.bulk import insert_rows
from engine.storage.declared import Declared, declared_tables
from engine.storage.schema import calendar_day, rule, zone_step
from engine.storage.symbols import Symbols, load_symbols, state_name

Build = Callable[[], sa.Executable | None]

Key = tuple[object, ...]
"""What a statement of a plan is for."""

Watcher = Callable[[Key, sa.Connection, Values], None]
"""Told of each statement of a run before it is executed."""


@dataclass(slots=True)
class Plan:
    """Everything static about a release. `editions`: by number.

    `ways_of` by journey, the way in first; `ways` by number. `heard`: the event kinds of `on`; `begun`: the journeys of
    `begin`. `watcher`: of every run, as long as it is there.
    """

    release: int
    world: World
    watches: Watches
    circles: Circles
    editions: Mapping[int, Edition]
    journeys: tuple[Journey, ...]
    ways_of: dict[str, list[Way]]
    ways: dict[int, Way]
    heard: frozenset[str]
    begun: frozenset[str]
    dialect: sa.Dialect
    watcher: Watcher | None = None
    _statements: dict[Key, Statement | None] = field(default_factory=dict)
    _rules: dict[Span, int] = field(default_factory=dict)

    @property
    def model(self) -> Model:
        """The model itself."""
        return self.world.model

    @property
    def tables(self) -> Declared:
        """The tables of what the rules declare."""
        return self.world.tables

    def statement(self, key: Key, build: Build) -> Statement | None:
        """The compiled statement of that key, built at the first call; None when there is nothing to do."""
        if key not in self._statements:
            element = build()
            self._statements[key] = None if element is None else compiled(element, self.dialect)
        return self._statements[key]

    def rule(self, connection: sa.Connection, span: Span) -> int:
        """The number of a rule line, for the trail."""
        if span not in self._rules:
            self._rules[span] = _rule_number(connection, span)
        return self._rules[span]

    def forget_rules(self) -> None:
        """After a rollback: numbers given in it are none."""
        self._rules.clear()


def _rule_number(connection: sa.Connection, span: Span) -> int:
    line = span.line
    text = in_a_line(span)
    where = (rule.c.file == span.source.name, rule.c.line == line, rule.c.text == text)
    known = connection.scalar(sa.select(rule.c.rule).where(*where))
    if known is not None:
        return int(known)
    row = rule.insert().values(file=span.source.name, line=line, text=text).returning(rule.c.rule)
    return int(connection.execute(row).scalar_one())


def in_a_line(span: Span) -> str:
    """What a rule says, without its comments and line ends."""
    text, parts, start = span.text, [], 0
    if "#" not in text:
        return " ".join(text.split())
    from dsl.syntax.tokens import tokenise  # noqa: PLC0415  # loads the whole tree; comments stand in few conditions

    for comment in tokenise(Source("", text)).comments:
        parts.append(text[start : comment.offset])
        start = comment.offset + len(comment.text)
    return " ".join(" ".join([*parts, text[start:]]).split())


def make_plan(connection: sa.Connection, release: int, model: Model, setting: Setting) -> Plan:
    """Plan a release. Gives numbers to names that have none, so the connection must be a writing one."""
    _keep_zone(connection, setting.zone)
    symbols = load_symbols(connection)
    _number_names(connection, symbols, model)
    world = World(model, declared_tables(model), symbols, setting, Instants(setting.zone))
    watched = watches(model)
    limited = any(journey.at_most is not None for journey in model.journeys.values())
    _keep_indexes(connection, [*watch_indexes(world.tables, watched), *([entry_index()] if limited else [])])
    by_journey = ways_of(world, membership=watched.membership)
    return Plan(
        release=release,
        world=world,
        watches=watched,
        circles=circles(model.journeys, watched),
        editions={world.number("edition", name): one for name, one in editions(model).items()},
        journeys=model.ordered_journeys(),
        ways_of=by_journey,
        ways={way.number: way for ways in by_journey.values() for way in ways},
        heard=frozenset(
            way.transition.event
            for ways in by_journey.values()
            for way in ways
            if isinstance(way.transition, On)
        ),
        begun=frozenset(action.journey for action in _actions(model) if isinstance(action, Begin)),
        dialect=connection.dialect,
    )


def _keep_zone(connection: sa.Connection, zone: Zone) -> None:
    """Make the tables that calendar arithmetic reads what this zone needs."""
    if connection.scalar(sa.select(calendar_day.c.day).limit(1)) is None:
        names = [column.name for column in calendar_day.c]
        insert_rows(connection, calendar_day, names, calendar_rows())
    wanted = zone_rows(zone)
    rows = connection.execute(sa.select(zone_step).order_by(zone_step.c.since)).mappings()
    if [dict(row) for row in rows] != wanted:
        connection.execute(zone_step.delete())
        connection.execute(zone_step.insert(), wanted)


def _keep_indexes(connection: sa.Connection, indexes: list[sa.Index]) -> None:
    """Every date and time that a condition holds against the clock has an index, made with its table or here."""
    known = set(sa.inspect(connection).get_table_names())
    for index in indexes:
        if index.table is not None and index.table.name in known:
            index.create(connection, checkfirst=True)


def _number_names(connection: sa.Connection, symbols: Symbols, model: Model) -> None:
    for kind, names in _names(model).items():
        for name in sorted(names):
            symbols.number(connection, kind, name)


def _actions(model: Model) -> list[Action]:
    states = [state for journey in model.journeys.values() for state in journey.states]
    return [action for state in states for action in state.actions]


def _names(model: Model) -> dict[str, set[str]]:
    """Every name of a model that the store has numbers for, by kind."""
    journeys = model.journeys.values()
    states = [(journey, state) for journey in journeys for state in journey.states]
    actions = _actions(model)
    tasks = [action for action in actions if isinstance(action, Task)]
    ways = [transition for _, state in states for transition in state.transitions]
    reviews = [review.role for policy in model.policies.values() for review in policy.reviews]
    approvers = {benefit.approve_by for benefit in model.benefits.values() if benefit.approve_by}
    return {
        "benefit": set(model.benefits),
        "edition": set(editions(model)),
        "journey": {journey.name for journey in journeys},
        "state": {state_name(journey.name, state.name) for journey, state in states},
        "message": set(model.messages),
        "policy": set(model.policies),
        "channel": {variant.channel for message in model.messages.values() for variant in message.variants},
        "task": {task.task for task in tasks},
        "outcome": {outcome for task in tasks for outcome in task.outcomes}
        | {way.target.outcome for way in ways if hasattr(way.target, "outcome")},
        "role": {task.role for task in tasks if task.role}
        | set(reviews)
        | approvers
        | {action.review for action in actions if isinstance(action, Send) and action.review},
    }
