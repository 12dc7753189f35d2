"""Hypothesis strategies for rule sets in which much happens: texts put together from lines that suit each other.

`tests.strategies_rules` covers the language; most of its customers never enter a journey. Here journeys send,
wait, compete and start each other, and conditions are such that histories meet them.
"""

from datetime import timedelta

from hypothesis import strategies as st

from tests.strategies_conditions import Draw, T, pick
from tests.strategies_histories import STARTS

DECLARED = """
customer {
  name: text
  phone: phone
  email: email
  tier: one of regular, vip
  points: number
  lifetime_value: money
  member: flag
  renewal: date
  last_login: time
  reason: one of price, service, other
}
event visit { store: text, amount: money, stars: number }
event call
event ping { size: number }
record booking { due: time, day: date, price: money, kept: flag }
message hello { sms: "你好{{ id }}", email: "Hello {{ id }}" }
message named { sms: "{{ name }}好", email: "Dear {{ name }}" }
message due_soon { sms: "{{ booking.due|time }} {{ booking.price }} {{ booking.id }}" }
message offer {
  sms: "{{ benefit.title }}{{ benefit.worth }}{{ benefit.expires|date }}"
  email: "{{ id }} {{ benefit.title }}"
}
"""

_BENEFITS = {
    "gift": (
        "quota 1 per day",
        "quota 2 per week",
        "quota 1 per 3 days",
        "quota 1 per month",
        "quota 2 per 12 hours",
    ),
    "token": ("stock 2", "stock 1", "quota 1 per week", ""),
}

CONDITIONS = (
    "visit ever",
    "no visit within last 3 days and visit ever",
    "points > 1",
    "tier = vip",
    "tier != vip",
    "member",
    "not member",
    "lifetime_value > 500",
    'tagged "vip"',
    'not tagged "vip"',
    "count(visit within last 7 days) >= 2",
    "days since last(visit) > 2",
    "last_login within last 7 days",
    "renewal within next 10 days",
    "sum(visit.amount ever) > 100",
    "name is missing",
    "days until renewal < 5",
    "today after 2026-03-05",
    "now between 2026-03-01 and 2026-03-10",
    "last(visit) before 2 days ago",
    "call within last 1 day",
    "reason = price",
    "avg(visit.stars ever) > 1",
    "next(renewal) before in 20 days",
    "next(renewal) within next 3 days",
    "next(renewal) = today",
    "points < days since last(visit)",
    "days until next(renewal) < points",
    "no sent within last 2 days",
)
_REVIEWED = (*CONDITIONS, *("points > -9",) * 10)
_OF_JOURNEYS = (
    "in journey B",
    "not in journey A",
    "ended B within last 5 days",
    "not ended B within last 1 month",
    "ended A as done",
)
_SINCE = ("visit since entry", "call since state", "no call since stage", "count(visit since entry) > 1")
_OF_RECORDS = (
    "kept",
    "due within next 3 days",
    "booking.price > 500",
    "day after today",
    "days until due < 3",
)
_ENTERING = ("visit ever or member or points > 0",) * 15
_RANKS = ("points", "lifetime_value", "days since last(visit)", "count(sent within last 2 days) - points")
_DURATIONS = ("1 day", "2 days", "12 hours", "3 days", "1 week", "90 minutes", "1 month", "1 hour")

_CAPS = (
    "at most 1 per day",
    "at most 1 per week",
    "at most 1 per month",
    "at most 1 per year",
    "at most 1 per 3 days",
    "at most 1 per 30 days",
    "at most 1 per 5 hours",
    "at most 1 per 1 month",
    "at most 2 per week",
    "at most 2 per month",
    "at most 1 per record",
    "at most 2 per record",
)
_OPEN = (
    *("",) * 6,
    "send on every day 06:00 to 22:00",
    "send on every day 06:00 to 22:00",
    "send on workdays 09:00 to 20:00",
    "send on weekends 10:30 to 11:00",
    "send on saturday, sunday 00:00 to 24:00",
    "send on keydays, holidays 08:00 to 12:00",
    "send on every day 20:00 to 24:00",
)
_POLICY_LINES = (
    "extra 1 on keydays",
    "extra 1 on keydays",
    "never on holidays",
    "never on keydays",
    "never on sunday",
    "require consent",
    'forbid "陈"',
    'require "好"',
)
_GAPS = ("", "", "at least 2 days apart", "at least 90 minutes apart", "at least 1 month apart")
_SILENCES = (
    "",
    "silent 2 days after optout",
    "silent 12 hours after optout",
    "silent 1 month after optout",
)
_GIVE_UPS = (
    "",
    "",
    "give up after 30 days",
    "give up after 1 day",
    "give up after 6 hours",
    "give up after 30 days",
)

