"""Templates of messages: what one may do, and which names it uses. Knows nothing of customers and channels.

Jinja2's sandbox alone is no boundary: loops run until killed, and methods of objects can be called. So only a
short list of its language is let in: text, names, filters, `if`, comparisons. Rendering is the engine's.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from dsl.near import nearest
from dsl.texts.date_forms import date_form
from dsl.texts.placeholders import meant, placeholders
from dsl.texts.usual_mistakes import usual_mistake
from dsl.wording import Phrase, listed, say

OWN_FILTERS = frozenset({"date", "time", "money", "mask"})
"""Filters that the engine gives to templates."""

JINJA_FILTERS = frozenset(
    {"abs", "capitalize", "d", "default", "e", "escape", "float", "int", "length", "lower"}
    | {"round", "string", "title", "trim", "truncate", "upper"}
)
"""Jinja2's own that neither call anything nor make much of little."""

_TESTS = frozenset({"defined", "undefined"})
_MOST_NAMES = 24  # in a hint
_LARGEST = 100  # of a number given to a filter, and characters of a text given to one

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.If, nodes.CondExpr,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Keyword,
)  # fmt: skip

_WORDS: dict[type[nodes.Node], Phrase] = {
    nodes.For: say("A loop (`for`)"),
    nodes.Call: say("A call, `…( )`,"),
    nodes.Getitem: say("A part in brackets, `…[ ]`,"),
    nodes.Assign: say("`set`"),
    nodes.AssignBlock: say("`set`"),
    nodes.Macro: say("`macro`"),
    nodes.CallBlock: say("`call`"),
    nodes.FilterBlock: say("`filter` as a block"),
    nodes.With: say("`with`"),
    nodes.Block: say("`block`"),
    nodes.Include: say("`include`"),
    nodes.Import: say("`import`"),
    nodes.FromImport: say("`import`"),
    nodes.Extends: say("`extends`"),
    nodes.Concat: say("`~`"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a template. `line` counts from 1; `name` is what is wrong in it, or empty.

    `unknown`: `name` is a variable that nothing gives a value; `literal`: it can be filled in, but reads as it stands
    here; else the template does what it may not.
    """

    line: int
    name: str
    message: Phrase
    hint: Phrase
    unknown: bool = False
    literal: bool = False


def problems(text: str, allowed: Collection[str]) -> list[Problem]:
    """Everything wrong with a template whose variables may be `allowed`; parts are named `benefit.code`.

    Hints name them in that order.
    """
    tree = _parsed(text)
    found = [tree] if isinstance(tree, Problem) else list(_problems(tree, allowed))
    return [*found, *_wide_braces(text), *_single_braces(text, allowed)]


def literals(text: str, known: Collection[str], *, is_html: bool = False) -> Iterator[Problem]:
    """What seems to stand for one of the `known` values, and would reach the customer as it stands."""
    for found in placeholders(text, known, is_html=is_html):
        message = say("The customer would read `{text}` as it stands here.", text=found.text)
        hint = say("A value is written `{value}`.", value=f"{{{{ {found.name or 'name'} }}}}")
        yield Problem(found.line, found.text, message, hint, literal=True)


def names(text: str) -> frozenset[str]:
    """The variables that a template uses, parts as `benefit.code`; none when it cannot be read."""
    tree = _parsed(text)
    return frozenset() if isinstance(tree, Problem) else frozenset(_names(tree))


def is_readable(text: str) -> bool:
    """Whether a template can be read at all."""
    return not isinstance(_parsed(text), Problem)


_SINGLE = re.compile(r"(?<!\{)\$?\{\s*([\w.]+)\s*\}(?!\})")
_READER = ImmutableSandboxedEnvironment()


@lru_cache(maxsize=4096)
def _parsed(text: str) -> nodes.Template | Problem:
    try:
        return _READER.parse(text)
    except TemplateSyntaxError as error:
        usual = usual_mistake(text)
        if usual is not None:
            return Problem(usual.line, usual.text, usual.message, usual.hint)
        message = say("This template cannot be read: {reason}", reason=error.message or "")
        return Problem(
            error.lineno,
            "",
            message,
            say("A value is written `{{ name }}`, a condition `{% if … %}…{% endif %}`."),
        )
    except RecursionError:
        return Problem(1, "", say("This template is nested too deeply."), say("Write it simpler."))


def _wide_braces(text: str) -> Iterator[Problem]:
    """Braces typed with a Chinese input method would reach the customer as they are."""
    for number, line in enumerate(text.split("\n"), 1):
        if "｛｛" in line:
            yield Problem(number, "｛｛", say("These braces are full-width."), say("Write `{{` and `}}`."))


def _single_braces(text: str, allowed: Collection[str]) -> Iterator[Problem]:
    """`{name}` and `${name}` would reach the customer as they are."""
    for number, line in enumerate(text.split("\n"), 1):
        for found in _SINGLE.finditer(line):
            if found[1] in allowed:
                message = say("The customer would read `{text}` as it stands here.", text=found[0])
                hint = say("Write `{text}`.", text=f"{{{{ {found[1]} }}}}")
                yield Problem(number, found[0], message, hint)


def _problems(node: nodes.Node, allowed: Collection[str]) -> Iterator[Problem]:
    match node:
        case nodes.Name(name=name):
            if name not in allowed:
                yield _unknown(node, name, allowed)
            return
        case nodes.Getattr():
            yield from _part(node, allowed)
            return
        case nodes.Filter():
            yield from _filter(node)
            yield from _date_form(node)
        case nodes.Test(name=name):
            if name not in _TESTS:
                yield _forbidden(node, name, say("The test `is {name}`", name=name))
        case nodes.CondExpr(expr2=None):
            message = say("`… if …` in `{{ }}` does not say what stands there otherwise.")
            yield Problem(node.lineno, "", message, say('Write `… if … else ""`.'))
        case _ if not isinstance(node, _ALLOWED):
            yield _forbidden(node, "", _WORDS.get(type(node), say("This")))
            return
    for child in node.iter_child_nodes():
        yield from _problems(child, allowed)


def _part(node: nodes.Getattr, allowed: Collection[str]) -> Iterator[Problem]:
    """`benefit.code`; parts of parts and of anything else than a name are not for templates."""
    if not isinstance(node.node, nodes.Name):
        yield _forbidden(node, f".{node.attr}", say("The part `.{name}`", name=node.attr))
        return
    name = f"{node.node.name}.{node.attr}"
    if name not in allowed:
        yield _unknown(node, name, allowed)


def _unknown(node: nodes.Node, name: str, allowed: Collection[str]) -> Problem:
    message = say("Nothing gives `{name}` a value in this message.", name=name)
    parts = tuple(known for known in sorted(allowed) if known.startswith(f"{name}."))
    hint = say("Say which: {names}.", names=", ".join(parts)) if parts else _nearest_variable(name, allowed)
    return Problem(node.lineno, name, message, hint, unknown=True)


def _nearest_variable(name: str, allowed: Collection[str]) -> Phrase:
    own = name.removeprefix("customer.")
    near = meant(own, allowed) or nearest(name, allowed)
    if near is not None:
        return say("Did you mean `{name}`?", name=near)
    return say(
        "Declare it for the customer, or write it under `[vars]` in `homing.toml`. Known here: {names}.",
        names=listed((known for known in allowed if "." not in known), _MOST_NAMES),
    )


def _filter(node: nodes.Filter) -> Iterator[Problem]:
    known = OWN_FILTERS | JINJA_FILTERS
    if node.name not in known:
        message = say("There is no filter `{name}` for messages.", name=node.name)
        yield Problem(node.lineno, node.name, message, _filter_hint(node.name))
    given = [*node.args, *(pair.value for pair in node.kwargs)]
    if node.dyn_args is not None or node.dyn_kwargs is not None or not all(map(_is_small, given)):
        message = say("The filter `{name}` takes plain texts and small numbers.", name=node.name)
        hint = say('Write them out: `{{ due|date("%m月%d日") }}`.')
        yield Problem(node.lineno, node.name, message, hint)


def _date_form(node: nodes.Filter) -> Iterator[Problem]:
    """A form of a date without signs for its parts, such as `M月D日`."""
    match node:
        case nodes.Filter(name="date" | "time", args=[nodes.Const(value=str(form))]) if "%" not in form:
            message = say(
                "This form has no `%`: the customer would read `{form}` as it stands here.", form=form
            )
            hint = say("Write `{form}`.", form=date_form(form))
            yield Problem(node.lineno, form, message, hint, literal=True)


def _filter_hint(name: str) -> Phrase:
    near = nearest(name, OWN_FILTERS | JINJA_FILTERS)
    if near is not None:
        return say("Did you mean `{name}`?", name=near)
    return say("There are {names} and a few of Jinja2's own.", names=", ".join(sorted(OWN_FILTERS)))


def _is_small(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Name | nodes.Getattr):
        return True
    if not isinstance(node, nodes.Const):
        return False
    value = node.value
    return len(value) <= _LARGEST if isinstance(value, str) else value is None or abs(value) <= _LARGEST


def _forbidden(node: nodes.Node, name: str, what: Phrase) -> Problem:
    message = say("{what} is not for messages.", what=what)
    hint = say(
        "Messages have `{{ name }}`, filters and `{% if … %}`; work values out as a `value` of the rules."
    )
    return Problem(node.lineno, name, message, hint)


def _names(node: nodes.Node) -> Iterator[str]:
    match node:
        case nodes.Getattr(node=nodes.Name(name=root), attr=part):
            yield f"{root}.{part}"
        case nodes.Name(name=name):
            yield name
        case _:
            for child in node.iter_child_nodes():
                yield from _names(child)


def unguarded(text: str) -> frozenset[str]:
    """The variables that stand in a template whatever else is so: outside of `if`, and without a filter."""
    tree = _parsed(text)
    return frozenset() if isinstance(tree, Problem) else frozenset(_unguarded(tree))


def _unguarded(node: nodes.Node) -> Iterator[str]:
    match node:
        case nodes.If() | nodes.CondExpr():
            return
        case nodes.Filter(name="d" | "default"):
            return
        case nodes.Name(name=name):
            yield name
        case _:
            for child in node.iter_child_nodes():
                yield from _unguarded(child)
