"""A connector whose channel does what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from agent_tui.backends.connectors.base import ConnectorPort, Inbound, Outbound, SendResult
from agent_tui.domain.time import Ms

T0: Ms = 1_750_000_000_000


@dataclass
class Line:
    """One account. `answers` are given to sends in turn, then everything is accepted."""

    account: str = "mail"
    channel: str = "email"
    answers: list[SendResult] = field(default_factory=list)
    sent: list[Outbound] = field(default_factory=list)
    actions: list[tuple[str, str, str, str]] = field(default_factory=list)
    trouble: str = ""
    puts_through: bool = True
    put: list[tuple[str, str, str]] = field(default_factory=list)
    puts: list[SendResult] = field(default_factory=list)
    """Answers to what is put through, in turn; then it is done."""
    hold: asyncio.Event | None = None
    port: ConnectorPort | None = None

    async def start(self, port: ConnectorPort) -> None:
        self.port = port

    async def send(self, outbound: Outbound) -> SendResult:
        self.sent.append(outbound)
        if self.hold is not None:
            await self.hold.wait()
        return self.answers.pop(0) if self.answers else SendResult("accepted", outbound.channel_id)

    async def call_action(self, call_id: str, action: str, agent: str, keys: str) -> str:
        self.actions.append((call_id, action, agent, keys))
        return self.trouble

    async def put_through(self, call_id: str, giver: str, to: str) -> SendResult:
        self.put.append((call_id, giver, to))
        if self.hold is not None:
            await self.hold.wait()
        return self.puts.pop(0) if self.puts else SendResult("accepted")

    def health(self) -> str:
        return ""

    async def stop(self) -> None:
        return


def mail(
    channel_id: str,
    body: str = "Where is my lamp?",
    *,
    address: str = "dana@example.com",
    name: str = "Dana",
    at: Ms = T0,
    subject: str = "Lamp",
    references: tuple[str, ...] = (),
    auto: str = "",
    account: str = "mail",
) -> Inbound:
    return Inbound(
        account,
        "email",
        channel_id,
        "mailto",
        address,
        name,
        body,
        at,
        subject=subject,
        references=references,
        auto=auto,
    )


def chat(channel_id: str, body: str = "hi", *, address: str = "+972541", name: str = "Dana", at: Ms = T0) -> Inbound:
    return Inbound("wa", "whatsapp", channel_id, "wa", address, name, body, at, thread=address)


async def until(true: Callable[[], bool]) -> None:
    """Let the loop (and the hub's threads) go on until something holds; the test's own time limit ends a failure."""
    while not true():  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0.002)
