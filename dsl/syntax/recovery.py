"""What happens at a token that cannot stand where it stands: one report in words, then on with the next stretch.

In order: a misspelt keyword is taken for what it resembles; a line that only ran on because the one before ends in
an operator stands for itself; a header with a clear keyword is read on inside its braces; else the stretch is given
up. Whatever was reported in a stretch, nothing more is said about it but further misspelt keywords.
"""

from collections.abc import Sequence

from dsl.near import nearest
from dsl.source import Span
from dsl.syntax.advice import advice
from dsl.syntax.automaton import accepted, after
from dsl.syntax.expected import beginning, either, expected, found, words_for
from dsl.syntax.forms import form, homes
from dsl.syntax.habits import meant_by, number_of
from dsl.syntax.progress import Item, Progress
from dsl.syntax.strays import JUNK
from dsl.syntax.tokens import END, NAME, NEWLINE, WORD, Token
from dsl.syntax.words import symbol_of
from dsl.units import UNITS
from dsl.wording import Hint, Phrase, say

_ENDS = frozenset({NEWLINE, "}", END})
_HEADERS = (("{",), (NAME, "{"), ("STRING", "{"))
_ODD = 3  # letters by which a misspelt keyword may be longer or shorter


def recover(progress: Progress) -> None:
    """Report the token that `step` refused, unless that was done, and make the parse go on."""
    item = progress.item
    if progress.is_stuck():
        # Such as a brace that closes nothing any more: whatever else happens, the text has an end.
        progress.index += 1
    elif item.discarded and progress.token.kind in (*_ENDS, ","):
        progress.drop()
        _go_on(progress)
    elif progress.machine.refused or progress.token.kind == JUNK:
        item.reported = True
        _skip(progress)
    elif not _substitute(progress):
        if item.reported:
            _skip(progress)
        else:
            _report_and_skip(progress)


def _report_and_skip(progress: Progress) -> None:
    if _split_lines(progress) or _misspelt_before(progress) or _enter_block(progress):
        return
    states = progress.before
    lacks_brace = progress.token.kind in _ENDS and after(progress.grammar, states, ("{",)) is not None
    complete = after(progress.grammar, states, (NEWLINE,)) is not None
    _report(progress)
    if lacks_brace:
        _skip_deeper_lines(progress)
    _skip(progress, keep=complete and not lacks_brace)


# ---- ways to read on


def _substitute(progress: Progress) -> bool:
    """Take a misspelt keyword for the one meant, when what follows agrees."""
    token, index = progress.token, progress.index
    if token.kind != WORD:
        return False
    near = _near_keyword(progress, progress.before, str(token.value))
    if near is None:
        return False
    tokens = progress.tokens
    tokens[index] = _written(token, near)
    if progress.walk(progress.machine.states, index, index + 2) is None:
        tokens[index] = token
        return False
    _report_word(progress, progress.before, index, near)
    return True


def _misspelt_before(progress: Progress) -> bool:
    """Whether the word before, taken for a name, was rather a misspelt keyword: `cuont(visit)`."""
    last = progress.index - 1
    if last < progress.item.first or progress.tokens[last].kind != WORD:
        return False
    token = progress.tokens[last]
    near = _near_keyword(progress, progress.earlier, str(token.value))
    if near is None or near == token.value:
        return False
    progress.tokens[last] = _written(token, near)
    fits = progress.walk(progress.earlier, last, progress.index + 1)
    progress.tokens[last] = token
    if fits is None:
        return False
    _report_word(progress, progress.earlier, last, near)
    _skip(progress)
    return True


def _written(token: Token, near: str) -> Token:
    """The token as it should have been written."""
    if near.isdigit():
        return token._replace(kind="INT", value=int(near))
    if near.isalpha():
        return token._replace(value=near)
    return token._replace(kind="ORDER" if near in ("<", ">") else near, value=near)


def _near_keyword(progress: Progress, states: list[int], word: str) -> str | None:
    symbols = accepted(progress.grammar, states)
    words = sorted(words_for(symbols))
    meant = meant_by(word, {*words, *symbols, *("<>" if "ORDER" in symbols else "")})
    number = number_of(word) if "INT" in symbols else None
    if meant is not None or number is not None:
        return meant or str(number)
    turned = next((known for known in words if sorted(known) == sorted(word)), None)
    near = turned or nearest(word, [known for known in words if abs(len(known) - len(word)) <= _ODD])
    return f"{near}s" if near in UNITS and word.endswith(("s", "z")) and f"{near}s" in words else near


def _report_word(progress: Progress, states: list[int], index: int, near: str) -> None:
    span = progress.span(index)
    message = _message(progress, states, index, span)
    progress.report(span, message, _did_you_mean(near, span.text))


