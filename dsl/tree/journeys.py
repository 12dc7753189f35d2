"""Statement nodes of journeys: targets, transitions, actions, states, stages."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from dsl.source import NOWHERE, Span
from dsl.tree.expressions import Expr, Name, Node, Text
from dsl.tree.statements import Role, Statement, TypeRef
from dsl.units import Clock, Duration, Period, Window


@dataclass(frozen=True, slots=True)
class Goto(Node):
    """`-> name` or `-> stage.state`."""

    parts: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class End(Node):
    """`-> end outcome`."""

    outcome: Name


Target = Goto | End


@dataclass(frozen=True, slots=True)
class Transition(Node):
    """Any transition."""


@dataclass(frozen=True, slots=True)
class On(Transition):
    """`on event [where (…)] -> t`."""

    event: Name
    where: Expr | None
    target: Target


@dataclass(frozen=True, slots=True)
class When(Transition):
    """`when condition -> t`."""

    condition: Expr
    target: Target


@dataclass(frozen=True, slots=True)
class After(Transition):
    """`after 3 days [in stage | in journey] [at 10:00] -> t`; `since` None means the state settled."""

    duration: Duration
    since: Literal["stage", "journey"] | None
    clock: Clock | None
    target: Target


@dataclass(frozen=True, slots=True)
class At(Transition):
    """`at 7 days before due [at 10:00] -> t`."""

    moment: Expr
    clock: Clock | None
    target: Target


@dataclass(frozen=True, slots=True)
class Share(Node):
    """`50% -> a`."""

    percent: Decimal
    target: Target


@dataclass(frozen=True, slots=True)
class Split(Transition):
    """`split { 50% -> a, 50% -> b }`."""

    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Otherwise(Transition):
    """`otherwise -> t`."""

    target: Target


@dataclass(frozen=True, slots=True)
class Action(Node):
    """Any action of a state."""


@dataclass(frozen=True, slots=True)
class Send(Action):
    """`send M [via a, b] [during window, …] [under policy] [review by role]`."""

    message: Name
    via: tuple[Name, ...] = ()
    during: tuple[Window, ...] = ()
    policy: Name | None = None
    review: Role | None = None


@dataclass(frozen=True, slots=True)
class Ask(Node):
    """`ask reason "原因": one of a, b`: a field the operator fills in."""

    name: Name
    type: TypeRef
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome(Node):
    """`outcome interested "有意向" -> offer`; without a target the task is done and nobody moves."""

    name: Name
    target: Target | None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Task(Action):
    """`task phone "…" { assign … due … script … ask … outcome … }`."""

    name: Name
    title: str | None
    role: Role | None = None
    due: Duration | None = None
    script: Name | None = None
    asks: tuple[Ask, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    due_span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Grant(Action):
    """`grant half_price [else -> plain]`."""

    benefit: Name
    otherwise: Target | None = None


@dataclass(frozen=True, slots=True)
class SetAttribute(Action):
    """`set attribute = expression`."""

    attribute: Name
    value: Expr


@dataclass(frozen=True, slots=True)
class Tag(Action):
    """`tag "x"`; `untag "x"` has `remove` set."""

    tag: Text
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Pair(Node):
    """`field: expression` of an event or a thing in a scenario."""

    name: Name
    value: Expr


@dataclass(frozen=True, slots=True)
class Emit(Action):
    """`emit event { field: expression }`."""

    event: Name
    values: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Begin(Action):
    """`begin journey`."""

    journey: Name


@dataclass(frozen=True, slots=True)
class JourneyLine(Node):
    """One heading line of a journey."""


@dataclass(frozen=True, slots=True)
class ForSubject(JourneyLine):
    """`for customer`, or `for appointment`."""

    subject: Name


@dataclass(frozen=True, slots=True)
class UnderPolicy(JourneyLine):
    """`policy marketing`."""

    policy: Name


@dataclass(frozen=True, slots=True)
class Priority(JourneyLine):
    """`priority 20`."""

    value: int


@dataclass(frozen=True, slots=True)
class EnterWhen(JourneyLine):
    """`enter when condition`."""

    condition: Expr


@dataclass(frozen=True, slots=True)
class EnterOnlyAt(JourneyLine):
    """`enter only at "0 9 * * mon"`."""

    cron: Text


@dataclass(frozen=True, slots=True)
class EnterAtMost(JourneyLine):
    """`enter at most 40 per day`."""

    count: int
    per: Period | Duration


@dataclass(frozen=True, slots=True)
class RankBy(JourneyLine):
    """`rank by recall_score`."""

    expression: Expr


@dataclass(frozen=True, slots=True)
class Reenter(JourneyLine):
    """`reenter after 180 days`."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class Holdout(JourneyLine):
    """`holdout 10%`."""

    percent: Decimal


@dataclass(frozen=True, slots=True)
class Goal(JourneyLine):
    """`goal within 60 days when condition`."""

    duration: Duration
    condition: Expr


@dataclass(frozen=True, slots=True)
class EndTitle(JourneyLine):
    """`end came "到店"`: how people read it that the journey ended so."""

    outcome: Name
    title: str


@dataclass(frozen=True, slots=True)
class StateDecl(Node):
    """`state hello { … }`: actions and transitions in the order written."""

    name: Name
    title: str | None
    items: tuple[Action | Transition, ...]


@dataclass(frozen=True, slots=True)
class StageDecl(Node):
    """`stage contact "五次接触" { … }`."""

    name: Name
    title: str | None
    items: tuple[Transition | StateDecl, ...]


@dataclass(frozen=True, slots=True)
class JourneyDecl(Statement):
    """`journey win_back "召回激活" { … }`."""

    name: Name
    title: str | None
    items: tuple[JourneyLine | Transition | StageDecl | StateDecl, ...]
