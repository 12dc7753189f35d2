"""The model of journeys: states with every way in and out, in the order in which they are tried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dsl.model.conditions import Cond, Type
from dsl.source import NOWHERE, Span
from dsl.units import Clock, Duration, Period, Window


@dataclass(frozen=True, slots=True)
class ToState:
    """Enter a state, by its full name."""

    state: str


@dataclass(frozen=True, slots=True)
class ToEnd:
    """The run through the journey ends with this outcome."""

    outcome: str


Target = ToState | ToEnd
Scope = Literal["state", "stage", "journey"]


@dataclass(frozen=True, slots=True)
class Transition:
    """A way out of a state, written in the state itself or in its stage or journey (`scope`)."""

    target: Target
    scope: Scope = field(default="state", kw_only=True)
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class On(Transition):
    """An event of that kind arrived."""

    event: str
    where: Cond | None


@dataclass(frozen=True, slots=True)
class TaskDone(Transition):
    """The state's task was finished with this outcome. Counts among the `on` transitions."""

    task: str
    outcome: str


@dataclass(frozen=True, slots=True)
class NotGranted(Transition):
    """A benefit that the state grants was refused, or its quota is spent. Counts among the `on` transitions."""

    benefit: str


@dataclass(frozen=True, slots=True)
class When(Transition):
    """The condition holds."""

    condition: Cond


@dataclass(frozen=True, slots=True)
class Split(Transition):
    """This share of customers, by hash: those with `low` <= hash < `high` of the range 0 to 1,000,000.

    The arms of one split follow each other and cover the range. Taken at once when the state is settled.
    """

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Otherwise(Transition):
    """At once when the state is settled and no `when` before it holds."""


@dataclass(frozen=True, slots=True)
class After(Transition):
    """`duration` after the state settled, or the stage or journey was entered; then the first `clock`."""

    duration: Duration
    since: Scope
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class At(Transition):
    """At `moment` (a time), then the first `clock`; never while it is missing."""

    moment: Cond
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class Action:
    """Something done on entering a state. `number` is its place among the actions of the state, from 0."""

    number: int
    span: Span = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Send(Action):
    """Want a message. `via`: the channels to try, in order (those of the variants when none were written).

    `during` empty: only the policy's windows count.
    """

    message: str
    via: tuple[str, ...]
    policy: str
    during: tuple[Window, ...] = ()
    review: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A field that the operator fills in; stored on the customer when `attribute` is declared there.

    `title` is empty where none was written here; `choices` are titles of the words, of those that have one here.
    What has none here may have one where the attribute is declared.
    """

    name: str
    type: Type
    attribute: bool
    title: str = ""
    choices: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Task(Action):
    """Work for a person. `role`, `due` and `script` may be missing. `outcomes` in the order written.

    `titles` are those of outcomes, of those that have one.
    """

    task: str
    title: str
    role: str | None
    due: Duration | None
    script: str | None
    asks: tuple[Ask, ...]
    outcomes: tuple[str, ...]
    titles: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Grant(Action):
    """Grant a benefit; `otherwise` is where to go when it is refused or its quota is spent: see `NotGranted`."""

    benefit: str
    otherwise: Target | None


@dataclass(frozen=True, slots=True)
class SetAttribute(Action):
    """Give an attribute the value that an expression has on entering the state."""

    attribute: str
    value: Cond


@dataclass(frozen=True, slots=True)
class Tag(Action):
    """Put a tag on the customer, or take it off."""

    tag: str
    remove: bool


@dataclass(frozen=True, slots=True)
class Emit(Action):
    """Record an event, at the moment of the run."""

    event: str
    values: tuple[tuple[str, Cond], ...]


@dataclass(frozen=True, slots=True)
class Begin(Action):
    """Start another journey for the same customer, if it may start."""

    journey: str


@dataclass(frozen=True, slots=True)
class State:
    """A state with its way in (actions) and every way out, in the order in which they are tried.

    `name` is the full name: `hello`, or `contact.hello` in a stage. `transitions`: first what happens at once
    (on, task, when of the state; its split or otherwise; on and when of stage, then journey), then what time
    brings (after and at of state, stage, journey). Outer transitions to where the customer already is are left out.
    """

    name: str
    stage: str | None
    title: str
    actions: tuple[Action, ...]
    transitions: tuple[Transition, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a journey."""

    name: str
    title: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Goal:
    """Reached when `condition` holds within `duration` of entry."""

    duration: Duration
    condition: Cond


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey. `record` None: one run per customer, else one run per record of that kind.

    `states[0]` is entered first. `enter` None: started by `begin` alone. `only_at` is a cron line.
    `reenter` None: a customer goes through once. `holdout` in millionths. `ends`: titles of the ways it may end, of
    those that have one.
    """

    name: str
    title: str
    record: str | None
    policy: str | None
    priority: int
    enter: Cond | None
    only_at: str | None
    at_most: tuple[int, Period | Duration] | None
    rank: Cond | None
    reenter: Duration | None
    holdout: int
    goal: Goal | None
    stages: tuple[Stage, ...]
    states: tuple[State, ...]
    ends: Mapping[str, str] = field(default_factory=dict, hash=False)
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)

    @property
    def limited(self) -> bool:
        """Whether people come in from a queue: at certain times, or so many at a time."""
        return self.only_at is not None or self.at_most is not None

    def state(self, name: str) -> State:
        """The state of that full name; KeyError when there is none."""
        for item in self.states:
            if item.name == name:
                return item
        raise KeyError(name)
