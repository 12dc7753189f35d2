"""Whether single parts, taken together, leave no customer: what is known, how values lie, which are possible."""

from collections.abc import Callable, Iterable, Iterator

from dsl.model.conditions import (
    Aggregate,
    Compare,
    Cond,
    Const,
    Contains,
    DaysSince,
    DaysUntil,
    Ended,
    InJourney,
    Missing,
    Negative,
    OneOf,
    StartsWith,
    Today,
    type_of,
)
from dsl.reasoning.durations import at_most
from dsl.reasoning.events import Implies, relate
from dsl.reasoning.moments import place
from dsl.reasoning.order import Node, Order
from dsl.reasoning.terms import (
    DENIED,
    FLIPPED,
    MINUTES_OF_DAY,
    ORDERED,
    Number,
    Operator,
    is_value,
    known_with,
    measure,
    never_missing,
    plain,
    whole,
)
from dsl.reasoning.values import Values

_TODAY = Today()


def impossible(holds: Iterable[Cond], fails: Iterable[Cond], alone: frozenset[str], implies: Implies) -> bool:
    """Whether conditions, none of them an `and` or `or`, cannot all hold while others fail.

    `alone`: journeys through which a customer goes once at a time.
    """
    holds, fails = tuple(dict.fromkeys(holds)), tuple(dict.fromkeys(fails))
    return (
        not set(holds).isdisjoint(fails)
        or any(_is(cond, value=False) for cond in holds)
        or any(_is(cond, value=True) for cond in fails)
        or _elsewhere(holds, fails, alone)
        or _no_values(holds, fails, implies)
    )


def _is(cond: Cond, *, value: bool) -> bool:
    return isinstance(cond, Const) and cond.value is value


def _elsewhere(holds: tuple[Cond, ...], fails: tuple[Cond, ...], alone: frozenset[str]) -> bool:
    """Other journeys: in two stages at once, in a stage and not in its journey, ended and not ended."""
    if any(_includes(other, one) for one in holds for other in fails):
        return True
    stages = {cond for cond in holds if isinstance(cond, InJourney) and cond.stage is not None}
    return any(
        one.journey == other.journey and one.journey in alone and one.stage != other.stage
        for one in stages
        for other in stages
    )


def _includes(wide: Cond, narrow: Cond) -> bool:
    match wide, narrow:
        case InJourney(stage=None), InJourney():
            return wide.journey == narrow.journey
        case Ended(), Ended():
            return (
                wide.journey == narrow.journey
                and wide.outcome in {None, narrow.outcome}
                and (
                    wide.duration is None
                    or (narrow.duration is not None and at_most(narrow.duration, wide.duration))
                )
            )
    return False


def _no_values(holds: tuple[Cond, ...], fails: tuple[Cond, ...], implies: Implies) -> bool:
    known = _known(holds, fails)
    if any(isinstance(cond, Missing) and _there(plain(cond.operand), known) for cond in holds):
        return True
    values = Values()
    values.unite(holds)
    for cond in holds:
        values.hold(cond)
    for cond in fails:
        values.fail(cond, known)
    return not values.possible() or _no_place(holds, fails, known, implies)


def _known(holds: tuple[Cond, ...], fails: tuple[Cond, ...]) -> frozenset[Cond]:
    """The values that cannot be missing when all is as said."""
    named = [term for cond in holds for term in _compared_in(cond)]
    named += [plain(cond.operand) for cond in fails if isinstance(cond, Missing)]
    return frozenset(inner for term in named for inner in known_with(term))


def _compared_in(cond: Cond) -> Iterator[Cond]:
    """The values that must be known for a condition to hold."""
    match cond:
        case Compare(left=left, right=right) | Contains(left=left, right=right):
            yield from filter(is_value, (plain(left), plain(right)))
        case StartsWith(left=left, right=right):
            yield from filter(is_value, (plain(left), plain(right)))
        case OneOf(subject=subject):
            yield plain(subject)
        case _ if is_value(cond):
            yield cond


def _there(term: Cond, known: frozenset[Cond]) -> bool:
    return term in known or never_missing(term)


# Numbers, money, dates and times


