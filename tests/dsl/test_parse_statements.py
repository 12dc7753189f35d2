"""Statements: every line that the language has, written rightly, as the tree it is read as."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from dsl.source import Source
from dsl.syntax.parse import parse
from dsl.tree import journeys as j
from dsl.tree import scenarios as s
from dsl.tree import statements as t
from dsl.tree.expressions import Compare, Expr, Flag, Name, Number, Ref, Shift, Tagged, Text
from dsl.units import Clock, Duration, Window
from tests.strategies_conditions import one_of


def parsed(text: str) -> t.File:
    """The tree of a text without mistakes."""
    file, problems = parse(Source("a.rules", text))
    assert not problems, [(problem.message, problem.span.start) for problem in problems]
    return file


def only(text: str) -> t.Statement:
    """The one statement of a text."""
    (statement,) = parsed(text).statements
    return statement


def n(text: str) -> Name:
    """A name."""
    return Name(text)


def names(*texts: str) -> tuple[Name, ...]:
    """Names."""
    return tuple(map(Name, texts))


def clock(hour: int, minute: int = 0) -> Clock:
    """A clock time."""
    return Clock(hour * 60 + minute)


def days(amount: int) -> Duration:
    """A duration in days."""
    return Duration(amount, "day")


def go(*parts: str) -> j.Goto:
    """A target."""
    return j.Goto(names(*parts))


VIP: Expr = Compare("=", Ref(names("tier")), Ref(names("vip")))
LAPSED: Expr = Ref(names("lapsed"))
TEXT = t.TypeRef("text")

STATEMENTS: dict[str, t.Statement] = {
    "customer { }": t.CustomerDecl(()),
    "customer { a: text, b: money, }": t.CustomerDecl(
        (t.Field(n("a"), TEXT), t.Field(n("b"), t.TypeRef("money")))
    ),
    "customer {\n due: one of due, state, text\n\n state: flag\n}": t.CustomerDecl(
        (
            t.Field(n("due"), one_of("due", "state", "text")),
            t.Field(n("state"), t.TypeRef("flag")),
        )
    ),
    'customer { tier "等级": one of low "普通", vip }': t.CustomerDecl(
        (t.Field(n("tier"), t.TypeRef("choice", (t.Choice(n("low"), "普通"), t.Choice(n("vip")))), "等级"),)
    ),
    "event visit": t.EventDecl(n("visit"), None, ()),
    'event visit "到店" { store: text }': t.EventDecl(n("visit"), "到店", (t.Field(n("store"), TEXT),)),
    "record bill { paid: flag }": t.RecordDecl(n("bill"), None, (t.Field(n("paid"), t.TypeRef("flag")),)),
    'audience a "甲" = lapsed': t.AudienceDecl(n("a"), "甲", LAPSED),
    "value v = 0.6": t.ValueDecl(n("v"), None, Number(Decimal("0.6"))),
    'message m "问候" { sms: "a", email: subject "b" "c" }': t.MessageDecl(
        n("m"),
        "问候",
        (t.Variant(n("sms"), body=Text("a")), t.Variant(n("email"), subject=Text("b"), body=Text("c"))),
    ),
    'message m { email: subject "b" file "c.j2", sms: file "d" }': t.MessageDecl(
        n("m"),
        None,
        (t.Variant(n("email"), subject=Text("b"), file=Text("c.j2")), t.Variant(n("sms"), file=Text("d"))),
    ),
    'calendar { holidays CN, keyday "店庆" on 2026-05-20 }': t.CalendarDecl(
        (
            t.HolidaysOf(n("CN")),
            t.DayRange("keyday", "店庆", date(2026, 5, 20), date(2026, 5, 20)),
        )
    ),
    "calendar {\n closed on 2026-12-30 to 2026-12-31\n workday on 2027-02-14\n}": t.CalendarDecl(
        (
            t.DayRange("closed", None, date(2026, 12, 30), date(2026, 12, 31)),
            t.DayRange("workday", None, date(2027, 2, 14), date(2027, 2, 14)),
        )
    ),
}


@pytest.mark.parametrize("text", STATEMENTS)
def test_statements(text: str) -> None:
    """Declarations, messages and calendars, on one line or over several."""
    assert only(text) == STATEMENTS[text]


POLICY_LINES: dict[str, t.PolicyLine] = {
    "send on workdays 09:00 to 20:00": t.SendOn(Window(("workdays",), clock(9), clock(20))),
    "send on every day 08:00 to 24:00": t.SendOn(Window(("every day",), clock(8), clock(24))),
    "send on friday, every day, holidays 13:30 to 18:00": t.SendOn(
        Window(("friday", "every day", "holidays"), clock(13, 30), clock(18))
    ),
    "send on 00:00 to 18:00": t.SendOn(Window(("every day",), clock(0), clock(18))),
    "never on holidays": t.NeverOn(("holidays",)),
    "never on saturday, sunday": t.NeverOn(("saturday", "sunday")),
    "at most 3 per month": t.AtMost(3, "month"),
    "at most 1 per 7 days for tier = vip": t.AtMost(1, days(7), VIP),
    "at most 4 per record": t.AtMost(4, "record"),
    "at least 10 days apart": t.Apart(days(10)),
    "extra 1 on keydays": t.Extra(1),
    "silent 3 months after optout": t.Silent(Duration(3, "month")),
    "require consent": t.RequireConsent(),
    'require "回T退订", "x"': t.RequireText((Text("回T退订"), Text("x"))),
    "give up after 7 days": t.GiveUp(days(7)),
    'forbid "最后机会",\n "清仓"': t.Forbid((Text("最后机会"), Text("清仓"))),
    "review by manager": t.ReviewBy(n("manager")),
    "review by manager when lapsed": t.ReviewBy(n("manager"), LAPSED),
    "sample 20": t.Sample(20),
    "pilot 100 needs 98.5% delivered": t.Pilot(100, Decimal("98.5")),
    "stop at 3% optout": t.StopAt(Decimal(3)),
    "count with marketing, service": t.CountWith(names("marketing", "service")),
}


@pytest.mark.parametrize("line", POLICY_LINES)
def test_policy_lines(line: str) -> None:
    """Each line of a policy; days may be several or left out."""
    assert only(f'policy p "营销" {{\n  {line}\n}}') == t.PolicyDecl(n("p"), "营销", (POLICY_LINES[line],))


BENEFIT_LINES: dict[str, t.BenefitLine | t.QuotaLine | t.ApproveLine | t.ValidLine] = {
    "worth 600": t.BenefitLine("worth", Number(Decimal(600))),
    "cost 400.5": t.BenefitLine("cost", Number(Decimal("400.5"))),
    "minimum 200": t.BenefitLine("minimum", Number(Decimal(200))),
    "stock 100": t.BenefitLine("stock", Number(Decimal(100))),
    "quota 20 per month": t.QuotaLine(20, "month"),
    "quota 5 per 30 days": t.QuotaLine(5, days(30)),
    "approve by manager": t.ApproveLine(n("manager")),
    "valid 30 days": t.ValidLine(days(30)),
}


@pytest.mark.parametrize("line", BENEFIT_LINES)
def test_benefit_lines(line: str) -> None:
    """Each line of a benefit."""
    assert only(f"benefit b {{ {line} }}") == t.BenefitDecl(n("b"), None, (BENEFIT_LINES[line],))


JOURNEY_LINES: dict[str, j.JourneyLine | j.Transition | j.StageDecl | j.StateDecl] = {
    "for customer": j.ForSubject(n("customer")),
    "for record": j.ForSubject(n("record")),
    "policy marketing": j.UnderPolicy(n("marketing")),
    "priority 20": j.Priority(20),
    "priority -5": j.Priority(-5),
    "enter when lapsed": j.EnterWhen(LAPSED),
    'enter only at "0 9 * * mon"': j.EnterOnlyAt(Text("0 9 * * mon")),
    "enter at most 40 per day": j.EnterAtMost(40, "day"),
    "enter at most 40 per 2 weeks": j.EnterAtMost(40, Duration(2, "week")),
    "rank by score": j.RankBy(Ref(names("score"))),
    "reenter after 180 days": j.Reenter(days(180)),
    "holdout 10%": j.Holdout(Decimal(10)),
    'end came "到店"': j.EndTitle(n("came"), "到店"),
    'end end ""': j.EndTitle(n("end"), ""),
    "goal within 60 days when lapsed": j.Goal(days(60), LAPSED),
    "on visit -> care": j.On(n("visit"), None, go("care")),
    "on replied where (lapsed) -> end stopped": j.On(n("replied"), LAPSED, j.End(n("stopped"))),
    "when lapsed\n -> care.thanks": j.When(LAPSED, go("care", "thanks")),
    "after 3 days -> a": j.After(days(3), None, None, go("a")),
    "after 90 days in stage -> end": j.After(days(90), "stage", None, go("end")),
    "after 1 day in journey at 10:00 -> a": j.After(days(1), "journey", clock(10), go("a")),
    "at due at 10:00 -> a": j.At(Ref(names("due")), clock(10), go("a")),
    "at 7 days before due -> a": j.At(Shift(days(7), "before", Ref(names("due"))), None, go("a")),
    "split { 50% -> a, 50% -> end b }": j.Split(
        (j.Share(Decimal(50), go("a")), j.Share(Decimal(50), j.End(n("b"))))
    ),
    "otherwise -> otherwise": j.Otherwise(go("otherwise")),
    "state send { }": j.StateDecl(n("send"), None, ()),
    'stage state "态" { state a { }, on visit -> a }': j.StageDecl(
        n("state"), "态", (j.StateDecl(n("a"), None, ()), j.On(n("visit"), None, go("a")))
    ),
}


@pytest.mark.parametrize("line", JOURNEY_LINES)
def test_journey_lines(line: str) -> None:
    """Each line of a journey, transitions, stages and states among them."""
    assert only(f"journey w {{\n  {line}\n}}") == j.JourneyDecl(n("w"), None, (JOURNEY_LINES[line],))


ACTIONS: dict[str, j.Action] = {
    "send hello": j.Send(n("hello")),
    "send via via via, sms": j.Send(n("via"), via=names("via", "sms")),
    "send m via sms during wednesday 15:00 to 17:00, 18:00 to 19:00 under p review by q": j.Send(
        n("m"),
        via=names("sms"),
        during=(
            Window(("wednesday",), clock(15), clock(17)),
            Window(("every day",), clock(18), clock(19)),
        ),
        policy=n("p"),
        review=n("q"),
    ),
    "send m review by q via sms": j.Send(n("m"), via=names("sms"), review=n("q")),
    "task call": j.Task(n("call"), None),
    'task call "电话"': j.Task(n("call"), "电话"),
    "task call { assign advisor, due 2 days, script greet, outcome ok -> a, outcome no }": j.Task(
        n("call"),
        None,
        role=n("advisor"),
        due=days(2),
        script=n("greet"),
        outcomes=(j.Outcome(n("ok"), go("a")), j.Outcome(n("no"), None)),
    ),
    "task call {\n ask reason: one of due, ask\n ask note: text\n}": j.Task(
        n("call"),
        None,
        asks=(
            j.Ask(n("reason"), one_of("due", "ask")),
            j.Ask(n("note"), TEXT),
        ),
    ),
    'task call { ask note "备注": text, outcome ok "好" -> a, outcome no "不" }': j.Task(
        n("call"),
        None,
        asks=(j.Ask(n("note"), TEXT, "备注"),),
        outcomes=(j.Outcome(n("ok"), go("a"), "好"), j.Outcome(n("no"), None, "不")),
    ),
    "grant half": j.Grant(n("half")),
    "grant half else -> plain": j.Grant(n("half"), go("plain")),
    "set tier = vip": j.SetAttribute(n("tier"), Ref(names("vip"))),
    'tag "x"': j.Tag(Text("x")),
    'untag "x"': j.Tag(Text("x"), remove=True),
    "emit visit": j.Emit(n("visit")),
    "emit visit { amount: 3, at: x, }": j.Emit(
        n("visit"),
        (j.Pair(n("amount"), Number(Decimal(3))), j.Pair(n("at"), Ref(names("x")))),
    ),
    "begin care": j.Begin(n("care")),
    "begin journey care": j.Begin(n("care")),
    "begin journey": j.Begin(n("journey")),
}


@pytest.mark.parametrize("line", ACTIONS)
def test_actions(line: str) -> None:
    """Each action of a state; the clauses of `send` in any order."""
    journey = only(f"journey w {{ state a {{\n  {line}\n  otherwise -> a\n}} }}")
    state = j.StateDecl(n("a"), None, (ACTIONS[line], j.Otherwise(go("a"))))
    assert journey == j.JourneyDecl(n("w"), None, (state,))


AT = datetime.fromisoformat("2024-01-02T09:00")

STEPS: dict[str, s.Step] = {
    'given customer { id: "C1" }': s.Given(n("customer"), None, (j.Pair(n("id"), Text("C1")),)),
    'given visit at 2024-01-02 09:00 for "C2"': s.Given(n("visit"), AT, (), Text("C2")),
    "from 2024-01-02": s.From(datetime.fromisoformat("2024-01-02")),
    "at 2024-01-02 09:00 event visit { amount: 8 }": s.At(
        AT, s.Happens(n("visit"), (j.Pair(n("amount"), Number(Decimal(8))),))
    ),
    "at 2024-01-02 09:00 set tier = vip": s.At(AT, s.Change(names("tier"), Ref(names("vip")))),
    'at 2024-01-02 09:00 set bill.paid = lapsed for "C2"': s.At(
        AT, s.Change(names("bill", "paid"), LAPSED), Text("C2")
    ),
    'at 2024-01-02 09:00 reply "T"': s.At(AT, s.Reply(Text("T"))),
    "at 2024-01-02 09:00 finish call as done": s.At(AT, s.Finish(n("call"), n("done"))),
    "at 2024-01-02 09:00 finish call as done { a: lapsed }": s.At(
        AT, s.Finish(n("call"), n("done"), (j.Pair(n("a"), LAPSED),))
    ),
    "at 2024-01-02 09:00 approve half": s.At(AT, s.Approve(n("half"))),
    "at 2024-01-02 09:00 refuse half": s.At(AT, s.Approve(n("half"), refuse=True)),
    "at 2024-01-02 09:00 fail sms": s.At(AT, s.Fail(n("sms"))),
    "at 2024-01-02 09:00 receipt m as failed": s.At(AT, s.Receipt(n("m"), "failed")),
    'at 2024-01-02 09:00 consent for "C2"': s.At(AT, s.Consent(None, None), Text("C2")),
    "at 2024-01-02 09:00 withdraw consent to p via sms": s.At(
        AT, s.Consent(n("p"), n("sms"), withdrawn=True)
    ),
    "at 2024-01-02 09:00 expect b.paid = true": s.At(
        AT, s.ExpectFact(Compare("=", Ref(names("b", "paid")), Flag(value=True)))
    ),
    'at 2024-01-02 09:00 expect tagged "x" for "C2"': s.At(AT, s.ExpectFact(Tagged(Text("x"))), Text("C2")),
    "at 2024-01-02 09:00 expect sent m": s.At(AT, s.ExpectSent(n("m"))),
    'at 2024-01-02 09:00 expect not sent m via sms containing "x" for "C2"': s.At(
        AT, s.ExpectSent(n("m"), n("sms"), Text("x"), negated=True), Text("C2")
    ),
    "at 2024-01-02 09:00 expect state w.care.thanks": s.At(AT, s.ExpectState(names("w", "care", "thanks"))),
    "at 2024-01-02 09:00 expect ended won": s.At(AT, s.ExpectEnded(n("won"))),
    "at 2024-01-02 09:00 expect task call": s.At(AT, s.ExpectTask(n("call"))),
    "at 2024-01-02 09:00 expect waiting m": s.At(AT, s.ExpectWaiting(n("m"))),
    'at 2024-01-02 09:00 expect waiting m because "cap"': s.At(AT, s.ExpectWaiting(n("m"), Text("cap"))),
    'at 2024-01-02 09:00 expect waiting m because at most 3 per month for "C2"': s.At(
        AT, s.ExpectWaiting(n("m"), Text("at most 3 per month")), Text("C2")
    ),
    "at 2024-01-02 09:00 expect granted half": s.At(AT, s.ExpectGranted(n("half"))),
    "at 2024-01-02 09:00 expect nothing": s.At(AT, s.ExpectNothing()),
    "until 2024-01-02 09:00 expect at most 3 sent per 30 days": s.Until(AT, s.ExpectAtMost(3, days(30))),
    "until 2024-01-02 09:00 expect state a": s.Until(AT, s.ExpectState(names("a"))),
}


@pytest.mark.parametrize("line", STEPS)
def test_steps(line: str) -> None:
    """Each step of a scenario."""
    assert only(f'scenario "s" {{\n  {line}\n}}') == s.ScenarioDecl(Text("s"), (STEPS[line],))


def test_one_line_blocks() -> None:
    """Inside braces what stands on one line is separated by commas, and a comma at the end does no harm."""
    short = "journey w { for customer, state a { send m, after 3 days -> b, }, state b { send m, }, }"
    long = "journey w {\n for customer\n state a {\n send m\n after 3 days -> b\n }\n\n state b {\n send m\n }\n}\n"
    assert parsed(short) == parsed(long)


def test_an_empty_file_is_a_rule_file() -> None:
    """Nothing, blank lines and comments alone make a file without statements."""
    assert parsed("") == parsed("\n\n  \n") == t.File(Source("", ""))
    assert parsed("# nothing yet\n").comments == (t.Comment(0, "# nothing yet"),)


def test_comments_are_kept_with_their_places() -> None:
    """Comments stand beside the statements, wherever they were written; `#` in a text is no comment."""
    file = parsed('# one\nvalue v = "# not" # two  \n# three\n')
    assert file.comments == (t.Comment(0, "# one"), t.Comment(24, "# two"), t.Comment(32, "# three"))


def test_full_width_punctuation_means_its_half_width_twin() -> None:
    """What a Chinese input method types is read as its twin; the texts themselves are left as they are."""
    wide = "event visit “到店，甲” ｛ a： text， b： one of x， y ｝\naudience c = （a ＞＝ 30％） and b ！＝ “，”\n"
    half = 'event visit "到店，甲" { a: text, b: one of x, y }\naudience c = (a >= 30%) and b != "，"\n'
    assert parsed(wide) == parsed(half)
