"""What two rule sets say differently, by meaning: form, comments and order of statements do not count. Pure.

Statements are compared as written, line by line. What is written alike and means something else, through what it
names, is a difference too; a state or journey that is written otherwise and means the same is none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from dsl.model.model import Model
from dsl.tree.expressions import Node
from dsl.tree.statements import (
    AudienceDecl,
    BenefitDecl,
    CalendarDecl,
    CustomerDecl,
    EventDecl,
    Field,
    MessageDecl,
    PolicyDecl,
    RecordDecl,
    ValueDecl,
    Variant,
)
from dsl.wording import Phrase
from engine.planning.difference import Difference, Kind, changed, in_any_order, renamed, written
from engine.planning.journey_differences import journey_differences
from engine.planning.said import Inside, Renaming, Said, named, said_by
from engine.projects.fates import Move
from engine.projects.rule_sets import RuleSet
from engine.wording import say

NOT_TAKEN = say("files of this kind are not taken any more; what is stored stays, unused")
RETYPED = say("values of it that are stored would be lost")
STORED_ALIKE = say("values of it that are stored stay, whether they fit or not")
FEWER_WORDS = say("stored values of it may be words that are not known any more")

COUNTS_ANEW = say(
    "what was sent under the old name does not count here; consents given for it do not hold here"
)

_TEXTS = frozenset({"text", "choice", "phone", "email"})


def differences(before: RuleSet | None, after: RuleSet, moves: Sequence[Move] = ()) -> tuple[Difference, ...]:
    """Everything that `after` says otherwise than `before`; both without errors. None: there were no rules yet.

    `moves` from a state that went to one that came say that it has another name.
    """
    old, new = said_by(before), said_by(after)
    calendars = [[line for block in said.every(CalendarDecl) for line in block.lines] for said in (old, new)]
    return (
        *_fields("attribute", "", _attributes(old), _attributes(new)),
        *_events(old, new),
        *_records(old, new),
        *_definitions(old, new),
        *_messages(old, new),
        *_policies(old, new),
        *in_any_order("calendar_line", "calendar", *calendars),
        *_benefits(old, new),
        *journey_differences(old, new, moves),
    )


def _attributes(said: Said) -> tuple[Field, ...]:
    return tuple(field for block in said.every(CustomerDecl) for field in block.fields)


def _fields(kind: Kind, owner: str, old: tuple[Field, ...], new: tuple[Field, ...]) -> Iterator[Difference]:
    def inside(name: str, one: Field, other: Field) -> Iterator[Difference]:
        if one != other:
            yield changed(kind, name, one, other, _broken(one, other))

    yield from named(kind, (_by_name(owner, old), _by_name(owner, new)), inside)


def _by_name(owner: str, fields: tuple[Field, ...]) -> dict[str, Field]:
    return {owner + field.name.text: field for field in fields}


def _broken(one: Field, other: Field) -> Phrase | None:
    old, new = one.type, other.type
    if old.kind != new.kind:
        return STORED_ALIKE if {old.kind, new.kind} <= _TEXTS else RETYPED
    lost = {one.name.text for one in old.choices} - {one.name.text for one in new.choices}
    return FEWER_WORDS if lost else None


def _events(old: Said, new: Said) -> Iterator[Difference]:
    def inside(name: str, one: EventDecl, other: EventDecl) -> Iterator[Difference]:
        if one.title != other.title:
            yield changed("event", name, replace(one, fields=()), replace(other, fields=()))
        yield from _fields("field", f"{name}.", one.fields, other.fields)

    yield from named("event", (old.by_name(EventDecl), new.by_name(EventDecl)), inside, NOT_TAKEN)


def _records(old: Said, new: Said) -> Iterator[Difference]:
    def inside(name: str, one: RecordDecl, other: RecordDecl) -> Iterator[Difference]:
        if one.title != other.title:
            yield changed("record", name, replace(one, fields=()), replace(other, fields=()))
        yield from _fields("field", f"{name}.", one.fields, other.fields)

    yield from named("record", (old.by_name(RecordDecl), new.by_name(RecordDecl)), inside, NOT_TAKEN)


def _definitions(old: Said, new: Said) -> Iterator[Difference]:
    def audience(name: str, one: AudienceDecl, other: AudienceDecl) -> Iterator[Difference]:
        if one != other:
            yield changed("audience", name, one, other)

    def value(name: str, one: ValueDecl, other: ValueDecl) -> Iterator[Difference]:
        if one != other:
            yield changed("value", name, one, other)

    audiences = old.by_name(AudienceDecl), new.by_name(AudienceDecl)
    yield from named("audience", audiences, audience, renaming=Renaming(partial(_renamed, "audience")))
    values = old.by_name(ValueDecl), new.by_name(ValueDecl)
    yield from named("value", values, value, renaming=Renaming(partial(_renamed, "value")))


def _renamed(kind: Kind, names: tuple[str, str], one: Node, other: Node) -> Iterator[Difference]:
    """Whatever has another name, and perhaps title, and means the same."""
    yield renamed(kind, names, one, other, None)


def _messages(old: Said, new: Said) -> Iterator[Difference]:
    def inside(name: str, one: MessageDecl, other: MessageDecl) -> Iterator[Difference]:
        if one.title != other.title:
            yield changed("message", name, replace(one, variants=()), replace(other, variants=()))
        yield from named("variant", (_variants(one), _variants(other)), _texts(name, old.model, new.model))

    def told(names: tuple[str, str], one: MessageDecl, other: MessageDecl) -> Iterator[Difference]:
        yield renamed("message", names, replace(one, variants=()), replace(other, variants=()), None)

    both = old.by_name(MessageDecl), new.by_name(MessageDecl)
    yield from named("message", both, inside, renaming=Renaming(told))


def _variants(message: MessageDecl) -> dict[str, Variant]:
    return {f"{message.name}.{item.channel}": item for item in message.variants}


def _texts(message: str, old: Model | None, new: Model | None) -> Inside[Variant]:
    """Compares two texts for one channel; that of a letter in a file of its own may differ though its name does not."""

    def inside(name: str, one: Variant, other: Variant) -> Iterator[Difference]:
        if one != other:
            yield changed("variant", name, one, other)
        elif old is not None and new is not None:
            before, after = (_body(model, message, one.channel.text) for model in (old, new))
            if before != after:
                places = written(one, text=before), written(other, text=after)
                yield Difference("changed", "variant", name, *places)

    return inside


def _body(model: Model, message: str, channel: str) -> str:
    variant = model.messages[message].variant(channel)
    return "" if variant is None else variant.body


def _policies(old: Said, new: Said) -> Iterator[Difference]:
    def inside(name: str, one: PolicyDecl, other: PolicyDecl) -> Iterator[Difference]:
        if one.title != other.title:
            yield changed("policy", name, replace(one, lines=()), replace(other, lines=()))
        yield from in_any_order("policy_line", name, one.lines, other.lines)

    def told(names: tuple[str, str], one: PolicyDecl, other: PolicyDecl) -> Iterator[Difference]:
        yield renamed("policy", names, replace(one, lines=()), replace(other, lines=()), COUNTS_ANEW)

    both = old.by_name(PolicyDecl), new.by_name(PolicyDecl)
    yield from named("policy", both, inside, renaming=Renaming(told))


def _benefits(old: Said, new: Said) -> Iterator[Difference]:
    def inside(name: str, one: BenefitDecl, other: BenefitDecl) -> Iterator[Difference]:
        if one.title != other.title:
            yield changed("benefit", name, replace(one, lines=()), replace(other, lines=()))
        yield from in_any_order("benefit_line", name, one.lines, other.lines)

    yield from named("benefit", (old.by_name(BenefitDecl), new.by_name(BenefitDecl)), inside)
