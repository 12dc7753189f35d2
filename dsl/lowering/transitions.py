"""Transitions of the tree to those of the model, where they are written. Knows not which state gets which."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from dsl.lowering.policies import check_percent
from dsl.lowering.targets import Aim, aim
from dsl.model.journeys import After, At, NotGranted, On, Otherwise, Scope, Split, TaskDone, Transition, When
from dsl.names.outline import Outline
from dsl.resolve import Scope as Names
from dsl.resolve import as_moment, condition, moment
from dsl.resolve.events import event_kind
from dsl.tree.journeys import After as AfterDecl
from dsl.tree.journeys import At as AtDecl
from dsl.tree.journeys import Grant as GrantDecl
from dsl.tree.journeys import On as OnDecl
from dsl.tree.journeys import Otherwise as OtherwiseDecl
from dsl.tree.journeys import Split as SplitDecl
from dsl.tree.journeys import Target as TargetDecl
from dsl.tree.journeys import Task
from dsl.tree.journeys import Transition as TransitionDecl
from dsl.tree.journeys import When as WhenDecl
from dsl.wording import say

_MILLIONTHS = 10_000  # of one percent


@dataclass(frozen=True, slots=True)
class Place:
    """Where transitions are written: in which stage (None: outside stages), and as whose."""

    outline: Outline
    names: Names
    stage: str | None = None
    scope: Scope = "state"

    def aim(self, target: TargetDecl) -> Aim:
        """What a target means here."""
        return aim(target, self.stage, self.outline, self.names.report)


@dataclass(frozen=True, slots=True)
class Way:
    """A transition, and the stage it names when its target is a stage."""

    transition: Transition
    stage: str | None


def ways(items: Iterable[object], place: Place) -> list[Way]:
    """The transitions among the items of a block, those of its tasks and grants included, as written."""
    return [way for item in items for way in _ways(item, place)]


def at_once(way: Way) -> bool:
    """Whether a transition is tried when something happened, and not by a split or by time."""
    return isinstance(way.transition, (On, TaskDone, NotGranted, When))


def by_time(way: Way) -> bool:
    """Whether time brings a transition."""
    return isinstance(way.transition, (After, At))


def _ways(item: object, place: Place) -> Iterator[Way]:
    match item:
        case Task():
            yield from _outcomes(item, place)
        case GrantDecl(otherwise=target) if target is not None:
            aimed = place.aim(target)
            lost = NotGranted(aimed.target, item.benefit.text, scope=place.scope, span=item.span)
            yield Way(lost, aimed.stage)
        case SplitDecl():
            yield from _split(item, place)
        case TransitionDecl():
            way = _single(item, place)
            if way is not None:
                yield way


def _outcomes(task: Task, place: Place) -> Iterator[Way]:
    for outcome in task.outcomes:
        if outcome.target is not None:
            aimed = place.aim(outcome.target)
            done = TaskDone(
                aimed.target, task.name.text, outcome.name.text, scope=place.scope, span=outcome.span
            )
            yield Way(done, aimed.stage)


def _single(item: TransitionDecl, place: Place) -> Way | None:
    match item:
        case OnDecl():
            return _on(item, place)
        case WhenDecl():
            aimed = place.aim(item.target)
            test = condition(item.condition, place.names)
            return Way(When(aimed.target, test, scope=place.scope, span=item.span), aimed.stage)
        case AfterDecl():
            return _after(item, place)
        case AtDecl():
            aimed = place.aim(item.target)
            at = as_moment(moment(item.moment, place.names))
            return Way(At(aimed.target, at, item.clock, scope=place.scope, span=item.span), aimed.stage)
        case OtherwiseDecl():
            _only_in_state(item, "otherwise", place)
            aimed = place.aim(item.target)
            return Way(Otherwise(aimed.target, scope=place.scope, span=item.span), aimed.stage)
    return None


def _on(item: OnDecl, place: Place) -> Way | None:
    aimed = place.aim(item.target)
    if item.event.text not in place.names.catalog.events and place.names.knows(item.event.text):
        _report_no_event(item, place)
        return None
    kind = event_kind(item.event, place.names)
    if kind is None:
        return None
    where = None if item.where is None else condition(item.where, replace(place.names, event=kind))
    return Way(On(aimed.target, kind.name, where, scope=place.scope, span=item.span), aimed.stage)


def _report_no_event(item: OnDecl, place: Place) -> None:
    """Report the name of an attribute, audience or value where an event is needed."""
    name = item.event.text
    message = say("`{name}` is no event, but something that is so or not.", name=name)
    hint = say("Write it as a condition: `when {name} -> …`.", name=name)
    place.names.report.error("unknown-name", item.event.span, message, hint)


def _after(item: AfterDecl, place: Place) -> Way:
    if item.since == "stage" and place.stage is None and place.scope == "state":
        message = say("This state stands in no stage, so nothing can be counted from one.")
        hint = say("Write `in journey`, or leave `in stage` out.")
        place.names.report.error("syntax", item.span, message, hint)
    aimed = place.aim(item.target)
    since: Scope = item.since or "state"
    after = After(aimed.target, item.duration, since, item.clock, scope=place.scope, span=item.span)
    return Way(after, aimed.stage)


def _split(item: SplitDecl, place: Place) -> Iterator[Way]:
    _only_in_state(item, "split", place)
    for share in item.shares:
        check_percent(share.percent, share.span, place.names.report)
    total = sum(share.percent for share in item.shares)
    if total != 100:
        message = say("The shares add up to {total}%, not to 100%.", total=total)
        hint = say("Everybody has to go somewhere: let the shares add up to 100%.")
        place.names.report.error("syntax", item.span, message, hint)
    low, given = 0, item.shares[0].percent * 0 if item.shares else 0
    for share in item.shares:
        given += share.percent
        high = int(given * _MILLIONTHS)
        aimed = place.aim(share.target)
        yield Way(Split(aimed.target, low, high, scope=place.scope, span=share.span), aimed.stage)
        low = high


def _only_in_state(item: TransitionDecl, word: str, place: Place) -> None:
    if place.scope != "state":
        message = say("`{word}` stands in a state: it is taken at once on entering it.", word=word)
        place.names.report.error("syntax", item.span, message, say("Move it into the state it belongs to."))
