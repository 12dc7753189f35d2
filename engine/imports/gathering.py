"""Batches of events cut anew, so that each holds its customers' neighbours: few pages of the index are written for it.

In a file of a million customers in any order, the rows of one batch lie far apart in the index by customer, and each
costs a page. Gathered by eight and cut by customer, eight neighbours share one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from engine.imports.converting import Columns
from engine.imports.preparing import Batch
from engine.imports.rows import CHUNK

GATHERED = 8
"""Batches gathered at once; they are all in memory, some 300 bytes a row."""

Numbers = Callable[[Sequence[str]], list[int]]


def gathered(batches: Iterator[Batch], numbers: Numbers) -> Iterator[Batch]:
    """The same rows, those of one customer still in their order; `numbers` tells customers' numbers."""
    waiting: list[Batch] = []
    for batch in batches:
        if waiting and (len(waiting) == GATHERED or batch.header != waiting[0].header):
            yield from _cut(waiting, numbers)
            waiting = []
        waiting.append(batch)
    yield from _cut(waiting, numbers)


def _cut(batches: list[Batch], numbers: Numbers) -> Iterator[Batch]:
    if len(batches) < 2:
        yield from batches
        return
    whole = _joined([batch.columns for batch in batches])
    owners = numbers(whole.values["customer"])  # type: ignore[arg-type]  # read as required texts
    whole = replace(whole, owners=owners)
    order = sorted(range(len(owners)), key=owners.__getitem__)
    read = sum(batch.read for batch in batches)
    for start in range(0, max(len(order), 1), CHUNK):
        part = replace(_chosen(whole, order[start : start + CHUNK]), bad=() if start else whole.bad)
        yield replace(batches[-1], columns=part, read=0 if start else read)


def _joined(parts: list[Columns]) -> Columns:
    return Columns(
        [number for part in parts for number in part.numbers],
        {name: [value for part in parts for value in part.values[name]] for name in parts[0].values},
        [row for part in parts for row in part.bad],
        [digest for part in parts for digest in part.digests],
    )


def _chosen(columns: Columns, order: list[int]) -> Columns:
    return Columns(
        list(map(columns.numbers.__getitem__, order)),
        {name: list(map(values.__getitem__, order)) for name, values in columns.values.items()},
        (),
        list(map(columns.digests.__getitem__, order)),
        list(map(columns.owners.__getitem__, order)),
    )
