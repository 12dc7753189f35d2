"""The permit gate: who may be reached, who must look, when it is given up, and how it is explained."""

from dsl.model.model import Policy, Review
from dsl.source import Source, Span
from dsl.units import Duration
from engine.permits.gate import explain
from engine.permits.given import Drop, Go, Hold, Reach, Wait
from tests.permits import (
    DAYS_10,
    GENEROUS,
    SHANGHAI,
    VIP,
    WORKING_HOURS,
    answer,
    at,
    cap,
    facts,
    goes,
    rule_of,
    waits,
)


class TestReach:
    """Addresses, opt-outs and consent; the choice of the channel."""

    def test_the_first_channel_with_an_address_is_taken(self) -> None:
        """S19: a dead number moves on to the next channel."""
        rule = rule_of(Policy("p", ""), via=("sms", "wecom"))
        reach = (Reach(address=False), Reach(address=True))
        assert answer(rule, "2026-11-23 10:00", reach=reach) == Go("wecom", at("2026-11-23 10:00"))

    def test_without_any_address_it_is_dropped(self) -> None:
        """And the reason names the channels."""
        rule = rule_of(Policy("p", ""), via=("sms", "wecom"))
        reach = (Reach(address=False), Reach(address=False))
        assert answer(rule, "2026-11-23 10:00", reach=reach) == Drop("no address for sms, wecom")

    def test_a_channel_that_refused_the_message_is_not_tried_again(self) -> None:
        """The next one is."""
        rule = rule_of(Policy("p", ""), via=("wecom", "sms"))
        reach = (Reach(address=True, failed=True), Reach(address=True))
        assert answer(rule, "2026-11-23 10:00", reach=reach) == Go("sms", at("2026-11-23 10:00"))

    def test_channels_without_a_variant_are_passed_over(self) -> None:
        """The message has none for push."""
        assert rule_of(Policy("p", ""), via=("push", "sms")).via == ("sms",)

    def test_an_optout_is_for_ever_unless_the_policy_says_otherwise(self) -> None:
        """It is dropped."""
        reach = (Reach(address=True, optout_at=at("2020-01-01")),)
        assert answer(rule_of(Policy("p", "")), "2026-11-23 10:00", reach=reach) == Drop(
            "silent for ever after optout"
        )

    def test_after_an_optout_there_is_silence_and_then_only_with_fresh_consent(self) -> None:
        """S16: out on 08-21; nothing up to 11-20; from 11-21 on only with a consent given since."""
        policy = Policy("p", "", silent=Duration(3, "month"), consent=True, give_up=GENEROUS)
        rule, out = rule_of(policy), at("2026-08-21 10:00")
        silent = (Reach(address=True, optout_at=out),)
        fresh = (Reach(address=True, optout_at=out, consent=True),)
        verdict = answer(rule, "2026-11-20 23:59", reach=fresh)
        assert waits(verdict) == "2026-11-21 10:00 silent 3 months after optout"
        for time in ("2026-11-20 23:59", "2026-11-21 10:00"):
            assert answer(rule, time, reach=silent) == Drop("no consent for p via sms")
        assert goes(answer(rule, "2026-11-21 10:00", reach=fresh))

    def test_an_optout_from_one_channel_leaves_the_others(self) -> None:
        """Out of SMS, reached by WeChat."""
        rule = rule_of(Policy("p", ""), via=("sms", "wecom"))
        reach = (Reach(address=True, optout_at=at("2026-01-01")), Reach(address=True))
        assert answer(rule, "2026-11-23 10:00", reach=reach) == Go("wecom", at("2026-11-23 10:00"))

    def test_silence_longer_than_the_patience_waits_until_it_is_given_up(self) -> None:
        """The reason is still the silence."""
        rule = rule_of(Policy("p", "", silent=Duration(90, "day")))
        reach = (Reach(address=True, optout_at=at("2026-11-01 10:00")),)
        assert waits(answer(rule, "2026-11-23 10:00", reach=reach)) == (
            "2026-11-30 10:00 silent 90 days after optout"
        )

    def test_without_consent_nothing_of_a_policy_that_requires_it_goes(self) -> None:
        """S18: dropped, with the reason; consent for one channel opens that one."""
        rule = rule_of(Policy("p", "", consent=True), via=("sms", "wecom"))
        reach = (Reach(address=True), Reach(address=True))
        assert answer(rule, "2026-11-23 10:00", reach=reach) == Drop("no consent for p via sms, wecom")
        with_consent = (Reach(address=True), Reach(address=True, consent=True))
        assert answer(rule, "2026-11-23 10:00", reach=with_consent) == Go("wecom", at("2026-11-23 10:00"))


