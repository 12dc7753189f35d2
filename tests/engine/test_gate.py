"""The permit gate: every rule of a policy, with the figures of the acceptance scenarios."""

import pytest

from dsl.model.conditions import TEXT, Compare, Cond, Const
from dsl.model.model import Calendar, Policy
from dsl.units import Duration
from engine.calendars.zone import Zone
from engine.permits.given import Go, Wait
from tests.permits import (
    DAYS_10,
    DAYTIME,
    GENEROUS,
    SHANGHAI,
    VIP,
    WORKING_HOURS,
    answer,
    at,
    cap,
    goes,
    keyday,
    rule_of,
    waits,
    windows,
)


def test_nothing_holds_a_message_that_no_rule_holds() -> None:
    """It goes by the first channel and counts from now on."""
    now = at("2026-11-23 03:00")
    assert answer(rule_of(Policy("p", "")), "2026-11-23 03:00") == Go("sms", now)


class TestWindows:
    """`send on`, `never on` and `during`."""

    def test_a_message_due_on_monday_waits_for_wednesday_afternoon(self) -> None:
        """S05: `during wednesday 15:00 to 17:00`."""
        rule = rule_of(Policy("p", "", WORKING_HOURS), during=("wednesday 15:00 to 17:00",))
        verdict = answer(rule, "2026-11-23 10:00")
        assert waits(verdict) == "2026-11-25 15:00 during wednesday 15:00 to 17:00"
        assert goes(answer(rule, "2026-11-25 15:00"))
        assert goes(answer(rule, "2026-11-25 16:59"))

    def test_the_end_of_a_window_is_outside(self) -> None:
        """S06: at 17:00 nothing goes out; the next chance is a week later."""
        rule = rule_of(Policy("p", "", WORKING_HOURS, give_up=GENEROUS), during=("wednesday 15:00 to 17:00",))
        verdict = answer(rule, "2026-11-25 17:00", created="2026-11-23 10:00")
        assert waits(verdict) == "2026-12-02 15:00 during wednesday 15:00 to 17:00"

    def test_at_eight_in_the_evening_it_waits_for_nine_in_the_morning(self) -> None:
        """S07: 19:59 goes, 20:00 waits for Tuesday 09:00."""
        rule = rule_of(Policy("p", "", WORKING_HOURS))
        assert goes(answer(rule, "2026-11-23 19:59"))
        assert waits(answer(rule, "2026-11-23 20:00")) == "2026-11-24 09:00 send on workdays 09:00 to 20:00"

    def test_a_promotion_waits_until_the_holidays_are_over(self) -> None:
        """S08: not in 10-01 to 10-07 but on Thursday 10-08 at 09:00; a greeting without offer goes."""
        promotion = Policy("p", "", windows("every day 09:00 to 20:00"), never=("holidays",))
        verdict = answer(rule_of(promotion), "2026-10-02 10:00")
        assert waits(verdict) == "2026-10-08 09:00 never on holidays"
        assert goes(answer(rule_of(Policy("care", "", windows(DAYTIME))), "2026-10-02 10:00"))

    def test_what_waits_from_the_eve_names_the_holidays(self) -> None:
        """Ready after the last window before them: closed for a night, kept by them for a week."""
        rule = rule_of(Policy("p", "", windows(DAYTIME), never=("holidays",), give_up=GENEROUS))
        assert waits(answer(rule, "2026-09-30 21:00")) == "2026-10-08 08:00 never on holidays"

    def test_make_up_days_are_working_days(self) -> None:
        """On Saturday 10-10 it goes, on Sunday 10-11 it waits for Monday."""
        rule = rule_of(Policy("p", "", WORKING_HOURS))
        assert goes(answer(rule, "2026-10-10 10:00"))
        assert waits(answer(rule, "2026-10-11 10:00")).startswith("2026-10-12 09:00")

    def test_lines_are_alternatives(self) -> None:
        """Working days 9 to 20, weekends 10 to 18."""
        rule = rule_of(Policy("p", "", windows("workdays 09:00 to 20:00", "weekends 10:00 to 18:00")))
        assert waits(answer(rule, "2026-11-27 20:00")) == (
            "2026-11-28 10:00 send on workdays 09:00 to 20:00, send on weekends 10:00 to 18:00"
        )
        assert waits(answer(rule, "2026-11-29 18:00")).startswith("2026-11-30 09:00")

    def test_what_is_due_at_night_goes_in_the_morning(self) -> None:
        """S25: overdue at 02:00, sent at 09:00."""
        rule = rule_of(Policy("p", "", windows("every day 09:00 to 20:00")))
        assert waits(answer(rule, "2026-11-22 02:00")).startswith("2026-11-22 09:00")

    def test_a_window_over_midnight_runs_on_into_the_next_day(self) -> None:
        """Friday 22:00 to 02:00 is open at 01:00 on Saturday."""
        rule = rule_of(Policy("p", "", windows("friday 22:00 to 02:00")))
        assert goes(answer(rule, "2026-11-28 01:59"))
        assert waits(answer(rule, "2026-11-28 02:00"), SHANGHAI).startswith("2026-12-04 22:00")

    def test_a_window_up_to_24_00_ends_at_midnight(self) -> None:
        """23:59 is inside, 00:00 is not."""
        rule = rule_of(Policy("p", "", windows("monday 20:00 to 24:00")))
        assert goes(answer(rule, "2026-11-23 23:59"))
        assert not goes(answer(rule, "2026-11-24 00:00"))

    def test_a_window_opens_when_the_clock_has_skipped_its_start(self) -> None:
        """02:30 does not exist on 8 March 2026 in New York; the window opens at 03:00, which follows 01:59."""
        zone = Zone("America/New_York")
        rule = rule_of(Policy("p", "", windows("every day 02:30 to 06:00")), zone=zone)
        assert waits(answer(rule, "2026-03-08 01:59"), zone).startswith("2026-03-08 03:00")

    def test_a_window_in_the_hour_that_is_repeated_opens_twice(self) -> None:
        """01:15 to 01:45 comes twice on 1 November 2026 in New York."""
        zone = Zone("America/New_York")
        rule = rule_of(Policy("p", "", windows("every day 01:15 to 01:45")), zone=zone)
        verdict = answer(rule, "2026-11-01T01:45-04:00")
        assert isinstance(verdict, Wait)
        assert zone.iso(verdict.until) == "2026-11-01T01:15:00-05:00"

    def test_the_last_window_of_the_year_is_followed_by_the_first_of_the_next(self) -> None:
        """New Year's Day is a holiday: the next working day is Monday 4 January 2027."""
        rule = rule_of(Policy("p", "", WORKING_HOURS))
        assert waits(answer(rule, "2026-12-31 20:00")).startswith("2027-01-04 09:00")


