"""The desk's end of the line to the client in whose terminal it is drawn."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping

from agent_tui.resident import place


class TerminalLine:
    """What the client tells of its terminal, as calls of what a desk does on it: `winch`, `suspend`, `resume`,
    `hangup`, `end`. `fd`: the socket. Before there is a desk, a client that goes away ends its start."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._does: Mapping[str, Callable[[], None]] = {}

    def listen(self, does: Mapping[str, Callable[[], None]]) -> None:
        """Hear the client from now on, in the running loop."""
        self._does = does
        asyncio.get_running_loop().add_reader(self._fd, self._take)

    def _take(self) -> None:
        try:
            said = os.read(self._fd, 64)
        except OSError:
            said = b""
        if not said:
            asyncio.get_running_loop().remove_reader(self._fd)
            self._do("hangup")
        for number in said:
            word = bytes((number,))
            if word == place.SUSPEND:
                self._do("suspend")
                self.tell(place.SUSPENDED)
            elif word in _NAMES:
                self._do(_NAMES[word])

    def _do(self, name: str) -> None:
        if name in self._does:
            self._does[name]()

    def tell(self, words: bytes) -> None:
        """Say something to the client, which may have gone."""
        try:
            os.write(self._fd, words)
        except OSError:
            return


_NAMES = {place.WINCH: "winch", place.RESUME: "resume", place.HANGUP: "hangup", place.END: "end"}
