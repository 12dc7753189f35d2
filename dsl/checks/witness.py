"""Made-up customers: somebody who meets one of two conditions that exclude each other."""

from collections.abc import Sequence

from dsl.model.conditions import Attribute, Compare, Cond, Const, EventField, Now, RecordField, Shift
from dsl.reasoning import Part
from dsl.reasoning.terms import FLIPPED, Operator, plain
from dsl.source import NOWHERE
from dsl.units import Duration
from dsl.wording import Phrase, say

_MINOR = 100


def witness(others: Sequence[Part], last: Part) -> Phrase | None:
    """Somebody who meets the one other part, and so not the last one; None when nobody simple comes to mind."""
    if len(others) != 1 or others[0].owner or not others[0].truth or others[0].shown != others[0].cond.span:
        return None
    example = _example(others[0].cond)
    if example is None:
        return None
    first, second = (" ".join(part.written.text.split()) for part in (others[0], last))
    if not last.truth and last.shown is NOWHERE:
        return None
    return say(
        "A customer whose {example} meets `{first}`, and so cannot meet `{second}`.",
        example=example,
        first=first,
        second=second,
    )


def _example(cond: Cond) -> Phrase | None:
    """A value for which a comparison holds: "`points` is 6"."""
    if not isinstance(cond, Compare):
        return None
    left, right, operator = plain(cond.left), plain(cond.right), cond.operator
    if isinstance(left, Const):
        left, right, operator = right, left, FLIPPED[operator]
    if not isinstance(left, (Attribute, RecordField, EventField)):
        return None
    match right:
        case Const():
            value = _constant(right, operator)
        case Shift(operand=Now(), duration=duration, back=back):
            value = _moment(duration, operator, back=back)
        case _:
            return None
    return None if value is None else say("`{name}` is {value}", name=left.name, value=value)


def _constant(const: Const, operator: Operator) -> str | None:
    step = {">": 1, "<": -1}.get(operator, 0)
    match const.value:
        case bool():
            return None
        case int() if const.type.kind == "money":
            amount = const.value / _MINOR + step
            return f"{amount:g}"
        case float() | int():
            return f"{const.value + step:g}"
        case str() if operator == "=":
            return f"`{const.value}`" if const.type.kind == "choice" else f'"{const.value}"'
    return None


def _moment(duration: Duration, operator: Operator, *, back: bool) -> str | None:
    later = operator in {">", ">="}
    amount = duration.amount + (-1 if later == back else 1)
    if amount <= 0 or operator == "=":
        return None
    shown = Duration(amount, duration.unit)
    return f"`{shown} ago`" if back else f"`in {shown}`"
