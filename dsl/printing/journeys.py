"""How journeys are written: headings, stages, states, transitions, actions."""

from collections.abc import Iterator

from dsl.printing.expressions import Level, clause, operand
from dsl.printing.layout import Doc, Item, block, block_of, doc, enclosed, item, optional
from dsl.printing.words import at_clock, decimal, dotted, per, span_of, spelled, string, title
from dsl.tree.journeys import (
    After,
    Ask,
    At,
    Begin,
    Emit,
    End,
    EndTitle,
    EnterAtMost,
    EnterOnlyAt,
    EnterWhen,
    ForSubject,
    Goal,
    Goto,
    Grant,
    Holdout,
    JourneyDecl,
    On,
    Otherwise,
    Outcome,
    Pair,
    Priority,
    RankBy,
    Reenter,
    Send,
    SetAttribute,
    Share,
    Split,
    StageDecl,
    StateDecl,
    Tag,
    Target,
    Task,
    UnderPolicy,
    When,
)


@doc.register
def _(node: Goto) -> Doc:
    return (f"-> {dotted(node.parts)}",)


@doc.register
def _(node: End) -> Doc:
    return (f"-> end {spelled(node.outcome)}",)


def _to(target: Target) -> Doc:
    return (" ", *doc(target))


@doc.register
def _(node: On) -> Doc:
    where: Doc = () if node.where is None else (" where ", *enclosed(doc(node.where)))
    return (f"on {spelled(node.event)}", *where, *_to(node.target))


@doc.register
def _(node: When) -> Doc:
    return ("when ", *doc(node.condition), *_to(node.target))


@doc.register
def _(node: After) -> Doc:
    since = "" if node.since is None else f" in {node.since}"
    return (f"after {node.duration}{since}{at_clock(node.clock)}", *_to(node.target))


@doc.register
def _(node: At) -> Doc:
    return ("at ", *operand(node.moment, Level.SUM), at_clock(node.clock), *_to(node.target))


@doc.register
def _(node: Share) -> Doc:
    return (f"{decimal(node.percent)}%", *_to(node.target))


@doc.register
def _(node: Split) -> Doc:
    return ("split", block(node, node.shares))


@doc.register
def _(node: Otherwise) -> Doc:
    return ("otherwise", *_to(node.target))


@doc.register
def _(node: Send) -> Doc:
    words = [f"send {spelled(node.message)}"]
    if node.via:
        words.append(f"via {', '.join(map(spelled, node.via))}")
    if node.during:
        words.append(f"during {', '.join(map(span_of, node.during))}")
    if node.policy is not None:
        words.append(f"under {spelled(node.policy)}")
    if node.review is not None:
        words.append(f"review by {spelled(node.review)}")
    return (" ".join(words),)


@doc.register
def _(node: Ask) -> Doc:
    return (f"ask {spelled(node.name)}{title(node.title)}: ", *doc(node.type))


@doc.register
def _(node: Outcome) -> Doc:
    target: Doc = () if node.target is None else _to(node.target)
    return (f"outcome {spelled(node.name)}{title(node.title)}", *target)


@doc.register
def _(node: Task) -> Doc:
    lines = sorted(_task_lines(node), key=lambda line: line.span.start)
    return (
        f"task {spelled(node.name)}{title(node.title)}",
        optional(block_of(node, tuple(lines), over_lines=True)),
    )


def _task_lines(node: Task) -> Iterator[Item]:
    if node.role is not None:
        yield Item((f"assign {spelled(node.role)}",), node.role.span)
    if node.due is not None:
        yield Item((f"due {node.due}",), node.due_span)
    if node.script is not None:
        yield Item((f"script {spelled(node.script)}",), node.script.span)
    yield from map(item, node.asks)
    yield from map(item, node.outcomes)


@doc.register
def _(node: Grant) -> Doc:
    otherwise: Doc = () if node.otherwise is None else (" else", *_to(node.otherwise))
    return (f"grant {spelled(node.benefit)}", *otherwise)


@doc.register
def _(node: SetAttribute) -> Doc:
    return (f"set {spelled(node.attribute)} = ", *doc(node.value))


@doc.register
def _(node: Tag) -> Doc:
    return ("untag " if node.remove else "tag ", string(node.tag))


@doc.register
def _(node: Pair) -> Doc:
    return (f"{spelled(node.name)}: ", *doc(node.value))


@doc.register
def _(node: Emit) -> Doc:
    return (f"emit {spelled(node.event)}", optional(block(node, node.values)))


@doc.register
def _(node: Begin) -> Doc:
    return (f"begin {spelled(node.journey)}",)


@doc.register
def _(node: ForSubject) -> Doc:
    return (f"for {spelled(node.subject)}",)


@doc.register
def _(node: UnderPolicy) -> Doc:
    return (f"policy {spelled(node.policy)}",)


@doc.register
def _(node: Priority) -> Doc:
    return (f"priority {node.value}",)


@doc.register
def _(node: EnterWhen) -> Doc:
    return ("enter", *clause("when", node.condition))


@doc.register
def _(node: EnterOnlyAt) -> Doc:
    return ("enter only at ", string(node.cron))


@doc.register
def _(node: EnterAtMost) -> Doc:
    return (f"enter at most {node.count} per {per(node.per)}",)


@doc.register
def _(node: RankBy) -> Doc:
    return ("rank by ", *doc(node.expression))


@doc.register
def _(node: Reenter) -> Doc:
    return (f"reenter after {node.duration}",)


@doc.register
def _(node: Holdout) -> Doc:
    return (f"holdout {decimal(node.percent)}%",)


@doc.register
def _(node: Goal) -> Doc:
    return (f"goal within {node.duration}", *clause("when", node.condition))


@doc.register
def _(node: EndTitle) -> Doc:
    return (f"end {spelled(node.outcome)}{title(node.title)}",)


@doc.register
def _(node: StateDecl) -> Doc:
    return (f"state {spelled(node.name)}{title(node.title)}", block(node, node.items, over_lines=True))


@doc.register
def _(node: StageDecl) -> Doc:
    return (f"stage {spelled(node.name)}{title(node.title)}", block(node, node.items, over_lines=True))


@doc.register
def _(node: JourneyDecl) -> Doc:
    return (f"journey {spelled(node.name)}{title(node.title)}", block(node, node.items, over_lines=True))
