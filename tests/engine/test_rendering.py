"""Messages to texts: batches, default forms, filters, what is missing, and the last look at the text."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dsl.model.conditions import DATE, FLAG, MONEY, NUMBER, PHONE, TEXT, TIME, Arithmetic, Attribute, Const
from dsl.model.model import Calendar, Field, Message, Model, Phrase, Policy, RecordKind, Variant
from engine.calendars.zone import Zone, day_of, parse_time
from engine.permits.final_text import offences
from engine.texts.filters import FILTERS
from engine.texts.rendering import Broken, Missing, Renderer, Text
from engine.texts.template_values import conversion

ZONE = Zone("Asia/Shanghai")
TYPES = {
    "name": TEXT, "title": TEXT, "phone": PHONE, "points": NUMBER, "spent": MONEY, "birthday": DATE, "seen": TIME,
    "vip": FLAG,
}  # fmt: skip
VARIABLES: Mapping[str, str | float | bool] = {"brand": "毛毛家", "hotline": "400-000-0000", "rate": 2.0}
DOUBLE = Arithmetic("*", Attribute("spent", MONEY), Const(2.0, NUMBER), MONEY)


def renderer(*variants: Variant) -> Renderer:
    """A renderer of message `m` for customers with an attribute of each type and for appointments."""
    fields = tuple(Field(name, kind) for name, kind in TYPES.items())
    appointment = RecordKind("appointment", "", (Field("due", TIME), Field("title", TEXT)))
    model = Model(
        customer=fields, events={}, records={"appointment": appointment}, audiences={}, values={"double": DOUBLE},
        messages={"m": Message("m", "", variants)}, policies={}, calendar=Calendar(), benefits={}, journeys={},
    )  # fmt: skip
    return Renderer(model, VARIABLES, ZONE)


def sms(body: str) -> Renderer:
    """A renderer of one SMS."""
    return renderer(Variant("sms", None, body))


def text_of(body: str, record: str | None = None, **values: Any) -> str:
    """The text for one customer with these stored values; why there is none, in angle brackets."""
    made = sms(body)
    row = tuple(values.get(column.name) for column in made.needed("m", "sms", record))
    (found,) = made.render_batch("m", "sms", [row], record)
    return found.body if isinstance(found, Text) else f"<{found.because}>"


DAY = day_of(ZONE.local(parse_time("2026-10-01", ZONE)).date())
SEEN = parse_time("2026-10-01 09:05", ZONE)


@pytest.mark.parametrize(
    ("body", "values", "text"),
    [
        ("{{ name }}{{ title }}您好", {"name": "陈晨", "title": "女士"}, "陈晨女士您好"),
        ("{{ points }}分", {"points": 1234.0}, "1234分"),
        ("{{ points }}分", {"points": 12.5}, "12.5分"),
        ("{{ spent }}元", {"spent": 60000}, "600元"),
        ("{{ spent }}元", {"spent": 123450}, "1234.50元"),
        ("{{ spent|money }}元", {"spent": 123450}, "1,234.50元"),
        ("{{ spent|money }}元", {"spent": 250000}, "2,500.00元"),
        ("{{ double }}元", {"double": 4.5}, "0.04元"),
        ("{{ birthday }}", {"birthday": DAY}, "2026-10-01"),
        ('{{ birthday|date("%-m月%-d日 %a") }}', {"birthday": DAY}, "10月1日 周四"),
        ("{{ seen }}", {"seen": SEEN}, "2026-10-01 09:05"),
        ("{{ seen|date }} {{ seen|time }}", {"seen": SEEN}, "2026-10-01 09:05"),
        ('{{ seen|date("%Y年%m月%d日%H点%q%%") }}', {"seen": SEEN}, "2026年10月01日09点%q%"),
        ("{{ vip }} {% if vip %}贵宾{% endif %}", {"vip": 1}, "true 贵宾"),
        ("{{ vip }} {% if vip %}贵宾{% endif %}", {"vip": 0}, "false"),
        ("{{ phone|mask }}", {"phone": "+8615912341234"}, "159****1234"),
        ("{{ phone|mask }}", {"phone": "chenchen@example.com"}, "c***@example.com"),
        ("{{ phone|mask }}", {"phone": "陈晨"}, "陈*"),
        ("{{ points|round }}", {"points": 2.5}, "2"),
        (
            "{{ spent|default(0) }} {{ points > 3 and spent > 500 }}",
            {"spent": 60000, "points": 5.0},
            "600 true",
        ),
        ("【{{ brand }}】{{ hotline }} {{ rate }}", {}, "【毛毛家】400-000-0000 2"),
        ("\n  退订回T  \n", {}, "退订回T"),
        ("{{ name }}", {"name": "{{ 7*7 }}{% if %}"}, "{{ 7*7 }}{% if %}"),
    ],
)
def test_values_read_as_people_write_them(body: str, values: dict[str, Any], text: str) -> None:
    """Whole numbers and amounts without decimals, ISO dates, and the filters; data is never a template."""
    assert text_of(body, **values) == text


def test_fields_of_the_record_come_before_attributes() -> None:
    """`title` of an appointment hides the customer's in its journeys; with the kind's name it is plain."""
    body = "{{ title }} {{ appointment.title }} {{ due|date }}"
    values: dict[str, Any] = {"title": "保养", "appointment.title": "保养", "due": SEEN}
    assert text_of(body, "appointment", **values) == "保养 保养 2026-10-01"
    columns = {column.name: column.source for column in sms(body).needed("m", "sms", "appointment")}
    assert type(columns["title"]).__name__ == "RecordField"
    assert type(sms("{{ title }}").needed("m", "sms")[0].source).__name__ == "Attribute"


def test_only_what_a_variant_uses_is_needed() -> None:
    """Each name once, the subject's too, none of the config."""
    made = renderer(
        Variant(
            "sms", None, "{{ brand }}{{ name }}{{ name }}{% if points > 3 %}{{ benefit.code }}{% endif %}"
        ),
        Variant("email", "{{ title }}好", "<p>{{ name }}</p>"),
    )
    assert [column.name for column in made.needed("m", "sms")] == ["benefit.code", "name", "points"]
    assert [column.name for column in made.needed("m", "email")] == ["name", "title"]
    with pytest.raises(KeyError):
        made.needed("m", "push")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("{{ name }}{{ title }}", "<`title` is not known>"),
        ("{{ title|upper }}", "<`title` is not known>"),
        ("{{ spent|money }}", "<`spent` is not known>"),
        ("{{ seen|date }}", "<`seen` is not known>"),
        ("{{ phone|mask }}", "<`phone` is not known>"),
        ("{{ points|abs }}", "<`points` is not known>"),
        ("{{ points|round }}", "<`points` is not known>"),
        ("{% if points > 3 %}x{% endif %}", "<`points` is not known>"),
        ("{{ benefit.code }}", "<`benefit.code` is not known>"),
        ('{{ title|default("朋友") }}', "朋友"),
        ("{% if title %}{{ title }}{% else %}您{% endif %}好", "您好"),
        ("{% if title is defined %}{{ title }}{% endif %}好", "好"),
    ],
)
def test_a_missing_value_leaves_no_hole(body: str, text: str) -> None:
    """Using it names it as the reason; asking whether it is there is fine."""
    assert text_of(body, name="陈晨") == text


