"""Counting equal rows of one file."""

import random

from engine.imports.twins import Twins


def test_twin_counter() -> None:
    """Counting twins agrees with a plain dictionary, through every growth of the table."""
    draw = random.Random(7)  # noqa: S311  # a test
    counter, plain = Twins(), dict[int, int]()
    for _ in range(30):
        digests = [
            draw.randrange(1, 2**63) if draw.random() < 0.8 else draw.randrange(1, 50) for _ in range(5_000)
        ]
        wanted = {}
        for place, digest in enumerate(digests):
            if digest in plain:
                wanted[place] = plain[digest] = plain[digest] + 1
            else:
                plain[digest] = 0
        assert counter.count(digests) == wanted
