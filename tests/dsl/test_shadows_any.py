"""Transitions that are said never to be taken are never taken, by the reference interpreter, whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dsl.check import Context, check
from dsl.source import Span
from dsl.syntax.load import parse_texts
from tests.differential import ZONE, by_interpreter
from tests.oracle import interpreter
from tests.strategies_histories import histories
from tests.strategies_lively import lively_rules

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@contextmanager
def _watched() -> Iterator[set[Span]]:
    """The places of the transitions that the interpreter takes."""
    taken: set[Span] = set()
    pick = interpreter.pick

    def watch(*about: Any) -> Any:
        found = pick(*about)
        if found is not None:
            taken.add(found[0].span)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interpreter, "pick", watch)
        yield taken


@settings(max_examples=15, deadline=None, suppress_health_check=SLOW)
@given(lively_rules(), st.data())
def test_what_is_said_never_to_be_taken_never_is(text: str, data: st.DataObject) -> None:
    """Whoever stands before such a transition goes another way, or stays."""
    (file,), _ = parse_texts({"lively.rules": text})
    found = check((file,), Context())
    shadowed = {
        item.span
        for item in found.diagnostics
        if item.slug == "shadowed-transition" and item.severity == "warning"
    }
    if found.model is not None and shadowed:
        with _watched() as taken:
            by_interpreter(found.model, data.draw(histories(file)), ZONE)
        assert taken.isdisjoint(shadowed), [place.text for place in taken & shadowed]
