"""The parser's tables: `grammar.lark` compiled by Lark, kept in a cache, with a builder for every rule.

Symbols are named as a rule writer sees them: a keyword or punctuation by its own text (`state`, `->`), a class of
tokens by its upper-case name (`NAME`, `STRING`). Knows neither tokens nor nodes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from operator import itemgetter

from lark import Lark, Token
from lark.common import LexerConf
from lark.grammar import Rule, Terminal
from lark.lexer import Lexer
from lark.parsers.lalr_analysis import Shift
from platformdirs import user_cache_path

from dsl.source import Span

Children = list[object]
Build = Callable[[Children, Span], object]
Builder = Callable[..., object]
"""Called with the span of the whole and the children that carry meaning; returns a node or a Flawed one."""


def node(kind: Callable[..., object], **fixed: object) -> Builder:
    """The builder of a node whose fields are the children in their order; `fixed` says what no child says."""
    return lambda span, *children: kind(*children, span=span, **fixed)


@dataclass(frozen=True, slots=True, eq=False)
class Production:
    """What to do when a rule is complete: take `size` values and put one of symbol `origin` in their place.

    `build` is None when the one value just stays. `grows` is set for lists, which are not nodes.
    """

    origin: str
    size: int
    build: Build | None
    grows: bool = False


Row = dict[str, int | Production]


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """For every parser state: what each next symbol does (`rows`) and where a finished rule leads (`gotos`).

    `first` holds the symbols that each rule may begin with, `entered_by` the symbol that led to each state.
    """

    rows: Mapping[int, Row]
    gotos: Mapping[int, dict[str, int]]
    start: int
    end: int
    first: Mapping[str, frozenset[str]]
    entered_by: Mapping[int, str]


def load_grammar(builders: Mapping[str, Builder]) -> Grammar:
    """The tables with these builders, by rule name or alias."""
    lark = _compiled(files("dsl").joinpath("syntax/grammar.lark").read_text(encoding="utf-8"))
    names = {terminal.name: str(terminal.pattern.value) for terminal in lark.terminals if terminal.pattern}
    table = lark.parse_interactive("").parser_state.parse_conf
    productions = {rule: _production(rule, builders) for rule in lark.rules}
    rows: dict[int, Row] = {}
    gotos: dict[int, dict[str, int]] = {}
    for state, actions in table.states.items():
        row = rows[state] = {}
        goto = gotos[state] = {}
        for symbol, (action, argument) in actions.items():
            if action is not Shift:
                row[names.get(symbol, symbol)] = productions[argument]
            elif symbol.isupper():
                row[names.get(symbol, symbol)] = argument
            else:
                goto[symbol] = argument
    first = _first_sets(lark.rules, names)
    return Grammar(rows, gotos, table.start_state, table.end_state, first, _entered_by(rows, gotos))


def _entered_by(rows: Mapping[int, Row], gotos: Mapping[int, dict[str, int]]) -> dict[int, str]:
    entered = dict.fromkeys(rows, "")
    for row in rows.values():
        entered |= {action: symbol for symbol, action in row.items() if isinstance(action, int)}
    for goto in gotos.values():
        entered |= {state: rule for rule, state in goto.items()}
    return entered


class _NoLexer(Lexer):
    """Tokens are made by `dsl.syntax.tokens` and fed one by one; Lark only compiles the grammar."""

    def __init__(self, conf: LexerConf) -> None:
        """Lark gives every lexer its configuration."""

    def lex(self, *_: object) -> Iterator[Token]:
        """No tokens."""
        return iter(())


def _compiled(text: str) -> Lark:
    """From the user's cache folder where there is one that can be written, else afresh."""
    folder = user_cache_path("homing")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return _compile(text, cache=False)
    return _compile(text, cache=str(folder / "grammar.lark.cache"))


def _compile(text: str, *, cache: str | bool) -> Lark:
    return Lark(text, start="file", parser="lalr", lexer=_NoLexer, maybe_placeholders=True, cache=cache)


# ---- from Lark's rules to productions


def _production(rule: Rule, builders: Mapping[str, Builder]) -> Production:
    origin, size = rule.origin.name, len(rule.expansion)
    picks = tuple(_picks(rule))
    if origin.startswith("_"):
        return Production(origin, size, _growing(rule, picks), grows=True)
    if rule.options.expand1 and rule.alias is None and len(picks) == 1:
        return Production(origin, size, None if size == 1 else _passing(picks[0].index))
    return Production(origin, size, _building(builders[rule.alias or origin], picks))


@dataclass(frozen=True, slots=True)
class _Pick:
    """A child handed to the builder: the value at `index`, all of a list there (`spread`), or None (-1)."""

    index: int
    spread: bool = False


_NOTHING = _Pick(-1)


def _picks(rule: Rule) -> Iterator[_Pick]:
    """Children with a meaning, in order, with a None for each optional part that was left out."""
    missing = rule.options.empty_indices or (False,) * len(rule.expansion)
    index = 0
    for is_missing in missing:
        if is_missing:
            yield _NOTHING
            continue
        symbol = rule.expansion[index]
        if not (isinstance(symbol, Terminal) and symbol.filter_out):
            yield _Pick(index, not isinstance(symbol, Terminal) and symbol.name.startswith("_"))
        index += 1


def _passing(index: int) -> Build:
    def build(children: Children, _span: Span) -> object:
        return children[index]

    return build


def _growing(rule: Rule, picks: tuple[_Pick, ...]) -> Build:
    """Lists of one kind grow in place, so that a long one costs no more per item than a short one."""
    again = bool(rule.expansion) and rule.expansion[0].name == rule.origin.name
    rest = picks[1:] if again else picks

    def build(children: Children, _span: Span) -> object:
        items = children[0] if again else []
        if not isinstance(items, list):
            raise TypeError(rule)
        items.extend(_picked(children, rest))
        return items

    return build


def _building(builder: Builder, picks: tuple[_Pick, ...]) -> Build:
    if any(pick.spread or pick is _NOTHING for pick in picks):
        return lambda children, span: builder(span, *_picked(children, picks))
    match tuple(pick.index for pick in picks):
        case ():
            return lambda _, span: builder(span)
        case (index,):
            return lambda children, span: builder(span, children[index])
        case indices:
            get = itemgetter(*indices)
            return lambda children, span: builder(span, *get(children))


def _picked(children: Children, picks: tuple[_Pick, ...]) -> Iterator[object]:
    for pick in picks:
        value = children[pick.index] if pick is not _NOTHING else None
        if pick.spread and isinstance(value, list):
            yield from value
        else:
            yield value


# ---- what rules begin with


def _first_sets(rules: list[Rule], names: Mapping[str, str]) -> dict[str, frozenset[str]]:
    first: dict[str, set[str]] = {rule.origin.name: set() for rule in rules}
    size = -1
    while size != (size := sum(map(len, first.values()))):
        for rule in rules:
            if rule.expansion:
                symbol = rule.expansion[0]
                found = (
                    {names.get(symbol.name, symbol.name)}
                    if isinstance(symbol, Terminal)
                    else first[symbol.name]
                )
                first[rule.origin.name] |= found
    return {name: frozenset(symbols) for name, symbols in first.items()}
