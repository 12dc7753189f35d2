"""Journeys as the engine gets them: states with every way out, in the order in which they are tried."""

from dsl.model.conditions import (
    FLAG,
    MONEY,
    NUMBER,
    TEXT,
    TIME,
    And,
    Arithmetic,
    Attribute,
    Compare,
    Const,
    Contains,
    EventField,
    Events,
    Named,
    Occurs,
    RecordField,
    Shift,
    SinceWindow,
    Type,
)
from dsl.model.journeys import (
    After,
    Ask,
    At,
    Begin,
    Emit,
    Goal,
    Grant,
    Journey,
    On,
    Otherwise,
    Send,
    SetAttribute,
    Split,
    Tag,
    Task,
    TaskDone,
    ToEnd,
    ToState,
    Transition,
    When,
)
from dsl.units import Clock, Duration, Window
from tests.checked import CUSTOMER, model_of

WIN_BACK = (
    CUSTOMER
    + """
audience lapsed "流失客户" = no visit within last 90 days and visit ever
value recall_score = lifetime_value * 3
message hello { sms: "a", wecom: "b", task: "c" }
message greet { task: "c" }
message offer_text { sms: "a", email: subject "b" "c" }
policy marketing { send on workdays 09:00 to 20:00 }
policy service { send on every day 08:00 to 21:00 }
benefit half_price { worth 600 }
journey win_back "召回激活" {
  for customer
  policy marketing
  priority 20
  enter when lapsed and lifetime_value > 2000
  enter only at "0 9 * * mon"
  enter at most 40 per day
  rank by recall_score
  reenter after 180 days
  holdout 10%
  goal within 60 days when visit where (amount > 0) since entry
  on visit -> care

  stage contact "五次接触" {
    on replied where (text contains "不用了") -> end stopped

    state hello "问候" {
      send hello via wecom, sms during wednesday 15:00 to 17:00
      after 3 days at 10:00 -> call
    }
    state call {
      task phone "问候并了解流失原因" {
        assign advisor
        due 2 days
        script greet
        ask reason: one of convenience, price, service
        ask mood: text
        outcome interested -> offer
        outcome refused -> end refused
        outcome unsure
      }
      after 5 days -> offer
    }
    state offer {
      grant half_price else -> plain
      send offer_text under service review by manager
      split { 50% -> warm, 50% -> plain }
    }
    state warm { when tier = vip -> care.thanks, otherwise -> plain, after 1 day -> hello }
    state plain { after 3 days in journey -> outside }
  }
  stage care "90天关怀" {
    after 90 days in stage -> end won
    state thanks { tag "回店" }
  }
  state outside { after 1 day -> end over }
}
"""
)


def _win_back() -> Journey:
    return model_of(WIN_BACK).journeys["win_back"]


def _ways(journey: Journey, state: str) -> list[tuple[type[Transition], str, str]]:
    """The kinds, scopes and targets of a state's transitions, in order."""
    return [
        (type(way), way.scope, way.target.state if isinstance(way.target, ToState) else way.target.outcome)
        for way in journey.state(state).transitions
    ]


def test_the_heading_says_who_enters_and_when() -> None:
    """Every line of the heading arrives; the holdout is in millionths."""
    journey = _win_back()
    assert journey.title == "召回激活"
    assert (journey.record, journey.policy, journey.priority) == (None, "marketing", 20)
    assert isinstance(journey.enter, And)
    assert (journey.only_at, journey.at_most) == ("0 9 * * mon", (40, "day"))
    assert isinstance(journey.rank, Named)
    assert (journey.reenter, journey.holdout) == (Duration(180, "day"), 100_000)
    amount = Compare(">", EventField("visit", "amount", MONEY), Const(0, MONEY))
    assert journey.goal == Goal(Duration(60, "day"), Occurs(Events("visit", amount, SinceWindow("entry"))))
    assert [(stage.name, stage.title) for stage in journey.stages] == [
        ("contact", "五次接触"),
        ("care", "90天关怀"),
    ]
    assert journey.spans["goal"].text.startswith("goal within 60 days")