class TestGap:
    """`at least … apart`."""

    def test_ten_days_apart_is_counted_in_calendar_days(self) -> None:
        """S12: sent on 12-01, held on 12-10, free on 12-11 from midnight on, whatever the clock time."""
        policy = Policy("p", "", windows(DAYTIME), apart=DAYS_10)
        for sent in ("2026-12-01 09:00", "2026-12-01 15:00", "2026-12-01 20:59"):
            assert waits(answer(rule_of(policy), "2026-12-10 10:00", sent)) == (
                "2026-12-11 08:00 at least 10 days apart"
            )
            assert goes(answer(rule_of(policy), "2026-12-11 08:00", sent))

    def test_hours_apart_are_elapsed_time(self) -> None:
        """36 hours after 09:30 is 21:30 of the next day."""
        rule = rule_of(Policy("p", "", apart=Duration(36, "hour")))
        assert waits(answer(rule, "2026-12-01 10:00", "2026-12-01 09:30")).startswith("2026-12-02 21:30")

    @pytest.mark.parametrize(
        ("days", "touches"),
        [
            (3, ["11-23", "11-26", "11-29", "12-02", "12-05"]),
            (5, ["11-23", "11-28", "12-03", "12-08", "12-13"]),
            (7, ["11-23", "11-30", "12-07", "12-14", "12-21"]),
        ],
    )
    def test_a_ladder_of_five_touches(self, days: int, touches: list[str]) -> None:
        """S37: each touch is wanted at once and goes as soon as the gap lets it."""
        rule = rule_of(Policy("p", "", windows(DAYTIME), apart=Duration(days, "day"), give_up=GENEROUS))
        sent = ["2026-11-23 10:00"]
        for _ in range(4):
            verdict = answer(rule, sent[-1], *sent)
            sent.append(waits(verdict)[:16])
        assert [text[5:10] for text in sent] == touches

    def test_the_gap_ends_but_the_window_is_closed(self) -> None:
        """It waits for the opening, and the rule named is the one that holds it longest."""
        rule = rule_of(Policy("p", "", WORKING_HOURS, apart=Duration(5, "day"), give_up=GENEROUS))
        verdict = answer(rule, "2026-11-27 21:00", "2026-11-23 10:00")
        assert waits(verdict) == "2026-11-30 09:00 send on workdays 09:00 to 20:00"


