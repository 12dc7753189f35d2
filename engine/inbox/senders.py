"""Who wrote: an address as a gateway has it, to the customers who have it, however either was written."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from dsl.model.model import Model
from engine.people.sharing import keep_index
from engine.storage.bad_values import BadValueError
from engine.storage.customers import find_customers
from engine.storage.declared import column_name, declared_tables
from engine.storage.phones import normalise_phone
from engine.storage.values import Surroundings, reader


@dataclass(frozen=True, slots=True)
class Senders:
    """Finds customers by the address that one channel reaches them at.

    `attribute`: the one that holds it, `id`, or None where the channel reaches nobody.
    """

    connection: sa.Connection
    model: Model
    surroundings: Surroundings
    attribute: str | None

    def read(self, sender: str) -> str:
        """An address in the form in which customers have it; as it came when it has none."""
        field = next((one for one in self.model.customer if one.name == self.attribute), None)
        if field is None:
            return sender.strip()
        try:
            if field.type.kind == "phone":
                return _phone(sender, self.surroundings.country)
            return str(reader(field.type, self.surroundings)(sender) or sender)
        except BadValueError:
            return sender.strip()

    def customers(self, address: str) -> Sequence[tuple[int, str]]:
        """The customers with an address, by number and id."""
        if self.attribute is None:
            return []
        if self.attribute == "id":
            return [
                (number, identity) for identity, number in find_customers(self.connection, [address]).items()
            ]
        table = declared_tables(self.model).customer
        column = table.c[column_name(self.attribute)]
        rows = sa.select(table.c.customer, table.c.id).where(column == address).order_by(table.c.customer)
        return [(row.customer, row.id) for row in self.connection.execute(rows)]

    def address(self, customer: int) -> str | None:
        """The address of a customer."""
        if self.attribute in (None, "id"):
            return None
        table = declared_tables(self.model).customer
        column = table.c[column_name(str(self.attribute))]
        found: str | None = self.connection.scalar(sa.select(column).where(table.c.customer == customer))
        return found

    @property
    def kind(self) -> str:
        """The type of the addresses."""
        own = (one.type.kind for one in self.model.customer if one.name == self.attribute)
        return next(own, "text")

    def keep_index(self) -> None:
        """Make the index by which customers are found, where it is not there yet."""
        if self.attribute not in (None, "id"):
            keep_index(self.connection, str(self.attribute))


def _phone(sender: str, country: str) -> str:
    """Many gateways leave the plus out."""
    try:
        return normalise_phone(sender, country)
    except BadValueError:
        return normalise_phone(f"+{sender.strip()}", country)
