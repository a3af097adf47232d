"""Builds what a demo stands on: a hub whose customers are a scenario's, with the days before the shift played."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from agent_tui.backends.base import Rejected
from agent_tui.backends.connectors.scenario.cards import card_sources
from agent_tui.backends.connectors.scenario.script import ColleagueTurn, Scenario
from agent_tui.backends.connectors.scenario.world import World
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.known_customers import know
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.config.guided_source import load_scripts
from agent_tui.config.hint_settings import load_hints
from agent_tui.config.problems import ConfigError
from agent_tui.config.reply_folder import ReplyFolder
from agent_tui.config.sla_source import load_sla
from agent_tui.domain.channels import channel
from agent_tui.domain.events import Event, TransferChanged
from agent_tui.domain.model import Agent, CaseRow, Sender
from agent_tui.domain.orders import AnswerTransfer, Assign, Label, Note, Order, Prioritise, Reply, Resolve, Snooze
from agent_tui.domain.queries import CasePage, CaseQuery, RowsPage, RowsQuery
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MS, TimeSource, VirtualTime
from agent_tui.domain.transfers import Transfer
from agent_tui.domain.views import Section


@dataclass(slots=True)
class Stage:
    """A running hub and its customers. `me`: the agent whose desk is shown."""

    scenario: Scenario
    workspace: Workspace
    world: World
    colleagues: Colleagues
    me: Agent

    def idle(self) -> bool:
        """Nothing happens until time passes or somebody presses a key."""
        return self.workspace.idle() and not self.world.busy() and not self.colleagues.busy()

    def play(self, after: float, until: float = float("inf")) -> None:
        """Schedule what customers and colleagues do at `after` <= second < `until`."""
        self.world.play(after, until)
        self.colleagues.play(after, until)

    async def close(self) -> None:
        self.world.stop()
        await self.workspace.stop()


class Colleagues:
    """The other agents of a scenario, who work through the hub like everybody else."""

    def __init__(self, scenario: Scenario, workspace: Workspace, time: TimeSource) -> None:
        self._scenario = scenario
        self._workspace = workspace
        self._time = time
        self._tasks: set[asyncio.Task[None]] = set()
        self._agents = {agent.id: Agent(agent.id, agent.name, agent.role, agent.teams) for agent in scenario.agents}

    def busy(self) -> bool:
        return bool(self._tasks)

    async def come(self) -> None:
        """Those who take what they are offered are here from now on."""
        takers = {one.id: one.takes for one in self._scenario.agents if one.takes and not one.me}
        for agent in takers:
            await self._workspace.presence(agent, here=True)

        def offered(events: list[Event]) -> None:
            for event in events:
                if isinstance(event.body, TransferChanged) and event.body.transfer.state == "offered":
                    held = event.body.transfer
                    if held.agent in takers:
                        self._time.call_later(takers[held.agent], self._do(partial(self._take, held)))

        self._workspace.subscribe(offered)

    def play(self, after: float, until: float) -> None:
        for index, turn in enumerate(self._scenario.colleagues):
            if after <= turn.at < until:
                due = self._scenario.start + round(turn.at * MS)
                self._time.call_later((due - self._time.now()) / MS, self._do(partial(self._act, index, turn)))

    def _do(self, work: Callable[[], Coroutine[None, None, None]]) -> Callable[[], None]:
        def go() -> None:
            task = asyncio.get_running_loop().create_task(work())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return go

    async def _take(self, held: Transfer) -> None:
        """What has become of it meanwhile is for the hub to say."""
        order = AnswerTransfer(held.case, held.id, "accept")
        await self._workspace.order(self._agents[held.agent], f"take-{held.id}", order, desk=f"{held.agent}-scenario")

    async def _act(self, index: int, turn: ColleagueTurn) -> None:
        agent = self._agents[turn.agent]
        row = await self._case_of(turn.customer, agent)
        if row is None:
            return
        conversation = await self._conversation(row, agent) if turn.does == "reply" else ""
        outcome = await self._workspace.order(agent, f"scenario-{index}", self._order(turn, row, conversation))
        if isinstance(outcome, Rejected):
            raise RuntimeError(f"scenario {self._scenario.name}: {turn.agent} {turn.does}: {outcome.message}")

    async def _case_of(self, customer: str, agent: Agent) -> CaseRow | None:
        name = next(person for person in self._scenario.people if person.id == customer)
        wanted = set(name.addresses.values())
        for stage in ("us", "customer", "later"):
            page = await self._workspace.query(agent, RowsQuery(Section("all", stage), limit=500))
            assert isinstance(page, RowsPage)
            for row in page.rows:
                if row.name.raw == name.name or row.name.raw in wanted:
                    return row
        return None

    async def _conversation(self, row: CaseRow, agent: Agent) -> str:
        page = await self._workspace.query(agent, CaseQuery(row.id))
        assert isinstance(page, CasePage) and page.detail is not None
        known = [each.id for each in page.detail.conversations if each.channel == row.channel]
        return known[-1] if known else ""

    def _order(self, turn: ColleagueTurn, row: CaseRow, conversation: str) -> Order:
        if turn.does == "reply":
            return Reply(row.id, row.channel, CustomerText(turn.text), conversation)
        if turn.does == "note":
            return Note(row.id, CustomerText(turn.text))
        if turn.does == "assign":
            return Assign(row.id, turn.text or turn.agent)
        if turn.does == "label":
            return Label(row.id, (turn.text,))
        if turn.does == "priority":
            return Prioritise(row.id, int(turn.text))
        if turn.does == "snooze":
            return Snooze(row.id, self._time.now() + int(turn.text) * MS)
        return Resolve(row.id)


def policy_of(scenario: Scenario, blob_url: str = "") -> HubPolicy:
    """What the scenario's hub is told: senders for each channel that its customers use, and its canned replies."""
    channels = sorted({key for person in scenario.people for key in person.addresses})
    senders = tuple(
        Sender(
            f"demo-{key}",
            key,
            scenario.brand,
            "service@nofar.example" if key == "email" else scenario.brand,
            scenario.brand,
            f"{scenario.me.name}, {scenario.brand}" if key == "email" else "",
        )
        for key in channels
        if channel(key).kind != "voice"
    )
    accounts = {f"demo-{key}": scenario.brand for key in channels}
    return HubPolicy(
        senders=senders,
        canned=_canned(scenario),
        account_brand=accounts,
        blob_url=blob_url,
        templates={f"demo-{key}": tuple(one for named, one in scenario.templates if named == key) for key in channels},
        cards=scenario.cards,
        hints=load_hints(),
    )