def test_a_plain_journey_has_the_defaults() -> None:
    """Without `enter` it is started by `begin` alone; a customer goes through once; nobody is held out."""
    journey = model_of("journey a { state s { after 1 day -> end over } }").journeys["a"]
    assert (journey.enter, journey.only_at, journey.at_most, journey.rank) == (None, None, None, None)
    assert (journey.reenter, journey.holdout, journey.goal, journey.priority) == (None, 0, None, 0)
    assert (journey.title, journey.state("s").title, journey.stages) == ("a", "s", ())


def test_states_keep_their_order_and_full_names() -> None:
    """A state in a stage is `stage.state`; the first state written is the first one entered."""
    states = _win_back().states
    assert [state.name for state in states] == [
        "contact.hello",
        "contact.call",
        "contact.offer",
        "contact.warm",
        "contact.plain",
        "care.thanks",
        "outside",
    ]
    assert (states[0].title, states[0].stage, states[-1].stage) == ("问候", "contact", None)


def test_what_happens_comes_before_what_time_brings() -> None:
    """At once: the state's own, its split, the stage's, the journey's; then time, in the same order."""
    journey = _win_back()
    assert _ways(journey, "contact.hello") == [
        (On, "stage", "stopped"),
        (On, "journey", "care.thanks"),
        (After, "state", "contact.call"),
    ]
    assert _ways(journey, "contact.warm") == [
        (When, "state", "care.thanks"),
        (Otherwise, "state", "contact.plain"),
        (On, "stage", "stopped"),
        (On, "journey", "care.thanks"),
        (After, "state", "contact.hello"),
    ]


def test_outcomes_of_a_task_stand_where_the_task_is_written() -> None:
    """They count among the state's own `on` and `when`, in the order written; one without a target moves nobody."""
    rules = """
    journey a {
      state s {
        when visit ever -> end one
        task t { due 1 day, outcome yes -> two, outcome no, outcome maybe -> end three }
        on visit -> end four
      }
      state two { after 1 day -> end over }
    }
    """
    ways = model_of(CUSTOMER + rules).journeys["a"].state("s").transitions
    assert [type(way) for way in ways] == [When, TaskDone, TaskDone, On]
    assert ways[1] == TaskDone(ToState("two"), "t", "yes")
    assert ways[2] == TaskDone(ToEnd("three"), "t", "maybe")


def test_outer_transitions_to_where_one_is_are_left_out() -> None:
    """To the same state, or to a stage one is in; a state of the same stage named exactly is gone to."""
    rules = """
    journey a {
      on visit -> care
      on complaint -> care.late
      when blocked -> plain
      stage care {
        on optout -> late
        state early { on visit -> early, after 1 day -> end over }
        state late { after 1 day -> end over }
      }
      state plain { after 1 day -> care.early }
    }
    event complaint
    """
    journey = model_of(CUSTOMER + rules).journeys["a"]
    assert _ways(journey, "care.early") == [
        (On, "state", "care.early"),
        (On, "stage", "care.late"),
        (On, "journey", "care.late"),
        (When, "journey", "plain"),
        (After, "state", "over"),
    ]
    assert _ways(journey, "care.late") == [(When, "journey", "plain"), (After, "state", "over")]
    assert _ways(journey, "plain") == [
        (On, "journey", "care.early"),
        (On, "journey", "care.late"),
        (After, "state", "care.early"),
    ]


def test_targets_are_found_from_the_inside_out() -> None:
    """A state of the same stage, else of the journey, else a stage; `stage.state` is exact."""
    rules = """
    journey a {
      state start { after 1 day -> two, after 2 days -> one.two, after 3 days -> one }
      state two { after 1 day -> end over }
      stage one {
        state first { after 1 day -> two, after 2 days -> three, after 3 days -> start }
        state two { after 1 day -> end over }
      }
      stage three { state two { after 1 day -> end over } }
    }
    """
    journey = model_of(rules).journeys["a"]
    assert [target for _, _, target in _ways(journey, "start")] == ["two", "one.two", "one.first"]
    assert [target for _, _, target in _ways(journey, "one.first")] == ["one.two", "three.two", "start"]


