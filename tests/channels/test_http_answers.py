"""Whatever a gateway answers: an outcome for each message, and nothing accepted that does not say so."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.channels.http.answers import Codes, Judge, Verdict
from engine.channels.http.connection import Answer
from engine.channels.http.judging import OF_SENDING
from engine.channels.http.paths import Find, Step, finder, steps_of
from engine.channels.protocol import Accepted, Outgoing

NAMES = st.sampled_from(["code", "id", "r", "msg", "ref"])
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from(["OK", "NO", "", "K0.1"])
    | st.text(max_size=3)
)
DOCUMENTS = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


def find(path: str) -> Find:
    """What finds a path."""
    steps = steps_of(path)
    assert steps is not None
    return finder(steps)


def judge(*, results: bool, ref: bool) -> Judge:
    """One that looks at everything."""
    return Judge(
        OF_SENDING,
        Codes({"OK": Verdict.ACCEPTED, "NO": Verdict.REJECTED}, [("-", Verdict.NOT_SENT)], any_accepted=True),
        [find("$.code")],
        None,
        [find("$.msg"), find("$.r[0]")],
        find("$.r[*]") if results else None,
        find("$.ref") if ref else None,
    )


@given(
    DOCUMENTS,
    st.sampled_from([200, 201, 299, 302, 400, 429, 500]),
    st.booleans(),
    st.booleans(),
    st.integers(1, 3),
)
def test_every_answer_is_judged(document: object, status: int, results: bool, ref: bool, count: int) -> None:  # noqa: FBT001
    """Accepted is only what has an accepted status and the code that says so."""
    body = json.dumps(document).encode()
    messages = [Outgoing(f"K{n}", f"K{n}.1", "sms", "C", "1", None, "t", "") for n in range(count)]
    outcomes = judge(results=results, ref=ref).outcomes(Answer(status, [], body), messages)
    assert len(outcomes) == count
    if any(isinstance(outcome, Accepted) for outcome in outcomes):
        assert status in {200, 201}
        assert '"code": "OK"' in json.dumps(document)


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("$", []),
        ("$.id", ["id"]),
        ("$.data.message-id", ["data", "message-id"]),
        ("$['a b'][0][-1]", ["a b", 0, -1]),
        ('$["短信"].编号', ["短信", "编号"]),
        ("$.r[*].x", ["r", None, "x"]),
        ("$.*", [None]),
        ("id", None),
        ("$..id", None),
        ("$.a[?(@.b)]", None),
        ("$.a[0:1]", None),
        ("$.", None),
        ("$.1", None),
        ("$.a ", ["a"]),
        ("$['a\\'b']", None),
    ],
)
def test_paths(path: str, steps: list[Step] | None) -> None:
    """Names, places, everything; nothing else."""
    assert steps_of(path) == steps


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.a.b", [1]),
        ("$.l[0]", [{"x": 1}]),
        ("$.l[-1].x", [2]),
        ("$.l[9]", []),
        ("$.l[*].x", [1, 2]),
        ("$.a.*", [1, None]),
        ("$.a.n", [None]),
        ("$.s.b", []),
        ("$.s[0]", []),
        ("$.l.x", []),
        ("$.a[0]", []),
        ("$.s[*]", []),
    ],
)
def test_what_paths_find(path: str, found: list[object]) -> None:
    """In order; nothing where there is nothing."""
    document = {"a": {"b": 1, "n": None}, "l": [{"x": 1}, {"x": 2}], "s": "text"}
    steps = steps_of(path)
    assert steps is not None
    assert finder(steps)(document) == found
