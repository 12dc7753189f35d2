"""Which state leads to which: small graph algorithms over the states of a journey. Knows no diagnostics."""

from collections.abc import Iterable, Iterator, Mapping

from dsl.model.journeys import State, Target, ToState

Edges = Mapping[str, Iterable[str]]


def targets(state: State) -> Iterator[Target]:
    """Every target of a state: its transitions', outer ones included."""
    return (transition.target for transition in state.transitions)


def following(state: State) -> tuple[str, ...]:
    """The names of the states that can come next."""
    return tuple(dict.fromkeys(target.state for target in targets(state) if isinstance(target, ToState)))


def closure(name: str, edges: Edges) -> frozenset[str]:
    """Everything that can be reached from a node by at least one edge."""
    seen: set[str] = set()
    waiting = list(edges.get(name, ()))
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += edges.get(node, ())
    return frozenset(seen)


def knots(edges: Edges) -> Iterator[tuple[str, ...]]:
    """Groups of nodes that all lead to each other, in the order of `edges`; one alone when it leads to itself."""
    after = {name: closure(name, edges) for name in edges}
    done: set[str] = set()
    for name in edges:
        if name not in done and name in after[name]:
            group = tuple(other for other in edges if other in after[name] and name in after.get(other, ()))
            done.update(group)
            yield group
