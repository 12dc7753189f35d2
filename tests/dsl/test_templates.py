"""What templates of messages may do and name."""

import pytest

from dsl.source import Source, Span
from dsl.syntax.strings import read_string
from dsl.texts.templates import names, problems
from dsl.texts.text_places import place_in_source, place_in_text, range_in_text
from dsl.tree.expressions import Text

KNOWN = frozenset({"name", "points", "benefit.code", "appointment.due", "客单价"})


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "{{ name }} {{ 客单价|money }}",
        "{{ name|default('您')|upper }}",
        "{{ benefit.code }} {{ appointment.due|date('%m月%d日') }}",
        "{% if points > 3 and not name %}x{% elif name == 'a' %}y{% else %}{{ name }}{% endif %}",
        "{{ 'x' if points > 3 else 'y' }}",
        "{% if name is defined %}{{ name }}{% endif %}",
        "{# a comment #}",
        "{{ name|truncate(10) }}",
    ],
)
def test_plain_templates_pass(text: str) -> None:
    """Names, filters, `if` and comparisons are let in."""
    assert problems(text, KNOWN) == []


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in name %}{{ a }}{% endfor %}",
        "{{ range(9999) }}",
        "{{ name.upper() }}",
        "{{ name.__class__ }}",
        "{{ name|attr('x') }}",
        "{{ name['x'] }}",
        "{{ name[0] }}",
        "{{ 'A' * 2000000000 }}",
        "{{ 2 ** 99 }}",
        "{{ 'x' ~ name }}",
        "{{ name + name }}",
        "{{ '%2000000000d' % 3 }}",
        "{{ name|center(100000) }}",
        "{{ name|truncate(1000000) }}",
        "{{ name|truncate(*points) }}",
        "{% set x = 1 %}",
        "{% macro m() %}{% endmacro %}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% block x %}{% endblock %}",
        "{% filter upper %}x{% endfilter %}",
        "{% with %}{% endwith %}",
        "{{ [name] }}",
        "{{ {'a': name} }}",
        "{{ name is divisibleby 3 }}",
        "{{ name if points }}",
        "{{ self }}",
        "{{ loop.index }}",
        "{{ benefit }}",
        "{{ benefit.code.x }}",
        "{{ name",
        "{% if name %}",
        "{% nonsense %}",
        "｛｛ name ｝｝",
        "{{ " + "(" * 3000 + "name" + ")" * 3000 + " }}",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    """Whatever could run long, call something or reach into an object is an error of the template."""
    assert problems(text, KNOWN)


def test_names_are_those_used() -> None:
    """Parts are named with what they are of; a text that is no template names nothing."""
    assert names("{{ a|date }} {% if b.c > d %}{{ a }}{% endif %}") == {"a", "b.c", "d"}
    assert names("{{ a") == frozenset()


def _text(written: str, value: str) -> Text:
    source = Source("a", f"x: {written}\n")
    return Text(value, block=written.startswith('"""'), span=Span(source, 3, 3 + len(written)))


def test_places_inside_strings_are_exact() -> None:
    """A word is found on its line, inside braces first, past escapes too."""
    line = _text('"name {{ nme }} nme"', "name {{ nme }} nme")
    assert (place_in_text(line, 1, "nme").start, place_in_text(line, 1, "nme").text) == (12, "nme")
    block = _text('"""\n    a\n      {{ nme }}\n  """', "a\n  {{ nme }}")
    place = place_in_text(block, 2, "nme")
    assert (place.text, place.source.place(place.start)) == ("nme", (3, 10))
    first = _text('"""{{ nme }}\n  b"""', "{{ nme }}\nb")
    assert place_in_text(first, 1, "nme").source.place(place_in_text(first, 1, "nme").start) == (1, 10)
    escaped = _text('"\\"{{ nme }}"', '"{{ nme }}')
    assert place_in_text(escaped, 1, "nme").text == "nme"
    assert place_in_text(_text('"a"', "b"), 1, "b").text == '"a"', "a string that no file holds"
    assert place_in_text(line, 7, "nme") == line.span


WRITTEN = {
    '"a\\"好\\\\n"': ["a", '\\"', "好", "\\\\", "n"],
    '"a\\qb"': ["a", "\\", "q", "b"],
    '"""\n    a\n\n      好\\n\n  """': ["a", "\n", "\n", " ", " ", "好", "\\n"],
    '"""a\r\n   b\n   c"""': ["a", "\n", "b", "\n", "c"],
}


@pytest.mark.parametrize("written", WRITTEN)
def test_every_character_is_found_where_it_is_written(written: str) -> None:
    """Escapes, indentation that is removed and line ends included."""
    source = Source("a", f"x: {written}\n")
    literal = read_string(source, 3)
    text = Text(literal.value, literal.block, span=Span(source, 3, literal.end))
    places = [range_in_text(text, at, at + 1) for at in range(len(literal.value))]
    assert [place.text for place in places] == WRITTEN[written]
    whole = range_in_text(text, 0, len(literal.value))
    assert (whole.start, whole.end) == (places[0].start, places[-1].end)


def test_places_inside_files_are_exact() -> None:
    """Without a word the line is the place, without the blanks around it."""
    source = Source("a.html", "<p>\n  {{ nme }} \n</p>")
    assert source.place(place_in_source(source, 2, "nme").start) == (2, 6)
    assert place_in_source(source, 2, "").text == "{{ nme }}"
