"""Actions of a state: what each of them names must exist and fit, then its form in the model."""

from collections.abc import Iterable

from dsl.context import ALSO_CALLED
from dsl.lowering.messages import TASK
from dsl.lowering.tasks import lower_task
from dsl.lowering.transitions import Place
from dsl.model.conditions import Cond
from dsl.model.journeys import Action, Begin, Emit, Grant, Send, SetAttribute, Tag
from dsl.model.known_events import RECORDED_BY_ENGINE
from dsl.model.model import EventKind
from dsl.names.catalog import unique
from dsl.report import channel_hint, hint_for
from dsl.resolve import Scope, assigned
from dsl.tree.expressions import Name
from dsl.tree.journeys import Action as ActionDecl
from dsl.tree.journeys import Begin as BeginDecl
from dsl.tree.journeys import Emit as EmitDecl
from dsl.tree.journeys import Grant as GrantDecl
from dsl.tree.journeys import Pair, Task
from dsl.tree.journeys import Send as SendDecl
from dsl.tree.journeys import SetAttribute as SetDecl
from dsl.tree.journeys import Tag as TagDecl
from dsl.tree.statements import MessageDecl
from dsl.wording import say


def lower_actions(items: Iterable[object], place: Place, policy: str | None) -> tuple[Action, ...]:
    """The actions among the items of a state, numbered as written; `policy` is the journey's own."""
    written = [item for item in items if isinstance(item, ActionDecl)]
    unique((item.name for item in written if isinstance(item, Task)), say("task"), place.names.report)
    lowered = (_action(item, number, place, policy) for number, item in enumerate(written))
    return tuple(action for action in lowered if action is not None)


def _action(item: ActionDecl, number: int, place: Place, policy: str | None) -> Action | None:
    match item:
        case SendDecl():
            return _send(item, number, place.names, policy)
        case Task():
            return lower_task(item, number, place.names)
        case GrantDecl():
            return _grant(item, number, place)
        case BeginDecl():
            return _begin(item, number, place)
    return _fact(item, number, place.names)


def _fact(item: ActionDecl, number: int, scope: Scope) -> Action | None:
    """Actions that change what is known of the customer."""
    match item:
        case SetDecl():
            return _set(item, number, scope)
        case TagDecl(tag=tag, remove=remove):
            return Tag(number, tag.value, remove, span=item.span)
        case EmitDecl():
            return _emit(item, number, scope)
    return None


def _send(item: SendDecl, number: int, scope: Scope, policy: str | None) -> Send:
    message = scope.catalog.messages.get(item.message.text)
    if message is None:
        scope.report.unknown(say("message"), item.message, scope.catalog.messages)
    return Send(
        number,
        item.message.text,
        via=tuple(name.text for name in item.via) if message is None else _via(item, message, scope),
        policy=_policy(item, scope, policy),
        during=item.during,
        review=item.review.text if item.review else None,
        span=item.span,
    )


def _via(item: SendDecl, message: MessageDecl, scope: Scope) -> tuple[str, ...]:
    """The channels to try; those of the variants, as written, when the line names none."""
    written = dict.fromkeys(variant.channel.text for variant in message.variants)
    channels = tuple(name for name in written if name != TASK)
    if not channels:
        text = say("The message `{message}` has a text for no channel.", message=message.name.text)
        hint = say('Write one into it, such as `sms: "…"`.')
        scope.report.error("missing-channel", item.message.span, text, hint, (message.name.span,))
    for name in item.via if channels else ():
        if name.text == TASK:
            text = say("`task` is no channel: it is what the operator of a task reads.")
            hint = say("Send it via {names}.", names=" or ".join(f"`{channel}`" for channel in channels))
            scope.report.error("missing-channel", name.span, text, hint)
        elif name.text not in channels:
            text = say(
                "The message `{message}` has no text for `{channel}`.",
                message=message.name.text,
                channel=name.text,
            )
            hint = channel_hint(name.text, channels) or say(
                'Write one into it, `{channel}: "…"`, or take `{name}` out here.',
                channel=ALSO_CALLED.get(name.text.casefold(), name.text),
                name=name.text,
            )
            scope.report.error("missing-channel", name.span, text, hint, (message.name.span,))
    return tuple(dict.fromkeys(name.text for name in item.via)) or channels


def _policy(item: SendDecl, scope: Scope, journey_policy: str | None) -> str:
    if item.policy is not None:
        if item.policy.text not in scope.catalog.policies:
            scope.report.unknown(say("policy"), item.policy, scope.catalog.policies)
        return item.policy.text
    if journey_policy is None:
        text = say("No policy says when and how often `{message}` may be sent.", message=item.message.text)
        hint = say("Write `policy …` at the top of the journey, or `under …` at the end of this line.")
        scope.report.error("missing-policy", item.span, text, hint)
    return journey_policy or ""


def _grant(item: GrantDecl, number: int, place: Place) -> Grant:
    benefits = place.names.catalog.benefits
    if item.benefit.text not in benefits:
        place.names.report.unknown(say("benefit"), item.benefit, benefits)
    otherwise = None if item.otherwise is None else place.aim(item.otherwise).target
    return Grant(number, item.benefit.text, otherwise, span=item.span)


def _set(item: SetDecl, number: int, scope: Scope) -> SetAttribute | None:
    kind = scope.catalog.customer.get(item.attribute.text)
    if kind is None:
        scope.report.unknown(say("attribute of the customer"), item.attribute, scope.catalog.customer)
        return None
    return SetAttribute(
        number, item.attribute.text, assigned(item.value, kind, item.attribute.text, scope), span=item.span
    )


def _emit(item: EmitDecl, number: int, scope: Scope) -> Emit | None:
    kind = scope.catalog.events.get(item.event.text)
    if kind is None:
        scope.report.unknown(say("event"), item.event, scope.catalog.events)
        return None
    if kind.name in RECORDED_BY_ENGINE:
        text = say("`{event}` is recorded when it happens; rules cannot make it up.", event=kind.name)
        scope.report.error(
            "syntax", item.event.span, text, say("Declare an event of your own and emit that.")
        )
    return Emit(number, kind.name, pairs(item.values, kind, scope), span=item.span)


def pairs(written: Iterable[Pair], kind: EventKind, scope: Scope) -> tuple[tuple[str, Cond], ...]:
    """The values given to an event's fields."""
    types = {field.name: field.type for field in kind.fields}
    given: dict[str, Cond] = {}
    places: dict[str, Name] = {}
    for pair in written:
        name = pair.name
        if name.text not in types:
            text = say("The event `{event}` has no field `{name}`.", event=kind.name, name=name.text)
            scope.report.error("unknown-name", name.span, text, hint_for(name.text, tuple(types)))
        elif name.text in given:
            text = say("`{name}` is given twice.", name=name.text)
            scope.report.twice(name.span, places[name.text].span, text, say("Keep one of the two."))
        else:
            places[name.text] = name
            given[name.text] = assigned(pair.value, types[name.text], name.text, scope)
    return tuple(given.items())


def _begin(item: BeginDecl, number: int, place: Place) -> Begin:
    scope = place.names
    outline = scope.catalog.outlines.get(item.journey.text)
    if outline is None:
        scope.report.unknown(say("journey"), item.journey, scope.catalog.outlines)
    elif outline.record is not None and outline.record != place.outline.record:
        text = say(
            "`{journey}` is a journey for {theirs}; this one, for {ours}, has none to begin it with.",
            journey=outline.name,
            theirs=outline.record,
            ours=place.outline.record or "customer",
        )
        scope.report.error("type-mismatch", item.journey.span, text)
    return Begin(number, item.journey.text, span=item.span)