class TestCaps:
    """`at most N per …`."""

    def test_a_calendar_month_is_over_at_its_end(self) -> None:
        """Three in November; the fourth goes on 1 December."""
        rule = rule_of(Policy("p", "", windows(DAYTIME), caps=(cap(3, "month"),), give_up=GENEROUS))
        sent = ("2026-11-02 10:00", "2026-11-12 10:00", "2026-11-22 10:00")
        assert waits(answer(rule, "2026-11-23 10:00", *sent)) == "2026-12-01 08:00 at most 3 per month"
        assert goes(answer(rule, "2026-11-23 10:00", *sent[1:]))

    @pytest.mark.parametrize(
        ("per", "free"),
        [("day", "2026-12-31"), ("week", "2027-01-04"), ("month", "2027-01-01"), ("year", "2027-01-01")],
    )
    def test_periods_at_the_end_of_the_year(self, per: str, free: str) -> None:
        """A week begins on Monday and goes on over New Year."""
        rule = rule_of(Policy("p", "", caps=(cap(1, per),), give_up=GENEROUS))
        assert waits(answer(rule, "2026-12-30 12:00", "2026-12-30 10:00")).startswith(free)

    def test_a_period_is_decided_by_local_date(self) -> None:
        """What went at 00:30 on the first counts in this month, though it was still the last one in UTC."""
        rule = rule_of(Policy("p", "", caps=(cap(1, "month"),), give_up=GENEROUS))
        assert goes(answer(rule, "2026-12-01 10:00", "2026-11-30 23:59"))
        assert not goes(answer(rule, "2026-12-01 10:00", "2026-12-01 00:30"))

    def test_a_rolling_window_is_exact(self) -> None:
        """`per 30 days`: what went at t - 30 days counts no longer, a minute later it still does."""
        rule = rule_of(Policy("p", "", caps=(cap(2, Duration(30, "day")),), give_up=GENEROUS))
        sent = ("2026-11-01 10:00", "2026-11-05 10:00", "2026-11-20 10:00")
        assert waits(answer(rule, "2026-11-23 10:00", *sent[1:])).startswith("2026-12-05 10:00")
        assert waits(answer(rule, "2026-11-23 10:00", *sent)) == "2026-12-05 10:00 at most 2 per 30 days"
        assert goes(answer(rule, "2026-12-05 10:00", *sent[1:]))
        assert not goes(answer(rule, "2026-12-05 09:59", *sent[1:]))

    def test_a_vip_gets_one_a_week_and_others_three_a_month_ten_days_apart(self) -> None:
        """S14: on the Mondays of November 2026 the VIP gets five, the other one 11-02, 11-16 and 11-30."""
        policy = Policy(
            "p", "", WORKING_HOURS, caps=(cap(1, Duration(7, "day"), VIP), cap(3, "month")), apart=DAYS_10
        )
        rule = rule_of(policy)
        got: dict[bool, list[str]] = {}
        for vip in (True, False):
            sent: list[str] = []
            for monday in ("02", "09", "16", "23", "30"):
                if goes(answer(rule, f"2026-11-{monday} 10:00", *sent, conditions=(vip,))):
                    sent.append(f"2026-11-{monday} 10:00")
            got[vip] = [text[8:10] for text in sent]
        assert got == {True: ["02", "09", "16", "23", "30"], False: ["02", "16", "30"]}

    def test_a_conditional_cap_over_a_longer_time_leaves_the_gap(self) -> None:
        """Five a month instead of three, still ten days apart."""
        rule = rule_of(Policy("p", "", caps=(cap(5, "month", VIP), cap(1, "month")), apart=DAYS_10))
        assert goes(answer(rule, "2026-11-12 10:00", "2026-11-02 10:00", conditions=(True,)))
        assert not goes(answer(rule, "2026-11-11 10:00", "2026-11-02 10:00", conditions=(True,)))

    def test_the_first_conditional_cap_that_holds_wins(self) -> None:
        """As written; without any, all the general ones apply."""
        other: Cond = Compare("=", Const("b", TEXT), Const("b", TEXT))
        caps = (cap(0, "day", VIP), cap(9, "day", other), cap(1, "day"), cap(5, "week"))
        rule = rule_of(Policy("p", "", caps=caps, give_up=GENEROUS))
        now, sent = "2026-11-25 10:00", ("2026-11-24 10:00",) * 5
        assert not goes(answer(rule, now, conditions=(True, True)))
        assert goes(answer(rule, now, *sent, conditions=(False, True)))
        assert (
            waits(answer(rule, now, *sent, conditions=(False, False)))
            == "2026-11-30 00:00 at most 5 per week"
        )

    def test_a_cap_per_record_never_ends(self) -> None:
        """S21: at most four per obligation; the fifth waits until it is given up."""
        rule = rule_of(Policy("p", "", caps=(cap(4, "record"),)), record="bill")
        assert goes(answer(rule, "2026-11-25 10:00", in_record=3))
        assert waits(answer(rule, "2026-11-25 10:00", in_record=4)) == "2026-12-02 10:00 at most 4 per record"

    def test_a_cap_of_none_never_opens(self) -> None:
        """It waits until it is given up."""
        rule = rule_of(Policy("p", "", caps=(cap(0, "day"),)))
        assert waits(answer(rule, "2026-11-25 10:00")) == "2026-12-02 10:00 at most 0 per day"


