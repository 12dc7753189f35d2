"""The known name nearest to a misspelt one. Knows nothing of what the names stand for."""

from collections.abc import Iterable
from difflib import SequenceMatcher

_ALIKE = 0.67  # SequenceMatcher's ratio from which on a name is worth suggesting


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The most similar of the known names, or None when none is similar; ties go to the first in order."""
    best, best_ratio = None, _ALIKE
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(name.casefold())
    for candidate in sorted(set(known)):
        matcher.set_seq1(candidate.casefold())
        if matcher.real_quick_ratio() < best_ratio or matcher.quick_ratio() < best_ratio:
            continue
        ratio = matcher.ratio()
        if ratio > best_ratio or (best is None and ratio >= best_ratio):
            best, best_ratio = candidate, ratio
    return best
