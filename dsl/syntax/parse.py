"""Text to tree. One pass, whatever the text holds: what cannot be read is reported and left out."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from dsl.diagnostics import Diagnostic
from dsl.source import Source, Span
from dsl.syntax import slips_anywhere, slips_in_conditions, slips_in_journeys, slips_in_scenarios
from dsl.syntax.braces import balance
from dsl.syntax.build import BUILDERS
from dsl.syntax.flaws import syntax
from dsl.syntax.grammar import Grammar, load_grammar
from dsl.syntax.lines import join_lines
from dsl.syntax.progress import Progress
from dsl.syntax.recovery import recover
from dsl.syntax.skipping import without_scenarios
from dsl.syntax.slips import retold
from dsl.syntax.tokens import MOST_PROBLEMS, MOST_TOKENS, Token, tokenise
from dsl.tree.statements import File
from dsl.wording import Phrase, say

_SLIPS = (
    *slips_in_scenarios.SLIPS,
    *slips_in_journeys.SLIPS,
    *slips_in_conditions.SLIPS,
    *slips_anywhere.SLIPS,
)

LARGEST = 1024 * 1024  # characters of a file


def parse(source: Source, *, scenarios: bool = True) -> tuple[File, tuple[Diagnostic, ...]]:
    """The tree of a rule file, with a `syntax` diagnostic for every mistake. Nothing is raised.

    Without `scenarios` they are left out unread, mistakes and all.
    """
    if len(source.text) > LARGEST:
        return _too_large(source, say("This file is larger than 1 MiB, the most that a rule file may hold."))
    taken = tokenise(source)
    if len(taken.tokens) > MOST_TOKENS:
        return _too_large(source, say("This file holds more than {most} words and signs.", most=MOST_TOKENS))
    balanced = balance(source, taken.tokens)
    lines = join_lines(source, balanced.tokens)
    tokens = lines.tokens if scenarios else without_scenarios(lines.tokens)
    progress = begin(source, tokens)
    while not progress.finished and len(progress.problems) < MOST_PROBLEMS:
        if not progress.step():
            recover(progress)
    file = progress.machine.result if progress.finished else None
    read = (*taken.problems, *balanced.problems, *lines.problems)
    built = (item for item in progress.machine.problems if not any(_within(one, item) for one in read))
    problems = tuple(retold((*_once(read, progress.problems), *built), _SLIPS))
    tree = file if isinstance(file, File) else File(source)
    return replace(tree, comments=taken.comments, lost=frozenset(progress.lost)), _sorted(source, problems)


def _once(read: Iterable[Diagnostic], parsed: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Of two mistakes at one place the one that says more: a sign is wrong by itself, a value by where it stands.

    What stands right behind a wrong sign was read by a guess at its meaning, so that nothing is said of it.
    """
    read, parsed = tuple(read), tuple(parsed)
    wrong = [item.span for item in read if not any(map(str.isalnum, item.span.text))]
    signs = {(span.start, span.end) for span in wrong}
    behind = {span.end for span in wrong}
    placed = {_place(item) for item in parsed} - signs
    yield from (item for item in read if _place(item) not in placed)
    yield from (item for item in parsed if _place(item) not in signs and item.span.start not in behind)


def _within(one: Diagnostic, other: Diagnostic) -> bool:
    """Whether one mistake lies inside what another is about, which may be right once it is mended."""
    return other.span.start <= one.span.start and one.span.end <= other.span.end


def _place(item: Diagnostic) -> tuple[int, int]:
    return item.span.start, item.span.end


def _too_large(source: Source, message: Phrase) -> tuple[File, tuple[Diagnostic, ...]]:
    return File(source), (syntax(Span(source, 0, 0), message, say("Split it into several files.")),)


def begin(source: Source, tokens: list[Token]) -> Progress:
    """A parse before its first step, of tokens whose braces pair and whose line ends are those of statements."""
    return Progress(_grammar(), source, tokens)


@cache
def _grammar() -> Grammar:
    return load_grammar(BUILDERS)


def _sorted(source: Source, problems: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """In the order of the text; past a limit only that there are more."""
    ordered = sorted(dict.fromkeys(problems), key=lambda problem: problem.span.start)
    if len(ordered) < MOST_PROBLEMS:
        return tuple(ordered)
    rest = ordered[MOST_PROBLEMS - 1].span
    more = syntax(
        Span(source, rest.start, rest.end), say("There are more mistakes after this one; mend these first.")
    )
    return (*ordered[: MOST_PROBLEMS - 1], more)
