"""Whether what is looked at again and again is something else by now, and has come to rest."""

from __future__ import annotations


class Settled:
    """A stamp tells what stands there. It is to be read when two looks find the same that was not read yet: a file that
    is being written is empty at first."""

    def __init__(self) -> None:
        self._read: object = None
        self._seen: object = None

    def read(self, stamp: object) -> None:
        """What stood there with this stamp is read. Take it before reading, so that no change in between is missed."""
        self._read = stamp

    def again(self) -> None:
        """What was read counts as not read."""
        self._read = None

    def changed(self, stamp: object) -> bool:
        """One look: whether it is to be read."""
        if stamp == self._read or stamp != self._seen:
            self._seen = stamp
            return False
        return True