class TestGivingUp:
    """`give up after …`."""

    def test_a_message_that_could_not_go_in_time_is_dropped(self) -> None:
        """Seven days by default, to the minute, even if it could go now."""
        rule = rule_of(Policy("p", ""))
        assert goes(answer(rule, "2026-11-30 09:59", created="2026-11-23 10:00"))
        assert answer(rule, "2026-11-30 10:00", created="2026-11-23 10:00") == Drop("give up after 7 days")

    def test_a_wait_never_goes_beyond_it(self) -> None:
        """The next Wednesday lies after it; the rule that holds it is named all the same."""
        rule = rule_of(Policy("p", "", give_up=Duration(2, "day")), during=("wednesday 15:00 to 17:00",))
        assert waits(answer(rule, "2026-11-26 10:00")) == "2026-11-28 10:00 during wednesday 15:00 to 17:00"


class TestReview:
    """`review by …`."""

    POLICY = Policy("p", "", WORKING_HOURS, reviews=(Review("manager", VIP),))

    def test_a_message_is_held_before_its_window_opens(self) -> None:
        """So that people have the time; it says who, why and until when it keeps."""
        verdict = answer(rule_of(self.POLICY), "2026-11-23 03:00", conditions=(True,))
        assert verdict == Hold("manager", "review by manager", at("2026-11-30 03:00"), "sms")

    def test_it_is_not_held_when_the_condition_does_not_hold_or_somebody_let_it_go(self) -> None:
        """Then the windows decide."""
        rule = rule_of(self.POLICY)
        assert goes(answer(rule, "2026-11-23 10:00", conditions=(False,)))
        assert goes(
            answer(rule, "2026-11-23 10:00", conditions=(True,), approved=True, signed=frozenset({"manager"}))
        )

    def test_the_send_itself_may_ask_for_review(self) -> None:
        """`send m review by advisor`."""
        verdict = answer(rule_of(Policy("p", ""), review="advisor"), "2026-11-23 10:00")
        assert verdict == Hold("advisor", "review by advisor", at("2026-11-30 10:00"), "sms")

    def test_it_is_shown_as_the_customer_would_get_it(self) -> None:
        """By the channel that they can be reached on."""
        rule = rule_of(Policy("p", ""), via=("wecom", "sms"), review="advisor")
        verdict = answer(rule, "2026-11-23 10:00", reach=(Reach(address=False), Reach(address=True)))
        assert isinstance(verdict, Hold)
        assert verdict.channel == "sms"

    def test_nobody_is_asked_about_a_message_that_can_never_go(self) -> None:
        """What is dropped anyway is not held."""
        rule = rule_of(Policy("p", ""), review="advisor")
        assert isinstance(answer(rule, "2026-11-23 10:00", reach=(Reach(address=False),)), Drop)


class TestCounting:
    """`count with …`."""

    def test_messages_of_another_policy_count_where_it_says_so(self) -> None:
        """`service { count with marketing }`: marketing counts both, service only its own."""
        marketing = Policy("marketing", "")
        service = Policy("service", "", count_with=("marketing",))
        assert rule_of(marketing, service).counts == ("marketing", "service")
        assert rule_of(service, marketing).counts == ("service",)


class TestExplanation:
    """The same code, told line by line."""

    def test_every_line_is_told_with_its_answer(self) -> None:
        """What holds, what does not, and when each would."""
        policy = Policy(
            "p", "", WORKING_HOURS, ("holidays",), (cap(3, "month"),), DAYS_10, consent=True, give_up=GENEROUS
        )
        rule = rule_of(policy, via=("sms", "wecom"))
        reach = (Reach(address=False), Reach(address=True, consent=True))
        known = facts(rule, "2026-11-27 21:00", "2026-11-25 10:00", reach=reach)
        told = [
            (check.text, check.holds, check.until and SHANGHAI.iso(check.until)[:16])
            for check in explain(known, at("2026-11-27 21:00"))
        ]
        assert told == [
            ("via sms, wecom", True, None),
            ("silent for ever after optout", True, None),
            ("require consent", True, None),
            ("give up after 60 days", True, None),
            ("at most 3 per month", True, None),
            ("at least 10 days apart", False, "2026-12-05T00:00"),
            ("never on holidays", True, None),
            ("send on workdays 09:00 to 20:00", False, "2026-11-30T09:00"),
        ]

    def test_the_words_and_the_place_are_those_of_the_rule_file(self) -> None:
        """`because` is the line as written, its span leads to file and line."""
        source = Source("a.rules", "policy p {\n  at  least 10 days apart\n}\n")
        span = Span(source, 13, 36)
        rule = rule_of(Policy("p", "", apart=DAYS_10, spans={"apart": span}))
        verdict = answer(rule, "2026-12-10 10:00", "2026-12-01 10:00", created="2026-12-10 10:00")
        assert isinstance(verdict, Wait)
        assert verdict.because == "at least 10 days apart"
        assert (verdict.span.source.name, verdict.span.line) == ("a.rules", 2)

    def test_the_verdict_is_what_the_checks_say(self) -> None:
        """Go when all of them hold."""
        rule = rule_of(Policy("p", "", WORKING_HOURS))
        known = facts(rule, "2026-11-23 10:00")
        assert all(check.holds for check in explain(known, at("2026-11-23 10:00")))
        assert not all(check.holds for check in explain(known, at("2026-11-23 08:00")))