def _split_lines(progress: Progress) -> bool:
    """Whether a line was only taken for the rest of the one before, which breaks off: `audience x =`."""
    first, index = progress.item.first, progress.index
    for place in range(index, first, -1):
        if progress.tokens[place].kind != WORD or not progress.begins_line(place):
            continue
        base = progress.base_states()
        symbol = symbol_of(progress.grammar.rows[base[-1]], progress.tokens, place)
        broken = progress.walk(base, first, place)
        enough = max(index, place + (symbol == NAME)) + 1
        if symbol is None or broken is None or progress.walk(base, place, enough) is None:
            continue
        if not _are_whole(progress.tokens[place:index]):
            continue
        end = progress.tokens[place - 1].end
        what = expected(progress.grammar, broken)
        message = say("Expected {what}, found the end of the line.", what=what)
        progress.report(Span(progress.source, end, end), message, _hint(progress))
        progress.tokens.insert(place, Token(NEWLINE, None, end, end))
        progress.drop()
        progress.index = place
        _go_on(progress)
        return True
    return False


def _are_whole(tokens: Sequence[Token]) -> bool:
    """Whether each brace among the tokens closes one of them."""
    depth = 0
    for token in tokens:
        depth += {"{": 1, "}": -1}.get(token.kind, 0)
        if depth < 0:
            return False
    return True


def _enter_block(progress: Progress) -> bool:
    """Read on inside the braces of a header that is wrong before them; the whole is left out of the tree."""
    brace = _brace_ahead(progress)
    if brace is None or progress.index == progress.item.first:
        return False
    for symbols in _HEADERS:
        if after(progress.grammar, progress.machine.states, symbols) is None:
            continue
        _report(progress)
        progress.lose()
        progress.item.discarded = True
        at = progress.tokens[brace]
        for symbol in symbols[:-1]:
            progress.machine.feed(symbol, None, at.start, at.start)
        progress.index = brace
        return True
    return False


def _brace_ahead(progress: Progress) -> int | None:
    for index in range(progress.index, len(progress.tokens)):
        kind = progress.tokens[index].kind
        if kind == "{":
            return index
        if kind in _ENDS:
            return None
    return None


# ---- giving up a stretch


def _skip(progress: Progress, *, keep: bool = False) -> None:
    """On to the end of the stretch. `keep`: what stands before is whole and stays in the tree."""
    item = progress.item
    if not keep:
        progress.drop()
    progress.index = _end_of_stretch(progress, progress.index)
    _skip_rest_of_it(progress)
    item.reported = True
    _go_on(progress)


def _end_of_stretch(progress: Progress, index: int) -> int:
    """The next separator or closing brace from there on, past the blocks between."""
    depth = 0
    while True:
        kind = progress.tokens[index].kind
        outside = depth == 0 and (kind in _ENDS or (kind == "," and _new_item(progress, index)))
        if outside or kind == END:
            return index
        depth += {"{": 1, "}": -1}.get(kind, 0)
        index += 1


def _new_item(progress: Progress, comma: int) -> bool:
    """Whether a comma in a block on one line begins another item: a keyword of the block must follow."""
    first = progress.item.first
    if len(progress.items) == 1 or progress.begins_line(first):
        return False
    base = progress.base_states()
    row = progress.grammar.rows[base[-1]]
    return NAME not in row and symbol_of(row, progress.tokens, comma + 1) in row


def _go_on(progress: Progress) -> None:
    """At the end of a stretch: take the separator even where there is nothing before it."""
    states, token = progress.machine.states, progress.token
    if token.kind in (NEWLINE, ",") and after(progress.grammar, states, (token.kind,)) is None:
        progress.index += 1
        progress.items[-1] = Item(len(states), progress.index)


def _skip_rest_of_it(progress: Progress) -> None:
    """Past the lines that stand further right and begin nothing: they went on with what was given up."""
    base = progress.base_states()
    row = progress.grammar.rows[base[-1]]
    margin = _indent(progress, progress.item.first)
    while progress.token.kind == NEWLINE and _indent(progress, progress.index + 1) > margin:
        if symbol_of(row, progress.tokens, progress.index + 1) in row:
            break
        progress.index = _end_of_stretch(progress, progress.index + 1)


def _skip_deeper_lines(progress: Progress) -> None:
    """Past the lines that stand further right: they belong to a block whose braces are both missing."""
    margin = _indent(progress, progress.item.first)
    while progress.token.kind == NEWLINE and _indent(progress, progress.index + 1) > margin:
        progress.index = _end_of_stretch(progress, progress.index + 1)


