"""What rules may still ask of old rows: for how long they look back at events of each kind, and at messages.

Whatever may still concern somebody under way stays anyhow, so windows that begin with a journey, a stage or a state ask
for nothing here. Pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass

from dsl.model.conditions import Aggregate, Events, EverWindow, LastWindow, Occurs
from dsl.model.known_events import RECORDED_BY_ENGINE
from dsl.model.model import Model, Policy
from dsl.source import NOWHERE, Span
from dsl.units import Duration


@dataclass(slots=True)
class Need:
    """What is asked of the rows of one kind. `windows`: how far back, each with a place where it is asked.

    `newest`, `oldest`: each customer's last or first is asked for, however old. `ever`: where all are.
    """

    windows: dict[Duration, Span] = field(default_factory=dict)
    newest: bool = False
    oldest: bool = False
    ever: Span | None = None

    def beyond(self, kept: Duration) -> tuple[Duration, Span] | None:
        """The longest window that may look further back than this."""
        longer = [one for one in self.windows if not covers(kept, one)]
        found = max(longer, key=lambda one: _days(one)[1], default=None)
        return None if found is None else (found, self.windows[found])


def needs(model: Model) -> Mapping[str, Need]:
    """What is asked of events, by kind; of messages by `sent`."""
    found = {kind: Need() for kind in (*model.events, "sent")}
    for node in nodes((model.customer, model.values, model.audiences, model.policies, model.journeys)):
        match node:
            case Occurs(events=events):
                _ask(found, events, "one", node.span)
            case Aggregate(events=events, function=function):
                _ask(found, events, function, node.span)
            case Policy():
                _limit(found["sent"], node)
    return found


def keeps_records(model: Model) -> bool:
    """Whether messages count for a record as long as it lives: `at most … per record`."""
    return any(cap.per == "record" for policy in model.policies.values() for cap in policy.caps)


def covers(kept: Duration, asked: Duration) -> bool:
    """Whether what lies as far back as is asked has certainly been kept."""
    (one, unit), (other, same) = _plain(kept), _plain(asked)
    if unit == same:
        return one >= other
    return _days(kept)[0] - 1 >= _days(asked)[1]  # a day: clocks are set forwards and back


def _plain(duration: Duration) -> tuple[int, str]:
    """Weeks are days and years months, whatever the calendar."""
    times, unit = {"week": (7, "day"), "year": (12, "month")}.get(duration.unit, (1, duration.unit))
    return duration.amount * times, unit


_DAYS: Mapping[str, tuple[float, float]] = {
    "minute": (1 / 1440, 1 / 1440),
    "hour": (1 / 24, 1 / 24),
    "day": (1, 1),
    "month": (28, 31),
}


def _days(duration: Duration) -> tuple[float, float]:
    """How many days it has at least, and at most."""
    amount, unit = _plain(duration)
    least, most = _DAYS[unit]
    return amount * least, amount * most


def _ask(found: Mapping[str, Need], events: Events, what: str, place: Span) -> None:
    need = found["sent" if events.event in RECORDED_BY_ENGINE else events.event]
    match events.window:
        case LastWindow(duration=duration):
            need.windows.setdefault(duration, place)
        case EverWindow() if events.where is None and what in ("one", "last"):
            need.newest = True
        case EverWindow() if events.where is None and what == "first":
            need.oldest = True
        case EverWindow():
            need.ever = need.ever or place
    if events.event in RECORDED_BY_ENGINE and isinstance(events.window, EverWindow):
        need.ever = need.ever or place


def _limit(need: Need, policy: Policy) -> None:
    """Messages that count against caps and gaps."""
    for cap in policy.caps:
        if cap.per != "record":
            per = cap.per if isinstance(cap.per, Duration) else Duration(1, cap.per)
            need.windows.setdefault(per, cap.span)
    if policy.apart is not None:
        need.windows.setdefault(policy.apart, policy.spans.get("apart", NOWHERE))


def nodes(root: object) -> Iterator[object]:
    """Everything a model, or a part of one, is made of, each once."""
    seen: set[int] = set()
    todo = [root]
    while todo:
        node = todo.pop()
        if id(node) in seen or isinstance(node, Span):
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            todo += node.values()
        elif isinstance(node, tuple):
            todo += node
        elif is_dataclass(node):
            yield node
            todo += (getattr(node, one.name) for one in fields(node))