def test_one_bad_row_does_not_spoil_its_batch() -> None:
    """Rows that cannot be rendered say why, the others have their texts, in order."""
    made = sms("{{ name }}{{ title }}{% if points > 3 %}!{% endif %}")
    rows = [("陈", 5.0, "女士"), ("李", 5.0, None), ("王", "five", "先生"), ("周", 1.0, "女士")]
    found = made.render_batch("m", "sms", rows)
    assert found[0] == Text(None, "陈女士!")
    assert found[1] == Missing("title")
    assert isinstance(found[2], Broken)
    assert found[3] == Text(None, "周女士")


def test_a_value_that_holds_the_separator_is_rendered_as_it_is() -> None:
    """Whatever stands in data, every customer gets their own text."""
    made = sms("{{ name }}好")
    names = ["a\x00\x1e\x1fb", "陈", "\x00"]
    found = made.render_batch("m", "sms", [(name,) for name in names])
    assert found == [Text(None, f"{name}好".strip()) for name in names]


def test_a_letter_in_html_keeps_names_from_becoming_markup() -> None:
    """In the body; the subject is plain text."""
    made = renderer(Variant("email", "{{ name }}好", "<p>{{ name }}</p>"))
    assert made.render_batch("m", "email", [("<b>&",)]) == [Text("<b>&好", "<p>&lt;b&gt;&amp;</p>")]


