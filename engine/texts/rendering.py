"""Messages to texts: Jinja2 templates over batches of customers.

A render costs mostly its call, so one generated loop runs a template over all rows of a batch. Knows nothing of the
store: which values a template needs is told by `Renderer.needed`, rows come in that order as they are stored.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress
from typing import Any, NamedTuple

from jinja2 import StrictUndefined, Template, TemplateRuntimeError, Undefined, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dsl.model.model import Model, Variant
from dsl.texts.templates import JINJA_FILTERS, names
from engine.calendars.zone import Zone
from engine.reasons import NO_TEXT, NOT_KNOWN
from engine.texts.filters import FILTERS, plain
from engine.texts.template_values import Column, Convert, column, conversion

Row = tuple[Any, ...]
_Key = tuple[str, str, str | None]


class Text(NamedTuple):
    """A message as the customer gets it."""

    subject: str | None
    body: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The message uses a value that is not known of this customer."""

    name: str

    @property
    def because(self) -> str:
        """In words."""
        return NOT_KNOWN(name=self.name)


@dataclass(frozen=True, slots=True)
class Broken:
    """The template cannot be filled in for this customer, for another reason."""

    because: str


Rendered = Text | Missing | Broken

_PLAINLY = " plainly"
"""The name of the filter that no template can write."""

_TEXT_FILTERS = JINJA_FILTERS.union(FILTERS) - {"abs", "d", "default", "float", "int", "round"}

_END = "\x00\x1e\x1f"
"""Stands after each text of a batch. A value that holds it too makes the count wrong, and is rendered alone."""


@dataclass(slots=True)
class Renderer:
    """The templates of a model, each compiled when first used. `variables`: `brand` and `[vars]` of the config."""

    model: Model
    variables: Mapping[str, str | float | bool]
    zone: Zone
    _columns: dict[_Key, tuple[Column, ...]] = field(default_factory=dict, repr=False)
    _loops: dict[_Key, "_Loop"] = field(default_factory=dict, repr=False)

    def needed(self, message: str, channel: str, record: str | None = None) -> tuple[Column, ...]:
        """The values of each customer that a variant uses, in the order in which rows must give them.

        `record`: the kind that the journey runs for. KeyError when the message has no such variant.
        """
        key = (message, channel, record)
        if key not in self._columns:
            variant = self._variant(message, channel)
            used = sorted(names(variant.body) | names(variant.subject or ""))
            found = (column(self.model, name, record) for name in used)
            self._columns[key] = tuple(item for item in found if item is not None)
        return self._columns[key]

    def render_batch(
        self, message: str, channel: str, rows: Sequence[Row], record: str | None = None
    ) -> list[Rendered]:
        """The text for each row; a row whose text cannot be made says why."""
        return self._loop(message, channel, record).render(rows)

    def draft(self, message: str, channel: str, row: Row, record: str | None = None) -> Rendered:
        """The text for one row, with `[name]` where a value is missing: for a person to write out."""
        loop = self._loop(message, channel, record)
        return replace(loop, absent=tuple(_Gap(name=item.name) for item in loop.columns)).alone(row)

    def _loop(self, message: str, channel: str, record: str | None) -> "_Loop":
        key = (message, channel, record)
        if key not in self._loops:
            columns = self.needed(message, channel, record)
            self._loops[key] = self._compiled(self._variant(message, channel), channel, columns)
        return self._loops[key]

    def _variant(self, message: str, channel: str) -> Variant:
        variant = self.model.messages[message].variant(channel)
        if variant is None:
            raise KeyError(channel)
        return variant

    def _compiled(self, variant: Variant, channel: str, columns: tuple[Column, ...]) -> "_Loop":
        body_environment = _HTML if _is_html(channel, variant.body) else _PLAIN
        subject = variant.subject
        return _Loop(
            columns,
            tuple(conversion(item.type.kind, self.zone) for item in columns),
            tuple(_Absent(item.name, exc=_AbsentError) for item in columns),
            None if subject is None else _loop_template(_PLAIN, subject, columns, self.variables),
            _loop_template(body_environment, variant.body, columns, self.variables),
        )


