"""Messages of the tree to messages of the model. What their templates name is checked elsewhere."""

from dsl.context import Context
from dsl.model.model import Message, Variant
from dsl.names.catalog import Catalog
from dsl.report import Report
from dsl.texts.letters import letter
from dsl.tree.statements import MessageDecl
from dsl.tree.statements import Variant as VariantDecl
from dsl.wording import say

TASK = "task"
"""The variant that is no channel: the script an operator reads."""


def lower_messages(catalog: Catalog, context: Context, report: Report) -> dict[str, Message]:
    """Every message with its texts, those from files included."""
    return {name: _message(decl, context, report) for name, decl in catalog.messages.items()}


def _message(decl: MessageDecl, context: Context, report: Report) -> Message:
    variants: dict[str, Variant] = {}
    for item in decl.variants:
        channel = item.channel.text
        if channel in variants:
            message = say(
                "`{message}` has a text for `{channel}` already.", message=decl.name.text, channel=channel
            )
            report.twice(item.channel.span, variants[channel].span, message, say("Keep one of the two."))
        elif channel != TASK and channel not in context.channels:
            report.unknown_channel(item.channel, (*context.channels, TASK))
        else:
            variants[channel] = _variant(item, context, report)
    return Message(decl.name.text, decl.title or decl.name.text, tuple(variants.values()), decl.span)


def _variant(item: VariantDecl, context: Context, report: Report) -> Variant:
    subject = item.subject.value if item.subject else None
    body = item.body.value if item.body else ""
    if item.file is not None:
        body = letter(item.file, context, report)
    return Variant(item.channel.text, subject, body, item.span)
