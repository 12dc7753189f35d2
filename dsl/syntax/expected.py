"""What could stand at a place, and what stands there, in words a rule writer knows. Never a terminal's name."""

from collections.abc import Iterable, Mapping

from dsl.syntax.automaton import accepted, settled
from dsl.syntax.grammar import Grammar
from dsl.syntax.strays import JUNK
from dsl.syntax.tokens import END, NAME, NEWLINE, Token
from dsl.syntax.words import CLASSES, COMMAS
from dsl.wording import Phrase, say

_PARTS: Mapping[str, Phrase] = {
    "statement": say("a statement such as `message` or `journey`"),
    "field": say("a field such as `name: text`"),
    "variant": say('a channel and its text such as `sms: "…"`'),
    "policy_line": say("a line such as `at most 3 per month`"),
    "calendar_line": say("`holidays`, `keyday`, `closed` or `workday`"),
    "benefit_line": say("a line such as `worth 600`"),
    "_journey_item": say("a line such as `enter when …` or `state name { … }`"),
    "_stage_item": say("a line such as `state name { … }` or `on … -> …`"),
    "_state_item": say("a line such as `send …` or `after … -> …`"),
    "task_line": say("`assign`, `due`, `script`, `ask` or `outcome`"),
    "share": say("a share such as `50% -> name`"),
    "pair": say("a field and its value such as `amount: 800`"),
    "step": say("`given`, `from`, `at` or `until`"),
    "arm": say("a condition and its value"),
    "act": say("`event …`, `reply …`, `finish …`"),
    "expectation": say("an expectation such as `state offer`"),
    "target": say("a state to go to"),
    "type": say("a type such as `text` or `money`"),
    "condition": say("a condition"),
    "value": say("a value"),
    "moment_value": say("a date or time"),
    "negation": say("a condition"),
    "predicate": say("a condition"),
    "sum": say("a value"),
    "product": say("a value"),
    "sign": say("a value"),
    "operand": say("a value"),
    "window": say("a window such as `workdays 09:00 to 18:00`"),
    "days": say("days such as `workdays`"),
    "cap_period": say("`day`, `week`, `month`, `record` or a duration"),
    "period": say("`day`, `week`, `month` or a duration"),
    "duration": say("a duration such as `3 days`"),
    "moment": say("a date, or a date and time"),
    "window_of_events": say("a window such as `within last 90 days`"),
    "number": say("a number"),
}
"""Rules by what they are; the first that can begin at a place speaks for all its beginnings."""

_CLASSES: Mapping[str, Phrase] = {
    "INT": say("a whole number"),
    "DECIMAL": say("a number"),
    "PERCENT": say("a percentage such as `30%`"),
    "STRING": say("a text in quotes"),
    "DATE": say("a date such as `2026-10-01`"),
    "TIME": say("a date and time"),
    "CLOCK": say("a clock time such as `10:00`"),
    "UNIT_WORD": say("`minutes`, `hours`, `days`, `weeks`, `months` or `years`"),
    "PERIOD_WORD": say("`day`, `week`, `month` or `year`"),
    "TYPE_WORD": say("a type such as `text`"),
    "DAY_WORD": say("a day such as `friday`"),
    "RECEIPT_WORD": say("`delivered` or `failed`"),
    "END": say("the end of the file"),
}

_NAMES: Mapping[str, Phrase] = {
    "state": say("the name of a state"),
    "stage": say("the name of a stage"),
    "journey": say("the name of a journey"),
    "begin": say("the name of a journey"),
    "ended": say("the name of a journey"),
    "message": say("the name of a message"),
    "send": say("the name of a message"),
    "sent": say("the name of a message"),
    "waiting": say("the name of a message"),
    "receipt": say("the name of a message"),
    "script": say("the name of a message"),
    "event": say("the name of an event"),
    "emit": say("the name of an event"),
    "on": say("the name of an event"),
    "no": say("the name of an event"),
    "record": say("the name of a record"),
    "policy": say("the name of a policy"),
    "under": say("the name of a policy"),
    "with": say("the name of a policy"),
    "benefit": say("the name of a benefit"),
    "grant": say("the name of a benefit"),
    "granted": say("the name of a benefit"),
    "task": say("the name of a task"),
    "finish": say("the name of a task"),
    "via": say("the name of a channel"),
    "fail": say("the name of a channel"),
    "by": say("a role such as `manager`"),
    "assign": say("a role such as `advisor`"),
    "outcome": say("the name of an outcome"),
    "end": say("the name of an outcome"),
    "as": say("the name of an outcome"),
    "set": say("the name of an attribute"),
    "holidays": say("a country such as `CN`"),
}
"""What a name stands for, by the word before it."""