def _no_place(
    holds: tuple[Cond, ...], fails: tuple[Cond, ...], known: frozenset[Cond], implies: Implies
) -> bool:
    """Whether values that have an order cannot lie as they are said to."""
    order, apart = Order(), list[tuple[Node, Node, Number]]()
    terms: dict[Cond, None] = dict.fromkeys(
        term for term in known if type_of(term).kind in ORDERED or isinstance(term, Aggregate)
    )
    for cond in holds:
        if isinstance(cond, OneOf):
            _among(cond, order)
        elif not _take(cond, order, terms, apart, lambda operator: operator):
            return True
    for cond in fails:
        if isinstance(cond, Compare) and all(_there(plain(side), known) for side in (cond.left, cond.right)):
            if not _take(cond, order, terms, apart, _denied):
                return True
        elif isinstance(cond, OneOf) and plain(cond.subject) in known:
            apart += [(plain(cond.subject), None, measure(item)) for item in _constants(cond)]
    if not terms:
        return False
    placed = place(terms, order)
    relate(placed, order, implies)
    place((node for node in order.nodes() - placed if node is not None), order)
    return not order.possible() or any(order.equal(one, other, distance) for one, other, distance in apart)


def _denied(operator: Operator) -> Operator | None:
    return DENIED.get(operator)


def _constants(cond: OneOf) -> list[object]:
    if type_of(plain(cond.subject)).kind not in ORDERED:
        return []
    return [item.value for item in map(plain, cond.items) if isinstance(item, Const)]


def _among(cond: OneOf, order: Order) -> None:
    """The least and the greatest of the constants are bounds."""
    measures = [measure(value) for value in _constants(cond)]
    if measures:
        order.at_most(plain(cond.subject), None, max(measures))
        order.at_most(None, plain(cond.subject), -min(measures))


def _take(
    cond: Cond,
    order: Order,
    terms: dict[Cond, None],
    apart: list[tuple[Node, Node, Number]],
    turned: Callable[[Operator], Operator | None],
) -> bool:
    """Take in a comparison, its operator turned; False when it cannot be by itself."""
    if not isinstance(cond, Compare) or type_of(plain(cond.left)).kind not in ORDERED:
        return True
    left, right, operator = _standing(cond)
    one, low = _measured(left)
    other, high = _measured(right)
    meant = turned(operator)
    distance = high - low
    terms.update((node, None) for node in (one, other) if node is not None)
    if one is None and other is None:
        return _holds(operator, -distance) is (meant == operator)
    if meant is None:
        apart.append((one, other, distance))
    else:
        _bound(one, other, distance, meant, order)
    return True


def _standing(cond: Compare) -> tuple[Cond, Cond, Operator]:
    """A comparison whose sides both stand on their feet: `-a < -b` is `b < a`."""
    left, right = plain(cond.left), plain(cond.right)
    turned = [_upright(left), _upright(right)]
    if any(turned) and all(
        side is not None or isinstance(term, Const) for side, term in zip(turned, (left, right), strict=True)
    ):
        return turned[0] or _minus(left), turned[1] or _minus(right), FLIPPED[cond.operator]
    return left, right, cond.operator


def _upright(term: Cond) -> Cond | None:
    """The value of which this is the negative."""
    match term:
        case Negative(operand=inner):
            return inner
        case DaysUntil(operand=inner):
            return DaysSince(inner)
    return None


def _minus(term: Cond) -> Cond:
    return plain(Negative(term, type_of(term)))


def _measured(term: Cond) -> tuple[Node, Number]:
    return (None, measure(term.value)) if isinstance(term, Const) else (term, 0)


def _holds(operator: Operator, difference: Number) -> bool:
    """Whether left minus right is as the operator says."""
    match operator:
        case "=":
            return difference == 0
        case "<":
            return difference < 0
        case "<=":
            return difference <= 0
        case ">":
            return difference > 0
        case ">=":
            return difference >= 0


def _bound(one: Node, other: Node, distance: Number, operator: Operator, order: Order) -> None:
    """`one operator other + distance`."""
    if operator in {">", ">="}:
        _bound(other, one, -distance, FLIPPED[operator], order)
        return
    if operator == "=":
        _bound(other, one, -distance, "<=", order)
    step = _step(one, other)
    strict = operator == "<"
    if strict and step:
        distance, strict = -(-distance // step) * step - step, False
    elif step:
        distance = distance // step * step
    order.at_most(one, other, distance, strict=strict)
    if isinstance(one, DaysSince) and other is None:
        order.at_most(_TODAY, one.operand, distance * MINUTES_OF_DAY)
    if isinstance(other, DaysSince) and one is None:
        order.at_most(other.operand, _TODAY, (1 + distance) * MINUTES_OF_DAY, strict=True)


def _step(one: Node, other: Node) -> int:
    """The distance between values that can lie beside each other: 1 of whole numbers, a day of dates; else 0."""
    nodes = [node for node in (one, other) if node is not None]
    if all(whole(node) for node in nodes):
        return 1
    return MINUTES_OF_DAY if all(type_of(node).kind == "date" for node in nodes) else 0