def _indent(progress: Progress, index: int) -> int:
    """How far the line of a token is indented."""
    text = progress.source.text
    line = text[text.rfind("\n", 0, progress.tokens[index].start) + 1 : progress.tokens[index].start]
    return len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())


# ---- words


def _report(progress: Progress) -> None:
    index = progress.index
    span = _place(progress)
    progress.report(span, _message(progress, progress.before, index, span), _hint(progress))


def _message(progress: Progress, states: list[int], index: int, span: Span) -> Phrase:
    """What could stand there, and what does."""
    token, what = progress.tokens[index], expected(progress.grammar, states)
    if index == progress.item.first and token.kind == WORD and beginning(progress.grammar, states):
        return say("No line begins with `{word}` here; expected {what}.", word=span.text, what=what)
    return say("Expected {what}, found {found}.", what=what, found=found(token, span.text))


def _place(progress: Progress) -> Span:
    """The token that cannot stand there; the end of the line before where the next one goes on with `and` or `or`."""
    index = progress.index
    if (
        index > progress.item.first
        and _word(progress, index) in ("and", "or")
        and progress.begins_line(index)
    ):
        end = progress.tokens[index - 1].end
        return Span(progress.source, end, end)
    return progress.span(index)


def _hint(progress: Progress) -> Hint:
    index, first = progress.index, progress.item.first
    known = _known_trap(progress.tokens, index, first)
    if known is not None:
        return known
    word, example = _word(progress, first), _example(progress)
    told = _advice(progress, example)
    if told or example is not None:
        return told or say("For example: `{example}`", example=example)
    if index > first:
        return ""
    return _home(word) or (_GO_ON if _indent(progress, first) > _indent(progress, max(first - 2, 0)) else "")


def _example(progress: Progress) -> str | None:
    """A line of the kind that this one begins as; none inside the expression of an audience or a value."""
    index, first = progress.index, progress.item.first
    word = _word(progress, first)
    block = _word(progress, progress.items[-2].first) if len(progress.items) > 1 else ""
    breaks_off = progress.tokens[index].kind in _ENDS or progress.begins_line(index)
    if (
        not block
        and not breaks_off
        and any(token.kind == "=" for token in progress.tokens[first : index - 1])
    ):
        return None
    if block == "scenario" and word == "at" and first < index:
        step = [_word(progress, place) for place in range(first, index + 1)]
        known = next((at for at, one in enumerate(step) if at and form(block, one)), None)
        if known is not None:
            return form(block, step[known], step[known + 1] if known + 1 < len(step) else "")
    return form(block, word, _word(progress, first + 1) if first < index else "")


def _known_trap(tokens: list[Token], index: int, first: int) -> Hint | None:
    """Commas and quotes that mean something else than they seem to."""
    before = [token.kind for token in tokens[max(first, index - 2) : index]]
    if tokens[index].kind == "," and before[-1:] == ["INT"] and tokens[index + 1].kind == "INT":
        return say("Large numbers are written without commas: `5000` or `5_000`.")
    if before[-1:] == ["STRING"] and tokens[index].start == tokens[index - 1].end:
        return say('A quote inside a text is written `\\"`; or put the whole text between `"""` and `"""`.')
    if "," in before:
        return say(
            "A list such as `one of a, b` takes the rest of its line; write what follows it on the next line."
        )
    return None


def _advice(progress: Progress, example: str | None) -> Hint:
    """By the word that stands there, or by what stands around it."""
    index = progress.index
    symbols = accepted(progress.grammar, progress.before)
    meant = meant_by(_word(progress, index), words_for(symbols))
    if meant is not None:
        return _did_you_mean(meant, _word(progress, index), example)
    before, span = progress.tokens[progress.item.first : index], progress.span(index)
    return advice(before, progress.tokens[index], span, symbols, example or "{ … }")


def _did_you_mean(word: str, instead_of: str, example: str | None = None) -> Phrase:
    if instead_of != word and instead_of.casefold() == word:
        return say("Words of the language are written in small letters: `{name}`.", name=word)
    if example is None:
        return say("Did you mean `{name}`?", name=word)
    return say("Did you mean `{name}`? For example: `{example}`", name=word, example=example)


_GO_ON = say(
    "A line goes on after an operator or a comma, or when the next one begins with `and`, `or` or `->`."
)


def _home(word: str) -> Hint:
    """Where a line belongs that begins with this word."""
    if form("", word):
        return say("`{word}` stands outside of all braces.", word=word)
    blocks = homes(word)
    if not blocks:
        return ""
    return say(
        "`{word}` stands inside {blocks}.", word=word, blocks=either(say("`{word}`", word=b) for b in blocks)
    )


def _word(progress: Progress, index: int) -> str:
    token = progress.tokens[index]
    return str(token.value) if token.kind == WORD else ""
