"""Audiences and values, each worked out once, on first use. Knows no records: they are of the customer."""

from dsl.model.conditions import Cond, Named, type_of
from dsl.names.catalog import Catalog
from dsl.report import Report
from dsl.resolve.core import Broken, condition, typed
from dsl.resolve.scope import Scope
from dsl.source import Span
from dsl.tree.statements import AudienceDecl, ValueDecl
from dsl.wording import say


class Definitions:
    """The bodies of audiences and values. One that leads back to itself is reported, not followed.

    Where an audience and a value have one name, expressions mean the audience.
    """

    def __init__(self, catalog: Catalog, report: Report) -> None:
        self._scope = Scope(catalog, report, self)
        self._audiences: dict[str, Cond] = {}
        self._values: dict[str, Cond] = {}
        self._under_way: list[str] = []
        self.used: set[str] = set()
        """Names that some expression has used."""

    def find(self, name: str, span: Span) -> Cond | None:
        """The audience or value of that name, as used at a place; None when there is none."""
        catalog = self._scope.catalog
        if name not in catalog.audiences and name not in catalog.values:
            return None
        self.used.add(name)
        if name in self._under_way:
            return self._circle(name, span)
        body = self.audience(name) if name in catalog.audiences else self.value(name)
        return Broken(span=span) if isinstance(body, Broken) else Named(name, body, type_of(body), span=span)

    def audience(self, name: str) -> Cond:
        """The condition of a declared audience."""
        return self._body(self._scope.catalog.audiences[name], self._audiences)

    def value(self, name: str) -> Cond:
        """The expression of a declared value."""
        return self._body(self._scope.catalog.values[name], self._values)

    def _body(self, decl: AudienceDecl | ValueDecl, done: dict[str, Cond]) -> Cond:
        name = decl.name.text
        if name not in done:
            self._under_way.append(name)
            if isinstance(decl, AudienceDecl):
                done[name] = condition(decl.condition, self._scope)
            else:
                done[name] = typed(decl.expression, self._scope, None)
            self._under_way.pop()
        return done[name]

    def _circle(self, name: str, span: Span) -> Broken:
        path = [*self._under_way[self._under_way.index(name) :], name]
        message = say("`{name}` is defined by itself: {path}.", name=name, path=" → ".join(path))
        hint = say("Say what it means without using its own name.")
        self._scope.report.error("unknown-name", span, message, hint)
        return Broken(span=span)
