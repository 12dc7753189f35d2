"""A customer wants no more messages: put down for every record of theirs, and what was unclear about it is settled."""

from dataclasses import dataclass

import sqlalchemy as sa

from dsl.model.model import Model
from engine.config import Config
from engine.people.optouts import OptOut, opt_out
from engine.people.reviews import close_unclear
from engine.people.sharing import addresses, sharing
from engine.storage.audit import By
from engine.storage.customers import customer_number
from engine.storage.symbols import load_symbols


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was said: `channel` None stands for every one. `source`: how it came here. `because`: a note on it."""

    identity: str
    channel: str | None
    source: str
    because: str | None = None


def refuse_messages(connection: sa.Connection, config: Config, model: Model, said: Refusal, by: By) -> int:
    """Keep to it, for whoever has the same number or address; how many waiting messages were taken back."""
    number, symbols = customer_number(connection, said.identity), load_symbols(connection)
    configured = config.channels[said.channel].address if said.channel else None
    reached = addresses(model, said.channel, configured)
    taken = 0
    for customer, name in sharing(connection, model, number, reached).items():
        told = OptOut(customer, name, said.channel, by.now, said.source)
        taken += opt_out(connection, symbols, told, by, said.because)
        close_unclear(connection, customer, by)
    return taken