_OPERATORS = frozenset({
    "+", "-", "*", "/", "=", "ORDER", ".", "and", "or", "in", "is", "between", "before", "after", "contains", "starts",
    "within", "ever", "since", "where", "UNIT_WORD",
})  # fmt: skip
_SEPARATORS = frozenset({NEWLINE, ",", "}"})
_AFTER_TITLES = frozenset({":", "->", ","})
"""What follows the title of a field, an outcome, a choice: whoever misses one of these does not miss the title."""
_MOST = 6  # alternatives named
_LONGEST = 40  # characters of what stands there that are repeated


def expected(grammar: Grammar, states: list[int]) -> Phrase:
    """What can stand next: "the name of a state", "`->` or an operator such as `and`"."""
    states = settled(grammar, states)
    left = set(accepted(grammar, states)) - COMMAS.keys()
    if "INT" in left and NAME not in left:
        left.discard("-")
    phrases: dict[str, Phrase] = {}
    for rule, phrase in _PARTS.items():
        if rule in grammar.gotos[states[-1]] and grammar.first[rule] & left:
            phrases.setdefault(phrase, phrase)
            left -= grammar.first[rule]
    operators = {"and", "or"} <= left or {"+", "*"} <= left
    if operators:
        left -= _OPERATORS
    phrases |= {phrase: phrase for phrase in _plain(left, grammar.entered_by[states[-1]], alone=not phrases)}
    if operators:
        phrases["operator"] = say("an operator such as `and`")
    return either(phrases.values())


def beginning(grammar: Grammar, states: list[int]) -> bool:
    """Whether a line of a block, or a statement, can begin here."""
    here = grammar.gotos[settled(grammar, states)[-1]]
    return any(rule in here for rule in _LINES)


_LINES = ("statement", "policy_line", "benefit_line", "_journey_item", "_stage_item", "_state_item", "step")


def _plain(symbols: set[str], before: str, *, alone: bool) -> Iterable[Phrase]:
    if before == NAME and _AFTER_TITLES & symbols and "{" not in symbols:
        symbols = symbols - {"STRING"}
    if NAME in symbols:
        yield _NAMES.get(before, say("a name"))
    for symbol in sorted(
        symbols - _SEPARATORS - {NAME, "$END"}, key=lambda symbol: (symbol[0].isalpha(), symbol)
    ):
        yield _CLASSES.get(symbol) or say("`{word}`", word=symbol)
    if NEWLINE in symbols:
        yield say("the end of the line")
    elif "," in symbols:
        yield say("`{word}`", word=",")
    elif "}" in symbols and alone:
        yield say("`{word}`", word="}")
    elif "$END" in symbols and alone:
        yield _CLASSES["END"]


def either(phrases: Iterable[Phrase]) -> Phrase:
    """`a, b or c`, of at most six."""
    named = list(phrases)[:_MOST]
    *others, last = named
    if not others:
        return last
    some = others[0]
    for other in others[1:]:
        some = say("{a}, {b}", a=some, b=other)
    return say("{a} or {b}", a=some, b=last)


def found(token: Token, text: str) -> Phrase:
    """What stands there instead; `text` is empty where a line breaks off."""
    if token.kind == END:
        return say("the end of the file")
    if token.kind == NEWLINE or not text:
        return say("the end of the line")
    if token.kind == "STRING":
        return say("a text")
    if token.kind == JUNK:
        return say("something else")
    return say("`{word}`", word=text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def words_for(symbols: Iterable[str]) -> dict[str, str]:
    """The words that a person can write for these symbols, each with its symbol."""
    words: dict[str, str] = {}
    for symbol in symbols:
        for word in CLASSES.get(symbol, (symbol,)):
            if word.isalpha() and word.islower():
                words.setdefault(word, symbol)
    return words
