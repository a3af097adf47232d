"""What the desk knows of one backend: the line, who I am there, and its directory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from agent_tui.backends.base import Capabilities
from agent_tui.desk.missed import Missed
from agent_tui.domain.model import Agent, Directory
from agent_tui.domain.orders import SavedDraft
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms


@dataclass(slots=True)
class BackendState:
    """`seq`: place in its log. `caught_up_to`: Ms of the last thing known before the last reconnect. `clock_skew`: the
    server's now minus ours, ms. `retry_at`: Ms of the next try. `refused`: it will not be tried again; `reason` says
    why.
    """

    id: str
    name: str
    me: Agent | None = None
    capabilities: Capabilities = field(default_factory=Capabilities)
    state: Literal["connecting", "up", "down", "refused"] = "connecting"
    reason: str = ""
    retry_at: Ms | None = None
    seq: int = 0
    caught_up_to: Ms | None = None
    clock_skew: int = 0
    directory: Directory = field(default_factory=Directory)
    held: tuple[SavedDraft, ...] | None = None
    """My drafts as the server has told them just now, of all my terminals; None once they were looked at."""
    held_known: bool = False
    held_moved: bool = False
    """A draft of mine changed since they were asked for: what is told may be older than that."""
    elsewhere: set[str] = field(default_factory=set)
    """Cases whose draft was written last at another terminal of mine."""
    incidents: dict[str, CustomerText] = field(default_factory=dict)
    """What incidents are called that this desk heard of."""
    missed: Missed | None = None
    """What happened while the line was down, until all of it has come."""
