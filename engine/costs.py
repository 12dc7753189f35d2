"""What is spent and kept besides what gateways take, as `[costs]` of homing.toml says: for reports alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.config_reading import Reading
from engine.wording import say


@dataclass(frozen=True, slots=True)
class Costs:
    """`task`: what a finished task costs, in major units of money. `margin`: what is left of what customers spend."""

    task: Decimal = Decimal(0)
    margin: Decimal = Decimal(1)


FREE = Costs()
"""Where nobody says."""


def read_costs(read: Reading, table: Mapping[str, Any]) -> Costs:
    """The table; ConfigError where it says what cannot be meant."""
    read.only(("costs",), table, ("task", "margin"))
    task = read_amount(read, ("costs", "task"), table.get("task", 0))
    margin = read_amount(read, ("costs", "margin"), table.get("margin", 1))
    if not 0 < margin <= 1:
        raise read.error(
            ("costs", "margin"),
            say("`margin` is {value}", value=margin),
            say("write a share above 0 and up to 1, such as 0.45"),
        )
    return Costs(task, margin)


def read_amount(read: Reading, path: tuple[str, ...], value: object) -> Decimal:
    """An amount of money."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
        raise read.error(
            path,
            say("`{key}` is {value!r}", key=path[-1], value=value),
            say("write an amount, such as 0.05"),
        )
    return Decimal(value)
