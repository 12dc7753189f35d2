"""Whether customers can have an address for the channels that rules send by. Looks at declarations alone."""

from dsl.diagnostics import Diagnostic
from dsl.journey_model import Send
from dsl.model import Model
from dsl.near import nearest
from dsl.source import Span
from engine.config import Config
from engine.permits.senders import address_of


def missing_addresses(model: Model, config: Config) -> list[Diagnostic]:
    """Channels whose `address` names no attribute (errors), or that find none (warnings), each at its first place."""
    attributes = ["id", *(field.name for field in model.customer)]
    found = []
    for via, span in _sent_by(model).items():
        channel = config.channels.get(via)
        named = None if channel is None else channel.address
        if address_of(model, via, named) is None:
            found.append(_nobody(via, span) if named is None else _misnamed(via, named, attributes, span))
    return found


def _sent_by(model: Model) -> dict[str, Span]:
    found: dict[str, Span] = {}
    for journey in model.journeys.values():
        for action in (action for state in journey.states for action in state.actions):
            for via in action.via if isinstance(action, Send) else ():
                found.setdefault(via, action.span)
    return found


def _misnamed(via: str, named: str, attributes: list[str], span: Span) -> Diagnostic:
    near = nearest(named, attributes)
    hint = f"Did you mean `{near}`?" if near else f"Known: {', '.join(attributes)}."
    message = f"`address` of [channels.{via}] is `{named}`, and customers have no such attribute."
    return Diagnostic("unknown-name", "error", span, message, hint)


def _nobody(via: str, span: Span) -> Diagnostic:
    message = f"Nobody can be reached by `{via}`: customers have no attribute that holds the address."
    hint = f"Declare one, such as `{_EXAMPLES.get(via, via + ': text')}`."
    return Diagnostic("missing-address", "warning", span, message, hint)


_EXAMPLES = {"sms": "phone: phone", "email": "email: email"}
