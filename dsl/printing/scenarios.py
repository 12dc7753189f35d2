"""How scenarios are written: what is given, what happens, what is expected."""

import re
from datetime import datetime

from dsl.printing.layout import Doc, block, doc, optional
from dsl.printing.words import dotted, spelled, string
from dsl.tree.expressions import Text
from dsl.tree.scenarios import (
    Approve,
    At,
    Change,
    Consent,
    Expectation,
    ExpectAtMost,
    ExpectEnded,
    ExpectFact,
    ExpectGranted,
    ExpectNothing,
    ExpectSent,
    ExpectState,
    ExpectTask,
    ExpectWaiting,
    Fail,
    Finish,
    From,
    Given,
    Happens,
    Receipt,
    Reply,
    ScenarioDecl,
    Until,
)

_FIRST_WORD = re.compile(r"\w+")
_EXPECTED = frozenset({"at", "granted", "nothing", "sent", "state", "task", "waiting"})
"""Words that open another expectation."""


def _moment(at: datetime) -> str:
    return at.date().isoformat() if at.hour == at.minute == 0 else at.isoformat(" ", "minutes")


def _for(who: Text | None) -> Doc:
    return () if who is None else (" for ", string(who))


@doc.register
def _(node: Given) -> Doc:
    at = "" if node.at is None else f" at {_moment(node.at)}"
    return (f"given {spelled(node.kind)}{at}", optional(block(node, node.values)), *_for(node.who))


@doc.register
def _(node: From) -> Doc:
    return (f"from {_moment(node.at)}",)


@doc.register
def _(node: Happens) -> Doc:
    return (f"event {spelled(node.event)}", optional(block(node, node.values)))


@doc.register
def _(node: Change) -> Doc:
    return (f"set {dotted(node.parts)} = ", *doc(node.value))


@doc.register
def _(node: Reply) -> Doc:
    return ("reply ", string(node.text))


@doc.register
def _(node: Finish) -> Doc:
    return (f"finish {spelled(node.task)} as {spelled(node.outcome)}", optional(block(node, node.values)))


@doc.register
def _(node: Approve) -> Doc:
    return (f"{'refuse' if node.refuse else 'approve'} {spelled(node.what)}",)


@doc.register
def _(node: Fail) -> Doc:
    return (f"fail {spelled(node.channel)}",)


@doc.register
def _(node: Receipt) -> Doc:
    return (f"receipt {spelled(node.message)} as {node.says}",)


@doc.register
def _(node: Consent) -> Doc:
    verb = "withdraw consent" if node.withdrawn else "consent"
    to = "" if node.policy is None else f" to {spelled(node.policy)}"
    via = "" if node.channel is None else f" via {spelled(node.channel)}"
    return (f"{verb}{to}{via}",)


@doc.register
def _(node: ExpectSent) -> Doc:
    negated = "not " if node.negated else ""
    via = "" if node.via is None else f" via {spelled(node.via)}"
    containing: Doc = () if node.containing is None else (" containing ", string(node.containing))
    return (f"{negated}sent {spelled(node.message)}{via}", *containing)


@doc.register
def _(node: ExpectState) -> Doc:
    return (f"state {dotted(node.parts)}",)


@doc.register
def _(node: ExpectEnded) -> Doc:
    return (f"ended {spelled(node.outcome)}",)


@doc.register
def _(node: ExpectTask) -> Doc:
    return (f"task {spelled(node.task)}",)


@doc.register
def _(node: ExpectWaiting) -> Doc:
    because: Doc = () if node.because is None else (" because ", string(node.because))
    return (f"waiting {spelled(node.message)}", *because)


@doc.register
def _(node: ExpectGranted) -> Doc:
    return (f"granted {spelled(node.benefit)}",)


@doc.register
def _(node: ExpectNothing) -> Doc:
    del node
    return ("nothing",)


@doc.register
def _(node: ExpectAtMost) -> Doc:
    return (f"at most {node.count} sent per {node.per}",)


@doc.register
def _(node: ExpectFact) -> Doc:
    """What begins like another expectation is marked as a name: "`state` = 3"."""
    first, *rest = doc(node.fact)
    word = _FIRST_WORD.match(first) if isinstance(first, str) else None
    if word is None or word[0] not in _EXPECTED:
        return (first, *rest)
    return (f"`{word[0]}`{word.string[word.end() :]}", *rest)


@doc.register
def _(node: At) -> Doc:
    expect = "expect " if isinstance(node.does, Expectation) else ""
    return (f"at {_moment(node.at)} {expect}", *doc(node.does), *_for(node.who))


@doc.register
def _(node: Until) -> Doc:
    return (f"until {_moment(node.at)} expect ", *doc(node.expects), *_for(node.who))


@doc.register
def _(node: ScenarioDecl) -> Doc:
    return ("scenario ", string(node.title), block(node, node.steps, over_lines=True))
