"""Keys that are recorded and played again, a bounded number of them, until something is refused."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from textual import events

from agent_tui.domain.text import SafeText, plural, trusted

MOST_KEYS = 1000
"""Keys that are recorded, and that one playing presses, at most."""


class Macro:
    """Implements `agent_tui.commands.hands.Hands`. `say` tells that something was refused. The app tells each key
    (`pressed`) and, when it has been worked off, takes those that are to be played (`next`)."""

    def __init__(self, say: Callable[[SafeText], None]) -> None:
        self._say = say
        self._keys: list[events.Key] = []
        self._recording = False
        self._due: deque[events.Key] = deque()
        self._playing = False
        self._left_out = False
        self.ends_with = 1
        """How many keys the command that ends a recording has: they are not part of it."""

    @property
    def recording(self) -> bool:
        """Whether keys are recorded now."""
        return self._recording

    def record(self) -> SafeText:
        """Begin, or end; what to say."""
        if self._playing:
            self.stop()
            return trusted("played keys record nothing")
        if self._recording:
            self._recording = False
            if self.ends_with > 1:
                del self._keys[1 - self.ends_with :]
            return plural("{n} key is recorded", "{n} keys are recorded", n=len(self._keys))
        self._recording, self._keys = True, []
        return trusted("keys are recorded from now on")

    def replay(self) -> SafeText | None:
        """From the next turn on what was recorded is pressed; why not, where that cannot be."""
        if self._playing or self._recording:
            self.stop()
            self._left_out = True
            return trusted("a recording does not play itself")
        if not self._keys:
            return trusted("no keys were recorded")
        room = MOST_KEYS - len(self._due)
        self._due.extend(self._keys[:room])
        return None

    def pressed(self, key: events.Key, recording_before: bool) -> None:
        """A key was worked off; `recording_before`: whether it was pressed while keys were recorded."""
        left_out, self._left_out = self._left_out, False
        if self._playing or left_out or not (recording_before and self._recording):
            return
        if len(self._keys) < MOST_KEYS:
            self._keys.append(key)
        else:
            self._recording = False
            self._say(plural("recording ended at {n} key", "recording ended at {n} keys", n=MOST_KEYS))

    def next(self) -> events.Key | None:
        """The key to press now; None when all were."""
        self._playing = bool(self._due)
        if not self._due:
            return None
        key = self._due.popleft()
        return events.Key(key.key, key.character)  # an event is worked off once

    def stop(self) -> None:
        """Something was refused: no further key is pressed."""
        self._due.clear()
