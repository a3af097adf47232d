"""Who has a case open, and what they do there. Never stored, never in the log."""

from __future__ import annotations

from typing import Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.time import Ms

Doing = Literal["reading", "writing"]


@frozen
class Watcher:
    """A colleague at the same case. `channel`: on which they write, "" for a note. `since`: Ms by the server."""

    agent: str
    doing: Doing
    since: Ms
    channel: str = ""