_SETS = (
    "points = points + 1",
    "lifetime_value = lifetime_value * 0.5",
    "tier = vip",
    "member = visit ever",
    "renewal = today",
    "renewal = in 3 months",
    "renewal = 2 days after last(visit)",
    "last_login = now",
    "lifetime_value = sum(visit.amount ever) / 3",
    "lifetime_value = avg(visit.amount ever)",
    "points = days since last(visit)",
    "name = phone",
    "last_login = last(visit)",
)
_SETS_OF_RECORDS = ("lifetime_value = price", "last_login = due", "renewal = day")
_WINDOWS = ("wednesday, friday 09:00 to 17:00", "every day 12:00 to 13:00", "workdays 08:00 to 10:00")
_MOMENTS = ("renewal", "last_login", "2 days before renewal", "1 month after last_login")
_MOMENTS_OF_RECORDS = ("due", "1 day before due", "3 hours after due")
_CRONS = ("0 9 * * *", "0 0 * * mon", "30 9 1 * *", "*/30 8-20 * * 1-5")


@st.composite
def lively_rules(draw: Draw, *, doors: bool = True) -> str:
    """The text of a valid rule set of two or three journeys; without `doors` none says `enter only at`."""
    names = ("A", "B", "C")[: draw(st.integers(2, 3))]
    of_records = {name: name != "B" and _rarely(draw, 2) for name in names}
    others = {
        name: [other for other in names if other != name and (of_records[name] or not of_records[other])]
        for name in names
    }
    parts = [DECLARED, _policy(draw, "marketing"), _policy(draw, "service"), _calendar(draw)]
    parts += [_benefit(draw, name) for name in _BENEFITS]
    parts += [_Journey(draw, name, of_records[name], others[name], doors=doors).text() for name in names]
    return "\n".join(parts)


def _rarely(draw: Draw, others: int) -> bool:
    """True once in a while: more seldom, the more others there are."""
    return draw(st.integers(0, others)) == 0


def _policy(draw: Draw, name: str) -> str:
    lines = draw(st.lists(st.sampled_from(_POLICY_LINES), unique=True, max_size=2))
    lines.append(pick(draw, _OPEN))
    lines += draw(st.lists(st.sampled_from(_CAPS), unique=True, max_size=2))
    if name == "marketing" and _rarely(draw, 3):
        lines.append("count with service")
    if _rarely(draw, 3):
        per = pick(draw, ("day", "3 days", "week"))
        lines.append(f"at most {draw(st.integers(0, 2))} per {per} for {pick(draw, CONDITIONS)}")
    for role in ("manager", "boss"):
        if _rarely(draw, 4):
            lines.append(f"review by {role} when {pick(draw, _REVIEWED)}")
    lines += [pick(draw, _GAPS), pick(draw, _SILENCES), pick(draw, _GIVE_UPS)]
    return _block(f"policy {name}", [line for line in lines if line])


def _calendar(draw: Draw) -> str:
    """Special days near the days on which histories begin."""
    special = [start + timedelta(draw(st.integers(0, 3))) for start in STARTS]
    lines = [f'keyday "k{n}" on {day} to {day + timedelta(n)}' for n, day in enumerate(special[:3])]
    lines += [f'closed "c{n}" on {day + timedelta(2)}' for n, day in enumerate(special[:2])]
    lines.append(f'workday "w" on {special[0] + timedelta(6)}')
    return _block("calendar", [*(["holidays CN"] if draw(st.booleans()) else []), *lines])


