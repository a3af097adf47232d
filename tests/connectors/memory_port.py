"""The hub's side of a connector, in memory: stores once per id, and can fail on command."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from agent_tui.backends.connectors.base import Bounce, CallReport, CallUpdate, DeliveryUpdate, Inbound


class MemoryPort:
    """`offered` counts every call, `stored` holds each message once. `fail_next`: so many stores raise first."""

    def __init__(self) -> None:
        self.stored: dict[str, Inbound] = {}
        self.offered = 0
        self.marks: dict[tuple[str, str], str] = {}
        self.bounces: list[Bounce] = []
        self.calls: list[CallUpdate] = []
        self.fail_next = 0
        self._changed = asyncio.Event()

    async def inbound(self, message: Inbound) -> bool:
        self.offered += 1
        if self.fail_next:
            self.fail_next -= 1
            raise OSError("disk full")
        if message.channel_id in self.stored:
            return False
        self.stored[message.channel_id] = message
        self._changed.set()
        return True

    async def original(self, account: str, channel_id: str) -> bytes | None:
        known = self.stored.get(channel_id)
        return known.raw if known is not None else None

    async def bounce(self, bounce: Bounce) -> None:
        self.bounces.append(bounce)
        self._changed.set()

    async def delivery(self, update: DeliveryUpdate) -> None: ...

    async def call(self, update: CallUpdate) -> None:
        self.calls.append(update)

    async def call_report(self, report: CallReport) -> None: ...

    async def load_mark(self, account: str, key: str) -> str:
        return self.marks.get((account, key), "")

    async def save_mark(self, account: str, key: str, value: str) -> None:
        self.marks[account, key] = value
        self._changed.set()

    async def until(self, true: Callable[[], bool], seconds: float = 60.0) -> None:
        """Wait for a state; TimeoutError when it does not come."""
        async with asyncio.timeout(seconds):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    @property
    def subjects(self) -> list[str]:
        return [message.subject for message in self.stored.values()]
