"""What the check says of a text beforehand is what the last look at the final text would say of it."""

from hypothesis import given
from hypothesis import strategies as st

from dsl.slugs import Slug
from engine.permits.final_text import offences
from engine.texts.rendering import Text
from tests.checked import CUSTOMER, checked, model_of

_PIECES = ("清仓", "清", "仓", "回T退订", "回T", "退订", "？？", "？", "您好", "\\n", '\\"')
_SLUGS: dict[str, Slug] = {"forbid": "forbidden-text", "require": "required-text"}

_RULES = """
policy p {{
  send on every day 08:00 to 21:00
  forbid "清仓", "？？"
  require "回T退订"
}}
journey j {{
  policy p
  enter when visit ever
  state s {{
    send m via {channel}
    after 1 day -> end over
  }}
}}
message m {{ {channel}: subject "{subject}" "{body}{{# 清仓 #}}" }}
"""


@given(
    channel=st.sampled_from(["sms", "email"]),
    subject=st.lists(st.sampled_from(_PIECES[:-2]), max_size=3).map("".join),
    body=st.lists(st.sampled_from(_PIECES), min_size=1, max_size=6).map("".join),
)
def test_errors_are_told_of_exactly_the_texts_that_would_be_held(
    channel: str, subject: str, body: str
) -> None:
    """For texts without values, where both look at the same words."""
    found = checked(CUSTOMER + _RULES.format(channel=channel, subject=subject, body=body))
    rules = model_of(CUSTOMER + _RULES.format(channel=channel, subject="", body="回T退订"))
    said = body.replace("\\n", "\n").replace('\\"', '"')
    held = {rule.text.split()[0] for rule in offences(Text(subject, said), rules.policies["p"], channel)}
    assert {item.slug for item in found.diagnostics if item.slug in _SLUGS.values()} == {
        _SLUGS[rule] for rule in held
    }
