"""Whatever happens in whatever order: no case has two owners, nobody is given more than they can take or what they lack
the skill for, nobody who is not there is given anything, and nothing starves. Starts of the hub are among what happens.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agent_tui.backends.base import Acked
from agent_tui.domain.events import AgentChanged, CaseChanged
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.orders import Assign, Label, Order, Pull, Reply, Resolve
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MINUTE_MS
from tests.hub.queue_house import Queued, open_queued

T = TypeVar("T")

WEIGHTS = {"whatsapp": 1, "email": 2}
QUEUES = (
    QueueSetup(
        "chats",
        channels=("whatsapp",),
        label_needs=(("refund", "topic:refunds"),),
        overflow="rest",
        overflow_ms=5 * MINUTE_MS,
        sticky_ms=2 * MINUTE_MS,
        agents=("noa", "avi"),
    ),
    QueueSetup(
        "mails", mode="pull", channels=("email",), asks=("channel",), weights=(("email", 2),), agents=("avi", "ruth")
    ),
    QueueSetup("rest", agents=("ruth",), channels=("sms",)),
)
PEOPLE = (
    Agent("noa", "Noa", capacity=2),
    Agent("avi", "Avi", "supervisor", capacity=3, skills=("channel:email", "topic:refunds")),
    Agent("ruth", "Ruth", capacity=1),
)
AGENTS = st.sampled_from([agent.id for agent in PEOPLE])
STATES = st.sampled_from(["available", "available", "break", "offline"])


class Queues(RuleBasedStateMachine):
    """Customers write, agents come and go, take, answer, finish and put back."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.stack = AsyncExitStack()
        self.hub: Queued = self.run(self.stack.enter_async_context(self.opened()))
        self.checked = 0
        self.owner: dict[str, str] = {}
        self.rows: dict[str, CaseRow] = {}
        self.state: dict[str, str] = {}

    def opened(self) -> Any:
        return open_queued(Path(self.folder.name), *QUEUES, agents=PEOPLE)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def agent(self, id: str) -> Agent:
        return next(agent for agent in self.hub.operator.agents() if agent.id == id)

    def owned(self, agent: str) -> list[str]:
        rows = self.hub.told()
        return sorted(id for id, row in rows.items() if row.owner == agent and row.stage in ("us", "customer"))

    @rule(who=st.integers(1, 4), by=st.sampled_from(["whatsapp", "email"]))
    def writes(self, who: int, by: str) -> None:
        self.run(self.hub.writes(f"97250{who}", by=by))

    @rule(agent=AGENTS, state=STATES)
    def is_now(self, agent: str, state: str) -> None:
        self.run(self.hub.comes(agent, state))

    @rule(agent=AGENTS, what=st.sampled_from(["reply", "done", "back", "done"]))
    def works(self, agent: str, what: str) -> None:
        for id in self.owned(agent)[:1]:
            row = self.hub.row(id)
            orders: dict[str, Order] = {
                "reply": Reply(id, row.channel, CustomerText("soon")),
                "done": Resolve(id),
                "back": Assign(id),
            }
            self.run(self.hub.order(self.agent(agent), orders[what]))

    @rule(agent=AGENTS)
    def pulls(self, agent: str) -> None:
        self.run(self.hub.order(self.agent(agent), Pull("mails")))

    @rule(agent=AGENTS)
    def is_given_by_hand(self, agent: str) -> None:
        for id in [id for id, row in self.hub.told().items() if row.stage == "us"][:1]:
            self.run(self.hub.order(self.agent("avi"), Assign(id, agent)))

    @rule()
    def labels(self) -> None:
        for id in [id for id, row in self.hub.told().items() if row.stage == "us"][-1:]:
            self.run(self.hub.order(self.agent("avi"), Label(id, add=("refund",))))

    @rule(minutes=st.sampled_from([1, 4, 11]))
    def time_passes(self, minutes: int) -> None:
        self.run(self.hub.advance(minutes * MINUTE_MS))

    @rule()
    def the_hub_starts_again(self) -> None:
        self.run(self.hub.start_again())

    @invariant()
    def what_was_given_could_be_given(self) -> None:
        for event in self.hub.events[self.checked :]:
            body = event.body
            if isinstance(body, AgentChanged):
                self.state[body.agent.id] = body.agent.presence
            if isinstance(body, CaseChanged) and body.change == "assigned" and body.why is not None:
                self._given(event.case, body.detail, body)
            if event.row is not None:
                self.rows[event.case] = event.row
                self.owner[event.case] = event.row.owner
        self.checked = len(self.hub.events)

    def _given(self, case: str, agent: str, body: CaseChanged) -> None:
        why, row, who = body.why, self.rows[case], self.agent(agent)
        assert why is not None
        assert self.owner.get(case, "") == "", "a case that somebody had was given out"
        assert why.rule == "pulled" or self.state.get(agent) == "available"
        theirs = [one for one in self.rows.values() if one.owner == agent and one.stage == "us"]
        load = sum(WEIGHTS[one.channel] for one in theirs)
        assert load + min(WEIGHTS[row.channel], who.capacity) <= who.capacity, "above capacity"
        assert why.load == load
        assert set(why.needs) <= set(who.skills)
        if row.channel == "email":
            assert agent == "avi", "only Avi can write mails"
        if "refund" in row.labels and row.channel == "whatsapp":
            assert "topic:refunds" in who.skills

    def teardown(self) -> None:
        try:
            self.run(self._nothing_starves())
            self.what_was_given_could_be_given()
        finally:
            self.run(self.stack.aclose())
            self.loop.close()
            self.folder.cleanup()

    async def _nothing_starves(self) -> None:
        """Everybody works from now on, as they can: in the end nothing that they can do is left."""
        for agent in PEOPLE:
            await self.hub.comes(agent.id)
        for _ in range(40):
            for agent in PEOPLE:
                await self.hub.order(agent, Pull("mails"))
                for id in self.owned(agent.id):
                    assert isinstance(await self.hub.order(agent, Resolve(id)), Acked)
            await self.hub.advance(11 * MINUTE_MS)
            if not [row for row in self.hub.told().values() if row.stage == "us"]:
                return
        raise AssertionError("a case starves")


Queues.TestCase.settings = settings(
    max_examples=15,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestQueues = Queues.TestCase
