"""How declarations are written: customer, events, records, audiences, messages, policies, benefits."""

from dsl.printing.expressions import clause
from dsl.printing.layout import Doc, block, doc, listed, optional
from dsl.printing.words import decimal, per, span_of, spelled, string, title
from dsl.tree.statements import (
    Apart,
    ApproveLine,
    AtMost,
    AudienceDecl,
    BenefitDecl,
    BenefitLine,
    CalendarDecl,
    Choice,
    CountWith,
    CustomerDecl,
    DayRange,
    EventDecl,
    Extra,
    Field,
    Forbid,
    GiveUp,
    HolidaysOf,
    MessageDecl,
    NeverOn,
    Pilot,
    PolicyDecl,
    QuotaLine,
    RecordDecl,
    RequireConsent,
    RequireText,
    ReviewBy,
    Sample,
    SendOn,
    Silent,
    StopAt,
    TypeRef,
    ValidLine,
    ValueDecl,
    Variant,
)


@doc.register
def _(node: TypeRef) -> Doc:
    return ("one of ", *listed(node.choices)) if node.kind == "choice" else (node.kind,)


@doc.register
def _(node: Choice) -> Doc:
    return (f"{spelled(node.name)}{title(node.title)}",)


@doc.register
def _(node: Field) -> Doc:
    return (f"{spelled(node.name)}{title(node.title)}: ", *doc(node.type))


@doc.register
def _(node: CustomerDecl) -> Doc:
    return ("customer", block(node, node.fields, over_lines=True))


@doc.register
def _(node: EventDecl) -> Doc:
    return (
        f"event {spelled(node.name)}{title(node.title)}",
        optional(block(node, node.fields, over_lines=True)),
    )


@doc.register
def _(node: RecordDecl) -> Doc:
    return (
        f"record {spelled(node.name)}{title(node.title)}",
        optional(block(node, node.fields, over_lines=True)),
    )


@doc.register
def _(node: AudienceDecl) -> Doc:
    return (f"audience {spelled(node.name)}{title(node.title)} = ", *doc(node.condition))


@doc.register
def _(node: ValueDecl) -> Doc:
    return (f"value {spelled(node.name)}{title(node.title)} = ", *doc(node.expression))


@doc.register
def _(node: Variant) -> Doc:
    subject: Doc = () if node.subject is None else (" subject ", string(node.subject))
    body: Doc = () if node.body is None else (" ", string(node.body))
    file: Doc = () if node.file is None else (" file ", string(node.file))
    return (f"{spelled(node.channel)}:", *subject, *body, *file)


@doc.register
def _(node: MessageDecl) -> Doc:
    return (f"message {spelled(node.name)}{title(node.title)}", block(node, node.variants, over_lines=True))


@doc.register
def _(node: SendOn) -> Doc:
    return (f"send on {span_of(node.window)}",)


@doc.register
def _(node: NeverOn) -> Doc:
    return (f"never on {', '.join(node.days)}",)


@doc.register
def _(node: AtMost) -> Doc:
    return (f"at most {node.count} per {per(node.per)}", *clause("for", node.condition))


@doc.register
def _(node: Apart) -> Doc:
    return (f"at least {node.gap} apart",)


@doc.register
def _(node: Extra) -> Doc:
    return (f"extra {node.count} on keydays",)


@doc.register
def _(node: Silent) -> Doc:
    return (f"silent {node.duration} after optout",)


@doc.register
def _(node: RequireConsent) -> Doc:
    del node
    return ("require consent",)


@doc.register
def _(node: GiveUp) -> Doc:
    return (f"give up after {node.duration}",)


@doc.register
def _(node: Forbid) -> Doc:
    return ("forbid ", *listed(node.texts))


@doc.register
def _(node: RequireText) -> Doc:
    return ("require ", *listed(node.texts))


@doc.register
def _(node: ReviewBy) -> Doc:
    return (f"review by {spelled(node.role)}", *clause("when", node.condition))


@doc.register
def _(node: Sample) -> Doc:
    return (f"sample {node.count}",)


@doc.register
def _(node: Pilot) -> Doc:
    return (f"pilot {node.count} needs {decimal(node.percent)}% delivered",)


@doc.register
def _(node: StopAt) -> Doc:
    return (f"stop at {decimal(node.percent)}% optout",)


@doc.register
def _(node: CountWith) -> Doc:
    return ("count with ", *listed(node.policies))


@doc.register
def _(node: PolicyDecl) -> Doc:
    return (f"policy {spelled(node.name)}{title(node.title)}", block(node, node.lines, over_lines=True))


@doc.register
def _(node: HolidaysOf) -> Doc:
    return (f"holidays {spelled(node.country)}",)


@doc.register
def _(node: DayRange) -> Doc:
    last = "" if node.last == node.first else f" to {node.last.isoformat()}"
    return (f"{node.kind}{title(node.title)} on {node.first.isoformat()}{last}",)


@doc.register
def _(node: CalendarDecl) -> Doc:
    return ("calendar", block(node, node.lines, over_lines=True))


@doc.register
def _(node: BenefitLine) -> Doc:
    return (f"{node.word} ", *doc(node.amount))


@doc.register
def _(node: QuotaLine) -> Doc:
    return (f"quota {node.count} per {per(node.per)}",)


@doc.register
def _(node: ApproveLine) -> Doc:
    return (f"approve by {spelled(node.role)}",)


@doc.register
def _(node: ValidLine) -> Doc:
    return (f"valid {node.duration}",)


@doc.register
def _(node: BenefitDecl) -> Doc:
    return (f"benefit {spelled(node.name)}{title(node.title)}", block(node, node.lines, over_lines=True))
