"""What explanations say would have to change is just that: changed in the store it is enough, and nothing else is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.explaining.answers import Verdict
from tests.checked import model_of
from tests.engine_side import EngineSide, ms
from tests.explaining.test_explaining import explained
from tests.oracle import history as h

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
LATER = START + timedelta(hours=1)

RULES = """
customer {{
  always: flag
  number: number
  answer: flag
  colour: one of red, green
  day: date
}}
event visit {{ shop: text }}
event call {{ amount: number }}
journey outside {{
  enter when {condition}
  state s {{ after 100 days -> end over }}
}}
journey inside {{
  enter when always
  state s {{ when {condition} -> end over }}
}}
"""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf of conditions, and what makes it hold or fail. `off` None: what has happened cannot be undone."""

    text: str
    on: h.Step
    off: h.Step | None

    def flip(self, holds: bool) -> h.Step:  # noqa: FBT001
        """What makes it say the opposite."""
        step = self.off if holds else self.on
        assert step is not None
        return step


def attribute(text: str, name: str, on: object, off: object) -> Leaf:
    """A leaf about an attribute."""
    return Leaf(text, h.Known("C1", {name: on}), h.Known("C1", {name: off}))


LEAVES = (
    attribute("number >= 5", "number", 7, 3),
    attribute("answer", "answer", on=True, off=False),
    attribute("colour = red", "colour", "red", None),
    attribute("day before 2026-03-10", "day", START.date(), None),
    Leaf('tagged "regular"', h.Labelled("C1", "regular"), h.Labelled("C1", "regular", remove=True)),
    Leaf('visit where (shop = "north") ever', h.Happens("visit", "C1", {"shop": "north"}), None),
    Leaf("sum(call.amount within last 30 days) > 100", h.Happens("call", "C1", {"amount": 101}), None),
)


@st.composite
def conditions(draw: st.DrawFn) -> tuple[str, list[Leaf]]:
    """A condition of leaves that each stand in it once; those that cannot be undone under no `not`."""
    leaves = draw(st.permutations(LEAVES))[: draw(st.integers(1, len(LEAVES)))]
    return _joined(draw, leaves), leaves


def _joined(draw: st.DrawFn, leaves: list[Leaf]) -> str:
    if len(leaves) == 1:
        return _negated(draw, leaves[0].text, leaves)
    cut = draw(st.integers(1, len(leaves) - 1))
    word = draw(st.sampled_from(("and", "or")))
    both = f"({_joined(draw, leaves[:cut])} {word} {_joined(draw, leaves[cut:])})"
    return _negated(draw, both, leaves)


def _negated(draw: st.DrawFn, text: str, leaves: list[Leaf]) -> str:
    undone = all(leaf.off is not None for leaf in leaves)
    return f"not ({text})" if undone and draw(st.integers(0, 3)) == 0 else text


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conditions(), st.data())
def test_what_would_have_to_change_is_enough_and_is_needed(
    condition: tuple[str, list[Leaf]], data: st.DataObject
) -> None:
    """Of one who stays outside, or where they are: the marked leaves changed let them go on.

    All others changed do not, nor all but one of those beside which no other would do.
    """
    text, leaves = condition
    true = {leaf.text for leaf in leaves if data.draw(st.booleans(), label=leaf.text)}
    first = [leaf.flip(holds=leaf.text not in true) for leaf in leaves if leaf.off or leaf.text in true]
    side = side_of(text, first)
    marked = wanted(side)
    needed = sorted(leaf for leaf, alternative in marked.items() if not alternative)
    but_one = set(marked) - {data.draw(st.sampled_from(needed))} if needed else set[str]()
    others = {leaf.text for leaf in leaves} - set(marked)
    for changed, enough in ((set(marked), True), (others, False), (but_one, False)):
        if marked:  # else it holds already
            change(side, [leaf for leaf in leaves if leaf.text in changed], true)
            assert went_on(side) is enough
            side.store.close()
            side = side_of(text, first)
    side.store.close()


def change(side: EngineSide, leaves: list[Leaf], true: set[str]) -> None:
    """Let leaves say the opposite, and run."""
    steps = [leaf.flip(leaf.text in true) for leaf in leaves if leaf.off or leaf.text not in true]
    side.live(h.Moment(LATER, tuple(steps)))


def side_of(condition: str, steps: list[h.Step]) -> EngineSide:
    """A customer of whom this is known, after a run."""
    side = EngineSide(model_of(RULES.format(condition=condition)), "Asia/Shanghai")
    side.live(h.Moment(START, (h.Known("C1", {"always": True}), *steps)))
    return side


def verdict_on(side: EngineSide, journey: str, at: datetime = START) -> Verdict:
    """What is explained of a journey."""
    found = explained(side, side.customers["C1"], ms(at)).journeys
    return next(verdict for verdict in found if verdict.journey == journey)


def wanted(side: EngineSide) -> dict[str, bool]:
    """The leaves that would have to change, the same for `enter` and for `when`; whether another might instead."""
    outside, inside = verdict_on(side, "outside"), verdict_on(side, "inside")
    marked, same = (
        {bare(line.text): line.alternative for line in found.because if line.decides}
        for found in (outside, inside)
    )
    assert marked == same
    assert bool(marked) == (outside.status == "outside") == (inside.status == "active")
    return marked


def bare(text: str) -> str:
    """A leaf without the `not` before it, with which it is told as one."""
    return text.removeprefix("not (").removesuffix(")") if text.startswith("not (") else text


def went_on(side: EngineSide) -> bool:
    """Whether the customer has come in, and gone on where they were in."""
    came, gone = verdict_on(side, "outside", LATER).status, verdict_on(side, "inside", LATER).status
    assert (came, gone) in (("active", "ended"), ("outside", "active"))
    return came == "active"
