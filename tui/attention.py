"""Whether something has been on the screen for as long as eyes need: keys decide only on what was seen."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from textual.screen import Screen
from textual.timer import Timer

from engine.views.held import Item

_Mark = tuple[object, object]


@dataclass(slots=True)
class Attention:
    """`seconds`: how long eyes need. Of something that has another text by now, nothing has been seen."""

    screen: Screen[None]
    seconds: float
    _shown: _Mark | None = field(default=None, init=False)
    _seen: _Mark | None = field(default=None, init=False)
    _read: _Mark | None = field(default=None, init=False)
    _timer: Timer | None = field(default=None, init=False)

    def turn_to(self, one: Item | None) -> bool:
        """This is on the screen now, or nothing is. Whether it is another than before."""
        mark = None if one is None else _mark(one)
        if mark == self._shown:
            return False
        self._shown, self._seen = mark, None
        if self._timer is not None:
            self._timer.stop()
        if mark is not None:
            self.screen.call_after_refresh(partial(self._begin, mark))
        return True

    def has_seen(self, one: Item) -> bool:
        """Whether it was looked at for long enough."""
        return self._seen == _mark(one)

    def notice(self, one: Item) -> None:
        """It was."""
        self._seen = _mark(one)

    def has_read(self, one: Item, *, end: bool) -> bool:
        """Whether its end has been on the screen, as it is now if `end`: nobody lets words go that stand below it."""
        if end:
            self._read = _mark(one)
        return self._read == _mark(one)

    def _begin(self, mark: _Mark) -> None:
        end: Callable[[], None] = partial(self._end, mark)
        if self.seconds:
            self._timer = self.screen.set_timer(self.seconds, end)
        else:
            end()

    def _end(self, mark: _Mark) -> None:
        if mark == self._shown:
            self._seen = mark


def _mark(one: Item) -> _Mark:
    return one["id"], one.get("digest")
