"""The search of the gate against the plainest way to find the same: try every minute."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsl.model.model import Calendar, Policy, SendWindow, SpecialDays
from dsl.units import DAYS, Clock, Duration, Window
from engine.calendars.zone import MINUTE, Zone
from engine.permits.gate import decide
from engine.permits.given import Drop, Facts, Go, Reach, Wait
from tests.permits import cap, rule_of

ZONES = ("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe")
STARTS = (  # before a clock change, a holiday, the end of a year, and on an ordinary day
    "2026-03-07 20:00", "2026-10-31 22:00", "2026-04-04 12:00", "2026-09-30 12:00", "2026-12-30 12:00",
    "2026-11-25 09:00",
)  # fmt: skip
HALF_HOURS = st.integers(0, 48).map(lambda number: Clock(number * 30))
SPANS = st.sampled_from([Duration(90, "minute"), Duration(5, "hour"), Duration(1, "day"), Duration(2, "day")])


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """A window within a day."""
    start, end = sorted(draw(st.lists(HALF_HOURS, min_size=2, max_size=2, unique=True)))
    return Window(tuple(draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=2))), start, end)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A policy with any of the rules that hold messages for a time."""
    caps = st.builds(cap, st.integers(1, 3), st.one_of(st.sampled_from(["day", "week", "month"]), SPANS))
    return Policy(
        "p", "",
        windows=tuple(SendWindow(item) for item in draw(st.lists(windows(), max_size=2))),
        never=tuple(draw(st.lists(st.sampled_from(DAYS[:3] + DAYS[5:]), max_size=2))),
        caps=tuple(draw(st.lists(caps, max_size=2))),
        apart=draw(st.none() | SPANS),
        extra_on_keydays=draw(st.integers(0, 1)),
        silent=draw(SPANS),
        give_up=Duration(draw(st.integers(1, 3)), "day"),
    )  # fmt: skip


@dataclass(frozen=True)
class Plain:
    """The rules once more, as they are read aloud."""

    facts: Facts

    def may_go(self, instant: int) -> bool:
        """Whether every rule lets the message pass at an instant."""
        local = self.zone.local(instant)
        policy = self.facts.rule.policy
        open_now = not policy.windows or any(self.inside(item.window, local) for item in policy.windows)
        return (
            open_now
            and not any(self.means(word, local.date()) for word in policy.never)
            and all(self.counted(per.per, instant) < per.count + self.bonus(local) for per in policy.caps)
            and (self.bonus(local) > 0 or self.is_apart(instant))
            and self.is_heard(instant)
        )

    @property
    def zone(self) -> Zone:
        """The zone of the rule."""
        return self.facts.rule.days.zone

    def means(self, word: str, day: date) -> bool:
        """Whether a word names a date."""
        return self.facts.rule.days.matches((day - date(1970, 1, 1)).days, word)

    def bonus(self, local: datetime) -> int:
        """What a key day gives."""
        return self.facts.rule.policy.extra_on_keydays if self.means("keydays", local.date()) else 0

    def inside(self, window: Window, local: datetime) -> bool:
        """Whether the clock stands in a window."""
        minutes = local.hour * 60 + local.minute
        named = any(self.means(word, local.date()) for word in window.days)
        return named and window.start.minutes <= minutes < window.end.minutes

    def counted(self, per: object, instant: int) -> int:
        """How many count at an instant."""
        if isinstance(per, Duration):
            return sum(instant < self.zone.shift(item, per) for item in self.facts.history)
        name = {"day": "%Y-%m-%d", "week": "%G-%V", "month": "%Y-%m"}[str(per)]
        this = self.zone.local(instant).strftime(name)
        return sum(self.zone.local(item).strftime(name) == this for item in self.facts.history)

    def is_apart(self, instant: int) -> bool:
        """Whether the gap is over."""
        apart, history = self.facts.rule.policy.apart, self.facts.history
        if apart is None or not history:
            return True
        if apart.unit == "day":
            days = self.zone.local(instant).date() - self.zone.local(history[-1]).date()
            return days >= timedelta(apart.amount)
        return instant >= self.zone.shift(history[-1], apart)

    def is_heard(self, instant: int) -> bool:
        """Whether the silence after an opt-out is over."""
        silent, out = self.facts.rule.policy.silent, self.facts.reach[0].optout_at
        return silent is None or out is None or instant >= self.zone.shift(out, silent)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Facts, int]:
    """What is known of a message, and a time."""
    zone = Zone(draw(st.sampled_from(ZONES)))
    now = zone.instant(datetime.fromisoformat(draw(st.sampled_from(STARTS))))
    tomorrow = zone.local(now).date() + timedelta(1)
    calendar = Calendar("CN", (SpecialDays("keyday", "", tomorrow, tomorrow),))
    ages = st.integers(0, 3 * 1440).map(lambda minutes: now - minutes * MINUTE)
    facts = Facts(
        rule_of(draw(policies()), calendar=calendar, zone=zone),
        draw(ages),
        (Reach(address=True, optout_at=draw(st.none() | ages)),),
        history=tuple(sorted(draw(st.lists(ages, max_size=4)))),
    )
    return facts, now


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(situations())
def test_a_message_waits_until_the_first_minute_that_every_rule_allows(situation: tuple[Facts, int]) -> None:
    """Or until it is given up; and it goes exactly when this very minute is allowed."""
    facts, now = situation
    plain, zone = Plain(facts), facts.rule.days.zone
    given_up = zone.shift(facts.created_at, facts.rule.policy.give_up)
    first = next((minute for minute in range(now, given_up, MINUTE) if plain.may_go(minute)), given_up)
    verdict = decide(facts, now)
    if isinstance(verdict, Drop):
        assert given_up <= now
        return
    assert isinstance(verdict, Go | Wait)
    found = now if isinstance(verdict, Go) else verdict.until
    assert found == first
