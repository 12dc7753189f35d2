"""Which line ends end a statement, and which do not."""

import pytest

from dsl.source import Source
from dsl.syntax.parse import parse
from dsl.tree.statements import File


def _parsed(text: str) -> File:
    file, problems = parse(Source("a.rules", text))
    assert not problems, [(problem.message, problem.span.start) for problem in problems]
    return file


ONE = "audience a = tier in (vip, regular) and not (points + 3 >= 2 * 4 or b - 1 = c / 2)"

SAME = [
    "audience a =\n  tier in (vip, regular) and not (points + 3 >= 2 * 4 or b - 1 = c / 2)",
    "audience a = tier in (\n  vip,\n  regular\n) and not (points + 3 >= 2 * 4 or b - 1 = c / 2)",
    "audience a = tier in (vip, regular)\n  and not (points + 3 >= 2 * 4\n\n  or b - 1 = c / 2)",
    "audience a = tier in (vip, regular) and\n not\n (points +\n3 >=\n2 *\n4 or\nb -\n1 =\nc /\n2)",
    "audience a = tier in (vip, regular) # why\n # because\n\n and not (points + 3 >= 2 * 4 or b - 1 = c / 2)",
    "audience a = tier in (vip, regular) and not (\n  points\n  + 3\n  >= 2 * 4 or b - 1 = c / 2\n)",
]


@pytest.mark.parametrize("text", SAME)
def test_a_line_goes_on(text: str) -> None:
    """Inside parentheses, after a comma or an operator, before `and` and `or`; blank lines and comments between."""
    assert _parsed(text) == _parsed(ONE)


def test_a_line_goes_on_before_an_arrow() -> None:
    """A condition may stand above its target."""
    short = "journey w { state a { when b and c -> d } }"
    long = "journey w {\n  state a {\n    when b\n      and c\n      -> d\n  }\n}"
    after = "journey w {\n  state a {\n    when b and c ->\n      d\n  }\n}"
    assert _parsed(long) == _parsed(short) == _parsed(after)


def test_line_ends_of_every_system() -> None:
    """CR LF ends a line as LF does, in texts over several lines too."""
    text = 'value a = 1\nmessage m {\n  sms: """\n    x\n      y\n  """\n}\n'
    assert _parsed(text.replace("\n", "\r\n")) == _parsed(text)


def test_white_space_of_every_kind() -> None:
    """Tabs, ideographic spaces and spaces that do not break separate words; a byte order mark is skipped."""
    assert _parsed("\ufeffvalue\ta\u3000=\u00a01\n") == _parsed("value a = 1")
