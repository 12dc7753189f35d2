"""Equal events of one file: which is the first, the second, the third. Exact, in at most 27 bytes a row.

A set of Python integers would take 90 bytes a row. This is a hash table with open addressing over an array:
digests are evenly spread by themselves.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence

from engine.storage.digests import contents, digest, identity_digest, twin_content
from engine.storage.values import Stored

_FULL = 0.6  # share of slots in use at which the table is doubled


def file_digests(kind: str, values: Mapping[str, Sequence[Stored]], twins: "Twins") -> list[int]:
    """The digests of some events of a file, by their own ids or by content and number among their equals.

    `values` by field, the event's own among them; `twins` has counted those before.
    """
    texts = contents(kind, values)
    digests = list(map(digest, texts))
    ids = values.get("id") or [None] * len(texts)
    for place, identity in enumerate(ids):
        if identity is not None:
            digests[place] = identity_digest(kind, str(identity))
    for place, twin in twins.count(digests).items():
        if ids[place] is None:
            digests[place] = digest(twin_content(texts[place], twin))
    return digests


class Twins:
    """Counts how often each digest has come. Digests are positive and below 2**63."""

    def __init__(self) -> None:
        self._slots = array("q", bytes(8 << 16))
        self._used = 0
        self._again: dict[int, int] = {}

    def count(self, digests: Iterable[int]) -> dict[int, int]:
        """How often each came before, by its place among those given; first ones are left out."""
        twins: dict[int, int] = {}
        slots, mask, room = self._slots, len(self._slots) - 1, self._room()
        for place, one in enumerate(digests):
            slot = one & mask
            while (held := slots[slot]) and held != one:
                slot = slot + 1 & mask
            if held:
                twins[place] = self._again[one] = self._again.get(one, 0) + 1
                continue
            slots[slot] = one
            room -= 1
            self._used += 1
            if room <= 0:
                self._double()
                slots, mask, room = self._slots, len(self._slots) - 1, self._room()
        return twins

    def _room(self) -> int:
        return int(len(self._slots) * _FULL) - self._used

    def _double(self) -> None:
        old = self._slots
        slots = self._slots = array("q", bytes(len(old) * 16))
        mask = len(slots) - 1
        for one in filter(None, old):
            slot = one & mask
            while slots[slot]:
                slot = slot + 1 & mask
            slots[slot] = one