def _canned(scenario: Scenario) -> tuple[Canned, ...]:
    """Its canned replies. Raises ConfigError with what is wrong in its folder."""
    own = tuple(Canned(key, text) for key, text in scenario.canned)
    if scenario.replies is None:
        return own
    read = ReplyFolder(scenario.replies, taken=own).read()
    if read.problems:
        raise ConfigError(read.problems)
    return (*own, *read.replies)


async def play_the_past(scenario: Scenario, folder: Path, seed: int) -> None:
    """Everything before second 0, on virtual time as fast as it goes, into the database in `folder`."""
    if scenario.earliest == 0:
        return
    time = VirtualTime(scenario.start + round(scenario.earliest * MS))
    stage = await set_up(scenario, folder, time, seed, inline=True)
    stage.play(scenario.earliest, 0)
    while True:
        await settle(stage.idle)
        if not time.advance_to_next(scenario.start - 1):
            break
    await settle(stage.idle)
    await stage.close()


async def set_up(
    scenario: Scenario, folder: Path, time: TimeSource, seed: int, *, inline: bool, blob_url: str = ""
) -> Stage:
    """A hub on the database in `folder` (made if new), its customers silent until `play`."""
    world = World(scenario, time, seed)
    past = time.now() < scenario.start
    ids = Ids(seed * 2 + past)  # other ids than the past's, from the same seed
    store = Store.open(folder, check=False, synchronous="OFF" if inline else "FULL")
    if past or scenario.earliest == 0:
        operator = Operator(store, time, ids)
        for agent in scenario.agents:
            operator.add_agent(agent.id, agent.name, agent.role, agent.teams)
        for person in scenario.people:
            ways = [(channel(key).scheme, value) for key, value in person.addresses.items()]
            if len(ways) > 1:
                know(store, time, ids, person.name, ways, person.language, round(person.since * MS) or time.now())
    promised = load_sla(scenario.sla, scenario.sla.parent) if scenario.sla is not None else None
    policy = policy_of(scenario, blob_url)
    workspace = Workspace(
        store,
        time,
        ids,
        world.connectors(),
        policy,
        sla=promised,
        card_sources=card_sources(scenario),
        inline=inline,
    )
    if scenario.scripts is not None:
        await workspace.offer(load_scripts(scenario.scripts).usable)
    await workspace.start()
    me = scenario.me
    colleagues = Colleagues(scenario, workspace, time)
    if not past:
        await colleagues.come()
    return Stage(scenario, workspace, world, colleagues, Agent(me.id, me.name, me.role, me.teams))


async def settle(idle: Callable[[], bool]) -> None:
    """Let everything run that needs no time to pass."""
    quiet = 0
    while quiet < 3:
        await asyncio.sleep(0)
        quiet = quiet + 1 if idle() else 0