def _benefit(draw: Draw, name: str) -> str:
    lines = ["worth 50", pick(draw, _BENEFITS[name]), f"valid {pick(draw, _DURATIONS)}"]
    return _block(f'benefit {name} "{name}"', [*lines, *(["approve by manager"] if _rarely(draw, 2) else [])])


def _block(head: str, lines: list[str]) -> str:
    body = "\n".join(lines) or "give up after 7 days"
    return f"{head} {{\n{body}\n}}"


class _Journey:
    """A journey being written: what its lines may name."""

    def __init__(self, draw: Draw, name: str, of_record: object, others: list[str], *, doors: bool) -> None:
        self.draw, self.name, self.of_record, self.others = draw, name, bool(of_record), others
        self.doors, self.begun = doors, name != "A"
        self.conditions = (*CONDITIONS, *_OF_JOURNEYS, *(_OF_RECORDS if of_record else ()))
        count, self.staged = draw(st.integers(2, 4)), 4
        if _rarely(draw, 2):
            self.staged = draw(st.integers(0, count - 1))
        self.states = tuple(f"{'care.' if n >= self.staged else ''}s{n}" for n in range(count))

    def text(self) -> str:
        """All of it. The states from the `staged` one on are in a stage."""
        states = [self._state(place) for place, _ in enumerate(self.states)]
        staged = states[self.staged :]
        stage = [_block("stage care", [*self._of_stage(), *staged])] if staged else []
        return _block(f"journey {self.name}", [*self._head(), *states[: self.staged], *stage])

    def _of_stage(self) -> list[str]:
        one, lines = self._one, []
        if _rarely(self.draw, 1):
            lines.append(f"on {one('call', 'visit', 'clicked')} -> {one(*self.states, 'care', 'end won')}")
        if _rarely(self.draw, 1):
            lines.append(f"after {one(*_DURATIONS)} in stage -> end over")
        if _rarely(self.draw, 3):
            lines.append(f"when {one(*self.conditions, *_SINCE)} -> end left")
        return lines

    def _one(self, *options: T) -> T:
        return pick(self.draw, options)

    def _head(self) -> list[str]:
        draw, one = self.draw, self._one
        lines = [f"for {'booking' if self.of_record else 'customer'}"]
        lines.append(f"policy {one('marketing', 'marketing', 'service')}")
        if draw(st.booleans()):
            lines.append(f"priority {draw(st.integers(0, 3))}")
        if not _rarely(draw, 4 if self.begun else 19):
            lines.append(f"enter when {one(*self.conditions, *_ENTERING)}")
        lines += self._doors()
        if draw(st.booleans()):
            lines.append(f"reenter after {one(*_DURATIONS)}")
        if _rarely(draw, 4):
            lines.append(f"holdout {one('10', '50', '100', '100')}%")
        if draw(st.booleans()):
            lines.append(f"goal within {one(*_DURATIONS)} when {one(*CONDITIONS, 'visit since entry')}")
        if _rarely(draw, 2):
            lines.append(f"on {one('call', 'visit', 'replied')} -> {one(*self.states, 'end won')}")
        if _rarely(draw, 3):
            lines.append(f"after {one(*_DURATIONS)} in journey -> end over")
        return lines

    def _doors(self) -> list[str]:
        lines = []
        if self.doors and _rarely(self.draw, 4):
            lines.append(f'enter only at "{self._one(*_CRONS)}"')
        if _rarely(self.draw, 4):
            count = self.draw(st.integers(1, 2))
            lines.append(f"enter at most {count} per {self._one('day', 'week', '2 days')}")
        if self.draw(st.booleans()):
            lines.append(f"rank by {self._one(*_RANKS)}")
        return lines

    def _state(self, place: int) -> str:
        draw = self.draw
        actions = [self._action() for _ in range(draw(st.integers(0, 3)))]
        tasks = [action for action in actions if action.startswith("task")]
        actions = [action for action in actions if action not in tasks[1:]]
        if not any(action.startswith("grant") for action in actions):
            actions = [action.replace("send offer", "send hello") for action in actions]
        actions = [self._aimed(action, place) for action in actions]
        ways = [self._transition(place) for _ in range(draw(st.integers(0, 2)))]
        at_once = [way for way in ways if way.startswith(("split", "otherwise"))]
        ways = [way for way in ways if way not in at_once] + at_once[:1]
        ways.append(f"after {self._one(*_DURATIONS)} -> {(*self.states, 'end done')[place + 1]}")
        return _block(f"state s{place}", [*actions, *ways])

    def _action(self) -> str:
        return self._one(
            *(self._send,) * 5, *(self._grant,) * 2,
            self._task, self._set, self._label, self._label, self._emit, self._begin,
        )()  # fmt: skip

    def _grant(self) -> str:
        return f"grant {self._one(*_BENEFITS)}"

    def _aimed(self, action: str, place: int) -> str:
        """A grant may have an `else`, which must lead forward."""
        if not action.startswith("grant") or self.draw(st.booleans()):
            return action
        return f"{action} else -> {self._one(*self.states[place + 1 :], 'end done', 'end lost')}"

    def _set(self) -> str:
        return f"set {self._one(*_SETS, *(_SETS_OF_RECORDS if self.of_record else ()))}"

    def _label(self) -> str:
        return self._one('tag "vip"', 'untag "vip"')

    def _emit(self) -> str:
        return self._one("emit ping", "emit ping { size: points }", "emit ping { size: 1 }")

    def _begin(self) -> str:
        return f"begin {self._one(*self.others)}" if self.others else self._label()

    def _send(self) -> str:
        message = self._one(
            "hello", "hello", "named", "offer", "offer", *(["due_soon"] if self.of_record else [])
        )
        text = f"send {message}"
        if message != "due_soon":
            text += self._one("", " via sms", " via email, sms", " via sms, email")
        if _rarely(self.draw, 4):
            text += f" during {self._one(*_WINDOWS)}"
        if _rarely(self.draw, 4):
            text += f" under {self._one('service', 'marketing')}"
        return text + (" review by boss" if _rarely(self.draw, 9) else "")

    def _task(self) -> str:
        lines = ["assign advisor", f"due {self._one(*_DURATIONS)}", "ask reason: one of price, service"]
        lines.append(
            "outcome yes" + self._one("", *(f" -> {state}" for state in self.states), " -> end done")
        )
        lines.append("outcome no" + self._one("", " -> end lost"))
        return _block(f'task {self._one("phone", "home")} "x"', lines)

    def _transition(self, place: int) -> str:
        one = self._one
        onward = (*self.states[place + 1 :], "end done", "end lost")
        match one("on", "on", "when", "after", "after", "at", "split", "otherwise"):
            case "on":
                return self._on(onward)
            case "when":
                return f"when {one(*self.conditions, *_SINCE)} -> {one(*onward)}"
            case "after":
                since, clock = one("", " in journey"), one("", " at 09:00", " at 10:30")
                return f"after {one(*_DURATIONS)}{since}{clock} -> {one(*onward)}"
            case "at":
                moments = (*_MOMENTS, *(_MOMENTS_OF_RECORDS if self.of_record else ()))
                return f"at {one(*moments)}{one('', ' at 09:00')} -> {one(*onward)}"
            case "split":
                return f"split {{ 50% -> {one(*onward)}, 30% -> {one(*onward)}, 20% -> {one(*onward)} }}"
        return f"otherwise -> {one(*onward)}"

    def _on(self, onward: tuple[str, ...]) -> str:
        """What rules themselves record must lead forward."""
        one = self._one
        event = one(
            "visit",
            "visit",
            "visit",
            "call",
            "replied",
            "clicked",
            "ping",
            "sent",
            "delivered",
            "failed",
            "task_done",
        )
        if event in ("ping", "sent", "delivered", "failed", "task_done"):
            return f"on {event} -> {one(*onward)}"
        wheres = ("amount > 500", 'store = "A"', "stars is known", "at within last 1 day")
        where = f" where ({one(*wheres)})" if event == "visit" and _rarely(self.draw, 2) else ""
        return f"on {event}{where} -> {one(*self.states, 'end done')}"