@dataclass(frozen=True, slots=True)
class _Loop:
    """One variant as loops over rows. `absent`: what stands for a missing value, by column."""

    columns: tuple[Column, ...]
    conversions: tuple[Convert | None, ...]
    absent: tuple[object, ...]
    subject: Template | None
    body: Template

    def render(self, rows: Sequence[Row]) -> list[Rendered]:
        """Rows with missing values apart: they are likely to need a second look, one by one."""
        gaps = [None in row for row in rows]
        if True not in gaps:
            return self._together(rows)
        whole = iter(self._together([row for row in rows if None not in row]))
        rest = iter(self._together(list(compress(rows, gaps)), gaps=True))
        return [next(rest) if gap else next(whole) for gap in gaps]

    def _together(self, stored: Sequence[Row], *, gaps: bool = False) -> list[Rendered]:
        try:
            rows = [self._with_gaps(row) for row in stored] if gaps else self._converted(stored)
            bodies = _texts(self.body, rows)
            subjects = [None] * len(rows) if self.subject is None else _texts(self.subject, rows)
        except Exception:  # noqa: BLE001  # whatever a template can raise: one by one tells whose row it was
            return [self.alone(row) for row in stored]
        return list(map(Text._make, zip(subjects, bodies, strict=True)))  # half the time of Text(…)

    def alone(self, stored: Row) -> Rendered:
        """One row by itself."""
        try:
            row = self._with_gaps(stored)
            subject = None if self.subject is None else _text(self.subject, row)
            return Text(subject, _text(self.body, row))
        except _AbsentError as error:
            return Missing(str(error))
        except Exception as error:  # noqa: BLE001  # the text of this one customer cannot be made, whatever it is
            return Broken(NO_TEXT(error=error))

    def _converted(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Whole columns at once; rows without anything to convert stay as they are."""
        if not rows or not any(self.conversions):
            return rows
        columns: Iterable[Iterable[object]] = (
            values if convert is None else map(convert, values)
            for values, convert in zip(zip(*rows, strict=True), self.conversions, strict=True)
        )
        return list(zip(*columns, strict=True))

    def _with_gaps(self, row: Row) -> Row:
        cells = zip(row, self.conversions, self.absent, strict=True)
        return tuple(
            absent if value is None else value if convert is None else convert(value)
            for value, convert, absent in cells
        )


class _AbsentError(TemplateRuntimeError):
    """A template used a value that is missing; the message is its name."""


class _Absent(StrictUndefined):
    """A missing value. Asking whether it is there is fine, `{% if title %}` too; showing it is not."""

    __slots__ = ()

    def __bool__(self) -> bool:  # type: ignore[override]  # the one thing that is not strict about it
        return False

    __abs__ = __round__ = StrictUndefined._fail_with_undefined_error  # noqa: SLF001  # as its other methods are


class _Gap(Undefined):
    """A missing value that shows its name. Asking whether it is there is fine."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"[{self._undefined_name}]"


def _environment(*, autoescape: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=_Absent, autoescape=autoescape)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in JINJA_FILTERS} | dict(FILTERS)
    environment.filters[_PLAINLY] = plain
    return environment


_PLAIN, _HTML = _environment(autoescape=False), _environment(autoescape=True)


def _is_html(channel: str, body: str) -> bool:
    """Letters written as HTML: what customers are called must not become markup there."""
    return channel == "email" and body.lstrip()[:1] == "<"


def _loop_template(
    environment: ImmutableSandboxedEnvironment,
    text: str,
    columns: tuple[Column, ...],
    variables: Mapping[str, str | float | bool],
) -> Template:
    """`{% for values in rows %}text{% endfor %}`, made as a tree so that the text keeps its own meaning."""
    places: dict[str, nodes.Expr] = {name: nodes.Const(value) for name, value in variables.items()}
    places |= {item.name: nodes.Name(f"v{place}", "load") for place, item in enumerate(columns)}
    body = [_placed(node, places) for node in environment.parse(text).body]
    for output in (found for node in body for found in (node, *node.find_all(nodes.Output))):
        if isinstance(output, nodes.Output):
            output.nodes = [_plainly(node) for node in output.nodes]
    end = nodes.Output([nodes.TemplateData(_END)])
    targets = nodes.Tuple([nodes.Name(f"v{place}", "store") for place in range(len(columns))], "store")
    loop = nodes.For(targets, nodes.Name("rows", "load"), [*body, end], [], None, False)
    tree = nodes.Template([loop], lineno=1)
    tree.set_lineno(1)
    tree.set_environment(environment)
    return environment.from_string(tree)


def _placed(node: Any, places: Mapping[str, nodes.Expr]) -> Any:
    """The node with every name (`name`, `benefit.code`) replaced by where its value is found."""
    if isinstance(node, nodes.Name):
        return places.get(node.name, node)
    if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name):
        return places.get(f"{node.node.name}.{node.attr}", node)
    for name, value in node.iter_fields():
        if isinstance(value, nodes.Node):
            setattr(node, name, _placed(value, places))
        elif isinstance(value, list):
            items = [_placed(item, places) if isinstance(item, nodes.Node) else item for item in value]
            setattr(node, name, items)
    return node


def _plainly(node: nodes.Expr) -> nodes.Expr:
    """What is shown must read as stored values do: `2.0`, which `round` gives, as `2`."""
    if isinstance(node, nodes.TemplateData | nodes.Name) or _is_text(node):
        return node
    return nodes.Filter(node, _PLAINLY, [], [], None, None)


def _is_text(node: nodes.Expr) -> bool:
    if isinstance(node, nodes.Const):
        return isinstance(node.value, str)
    return isinstance(node, nodes.Filter) and node.name in _TEXT_FILTERS


def _texts(template: Template, rows: Sequence[Row]) -> list[str]:
    found = template.render(rows=rows).split(_END)
    if len(found) != len(rows) + 1:
        raise ValueError(_END)
    return [text.strip() for text in found[:-1]]


def _text(template: Template, row: Row) -> str:
    return template.render(rows=(row,)).removesuffix(_END).strip()