def test_every_kind_of_transition_arrives() -> None:
    """Events with their condition, times with their base and clock, shares as ranges of a hash."""
    rules = """
    journey a {
      for appointment
      state s {
        on replied where (text contains "Y") -> end yes
        after 3 days at 10:00 -> end one
        after 2 hours in journey -> end two
        at 7 days before due at 10:00 -> end three
        at day -> end four
      }
      state t { split { 33.3% -> s, 66.7% -> end five } }
      on visit -> t
    }
    """
    journey = model_of(CUSTOMER + rules).journeys["a"]
    text = Contains(EventField("replied", "text", TEXT), Const("Y", TEXT))
    due = RecordField("appointment", "due", TIME)
    ways = journey.state("s").transitions
    assert ways[0] == On(ToEnd("yes"), "replied", text)
    assert ways[2] == After(ToEnd("one"), Duration(3, "day"), "state", Clock(600))
    assert ways[3] == After(ToEnd("two"), Duration(2, "hour"), "journey", None)
    assert ways[4] == At(ToEnd("three"), Shift(due, Duration(7, "day"), back=True), Clock(600))
    assert isinstance(ways[5], At)
    assert journey.state("t").transitions == (
        Split(ToState("s"), 0, 333_000),
        Split(ToEnd("five"), 333_000, 1_000_000),
    )


def test_sends_know_their_channels_and_policy() -> None:
    """Channels as written, else those of the variants without `task`; the policy of the line, else the journey's."""
    journey = _win_back()
    during = (Window(("wednesday",), Clock(900), Clock(1020)),)
    assert journey.state("contact.hello").actions == (
        Send(0, "hello", ("wecom", "sms"), "marketing", during),
    )
    assert journey.state("contact.offer").actions == (
        Grant(0, "half_price", ToState("contact.plain")),
        Send(1, "offer_text", ("sms", "email"), "service", (), "manager"),
    )


def test_tasks_know_what_they_ask() -> None:
    """A question named like an attribute is stored there; outcomes keep their order."""
    reason = Type("choice", ("convenience", "price", "service"))
    assert _win_back().state("contact.call").actions == (
        Task(
            0,
            task="phone",
            title="问候并了解流失原因",
            role="advisor",
            due=Duration(2, "day"),
            script="greet",
            asks=(Ask("reason", reason, attribute=True), Ask("mood", TEXT, attribute=False)),
            outcomes=("interested", "refused", "unsure"),
        ),
    )


def test_facts_are_changed_with_typed_values() -> None:
    """`set`, `tag`, `emit` and `begin`, numbered as written; values take the declared type."""
    rules = """
    journey a {
      state s {
        set points = points + 30
        set lifetime_value = 99.50
        set tier = vip
        set blocked = true
        tag "a"
        untag "b"
        emit visit { store: "A", amount: 30, kind: walkin }
        begin b
        after 1 day -> end over
      }
    }
    journey b { state s { after 1 day -> end over } }
    """
    actions = model_of(CUSTOMER + rules).journeys["a"].states[0].actions
    assert actions[1:] == (
        SetAttribute(1, "lifetime_value", Const(9_950, MONEY)),
        SetAttribute(2, "tier", Const("vip", Type("choice", ("regular", "vip")))),
        SetAttribute(3, "blocked", Const(value=True, type=FLAG)),
        Tag(4, "a", remove=False),
        Tag(5, "b", remove=True),
        Emit(
            6,
            "visit",
            (
                ("store", Const("A", TEXT)),
                ("amount", Const(3_000, MONEY)),
                ("kind", Const("walkin", Type("choice", ("walkin", "booked")))),
            ),
        ),
        Begin(7, "b"),
    )
    more = Arithmetic("+", Attribute("points", NUMBER), Const(30.0, NUMBER), NUMBER)
    assert actions[0] == SetAttribute(0, "points", more)
