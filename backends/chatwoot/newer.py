"""Which message a desk had seen at a version of a row: this server has no log, so what it was told is kept here."""

from __future__ import annotations

from collections import OrderedDict

from agent_tui.backends.chatwoot.convert import Json, message_of

CASES = 500
VERSIONS = 200


class LastTold:
    """Of the cases that were spoken of last: (version, message id) in the order they were told. Ids grow."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, list[tuple[int, int]]] = OrderedDict()

    def told(self, case: str, version: int, message: str) -> None:
        """At this version the desk knows of this message."""
        if not message.isdigit():
            return
        known = self._told.setdefault(case, [])
        self._told.move_to_end(case)
        known.append((version, int(message)))
        del known[:-VERSIONS]
        while len(self._told) > CASES:
            self._told.popitem(last=False)

    def at(self, case: str, version: int) -> int | None:
        """The newest message that was told of by then; None when nothing is known."""
        return max((message for known, message in self._told.get(case, ()) if known <= version), default=None)


def newer(entries: list[Json], case: str, channel: str, after: int, me: str) -> bool:
    """Whether the customer, or another than me to the customer, wrote after that message."""
    for entry in entries:
        message = message_of({"conversation_id": case, **entry}, channel)
        if not message.id.isdigit() or int(message.id) <= after:
            continue
        if message.kind == "in" or (message.kind == "out" and message.author != me):
            return True
    return False
