"""What the workspaces of the benches share: agents only look, all see everything, and nothing is kept for later."""

from __future__ import annotations

from collections.abc import Callable

from agent_tui.domain.events import Event
from agent_tui.domain.model import Agent


class OnlyLookedAt:
    """The part of a workspace that publishes: `_callback` gets what happens once a desk server has subscribed."""

    def __init__(self) -> None:
        self._callback: Callable[[list[Event]], None] = lambda events: None

    async def replay(self, agent: Agent, after_seq: int, limit: int) -> list[Event] | None:
        return None

    def subscribe(self, callback: Callable[[list[Event]], None]) -> Callable[[], None]:
        self._callback = callback
        return lambda: None

    async def may_open(self, agent: Agent, case: str) -> bool:
        return True

    def visible(self, agent: Agent, event: Event) -> bool:
        return True

    login = "available"

    async def desk_came(self, agent: str, desk: str, begins: bool) -> None:
        return None

    async def desk_left(self, agent: str, desk: str) -> None:
        return None

    async def presence(self, agent: str, here: bool) -> None:
        return None
