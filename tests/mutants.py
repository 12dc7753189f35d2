"""Good rule files broken in seeded ways: one token or one line deleted, doubled, exchanged or replaced."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from random import Random

_TOKEN = re.compile(
    r'"""(?:[^"]|"(?!""))*"""|"[^"\n]*"|#[^\n]*|->|[<>!]=|[^\W\d]\w*|\d[\d:.\-_]*%?|[^\s\w]', re.DOTALL
)
_OPERATORS = ("=", "!=", "<", "<=", ">", ">=")
_EXCHANGED = {
    "and": "or", "or": "and", "last": "next", "before": "after", "after": "before", "ever": "since",
    "every": "no", "known": "missing", "min": "max", "count": "sum", "on": "when", "when": "on", "at": "after",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file with one change: characters `start` to `end` of the good text became `new`."""

    name: str
    text: str
    start: int
    end: int
    new: str

    def lines(self) -> range:
        """The lines that were changed, in the mutant's text, counted from 1."""
        first = self.text.count("\n", 0, self.start) + 1
        return range(first, first + self.new.count("\n") + 1)


def mutant(good: str, seed: int) -> Mutant:
    """The good text with one change, always the same for a seed."""
    random = Random(seed)  # noqa: S311  # no secret
    for name in random.sample(tuple(_WAYS), len(_WAYS)):
        with suppress(IndexError):  # there is nothing of that kind to change
            start, end, new = _WAYS[name](good, random)
            return Mutant(name, good[:start] + new + good[end:], start, end, new)
    raise ValueError(good)


def block(text: str, place: int) -> range:
    """The lines of the innermost braces around a place; of its own line alone outside braces."""
    opened: list[int] = []
    for token in _TOKEN.finditer(text):
        if token.start() >= place:
            break
        if token[0] == "{":
            opened.append(token.start())
        elif token[0] == "}" and opened:
            opened.pop()
    first = text.count("\n", 0, opened[-1] if opened else place) + 1
    closing = _closing(text, opened[-1]) if opened else place
    return range(first, text.count("\n", 0, closing) + 2)


def words(text: str) -> frozenset[str]:
    """The names in a piece of text."""
    return frozenset(re.findall(r"[^\W\d]\w*", text))


def _closing(text: str, opening: int) -> int:
    depth = 0
    for token in _TOKEN.finditer(text, opening):
        depth += (token[0] == "{") - (token[0] == "}")
        if depth == 0:
            return token.start()
    return len(text)


_Change = tuple[int, int, str]


def _tokens(text: str) -> list[re.Match[str]]:
    return [token for token in _TOKEN.finditer(text) if not token[0].startswith("#")]


def _delete_token(text: str, random: Random) -> _Change:
    token = random.choice(_tokens(text))
    return token.start(), token.end(), ""


def _double_token(text: str, random: Random) -> _Change:
    token = random.choice(_tokens(text))
    return token.end(), token.end(), f" {token[0]}"


def _swap_tokens(text: str, random: Random) -> _Change:
    tokens = _tokens(text)
    number = random.randrange(len(tokens) - 1)
    one, other = tokens[number], tokens[number + 1]
    between = text[one.end() : other.start()]
    return one.start(), other.end(), f"{other[0]}{between}{one[0]}"


def _change_number(text: str, random: Random) -> _Change:
    token = random.choice([token for token in _tokens(text) if token[0].isdigit()])
    number = int(token[0])
    return token.start(), token.end(), str(random.choice((0, number + 1, number * 10, number // 2)))


def _change_operator(text: str, random: Random) -> _Change:
    token = random.choice([token for token in _tokens(text) if token[0] in _OPERATORS])
    return token.start(), token.end(), random.choice([sign for sign in _OPERATORS if sign != token[0]])


def _change_word(text: str, random: Random) -> _Change:
    token = random.choice([token for token in _tokens(text) if token[0] in _EXCHANGED])
    return token.start(), token.end(), _EXCHANGED[token[0]]


def _misspell(text: str, random: Random) -> _Change:
    token = random.choice([token for token in _tokens(text) if re.fullmatch(r"[a-z_]{4,}", token[0])])
    at = random.randrange(1, len(token[0]) - 1)
    return token.start(), token.end(), token[0][:at] + token[0][at + 1 :]


def _other_name(text: str, random: Random) -> _Change:
    named = [token for token in _tokens(text) if re.fullmatch(r"[a-z_]{4,}", token[0])]
    token, other = random.choice(named), random.choice(named)
    return token.start(), token.end(), other[0]


def _delete_line(text: str, random: Random) -> _Change:
    line = random.choice(_lines(text))
    return line.start(), line.end(), ""


def _double_line(text: str, random: Random) -> _Change:
    line = random.choice(_lines(text))
    return line.end(), line.end(), line[0]


def _swap_lines(text: str, random: Random) -> _Change:
    lines = _lines(text)
    number = random.randrange(len(lines) - 1)
    one, other = lines[number], lines[number + 1]
    between = text[one.end() : other.start()]
    return one.start(), other.end(), f"{other[0]}{between}{one[0]}"


def _delete_way(text: str, random: Random) -> _Change:
    line = random.choice([line for line in _lines(text) if "->" in line[0]])
    return line.start(), line.end(), ""


def _other_target(text: str, random: Random) -> _Change:
    targets: Sequence[re.Match[str]] = tuple(re.finditer(r"(?<=-> )(?:end )?[\w.]+", text))
    one, other = random.choice(targets), random.choice(targets)
    return one.start(), one.end(), other[0]


def _lines(text: str) -> list[re.Match[str]]:
    return [line for line in re.finditer(r"[^\n]*\n", text) if line[0].strip() and line[0].strip()[0] != "#"]


_WAYS: dict[str, Callable[[str, Random], _Change]] = {
    "delete a token": _delete_token,
    "double a token": _double_token,
    "swap two tokens": _swap_tokens,
    "change a number": _change_number,
    "change an operator": _change_operator,
    "change a word": _change_word,
    "misspell a name": _misspell,
    "take another name": _other_name,
    "delete a line": _delete_line,
    "double a line": _double_line,
    "swap two lines": _swap_lines,
    "delete a way": _delete_way,
    "go elsewhere": _other_target,
}
