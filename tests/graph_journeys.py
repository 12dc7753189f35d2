"""Journeys for the tests of pictures, made by hand."""

from dsl.model.conditions import FLAG, TIME, Cond, Const
from dsl.model.journeys import (
    After,
    At,
    Grant,
    Journey,
    NotGranted,
    On,
    Send,
    Split,
    Stage,
    State,
    Tag,
    Task,
    TaskDone,
    ToEnd,
    ToState,
    Transition,
    When,
)
from dsl.source import Source, Span
from dsl.units import Clock, Duration


def written(text: str) -> Cond:
    """A condition that stands in a file with these words."""
    return Const(True, FLAG, span=Span(Source("a.rules", text), 0, len(text)))


def journey(*states: State, stages: tuple[Stage, ...] = (), title: str = "召回激活") -> Journey:
    """A journey of these states and nothing else."""
    name = "win_back"
    ends = {"won": "回来了"}
    return Journey(name, title, None, None, 0, None, None, None, None, None, 0, None, stages, states, ends)


def _after(days: int, target: str, clock: Clock | None = None) -> After:
    to = ToEnd(target) if target in {"lost", "won"} else ToState(target)
    return After(to, Duration(days, "day"), "state", clock)


_MOMENT = Const(0, TIME, span=written("7 days before next(birthday)").span)
_SEND = Send(0, "hello", ("sms",), "marketing")
_PHONE = Task(0, "phone", "了解原因", "advisor", Duration(2, "day"), None, (), ("interested", "refused"))
_VISIT = On(ToState("care.thanks"), "visit", None, scope="journey")
_STOPPED = On(ToEnd("stopped"), "replied", written('text contains "不用了"'), scope="stage")
_AGAIN = On(ToState("contact.call"), "clicked", None, scope="stage")
_WON = After(ToEnd("won"), Duration(90, "day"), "stage", None, scope="stage")


def _contact(name: str, title: str, action: Send | Task | Grant, *own: Transition) -> State:
    outer = (_STOPPED, _VISIT) if name == "call" else (_STOPPED, _AGAIN, _VISIT)
    return State(f"contact.{name}", "contact", title, (action,), (*own, *outer))


WIN_BACK = journey(
    _contact("hello", "问候", _SEND, _after(3, "contact.call", Clock(600))),
    _contact(
        "call",
        "call",
        _PHONE,
        TaskDone(ToState("contact.offer"), "phone", "interested"),
        TaskDone(ToEnd("refused"), "phone", "refused"),
        _after(5, "lost"),
    ),
    _contact(
        "offer",
        "专属优惠",
        Grant(0, "half_price", ToState("contact.plain")),
        NotGranted(ToState("contact.plain"), "half_price"),
        Split(ToState("contact.warm"), 0, 500_000),
        Split(ToState("contact.plain"), 500_000, 1_000_000),
    ),
    _contact("warm", "warm", _SEND, _after(14, "lost")),
    _contact(
        "plain",
        "plain",
        _SEND,
        When(
            ToState("contact.warm"),
            written("lifetime_value > 5000 and tier in (vip, regular) and points > 3"),
        ),
        _after(14, "lost"),
    ),
    State(
        "care.thanks",
        "care",
        "致谢",
        (_SEND, Tag(1, "到店", remove=False)),
        (At(ToState("care.birthday"), _MOMENT, Clock(600)), _WON),
    ),
    State("care.birthday", "care", "生日关怀", (_SEND,), (_WON,)),
    stages=(Stage("contact", "五次接触"), Stage("care", "90天关怀")),
)
"""Stages, every kind of label, transitions of a state, of a stage (in and out of it) and of the journey."""
