"""Values without an order: texts, words of a choice, flags. Which of them are still possible."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from dsl.model.conditions import Compare, Cond, Const, Contains, OneOf, StartsWith, type_of
from dsl.reasoning.terms import ORDERED, is_value, plain


@dataclass(slots=True)
class _Possible:
    """What one value can be: one of `only` (None: any), none of `never`; what it contains and starts with, or not."""

    only: frozenset[object] | None = None
    never: set[object] = field(default_factory=set)
    tests: list[tuple[Cond, bool]] = field(default_factory=list)

    def allow(self, values: Iterable[object]) -> None:
        """Take in that the value is one of these."""
        self.only = frozenset(values) if self.only is None else self.only.intersection(values)

    def empty(self) -> bool:
        """Whether nothing is left."""
        if self.only is not None:
            return not any(value not in self.never and self._passes(value) for value in self.only)
        return self._tests_clash()

    def _passes(self, value: object) -> bool:
        return all(_passes(test, str(value)) is truth for test, truth in self.tests)

    def _tests_clash(self) -> bool:
        """Whether what the text starts with and contains leaves no text."""
        starts = [_wanted(test) for test, truth in self.tests if truth and isinstance(test, StartsWith)]
        longest = max(starts, key=len, default="")
        if not all(longest.startswith(start) for start in starts):
            return True
        held = [
            longest,
            *(_wanted(test) for test, truth in self.tests if truth and isinstance(test, Contains)),
        ]
        for test, truth in self.tests:
            if truth:
                continue
            wanted = _wanted(test)
            if isinstance(test, Contains) and any(wanted in text for text in held):
                return True
            if isinstance(test, StartsWith) and longest.startswith(wanted):
                return True
        return False


def _wanted(test: Cond) -> str:
    assert isinstance(test, (Contains, StartsWith))  # noqa: S101  # nothing else is kept as a test
    right = plain(test.right)
    return str(right.value) if isinstance(right, Const) else ""


def _passes(test: Cond, text: str) -> bool:
    wanted = _wanted(test)
    return text.startswith(wanted) if isinstance(test, StartsWith) else wanted in text


class Values:
    """The values that conditions compare for being the same."""

    def __init__(self) -> None:
        self._same: dict[Cond, Cond] = {}
        self._possible: dict[Cond, _Possible] = {}
        self._different: list[tuple[Cond, Cond]] = []
        self._wrong = False

    def unite(self, holding: Iterable[Cond]) -> None:
        """Take in first which values are the same."""
        for cond in holding:
            if isinstance(cond, Compare) and cond.operator == "=" and _unordered(cond):
                one, other = self._root(plain(cond.left)), self._root(plain(cond.right))
                if one != other and not isinstance(one, Const) and not isinstance(other, Const):
                    self._same[one] = other

    def hold(self, cond: Cond) -> None:
        """Take in a condition that holds."""
        match cond:
            case Compare(operator="=") if _unordered(cond):
                left, right = plain(cond.left), plain(cond.right)
                self._wrong |= (
                    isinstance(left, Const) and isinstance(right, Const) and left.value != right.value
                )
                for one, other in ((left, right), (right, left)):
                    if isinstance(one, Const) and not isinstance(other, Const):
                        self._of(other).allow((one.value,))
                    elif not isinstance(one, Const):
                        self._of(one)
            case OneOf(subject=subject, items=items) if not _has_spellings(subject):
                values = [item.value for item in map(plain, items) if isinstance(item, Const)]
                self._of(plain(subject)).allow(values)
            case Contains(left=left, right=right) | StartsWith(left=left, right=right):
                if isinstance(plain(right), Const) and not _has_spellings(left):
                    self._of(plain(left)).tests.append((cond, True))
            case _ if _is_flag(cond):
                self._of(cond).allow((True,))

    def fail(self, cond: Cond, known: Iterable[Cond]) -> None:
        """Take in a condition that fails; it says something of values that are known alone."""
        known = frozenset(known)
        match cond:
            case Compare(operator="=") if _unordered(cond):
                self._differ(plain(cond.left), plain(cond.right), known)
            case OneOf(subject=subject, items=items) if plain(subject) in known and not _has_spellings(
                subject
            ):
                values = [item.value for item in map(plain, items) if isinstance(item, Const)]
                self._of(plain(subject)).never.update(values)
            case Contains(left=left, right=right) | StartsWith(left=left, right=right):
                if plain(left) in known and isinstance(plain(right), Const) and not _has_spellings(left):
                    self._of(plain(left)).tests.append((cond, False))
            case _ if _is_flag(cond) and cond in known:
                self._of(cond).never.add(True)

    def possible(self) -> bool:
        """Whether every value can be something."""
        if self._wrong or any(self._root(one) == self._root(other) for one, other in self._different):
            return False
        return not any(one.empty() for one in self._possible.values())

    def _differ(self, left: Cond, right: Cond, known: frozenset[Cond]) -> None:
        self._wrong |= isinstance(left, Const) and isinstance(right, Const) and left.value == right.value
        for one, other in ((left, right), (right, left)):
            if isinstance(one, Const) and other in known:
                self._of(other).never.add(one.value)
        if left in known and right in known:
            self._different.append((left, right))

    def _root(self, term: Cond) -> Cond:
        while term in self._same:
            term = self._same[term]
        return term

    def _of(self, term: Cond) -> _Possible:
        root = self._root(term)
        found = self._possible.setdefault(root, _Possible())
        kind = type_of(term)
        if kind.kind == "choice" and kind.choices:
            found.allow(kind.choices)
        elif kind.kind == "flag":
            found.allow((True, False))
        return found


def _unordered(cond: Compare) -> bool:
    if type_of(cond.left).kind in ORDERED or _has_spellings(cond.left) or _has_spellings(cond.right):
        return False
    return is_value(plain(cond.left)) and is_value(plain(cond.right))


def _has_spellings(term: Cond) -> bool:
    """Whether two texts may be the same value: of those nothing is certain."""
    return type_of(term).kind in {"phone", "email"}


def _is_flag(cond: Cond) -> bool:
    return type_of(cond).kind == "flag" and is_value(cond) and not isinstance(cond, Const)
