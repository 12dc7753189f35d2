"""The model: what the engine runs. Small, closed, typed; every name resolved, every scope flattened.

Made by `dsl.lowering.lower` from a tree without errors. Order is kept where it means something (states, actions,
transitions, variants); everything else is sorted by nothing and addressed by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from dsl.model.conditions import Cond, Kind, Type
from dsl.model.journeys import Journey
from dsl.source import NOWHERE, Span
from dsl.units import Duration, Period, Window

if TYPE_CHECKING:  # few commands play scenarios
    from dsl.model.scenarios import Scenario


@dataclass(frozen=True, slots=True)
class Field:
    """An attribute of the customer, or a field of an event or a record.

    `title` is empty where none was written; `choices` are titles of the words it may be, of those that have one.
    """

    name: str
    type: Type
    title: str = ""
    choices: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class EventKind:
    """An event kind. `builtin` ones are recorded by the engine itself or come in as replies and receipts."""

    name: str
    title: str
    fields: tuple[Field, ...]
    builtin: bool = False


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A record kind; every record also has an `id`."""

    name: str
    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """A message for one channel: Jinja2 sources. `body` is the text itself even when it came from a file."""

    channel: str
    subject: str | None
    body: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """A message with its variants in the order written."""

    name: str
    title: str
    variants: tuple[Variant, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def variant(self, channel: str) -> Variant | None:
        """The variant for a channel, if it has one."""
        return next((item for item in self.variants if item.channel == channel), None)


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `count` per calendar period, rolling duration, or record; only for those who meet `condition`.

    Caps with a condition come first in `Policy.caps`, as written; the first whose condition holds replaces
    all the caps without one.
    """

    count: int
    per: Period | Duration | Literal["record"]
    condition: Cond | None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class SendWindow:
    """One `send on` line."""

    window: Window
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Review:
    """Hold for `role` when `condition` holds (None: always)."""

    role: str
    condition: Cond | None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One text of a `forbid` or `require` line."""

    text: str
    span: Span = field(default=NOWHERE, compare=False, repr=False)


GIVE_UP = Duration(7, "day")
"""How long a message may wait when its policy does not say."""


@dataclass(frozen=True, slots=True)
class Policy:
    """When and how often a customer may be contacted. Empty `windows`: at any time.

    `silent` None: silent for ever after an opt-out. `spans` gives the place of the single lines by word:
    `never`, `apart`, `extra`, `silent`, `consent`, `give up`, `sample`, `pilot`, `stop`, `count with`.
    """

    name: str
    title: str
    windows: tuple[SendWindow, ...] = ()
    never: tuple[str, ...] = ()
    caps: tuple[Cap, ...] = ()
    apart: Duration | None = None
    extra_on_keydays: int = 0
    silent: Duration | None = None
    consent: bool = False
    give_up: Duration = GIVE_UP
    forbid: tuple[Phrase, ...] = ()
    require: tuple[Phrase, ...] = ()
    reviews: tuple[Review, ...] = ()
    sample: int = 0
    pilot: tuple[int, Decimal] | None = None
    stop_at: Decimal | None = None
    count_with: tuple[str, ...] = ()
    span: Span = field(default=NOWHERE, compare=False, repr=False)
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class SpecialDays:
    """Days that the rules themselves name; `last` included."""

    kind: Literal["keyday", "closed", "workday"]
    title: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """`country` None: no public holidays, working days are Monday to Friday."""

    country: str | None = None
    special: tuple[SpecialDays, ...] = ()


@dataclass(frozen=True, slots=True)
class Benefit:
    """A benefit; amounts of money in minor units."""

    name: str
    title: str
    worth: int | None = None
    cost: int | None = None
    minimum: int | None = None
    stock: int | None = None
    quota: tuple[int, Period | Duration] | None = None
    approve_by: str | None = None
    valid: Duration | None = None
    span: Span = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Model:
    """A whole rule set. `events` holds the builtin kinds too; the mappings are by name.

    `audience_titles`: of those that have one.
    """

    customer: tuple[Field, ...]
    events: Mapping[str, EventKind]
    records: Mapping[str, RecordKind]
    audiences: Mapping[str, Cond]
    values: Mapping[str, Cond]
    messages: Mapping[str, Message]
    policies: Mapping[str, Policy]
    calendar: Calendar
    benefits: Mapping[str, Benefit]
    journeys: Mapping[str, Journey]
    scenarios: tuple["Scenario", ...] = ()
    audience_titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def kinds(self) -> dict[str, Kind]:
        """Of which type the attributes of the customer are."""
        return {field.name: field.type.kind for field in self.customer}

    @property
    def purchases(self) -> tuple[str, ...]:
        """The kinds of events in which money is spent: those with a field of money."""
        kinds = self.events.values()
        return tuple(kind.name for kind in kinds if any(field.type.kind == "money" for field in kind.fields))

    def ordered_journeys(self) -> tuple[Journey, ...]:
        """The order in which a run works them: higher priority first, then by name."""
        return tuple(sorted(self.journeys.values(), key=lambda item: (-item.priority, item.name)))
