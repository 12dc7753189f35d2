"""Text to tokens: words, names, literals, punctuation, comments, line ends. Knows no keywords and no grammar.

A token's `kind` is the grammar's name of it: `NAME`, `INT`, `STRING`, …, punctuation by itself; `WORD` is a keyword
or a name, as the parser finds fit. Stray characters are reported and, where their meaning is plain, replaced.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple
from unicodedata import normalize

from dsl.diagnostics import Diagnostic
from dsl.source import Source, Span
from dsl.syntax.flaws import syntax
from dsl.syntax.strays import JUNK, TWINS, replacement, stray
from dsl.syntax.strings import read_string
from dsl.tree.expressions import Text
from dsl.tree.statements import Comment
from dsl.units import Clock
from dsl.wording import Hint, Phrase, say

WORD, NAME, NEWLINE, END = "WORD", "NAME", "_NEWLINE", "$END"
_ORDER = frozenset({"!=", "<", "<=", ">", ">="})
_DIGITS = 15  # the most digits of a number: what 64 bits hold in hundredths
MOST_TOKENS = 300_000  # of a file: twice what a megabyte of rules holds
MOST_PROBLEMS = 200  # of a file
_SOME_YEAR = 2026  # in examples
_YEARS = range(1800, 3000)  # dates that arithmetic can still move by centuries

_MARKS = r"\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0fff\u3099\u309a"
_PATTERNS: Mapping[str, str] = {
    "word": rf"[^\W\d][\w{_MARKS}]*",
    "newline": r"\n",
    "comment": r"[#＃][^\n]*",
    "odd_date": (
        r"[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}[日号]?|[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,2}(?![0-9.])"
        r"|[0-9]{1,2}月[0-9]{1,2}[日号]|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}(?![0-9])"
    ),
    "date": r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}(?![0-9])(?:[^\S\n]+[0-9]{1,2}[:：][0-9]{2}(?![0-9]))?",
    "clock": r"[0-9]{1,2}[:：][0-9]{2}(?![0-9_.%％])",
    "number": r"[0-9][0-9_]*(?:\.[0-9][0-9_]*)?[%％]?",
    "wide_number": r"[０-９]+(?:[.．][０-９]+)?[%％]?",
    "string": r"[\"“”]",
    "backticks": r"`[^`\n]*`",
    "wrong_quotes": r"'''.*?'''|'[^'\n]*'|‘[^‘’\n]*’|「[^「」\n]*」|『[^『』\n]*』|《[^《》\n]*》",
    "punctuation": (
        r"->|[-][＞]|[!！<＜>＞][=＝](?![=＝>＞])|[<＜](?![>＞])|[=＝](?![=＝>＞<＜])|[（）｛｝，：＞(){},:>.+\-*/]"
    ),
    "stray": r"[－–—]+[>＞]|==|<>|＜＞|=>|=<|&&|\|\||.",
}
_TOKEN = re.compile(
    r"[^\S\n]*(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _PATTERNS.items()) + ")",
    re.DOTALL,
)
_NAME = re.compile(_PATTERNS["word"])


class Token(NamedTuple):
    """A piece of text; `value` is a word's or name's text (NFC), a literal's value, punctuation half-width."""

    kind: str
    value: object
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text taken apart. Line ends that follow each other are one NEWLINE; the last token is END.

    Reading stops where there are too many tokens or problems.
    """

    tokens: tuple[Token, ...]
    comments: tuple[Comment, ...]
    problems: tuple[Diagnostic, ...]


def tokenise(source: Source) -> Tokens:
    """All tokens of a text, whatever it holds."""
    return _Tokeniser(source).run()


class _Tokeniser:
    """One pass over one text."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._tokens: list[Token] = []
        self._comments: list[Comment] = []
        self._problems: list[Diagnostic] = []
        self._junk_end: int | None = None

    def run(self) -> Tokens:
        text = self._source.text
        place = 1 if text.startswith("\ufeff") else 0
        while len(self._tokens) < MOST_TOKENS and len(self._problems) < MOST_PROBLEMS:
            found = _TOKEN.match(text, place)
            if found is None:
                break
            kind = found.lastgroup or ""
            place = _READERS[kind](self, found[kind], found.start(kind), found.end())
        self._tokens.append(Token(END, None, len(text), len(text)))
        return Tokens(tuple(self._tokens), tuple(self._comments), tuple(self._problems))

    def _add(self, kind: str, value: object, start: int, end: int) -> int:
        self._tokens.append(Token(kind, value, start, end))
        return end

    def _report(self, start: int, end: int, message: Phrase, hint: Hint = "") -> None:
        self._problems.append(syntax(Span(self._source, start, end), message, hint))

    def take_word(self, text: str, start: int, end: int) -> int:
        value = text if text.isascii() else normalize("NFC", text)
        self._tokens.append(Token(WORD, value, start, end))
        return end

    def take_newline(self, _text: str, start: int, end: int) -> int:
        if self._tokens and self._tokens[-1].kind != NEWLINE:
            self._tokens.append(Token(NEWLINE, None, start, end))
        return end

    def take_comment(self, text: str, start: int, end: int) -> int:
        if text.startswith("＃"):
            self._report(start, start + 1, say("A comment begins with `#`, half-width."), say("Write `#`."))
        self._comments.append(Comment(start, text.rstrip()))
        return end

    def take_punctuation(self, text: str, start: int, end: int) -> int:
        value = text if text.isascii() else "".join(TWINS.get(character, character) for character in text)
        return self._add("ORDER" if value in _ORDER else value, value, start, end)

    def take_number(self, text: str, start: int, end: int) -> int:
        percent = text[-1] in "%％"
        digits = text[:-1] if percent else text
        if "__" in digits or "_." in digits or digits[-1] == "_":
            self._report(start, end, say("`_` stands between digits only."), say("Write `1_000`."))
        plain = digits.replace("_", "")
        if len(plain) > _DIGITS:
            self._report(start, end, say("This number has more than {most} digits.", most=_DIGITS))
            plain = plain[:_DIGITS].rstrip(".")
        if percent:
            return self._add("PERCENT", Decimal(plain), start, end)
        if "." in plain:
            return self._add("DECIMAL", Decimal(plain), start, end)
        return self._add("INT", int(plain), start, end)

    def take_wide_number(self, text: str, start: int, end: int) -> int:
        half = normalize("NFKC", text)[:_DIGITS]
        percent, decimal = half.endswith("%"), "." in half
        hint = say("Write `{half}`, half-width.", half=half)
        self._report(start, end, say("`{text}` is written with full-width digits.", text=text), hint)
        if percent or decimal:
            return self._add("PERCENT" if percent else "DECIMAL", Decimal(half.rstrip("%")), start, end)
        return self._add("INT", int(half), start, end)

    def take_clock(self, text: str, start: int, end: int) -> int:
        clock = _clock(text)
        if clock is None:
            message = say("There is no clock time `{text}`.", text=text)
            self._report(start, end, message, say("It runs from 00:00 to 24:00."))
            return self._add(JUNK, text, start, end)
        if len(text) < 5:
            message = say("A clock time has four digits.")
            self._report(start, end, message, say("Write `{clock}`.", clock=clock))
        return self._add("CLOCK", clock, start, end)

    def take_date(self, text: str, start: int, end: int) -> int:
        digits, *clocks = text.split()
        year, month, day = (int(part) for part in re.split("[-/]", digits))
        value = _date(year, month, day)
        if value is None or value.year not in _YEARS:
            hint = say("A date is year-month-day: `2026-10-01`.")
            self._report(start, end, say("There is no date `{text}`.", text=digits), hint)
            value = date(2000, 1, 1)
        elif digits != value.isoformat():
            message = say("A date is written year-month-day.")
            self._report(start, end, message, say("Write `{date}`.", date=value.isoformat()))
        if clocks:
            return self._add("TIME", self._time(value, clocks[0], start, end), start, end)
        return self._add("DATE", value, start, end)

    def take_odd_date(self, text: str, start: int, end: int) -> int:
        numbers = [int(part) for part in re.findall("[0-9]+", text)]
        value = _odd_date(numbers)
        if len(numbers) == 2 or value is None:
            shown = (_SOME_YEAR, *numbers) if len(numbers) == 2 else (_SOME_YEAR, 10, 1)
            form = "-".join(f"{number:02}" for number in shown)
            hint = say("A date is year-month-day, all three in digits: `{date}`.", date=form)
        else:
            hint = say("Write `{date}`.", date=value.isoformat())
        self._report(start, end, say("A date is written year-month-day."), hint)
        return self._add("DATE", value or date(_SOME_YEAR, 1, 1), start, end)

    def _time(self, day: date, text: str, start: int, end: int) -> datetime:
        clock = _clock(text)
        if clock is None or clock.minutes == 24 * 60:
            message = say("There is no clock time `{text}` on a date.", text=text)
            self._report(start, end, message, say("It runs from 00:00 to 23:59."))
            clock = Clock(0)
        return datetime.combine(day, time()) + timedelta(minutes=clock.minutes)

    def take_string(self, _text: str, start: int, _end: int) -> int:
        literal = read_string(self._source, start)
        self._problems.extend(literal.problems)
        span = Span(self._source, start, literal.end)
        return self._add("STRING", Text(literal.value, literal.block, span=span), start, literal.end)

    def take_backticks(self, text: str, start: int, end: int) -> int:
        value = normalize("NFC", text[1:-1].strip())
        if _NAME.fullmatch(value) is None:
            hint = say("A name is made of letters, digits and `_`, and does not begin with a digit.")
            self._report(start, end, say("Between these backticks stands no name."), hint)
            return self._add(JUNK, text, start, end)
        return self._add(NAME, value, start, end)

    def take_wrong_quotes(self, text: str, start: int, end: int) -> int:
        message, span = say("Text stands between double quotes."), Span(self._source, start, end)
        if text.startswith("'''"):
            self._report(start, start + 3, message, say('Write `"""` before and behind it.'))
            return self._add("STRING", Text(text[3:-3], block=True, span=span), start, end)
        self._report(start, end, message, say('Write `"{text}"`.', text=text[1:-1]))
        return self._add("STRING", Text(text[1:-1], span=span), start, end)

    def take_stray(self, text: str, start: int, end: int) -> int:
        if text.isspace():
            return end
        meant = replacement(text)
        if meant is None:
            return self._junk(text, start, end)
        self._problems.append(stray(Span(self._source, start, end)))
        if meant == "\n":
            return self.take_newline(text, start, end)
        if meant.isalpha():
            return self._add(WORD, meant, start, end)
        return self._add("ORDER" if meant in _ORDER else meant, meant, start, end)

    def _junk(self, text: str, start: int, end: int) -> int:
        """Junk after junk on one line is reported once."""
        if self._junk_end is None or "\n" in self._source.text[self._junk_end : start]:
            self._problems.append(stray(Span(self._source, start, end)))
        self._junk_end = end
        return self._add(JUNK, text, start, end)


_READERS: Mapping[str, Callable[[_Tokeniser, str, int, int], int]] = {
    name: getattr(_Tokeniser, f"take_{name}") for name in _PATTERNS
}


def _clock(text: str) -> Clock | None:
    hours, minutes = (int(part) for part in re.split("[:：]", text))
    total = hours * 60 + minutes
    return Clock(total) if minutes < 60 and total <= 24 * 60 else None


def _odd_date(numbers: list[int]) -> date | None:
    """A date from its numbers in another order, when they leave only one."""
    if len(numbers) == 2:
        return None
    first, second, third = numbers
    if first > 31:
        return _date(first, second, third)
    if first > 12:
        return _date(third, second, first)
    return _date(third, first, second) if second > 12 or first == second else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
