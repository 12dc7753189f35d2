"""Whether customers can have an address for the channels that rules send by. Looks at declarations alone."""

from dsl.diagnostics import Diagnostic
from dsl.model.journeys import Send
from dsl.model.model import Model
from dsl.report import hint_for
from dsl.source import Span
from engine.config import Config
from engine.permits.senders import address_of
from engine.wording import say


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
    message = say(
        "`address` of [channels.{via}] is `{named}`, and customers have no such attribute.",
        via=via,
        named=named,
    )
    hint = hint_for(named, tuple(attributes))
    return Diagnostic("unknown-name", "error", span, message, hint)


def _nobody(via: str, span: Span) -> Diagnostic:
    message = say(
        "Nobody can be reached by `{via}`: customers have no attribute that holds the address.", via=via
    )
    hint = say("Declare one, such as `{example}`.", example=_EXAMPLES.get(via, via + ": text"))
    return Diagnostic("missing-address", "warning", span, message, hint)


_EXAMPLES = {"sms": "phone: phone", "email": "email: email"}