class TestKeyDays:
    """`extra 1 on keydays`."""

    CALENDAR = Calendar("CN", (keyday("2026-05-20"),))

    def test_on_a_key_day_there_is_one_more_and_no_gap(self) -> None:
        """Three in May and the last one yesterday: on the key day a fourth goes, but no fifth."""
        policy = Policy("p", "", caps=(cap(3, "month"),), apart=DAYS_10, extra_on_keydays=1)
        rule = rule_of(policy, calendar=self.CALENDAR)
        sent = ("2026-05-01 10:00", "2026-05-10 10:00", "2026-05-19 10:00")
        assert goes(answer(rule, "2026-05-20 10:00", *sent))
        assert not goes(answer(rule, "2026-05-20 10:00", *sent, "2026-05-20 09:00"))
        assert not goes(answer(rule, "2026-05-19 11:00", *sent))

    def test_a_message_waits_for_the_key_day_when_that_comes_first(self) -> None:
        """The gap would end on 05-25, the key day is 05-20."""
        policy = Policy("p", "", windows(DAYTIME), apart=DAYS_10, extra_on_keydays=1, give_up=GENEROUS)
        verdict = answer(rule_of(policy, calendar=self.CALENDAR), "2026-05-16 10:00", "2026-05-15 10:00")
        assert waits(verdict) == "2026-05-20 08:00 at least 10 days apart"

    def test_without_extra_a_key_day_is_a_day_like_others(self) -> None:
        """The gap holds."""
        rule = rule_of(Policy("p", "", apart=DAYS_10), calendar=self.CALENDAR)
        assert not goes(answer(rule, "2026-05-20 10:00", "2026-05-19 10:00"))
