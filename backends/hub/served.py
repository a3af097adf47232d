"""What the desk server needs of the workspace that it serves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from agent_tui.backends.base import Outcome
from agent_tui.domain.events import Event
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import Order
from agent_tui.domain.queries import Page, Query


class Served(Protocol):
    """One log and those who may read it. `backends.hub.workspace.Workspace` is one."""

    @property
    def log(self) -> str: ...

    @property
    def orders(self) -> tuple[str, ...]:
        """Names of the orders that it carries out; told to desks."""
        ...

    @property
    def cards(self) -> bool:
        """Whether the company's systems can be asked about customers."""
        ...

    def head(self) -> int:
        """The last seq on disk (published, or about to be)."""
        ...

    async def authenticate(self, token: str) -> Agent | None: ...

    async def access(self) -> object:
        """Another value than before when a token was revoked or an agent disabled since; asked often, so cheap."""
        ...

    async def order(self, agent: Agent, command_id: str, order: Order, fence: int = 0, desk: str = "") -> Outcome:
        """Returns when it is on disk; at most once per (agent, command id). `desk`: the terminal it comes from."""
        ...

    async def desk_came(self, agent: str, desk: str, begins: bool) -> None:
        """A desk's first line is up; `begins`: it was started just now."""
        ...

    async def desk_left(self, agent: str, desk: str) -> None:
        """A desk's last line broke."""
        ...

    async def query(self, agent: Agent, query: Query) -> Page:
        """Raises backends.base.QueryRefused."""
        ...

    async def replay(self, agent: Agent, after_seq: int, limit: int) -> list[Event] | None:
        """Events after a seq, oldest first; [] when there are none, None when the log cannot continue from there."""
        ...

    def subscribe(self, callback: Callable[[list[Event]], None]) -> Callable[[], None]:
        """Every committed batch, in seq order, on the loop."""
        ...

    def visible(self, agent: Agent, event: Event) -> bool: ...

    async def may_open(self, agent: Agent, case: str) -> bool:
        """Whether the agent may see a case, and so who else has it open."""
        ...

    @property
    def login(self) -> str:
        """The presence that a shift begins with."""
        ...

    async def presence(self, agent: str, here: bool) -> None:
        """An agent's first desk is connected, or the line of the last one broke."""
        ...
