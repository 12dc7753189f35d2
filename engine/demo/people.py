"""The made-up customers of the demonstration: who they are and what they are like. Knows no store and no rules.

Everything follows from the seed: the same seed makes the same people, whatever else is done with them.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

HISTORY_BEGINS = date(2023, 9, 1)
HISTORY_ENDS = date(2025, 11, 30)
"""The last day before the demonstration's virtual time begins."""

SEED = "归途"

ADVISORS = ("李明", "王芳", "赵磊", "孙悦")
MANAGER = "周店长"

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_WOMEN = ("敏", "静", "丽", "婷", "雪", "晓梅", "佳怡", "雨桐", "思琪", "海燕", "文静", "若兰", "欣然", "玲")
_MEN = ("伟", "强", "磊", "军", "涛", "明轩", "志远", "浩然", "建国", "宇航", "文博", "子豪", "俊杰", "斌")
_CARS = ("朗逸", "轩逸", "卡罗拉", "思域", "雅阁", "凯美瑞", "帕萨特", "途观", "汉兰达", "CR-V", "奥迪A4L")
_REASONS = (("convenience", 40), ("price", 25), ("service", 20), ("competitor", 10), ("natural", 5))
"""Why people stop coming, with their shares."""


@dataclass(slots=True)
class Person:
    """A customer. Amounts in yuan.

    `rhythm`: days between visits. `stops`: from this day on they do not come by themselves; None: they go on. `reason`:
    why they would stop. `warmth`: how readily they answer, 0 to 1. `opens_app`: days between logins, None for
    those without the app.
    """

    id: str
    name: str | None
    title: str
    phone: str
    email: str | None
    wecom: str | None
    push: str | None
    tier: str
    advisor: str
    car: str
    birthday: date
    joined: date
    rhythm: int
    ticket: int
    stops: date | None
    reason: str
    warmth: float
    opens_app: int | None
    consents: bool
    pays_by_instalment: bool
    # What the shop's own system knows of them, and changes as they come and pay:
    points: int = 0
    balance: int = 0
    spent: int = 0
    next_service: date | None = None
    next_visit: datetime | None = None
    kept_from: datetime | None = None

    @property
    def serviced_every(self) -> timedelta:
        """Half a year, or sooner for those who drive much."""
        return timedelta(days=min(182, max(90, 2 * self.rhythm)))


def make_people(count: int, seed: str = SEED) -> list[Person]:
    """So many customers."""
    return [_person(number, chance(seed, f"P{number:04}")) for number in range(1, count + 1)]


def chance(seed: str, *of_what: object) -> Random:
    """Chance about one thing: the same for the same seed, whatever was asked before."""
    return Random(":".join([seed, *map(str, of_what)]))  # noqa: S311  # made-up people need no secret


def _person(number: int, luck: Random) -> Person:
    woman = luck.random() < 0.45
    given = luck.choice(_WOMEN if woman else _MEN)
    joined = HISTORY_BEGINS + timedelta(days=luck.randrange(0, 560))
    habit = luck.random()
    return Person(
        id=f"C{number:04}",
        name=luck.choice(_SURNAMES) + given if luck.random() < 0.97 else None,
        title="女士" if woman else "先生",
        phone=f"199{number:08}",
        email=f"c{number:04}@example.com" if luck.random() < 0.3 else None,
        wecom=f"wx{number:04}" if habit < 0.35 else None,
        push=f"app{number:04}" if 0.25 < habit < 0.6 else None,
        tier="vip" if luck.random() < 0.15 else "regular",
        advisor=ADVISORS[number % len(ADVISORS)],
        car=luck.choice(_CARS),
        birthday=date(luck.randrange(1962, 2003), luck.randrange(1, 13), luck.randrange(1, 29)),
        joined=joined,
        rhythm=luck.choice((28, 35, 42, 45, 60, 60, 75, 90, 120, 170)),
        ticket=luck.choice((260, 320, 420, 480, 680, 880, 1200, 1600)),
        stops=_stops(luck, joined),
        reason=_reason(luck),
        warmth=luck.betavariate(2, 4),
        opens_app=luck.choice((3, 5, 8, 12, 20)) if 0.25 < habit < 0.6 else None,
        consents=luck.random() < 0.93,
        pays_by_instalment=luck.random() < 0.15,
        balance=luck.choice((0, 0, 0, 80, 200, 500)),
    )


def _stops(luck: Random, joined: date) -> date | None:
    """Most go on coming; the others stopped, long ago, lately, or will while the demonstration runs."""
    kind = luck.random()
    if kind < 0.5:
        return None
    if kind < 0.54:
        return max(joined, HISTORY_ENDS - timedelta(days=luck.randrange(740, 820)))
    if kind < 0.84:
        return max(joined, HISTORY_ENDS - timedelta(days=luck.randrange(60, 420)))
    return HISTORY_ENDS + timedelta(days=luck.randrange(-60, 60))


def _reason(luck: Random) -> str:
    words = [word for word, _ in _REASONS]
    return luck.choices(words, [share for _, share in _REASONS])[0]
