"""What to do about a token that cannot stand where it stands: hints by what stands around it. Changes nothing."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from dsl.source import Span
from dsl.syntax.habits import TIMES
from dsl.syntax.tokens import END, NAME, NEWLINE, WORD, Token
from dsl.tree.expressions import Text
from dsl.wording import Hint, Phrase, say


def advice(before: list[Token], token: Token, span: Span, accepted: Collection[str], example: str) -> Hint:
    """The hint for a token, "" when there is none better than an example.

    `before`: the tokens of the same line before it; `accepted`: the symbols that could stand there.
    """
    last = before[-1] if before else None
    return (
        _ALONE.get(span.text.casefold())
        or _of_send(before, token)
        or _after_word(str(last.value) if last is not None and last.kind == WORD else "", span)
        or _after_number(last, token)
        or _sign(token, accepted, example)
        or _bracket(token, accepted)
        or _instead(token, span, accepted)
        or ""
    )


_ALONE: Mapping[str, Phrase] = {
    "unless": say("Write `when not`: `when not (points > 100) -> offer`."),
    "goto": say("Where to go stands behind what leads there: `after 3 days -> call`."),
    "go": say("Where to go stands behind what leads there: `after 3 days -> call`."),
}
"""For words that are not simply written otherwise."""


def _of_send(before: list[Token], token: Token) -> Phrase | None:
    """For `send message hello` and `send sms "您好"`."""
    if len(before) != 2 or before[0].value != "send":
        return None
    if token.kind == "STRING":
        return say("A text stands in a `message`, which is sent by its name: `send hello via sms`.")
    return say("Write `send {name}` alone.", name=token.value) if before[1].value == "message" else None


def _after_word(last: str, span: Span) -> Phrase | None:
    if last == "is":
        return say(
            "`is` stands before `missing` and `known` alone; compare with `=`: `= {word}`.", word=span.text
        )
    if last == "within":
        return say("Say which way: `within last 90 days` or `within next 90 days`.")
    return None


def _after_number(last: Token | None, token: Token) -> Phrase | None:
    times = TIMES.get(str(token.value))
    if last is None or last.kind not in ("INT", "DECIMAL") or token.start != last.end or times is None:
        return None
    number = Decimal(str(last.value)) * times
    return say("Write the number in digits: `{number}`.", number=f"{number.normalize():f}")


def _sign(token: Token, accepted: Collection[str], example: str) -> Phrase | None:
    """For a brace or a colon where something else belongs."""
    if token.kind in ("-", ":") and "->" in accepted:
        return say("Write an arrow, `->`, without a blank in it.")
    if token.kind == "{" and "->" in accepted:
        return say(
            "A transition only says where to go: `-> name`. What is done there stands in `state name { … }`."
        )
    if token.kind == ":" and "{" in accepted:
        return say("What belongs to it stands between `{{` and `}}`: `{example}`", example=example)
    return None


def _bracket(token: Token, accepted: Collection[str]) -> Phrase | None:
    if ")" in accepted and token.kind in (NEWLINE, END, "->", "}", ":"):
        return say("A `)` is missing: every `(` has one.")
    return None


def _instead(token: Token, span: Span, accepted: Collection[str]) -> Phrase | None:
    """For a word, text or number where something else belongs."""
    match token.kind:
        case "INT" if "CLOCK" in accepted and 0 <= int(str(token.value)) <= 24:
            return say("A clock time has hours and minutes: `{clock}`.", clock=f"{token.value:02}:00")
        case "INT" if "->" in accepted:
            return say("A duration is one number and one unit, such as `36 hours`.")
        case "STRING" if NAME in accepted and "STRING" not in accepted:
            return _unquoted(token)
        case "WORD" if "->" in accepted:
            return say("Where it leads to stands behind an arrow: `-> {word}`.", word=span.text)
        case "WORD" if "STRING" in accepted and not {NAME, ":", ","} & set(accepted):
            return say('A text stands between quotes: `"{word}"`.', word=span.text)
    return None


def _unquoted(token: Token) -> Phrase | None:
    text = token.value.value if isinstance(token.value, Text) else ""
    if text.isidentifier():
        return say("A name stands without quotes: `{name}`.", name=text)
    return None
