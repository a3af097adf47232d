"""Keys for a page that is still being put together: they wait for it, in the order they came."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from textual import events


class TypedAhead:
    """`released` is called when the page stands and keys wait for it; `next` then gives one after the other."""

    def __init__(self) -> None:
        self.released: Callable[[], object] = lambda: None
        self._holding = False
        self._held: deque[events.Key | events.Paste] = deque()

    def begin(self) -> None:
        """A page comes."""
        self._holding = True

    def end(self) -> None:
        """It stands there."""
        self._holding = False
        if self._held:
            self.released()

    def hold(self, event: events.Key | events.Paste) -> bool:
        """Keep a key for the page to come; False when none does."""
        if self._holding:
            self._held.append(event)
        return self._holding

    def next(self) -> events.Key | events.Paste | None:
        """The first key that waited for what stands there now."""
        return self._held.popleft() if self._held and not self._holding else None
