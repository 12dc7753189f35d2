"""Panels: the roles that must each let something go, written as one name.

So lists, counts and indexes have one value for whom a thing waits, be it one role or several; its number is among
`engine.storage.symbols`.
"""

from collections.abc import Collection, Iterable

_BETWEEN = ", "  # no name of a role has a comma


def panel(roles: Iterable[str]) -> str | None:
    """These roles as one name, in their order; None for nobody in particular."""
    return _BETWEEN.join(dict.fromkeys(roles)) or None


def roles_in(name: str | None) -> tuple[str, ...]:
    """The roles of a panel."""
    return tuple(name.split(_BETWEEN)) if name else ()


def without(name: str | None, roles: Collection[str]) -> str | None:
    """A panel without these of its roles; None when nobody is left."""
    return panel(role for role in roles_in(name) if role not in roles)
