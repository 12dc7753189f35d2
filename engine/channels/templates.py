"""Templates in the tables of channels: compiled when a channel is built, filled in for messages on their way out.

A template may name values (`{{ to }}`), use FILTERS, ask `{% if subject %}`, and name secrets: `{{ secret('NAME') }}`.
What it may not is refused when it is compiled; filling in can only fail for half a character (UnicodeError).
Values come as a tuple in the order of `names`; a message on its way out is such a tuple.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote

import orjson
from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dsl.wording import Phrase
from engine.channels.protocol import ChannelSettingsError, Outgoing
from engine.channels.secret_values import Secrets
from engine.wording import all_of, near_or, say

Row = tuple[Any, ...]
Fill = Callable[[Row], str]

MESSAGE_NAMES = Outgoing._fields


class Template(NamedTuple):
    """A compiled template. `fixed`: what it always gives, if that depends on no value. `uses`: the values it names."""

    fill: Fill
    fixed: str | None
    uses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Templates:
    """Compiles the templates of one channel.

    `names`: the values they may name, in the order of rows. `escape`: how values and secrets are written into the text
    around them, such as percent-encoded in a URL.
    """

    secrets: Secrets
    names: Sequence[str] = MESSAGE_NAMES
    escape: Callable[[str], str] | None = None

    def compiled(self, key: str, text: str) -> Template:
        """A template, ready to be filled in. `key` is where it stands, for ChannelSettingsError."""
        reading = _Reading(self, key)
        tree = reading.tree(text)
        parts = list(_parts(tree))
        plain = [part for part in parts if part is not None]
        fill = _joined(plain, self.names) if plain == parts else _general(tree, self.names)
        uses = frozenset(reading.used)
        if not uses:
            return Template(fill, fill(("",) * len(self.names)), uses)
        return Template(fill if self.escape is None else _escaping(fill, self.escape), None, uses)


FILTERS: Mapping[str, Callable[..., str]] = {
    "json": lambda value: orjson.dumps(value).decode(),
    "url": lambda value: quote(str(value), safe=""),
    "base64": lambda value: base64.b64encode(str(value).encode()).decode(),
    "digits": lambda value: "".join(filter(str.isdecimal, str(value))),
    "national": lambda value: str(value).removeprefix("+86"),
}
"""A text as JSON, percent-encoded, in base64, only its digits, a Chinese number without its +86."""

_JINJA_FILTERS = ("default", "lower", "replace", "trim", "truncate", "upper")
_ALLOWED = (
    nodes.Output, nodes.TemplateData, nodes.Const, nodes.If, nodes.CondExpr, nodes.Concat,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Name, nodes.Filter,
)  # fmt: skip


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
    environment.globals.clear()
    environment.policies["truncate.leeway"] = 0  # a gateway's limit has none
    environment.filters = {name: environment.filters[name] for name in _JINJA_FILTERS} | dict(FILTERS)
    return environment


_ENVIRONMENT = _environment()


@dataclass(slots=True)
class _Reading:
    """One template being read: its tree, checked, with secrets in their places. `used`: the values it names."""

    templates: Templates
    key: str
    used: set[str] = field(default_factory=set)

    def tree(self, text: str) -> nodes.Template:
        """The tree of a template; ChannelSettingsError when it says what a template may not."""
        error = self.templates.secrets.settings.error
        try:
            tree = _ENVIRONMENT.parse(text)
        except (TemplateSyntaxError, RecursionError) as problem:
            message = say("`{key}` is no template: {problem}", key=self.key, problem=problem)
            raise error(message, say("a value is written `{{ text }}`")) from None
        for node in tree.body:
            self._checked(node)
        return tree

    def _checked(self, node: Any) -> Any:
        """The node with each `secret('NAME')` replaced by its value."""
        if isinstance(node, nodes.Call):
            secret = self.templates.secrets.value(self._secret_name(node))
            return nodes.Const(self.templates.escape(secret) if self.templates.escape else secret)
        if not isinstance(node, _ALLOWED):
            what = type(node).__name__
            message = say(
                "`{key}` holds something that is not for these templates: {what}", key=self.key, what=what
            )
            raise self._error(
                message, say("they have `{{ name }}`, filters, `{% if … %}` and `secret('NAME')`")
            )
        if isinstance(node, nodes.Name):
            self._know(node.name)
        if isinstance(node, nodes.Filter) and node.name not in _ENVIRONMENT.filters:
            message = say(
                "`{key}` names the filter `{name}`, which there is not", key=self.key, name=node.name
            )
            raise self._error(message, self._near(node.name, _ENVIRONMENT.filters))
        for name, value in node.iter_fields():
            if isinstance(value, nodes.Node):
                setattr(node, name, self._checked(value))
            elif isinstance(value, list):
                setattr(
                    node, name, [self._checked(one) if isinstance(one, nodes.Node) else one for one in value]
                )
        return node

    def _secret_name(self, node: nodes.Call) -> str:
        match node:
            case nodes.Call(node=nodes.Name(name="secret"), args=[nodes.Const(value=str(name))], kwargs=[]):
                return name
        message = say("`{key}` calls something", key=self.key)
        raise self._error(message, say("the only call is `secret('NAME')`"))

    def _know(self, name: str) -> None:
        if name not in self.templates.names:
            message = say("`{key}` names `{name}`, which is not known there", key=self.key, name=name)
            raise self._error(message, self._near(name, self.templates.names))
        self.used.add(name)

    def _near(self, name: str, known: Iterable[str]) -> Phrase:
        return near_or(name, known, say("known here: {names}", names=all_of(known)))

    def _error(self, message: Phrase, hint: Phrase) -> ChannelSettingsError:
        return self.templates.secrets.settings.error(message, hint)


def _parts(tree: nodes.Template) -> Iterator[str | nodes.Name | None]:
    """The pieces of a template of nothing but text and values; None for each that is something else."""
    for node in tree.body:
        if not isinstance(node, nodes.Output):
            yield None
            continue
        for piece in node.nodes:
            match piece:
                case nodes.TemplateData(data=text):
                    yield text
                case nodes.Const(value=value):
                    yield str(value)
                case nodes.Name():
                    yield piece
                case _:
                    yield None


def _joined(parts: Sequence[str | nodes.Name], names: Sequence[str]) -> Fill:
    """Most templates are one value, or values between texts: no need to call Jinja2 for these."""
    places = [names.index(part.name) for part in parts if isinstance(part, nodes.Name)]
    if not places:
        fixed = "".join(map(str, parts))
        return lambda _: fixed
    if len(parts) == 1:
        (place,) = places
        return lambda row: row[place] or ""
    pattern = "".join(part.replace("%", "%%") if isinstance(part, str) else "%s" for part in parts)
    return lambda row: pattern % tuple([row[place] or "" for place in places])


def _escaping(fill: Fill, escape: Callable[[str], str]) -> Fill:
    return lambda row: fill(tuple([escape(value or "") for value in row]))


def _general(tree: nodes.Template, names: Sequence[str]) -> Fill:
    template = _ENVIRONMENT.from_string(tree)
    return lambda row: template.render({name: value or "" for name, value in zip(names, row, strict=True)})
