"""Values as people, spreadsheets and programs write them."""

from datetime import UTC, date, datetime, time

import pytest

from dsl.model.conditions import DATE, EMAIL, FLAG, MONEY, NUMBER, PHONE, TEXT, TIME, Type
from engine.calendars.zone import Zone, day_of
from engine.storage.bad_values import BadValueError
from engine.storage.phones import mask_phone
from engine.storage.values import Stored, Surroundings, reader

SHANGHAI = Surroundings(Zone("Asia/Shanghai"), "CN")
OCTOBER = day_of(date(2026, 10, 1))
TIER = Type("choice", ("vip", "regular"))


def ms(*parts: int) -> int:
    """An instant given in UTC."""
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc, arg-type]


MORNING = ms(2026, 10, 1, 1, 30)

MORNING_CELL = datetime(2026, 10, 1, 9, 30)  # noqa: DTZ001  # cells of spreadsheets know no zone

TAKEN: list[tuple[Type, object, Stored]] = [
    *((TEXT, raw, value) for raw, value in [
        ("  陈晨 ", "陈晨"), ("", None), ("   ", None), (None, None), (5, "5"), (5.0, "5"), (2.5, "2.5"),
        (True, "true"),
    ]),
    *((NUMBER, raw, value) for raw, value in [
        ("12", 12.0), ("-3.5", -3.5), ("1,234.5", 1234.5), ("１２", 12.0), (7, 7.0), ("", None),
    ]),
    *((MONEY, raw, value) for raw, value in [
        ("8000", 800_000), ("1234.5", 123_450), ("1,234.50", 123_450), ("¥1,234.50", 123_450), ("￥１２．５", 1250),
        ("1234元", 123_400), ("-5.00", -500), ("0.01", 1), (12.34, 1234), (0.1 + 0.2, 30), (100, 10_000), ("", None),
        ("12.3400", 1234),
    ]),
    *((FLAG, raw, value) for raw, value in [
        ("true", True), ("FALSE", False), ("yes", True), ("No", False), ("1", True), ("0", False), ("是", True),
        ("否", False), (True, True), (0, False), ("", None),
    ]),
    *((DATE, raw, OCTOBER) for raw in [
        "2026-10-01", "2026/10/1", "2026年10月1日", "20261001", "2026.10.1", "２０２６-１０-０１", date(2026, 10, 1),
        "2026-10-01 13:30", MORNING_CELL, "2026-09-30T18:00:00Z",
    ]),
    *((TIME, raw, MORNING) for raw in [
        "2026-10-01 09:30", "2026-10-01T09:30:00", "2026/10/1 9:30", "2026年10月1日 9:30", "2026-10-01T01:30:00Z",
        "2026-09-30 20:30:00-0500", "2026-10-01 09：30", MORNING_CELL, " 2026-10-01 09:30 ",
    ]),
    (TIME, "2026-10-01", ms(2026, 9, 30, 16)),
    (TIME, "2026-10-01 09:30:00.123456", MORNING + 123),
    (TIME, date(2026, 10, 1), ms(2026, 9, 30, 16)),
    *((PHONE, raw, "+8613800000001") for raw in [
        "13800000001", "+8613800000001", "008613800000001", "86 138 0000 0001", "138-0000-0001", "１３８００００００01",
        13800000001, 13800000001.0, "+86 (138) 0000-0001",
    ]),
    (PHONE, "+1 212 555 2368", "+12125552368"),
    (PHONE, "010-8888 8888", "+861088888888"),
    (EMAIL, "Chen.Chen@Example.COM", "Chen.Chen@example.com"),
    (TIER, "vip", "vip"),
    (TIER, "", None),
]  # fmt: skip

REFUSED: list[tuple[Type, object, str]] = [
    (TEXT, "a\0b", "a NUL character"),
    (TEXT, "\udc80", "bytes that are no text in this encoding"),
    (TEXT, "x" * 131_073, "a text of 131,073 characters (at most 131,072)"),
    (TEXT, ["a"], "a list or an object where a single value belongs"),
    (NUMBER, "1.38E+10", "'1.38E+10' is no number"),
    (NUMBER, "12,34", "'12,34' is no number"),
    (NUMBER, "nan", "'nan' is no number"),
    (NUMBER, True, "true is no number"),
    (MONEY, "12.345", "'12.345' has more than two decimals"),
    (MONEY, "1.234,50", "'1.234,50' is no amount"),
    (MONEY, float("inf"), "'inf' is too large"),
    (FLAG, "maybe", "'maybe' is neither true nor false"),
    (DATE, "2026-02-30", "'2026-02-30': there is no such day"),
    (DATE, "10/01/2026", "'10/01/2026' is no date: write 2026-10-01"),
    (DATE, "9999-12-31", "'9999-12-31': the year must lie between 1900 and 2199"),
    (DATE, 46296, "46296 is no date"),
    (TIME, "2026-10-01 25:00", "'2026-10-01 25:00': there is no such time of day"),
    (TIME, "2026-10-01 soon", "'2026-10-01 soon' is no time: write 2026-10-01 09:30"),
    (TIME, 1_790_818_200, "1790818200 is no time"),
    (TIME, time(9, 30), "'09:30:00' is no time"),
    (PHONE, "1.38E+10", "'1.38E+10' was rounded by a spreadsheet: the number is lost"),
    (PHONE, "12345", "'12345' is no valid phone number"),
    (PHONE, "unknown", "'unknown' is no phone number"),
    (EMAIL, "chen", "'chen' is no email address"),
    (EMAIL, "a@b@c.cn", "'a@b@c.cn' is no email address"),
    (TIER, "VIP", "'VIP' is not one of vip, regular"),
]


@pytest.mark.parametrize(("kind", "raw", "stored"), TAKEN)
def test_taken(kind: Type, raw: object, stored: Stored) -> None:
    """The usual ways of writing a value mean the same."""
    assert reader(kind, SHANGHAI)(raw) == stored


@pytest.mark.parametrize(("kind", "raw", "reason"), REFUSED)
def test_refused(kind: Type, raw: object, reason: str) -> None:
    """What is no value of the type, or could be read in two ways, is refused with a reason."""
    with pytest.raises(BadValueError) as error:
        reader(kind, SHANGHAI)(raw)
    assert str(error.value) == reason


def test_clock_changes() -> None:
    """A time that the clock skips moves on; one that comes twice is the first."""
    read = reader(TIME, Surroundings(Zone("America/New_York"), "US"))
    assert read("2026-03-08 02:30") == ms(2026, 3, 8, 7, 30)
    assert read("2026-11-01 01:30") == ms(2026, 11, 1, 5, 30)
    assert read("2026-11-01 03:00") == ms(2026, 11, 1, 8, 0)


@pytest.mark.parametrize(
    ("number", "shown"), [("+8615912341234", "159****1234"), ("+12125552368", "+12*****2368"), ("110", "***")]
)
def test_masked(number: str, shown: str) -> None:
    """Lists show the beginning and the end of a number."""
    assert mask_phone(number) == shown