fragments = st.sampled_from(
    [
        "您好 ", "\n", "{{ name }}", "{{ title }}", "{{ points }}", "{{ spent }}", "{{ spent|money }}",
        "{{ birthday }}", "{{ seen|time }}", "{{ title|default('朋友') }}", "{{ name|truncate(5) }}", "{{ brand }}",
        "{% if points > 3 %}多{% else %}少{% endif %}", "{% if vip and title %}{{ title }}{% endif %}",
        "{{ benefit.code }}", "{{ '是' if vip else '否' }}", "{# 注 #}", "{{ name|upper }}",
    ]
)  # fmt: skip
customers = st.fixed_dictionaries(
    {
        "name": st.text(max_size=8),
        "title": st.none() | st.sampled_from(["女士", "先生"]),
        "points": st.none() | st.floats(0, 10),
        "spent": st.none() | st.integers(-10, 10**7),
        "birthday": st.none() | st.integers(-20_000, 30_000),
        "seen": st.none() | st.integers(0, 2 * 10**12),
        "vip": st.integers(0, 1),
        "benefit.code": st.none() | st.just("AB12"),
    }
)


def rendered_plainly(body: str, values: Mapping[str, Any]) -> str | None:
    """What Jinja2 makes of the template for one customer by itself; None when it cannot."""
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    environment.filters |= FILTERS
    known: dict[str, Any] = {}
    for name, value in values.items():
        kind = TYPES[name].kind if name in TYPES else "text"
        convert = conversion(kind, ZONE)
        if value is not None:
            known[name] = value if convert is None else convert(value)
    benefit = {"code": known.pop("benefit.code")} if "benefit.code" in known else {}
    try:
        return environment.from_string(body).render(**known, **VARIABLES, benefit=benefit).strip()
    except Exception:  # noqa: BLE001  # any failure is one
        return None


@settings(deadline=None, max_examples=60)
@given(st.lists(fragments, max_size=6).map("".join), st.lists(customers, max_size=6))
def test_a_batch_gives_what_each_row_gives_alone(body: str, people: list[dict[str, Any]]) -> None:
    """The generated loop and plain Jinja2 agree, but for `{% if title %}` on what is missing."""
    made = sms(body)
    needed = [column.name for column in made.needed("m", "sms")]
    rows = [tuple(person[name] for name in needed) for person in people]
    found = made.render_batch("m", "sms", rows)
    for person, text in zip(people, found, strict=True):
        plainly = rendered_plainly(body, person)
        if plainly is None and person["title"] is None and "vip and title" in body:
            continue
        assert (text.body if isinstance(text, Text) else None) == plainly


class TestFinalText:
    """`forbid` and `require`."""

    POLICY = Policy(
        "p", "", forbid=tuple(map(Phrase, ("最后机会", "！", "??"))), require=(Phrase("回T退订"),)
    )

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("您好,回T退订", []),
            ("最后机会！回T退订", ['forbid "最后机会"', 'forbid "！"']),
            ("还没来?? 回T退订", ['forbid "??"']),
            ("您好!", ['require "回T退订"']),
        ],
    )
    def test_an_sms_must_keep_to_the_words_of_its_policy(self, text: str, found: list[str]) -> None:
        """S57: every offence is named by its rule."""
        assert [rule.text for rule in offences(Text(None, text), self.POLICY, "sms")] == found

    def test_elsewhere_nothing_is_required_but_subjects_count(self) -> None:
        """Mail has its own ways to unsubscribe."""
        found = offences(Text("最后机会", "您好"), self.POLICY, "email")
        assert [rule.text for rule in found] == ['forbid "最后机会"']
