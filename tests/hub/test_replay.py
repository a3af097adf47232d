"""A desk that missed events ends where one that saw each live stands, wherever it was cut off."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent_tui.backends.connectors.base import Bounce, CallUpdate, SendResult
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.events import AgentChanged, CallChanged, CustomerChanged, Event, MessageAdded, MessageChanged
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.orders import Assign, Block, CallAction, Label, Note, Order, Reply, Resolve, Snooze, Spam
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MINUTE_MS, VirtualTime
from tests.hub.fakes import T0, Line, chat, mail
from tests.hub.test_facts import folds


@dataclass
class Fold:
    """What a desk knows from events alone."""

    seq: int = 0
    rows: dict[str, CaseRow] = field(default_factory=dict)
    messages: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        assert event.seq == self.seq + 1
        assert event.prev == self.seq
        self.seq = event.seq
        if event.row is not None:
            assert event.row.version >= event.seq
            known = self.rows.get(event.row.id)
            if known is None or known.version <= event.row.version:
                self.rows[event.row.id] = event.row
        match event.body:
            case MessageAdded(message=m):
                # delivery moves on by further events
                self.messages[m.id] = (m.case, m.kind, m.at, m.body, m.state, m.error)
                self.messages.setdefault(m.id, ())
            case MessageChanged(message=id, state=state, error=error):
                self.messages[id] = (*self.messages[id][:4], state, error)
            case CallChanged(call=call):
                self.things[call.id] = call
            case CustomerChanged(customer=customer):
                self.things[customer.id] = customer
            case AgentChanged(agent=agent):
                self.things[agent.id] = agent
            case _:
                pass


async def _play(folder: Path, steps: list[tuple[str, int, int]], cuts: list[int]) -> None:
    store = Store.open(folder, synchronous="OFF")
    time = VirtualTime(T0)
    noa = Operator(store, time, Ids(1)).add_agent("noa", "Noa", "agent", ("support",))
    answers = [SendResult("accepted"), SendResult("refused", reason="no"), SendResult("later"), SendResult("unknown")]
    line = Line("wa", "whatsapp", answers=[answers[n % 4] for _, n, _ in steps])
    workspace = Workspace(store, time, Ids(2), [line, Line("pbx", "phone")], inline=True)
    live = Fold()
    for event in await workspace.replay(noa, 0, 1000) or ():
        live.apply(event)

    def hear(events: list[Event]) -> None:
        for event in events:
            live.apply(event)

    workspace.subscribe(hear)
    await workspace.start()
    for n, step in enumerate(steps):
        await _step(workspace, time, noa, n, *step)
        for _ in range(3):
            await asyncio.sleep(0)
            while not workspace.idle():  # noqa: ASYNC110 - idleness has no event
                await asyncio.sleep(0)
    assert live.seq == workspace.head()
    for cut in [0, *cuts]:
        again = Fold()
        while again.seq < live.seq:
            # a part of the log, then whatever came since
            part = await workspace.replay(noa, again.seq, 1 + cut % 7)
            assert part
            for event in part:
                again.apply(event)
        assert again == live
    assert await workspace.replay(noa, live.seq, 10) == []
    assert await workspace.replay(noa, live.seq + 1, 10) is None
    assert await workspace.replay(noa, -1, 10) is None
    folds(store)
    await workspace.stop()


async def _step(workspace: Workspace, time: VirtualTime, noa: Agent, n: int, what: str, who: int, extra: int) -> None:
    port = workspace.port
    held = await workspace.replay(noa, 0, 10_000) or []
    cases = [event.row for event in held if event.row is not None]
    now = time.now()
    if what == "chat":
        await port.inbound(chat(f"w{n}", f"text {n}", address=f"+{who}", at=now - extra))
    elif what == "mail":
        await port.inbound(mail(f"<{n}@x>", address=f"u{who}@example.com", name=f"U{who}"[: 2 * (extra % 2)], at=now))
    elif what == "wait":
        time.advance_to_next(now + extra * MINUTE_MS)
    elif what == "call":
        state = ("ringing", "active", "ended")[extra % 3]
        await port.call(CallUpdate("pbx", f"ch{who}", state, now, address=f"+{who}"))  # type: ignore[arg-type]
    elif cases:
        row = cases[who % len(cases)]
        orders: dict[str, Order] = {
            "reply": Reply(row.id, "whatsapp", CustomerText(f"r{n}")),
            "note": Note(row.id, CustomerText(f"n{n}")),
            "assign": Assign(row.id, "noa" if extra % 2 else ""),
            "label": Label(row.id, add=(f"l{extra}",)),
            "snooze": Snooze(row.id, now + MINUTE_MS if extra % 2 else 0),
            "done": Resolve(row.id),
            "spam": Spam(row.id, bool(extra % 2)),
            "block": Block(row.id, bool(extra % 2)),
            "answer": CallAction(row.call.id if row.call else "", "answer"),
        }
        if what == "bounce":
            sent = [event.body.message.id for event in held if isinstance(event.body, MessageAdded)]
            if sent:
                await port.bounce(Bounce("wa", sent[who % len(sent)], "gone", now))
        else:
            await workspace.order(noa, f"c{n}", orders[what])


WHATS = [
    "chat",
    "mail",
    "wait",
    "call",
    "reply",
    "note",
    "assign",
    "label",
    "snooze",
    "done",
    "block",
    "spam",
    "answer",
    "bounce",
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=st.lists(st.tuples(st.sampled_from(WHATS), st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=25),
    cuts=st.lists(st.integers(0, 20), max_size=3),
)
def test_replay_ends_where_live_stands(steps: list[tuple[str, int, int]], cuts: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), steps, cuts))
