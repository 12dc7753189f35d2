"""Rule texts to checked models, for tests that need one."""

from collections.abc import Mapping

from dsl.check import Checked, Context, check
from dsl.model.model import Model
from dsl.syntax.load import parse_texts

CUSTOMER = """
customer {
  name: text
  title: text
  phone: phone
  email: email
  tier: one of regular, vip
  points: number
  lifetime_value: money
  next_service: date
  birthday: date
  last_call: time
  blocked: flag
  reason: one of convenience, price, service
}
event visit "到店" {
  store: text
  amount: money
  kind: one of walkin, booked
}
record appointment "预约" {
  service: text
  due: time
  day: date
  kept: flag
}
"""
"""Declarations to put before the rules under test."""


def checked(text: str, *, context: Context | None = None, **others: str) -> Checked:
    """The check of one rule text, with others by their names."""
    texts: Mapping[str, str] = {"a.rules": text, **{f"{name}.rules": other for name, other in others.items()}}
    files, flaws = parse_texts(texts)
    assert not flaws, [flaw.message for flaw in flaws]
    return check(files, context or Context())


def model_of(text: str, *, context: Context | None = None) -> Model:
    """The model of a rule text that has no errors."""
    found = checked(text, context=context)
    assert found.model is not None, [(item.slug, item.message) for item in found.diagnostics]
    return found.model
