"""What a hub serves: one log, its agents, cases and connectors, behind the few calls that a server needs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from agent_tui.backends.base import Acked, Outcome, QueryRefused, Rejected
from agent_tui.backends.connectors.base import Connector, ConnectorPort, Hook, PutsThrough, SendResult
from agent_tui.backends.connectors.cards.base import CardSource
from agent_tui.backends.hub import (
    alerts,
    announcing,
    calls,
    dialling,
    drafts,
    erasing,
    escalating,
    leases,
    orders,
    putting_through,
    queries,
    routing,
    sending,
    sight,
    transferring,
    turning,
    wrap_ups,
)
from agent_tui.backends.hub.access import Doorkeeper
from agent_tui.backends.hub.alarm import Alarm
from agent_tui.backends.hub.alerts import Alerts
from agent_tui.backends.hub.attendance import Attendance
from agent_tui.backends.hub.card_subject import Subject, subject
from agent_tui.backends.hub.cards import Cards
from agent_tui.backends.hub.digests import digest_of
from agent_tui.backends.hub.files import Blob, Files, LinkGrant
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.indexing import Indexer
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.port import Port
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.router import Router
from agent_tui.backends.hub.rules import RulesInForce, settle_rules
from agent_tui.backends.hub.scrubbing import Scrubber
from agent_tui.backends.hub.sending import Lane
from agent_tui.backends.hub.store import Store, StoreError, StoreFull, agents, brands, cases, ledger, log, outbound
from agent_tui.backends.hub.store import alerts as stored_alerts
from agent_tui.backends.hub.store import leases as stored_leases
from agent_tui.backends.hub.store import sla as stored_sla
from agent_tui.backends.hub.store import transfers as stored_transfers
from agent_tui.backends.hub.store.ledger import Answer
from agent_tui.backends.hub.suggested_replies import SuggestedReplies
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.wallboard import Boards
from agent_tui.backends.hub.wrap_ups import WrapUps
from agent_tui.backends.hub.writer import Committer, InlineWriter, ThreadWriter, Writer
from agent_tui.domain.brands import sees, sees_all
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.events import (
    AgentChanged,
    CallChanged,
    CaseChanged,
    ClockTurned,
    CustomerErased,
    DraftChanged,
    Event,
    LeaseChanged,
    MessageAdded,
    MessageChanged,
    RepliesChanged,
    TransferChanged,
)
from agent_tui.domain.guided.script import Script
from agent_tui.domain.model import Agent, Sender
from agent_tui.domain.orders import AnswerTransfer, CallAction, Dial, Order, Pull, SaveDraft, TransferCase, about_of
from agent_tui.domain.queries import (
    CardsPage,
    CardsQuery,
    LinkPage,
    LinkQuery,
    Page,
    Query,
    ShiftPage,
    ShiftQuery,
    SuggestPage,
    SuggestQuery,
    WallboardQuery,
)
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.sla.written import Sla
from agent_tui.domain.time import Ms, TimeSource

__all__ = ["Blob", "LinkGrant", "Workspace"]

T = TypeVar("T")
_LOGGER = logging.getLogger("agent_tui.hub")
_OVER = ("ended", "abandoned", "written-up")


class Workspace:
    """One workspace over one store. `inline`: everything happens on the loop, in call order (virtual-time runs);
    else one writer thread commits groups of jobs and readers have threads of their own. `hooks`: what takes alerts, by
    the name of their target; `posts`: what is told of cases that are done; `card_sources`: what cards are looked up
    at. Make it on a running loop.

    Raises nothing of its own from `order`: what cannot be done comes back as `Rejected`."""

    policy: HubPolicy
    """May be replaced (with `dataclasses.replace`) once the HTTP address is known."""

    def __init__(
        self,
        store: Store,
        time: TimeSource,
        ids: Ids,
        connectors: Sequence[Connector] = (),
        policy: HubPolicy | None = None,
        *,
        sla: Sla | None = None,
        hooks: Mapping[str, Hook] | None = None,
        posts: Mapping[str, Hook] | None = None,
        card_sources: Mapping[str, CardSource] | None = None,
        inline: bool = False,
    ) -> None:
        self._store = store
        self._time = time
        self._ids = ids
        self._inline = inline
        self._connectors = {connector.account: connector for connector in connectors}
        self.policy = _with_senders(policy or HubPolicy(), connectors)
        with store.read() as connection:
            committer = Committer(store, time, ids, log.read_head(connection))
            self._agents = {agent.id: agent for agent in agents.everyone(connection)}
        self._committer = committer
        self._sla = sla
        self._watched: dict[str, Callable[[], str]] = {}
        self._writer: Writer = (
            InlineWriter(committer, self._publish) if inline else ThreadWriter(committer, self._publish)
        )
        self._subscribers: dict[int, Callable[[list[Event]], None]] = {}
        self._next_subscriber = 0
        self._doors = Doorkeeper(store)
        self._files = Files(store, self._writer, time, ids, inline=inline)
        self._port = Port(store, self._writer, lambda: self.policy, self._channel_of, inline=inline)
        self._lanes = {
            connector.account: Lane(connector, store, self._writer, time, lambda: self.policy)
            for connector in connectors
        }
        self._alerts = Alerts(
            store, self._writer, time, lambda: self.policy, self._connectors, hooks or {}, self._spawn
        )
        self._cards = Cards(self.policy.cards, card_sources or {}, time, self._spawn)
        self._wrap_ups = WrapUps(store, self._writer, time, lambda: self.policy, posts or {}, self._spawn)
        self._suggested = SuggestedReplies(
            store, self._writer, time, lambda: self.policy, self._spawn, self._reading, inline=inline
        )
        self._indexer = Indexer(self._writer, time, self._spawn, inline=inline)
        self._wakes = Alarm(time, lambda: self._due(cases.next_wake), lambda: self._write(orders.wake), self._spawn)
        self._lease_ends = Alarm(
            time,
            lambda: self._due(stored_leases.next_end),
            lambda: self._write(leases.end_those_run_out),
            self._spawn,
        )
        self._lapses = Alarm(
            time,
            lambda: self._due(stored_transfers.next_due),
            lambda: self._write(partial(transferring.end_those_lapsed, policy=self.policy, memory=self._router.memory)),
            self._spawn,
        )
        self._turns = Alarm(
            time,
            lambda: self._due(stored_sla.next_turn),
            lambda: turning.turn(self._writer, lambda: self.policy),
            self._spawn,
        )
        self._scrubber = Scrubber(store, self._writer, time, self.head, self._spawn)
        self._router = Router(store, self._writer, time, self._spawn, lambda: self.policy.queues, inline=inline)
        self._boards = Boards()
        self._terminals: dict[str, set[str]] = {}
        self._attendance = Attendance(time, lambda: self.policy, self._writer.run, self._spawn)
        self._tasks: set[asyncio.Task[None]] = set()
        self._running = False

    @property
    def log(self) -> str:
        """Names the log; changes only when a store is restored."""
        return self._store.log

    def head(self) -> int:
        """The last seq that is on disk (and published, or about to be)."""
        return self._committer.published

    @property
    def port(self) -> ConnectorPort:
        """What connectors (of any account) hand things to."""
        return self._port

    @property
    def orders(self) -> tuple[str, ...]:
        """Names of the orders that this workspace carries out, for its capabilities."""
        return orders.ORDERS

    @property
    def cards(self) -> bool:
        """Whether the company's systems can be asked."""
        return bool(self._cards)

    def _channel_of(self, account: str) -> str:
        connector = self._connectors.get(account)
        return connector.channel if connector is not None else "phone"

    # life

    async def start(self) -> None:
        """Settle what a crash left (`sending` becomes `unknown`, nobody is connected), start connectors, sending and
        alarms."""
        await self._writer.run(lambda tx: _settle_crash(tx, self.policy))
        titles = self.policy.brand_titles
        await self._writer.run(lambda tx: _settle_brands(tx, titles))
        await self.govern(self._sla)
        self._running = True
        for lane in self._lanes.values():
            lane.start()
        for connector in self._connectors.values():
            await connector.start(self._port)
        self._alerts.tries.start()
        self._wrap_ups.tries.start()
        self._suggested.start()
        self._indexer.start()
        self._wakes.start()
        self._lease_ends.start()
        self._lapses.start()
        self._turns.start()
        self._scrubber.start()
        self._router.start()
        with self._store.read() as connection:
            self._attendance.start(agents.everyone(connection))

    async def stop(self) -> None:
        """Stop connectors, finish what is being written, close the store."""
        self._running = False
        self._alerts.tries.stop()
        self._wrap_ups.tries.stop()
        self._suggested.stop()
        self._indexer.stop()
        self._wakes.stop()
        self._lease_ends.stop()
        self._lapses.stop()
        self._turns.stop()
        self._scrubber.stop()
        self._router.stop()
        self._attendance.stop()
        for connector in self._connectors.values():
            await connector.stop()
        for lane in self._lanes.values():
            await lane.stop()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._alerts.tries.close()
        await self._wrap_ups.tries.close()
        await self._cards.stop()
        await self._writer.close()
        self._store.close()

    async def offer(self, scripts: Mapping[str, Script]) -> None:
        """From now on these guided scripts can be begun; what is run goes on with the version it began with."""
        self.policy = replace(self.policy, scripts=dict(scripts))

    async def govern(self, sla: Sla | None) -> None:
        """From now on cases are measured by this version of sla.toml, None for by none. What was breached under
        another one stays breached; every open case is measured anew, the ones that were due first at once."""
        queues = self.policy.queues
        rules = await self._writer.run(lambda tx: settle_rules(tx, sla, queues))
        before, self._committer.rules = self._committer.rules, rules
        missing = await self._reading(lambda: self._missing(rules)) if rules is not None else ""
        if missing:
            _LOGGER.error("what the rules name is not there: %s", missing)
        self.watch("rules", lambda: missing)
        if rules is None or (before is not None and before.in_force == rules.in_force):
            return
        # by whoever measured one by the rules of before, since they were written down
        await self._writer.run(lambda tx: stored_sla.measure_all(tx.connection) if rules.fresh else None)
        self._turns.set()

    async def stock(self, canned: tuple[Canned, ...]) -> None:
        """From now on these are the canned replies; desks are told. What rules name and is not there is looked for
        anew."""
        self.policy = self.policy.stocked(canned)
        version = self.policy.replies
        await self._writer.run(lambda tx: tx.append(RepliesChanged(version)))
        if (rules := self._committer.rules) is not None:
            missing = await self._reading(lambda: self._missing(rules))
            self.watch("rules", lambda: missing)

    def _missing(self, rules: RulesInForce) -> str:
        with self._store.read() as connection:
            return "; ".join(escalating.missing(connection, self.policy, rules.now))

    def idle(self) -> bool:
        """Nothing is being written, published or sent: only time or the outside can make something happen."""
        return not (self._writer.busy() or self._tasks or any(lane.busy() for lane in self._lanes.values()))

    def time_commits(self, observe: Callable[[float], None]) -> None:
        """`observe` gets the seconds of each group commit, from the writing thread."""
        self._committer.timed = observe

    def waiting(self) -> dict[str, int]:
        """Lengths of what waits: mails and messages to be sent, alerts to supervisors."""
        with self._store.read() as connection:
            return {"outbound": outbound.waiting(connection), "alerts": stored_alerts.TRIED.waiting(connection)}

    def health(self) -> dict[str, str]:
        """One line per connector and target of alerts, and for whatever else is watched; "" when it is well."""
        found = {account: connector.health() for account, connector in self._connectors.items()}
        found |= self._alerts.health() | self._wrap_ups.health()
        return found | {name: trouble for name, look in self._watched.items() if (trouble := look())}

    def watch(self, name: str, trouble: Callable[[], str]) -> None:
        """`health` says what is wrong with something else too, while anything is."""
        self._watched[name] = trouble

    # what happens

    def subscribe(self, callback: Callable[[list[Event]], None]) -> Callable[[], None]:
        """Call back on the loop with every committed batch of events, in seq order. Returns what ends it."""
        key = self._next_subscriber
        self._next_subscriber += 1
        self._subscribers[key] = callback

        def end() -> None:
            self._subscribers.pop(key, None)

        return end

    def visible(self, agent: Agent, event: Event) -> bool:
        """Whether this agent may see the event, by the brands that they are granted now."""
        return _sees(self._agents.get(agent.id, agent), event)

    async def may_open(self, agent: Agent, case: str) -> bool:
        """Whether the agent may see a case, and so who else has it open."""

        def read() -> bool:
            with self._store.read() as connection:
                return sight.sees_case(connection, agents.find(connection, agent.id) or agent, case)

        return await self._reading(read)

    async def replay(self, agent: Agent, after_seq: int, limit: int) -> list[Event] | None:
        """Events after a seq, in order, at most `limit`; None when the log cannot continue from there,
        as where the agent has been granted other brands since."""

        def read() -> list[Event] | None:
            with self._store.read() as connection:
                last, granted = log.read_head(connection), brands.granted_at(connection, agent.id)
                if not granted <= after_seq <= last:
                    return None
                me = agents.find(connection, agent.id) or agent
                at = after_seq
                while found := log.after(connection, at, limit):
                    seen = [event for event in found if _sees(me, event)]
                    if seen:
                        return seen
                    at = found[-1].seq
                return []

        return await self._reading(read)

    def _publish(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event.body, AgentChanged):
                self._agents[event.body.agent.id] = event.body.agent
        if self._running:
            self._follow(events)
        for callback in list(self._subscribers.values()):
            callback(events)

    def _follow(self, events: list[Event]) -> None:
        """Sending, wake-ups, queues and the search index go by what was committed, whoever asked for it."""
        self._indexer.wake()
        self._router.happened(events)
        if self._committer.rules is not None:
            self._turns.set()
        lanes: set[str] = set()
        if any(isinstance(event.body, LeaseChanged) and event.body.until for event in events):
            self._lease_ends.set()
        if any(isinstance(e.body, CallChanged) and e.body.call.state in _OVER for e in events):
            self._spawn(self._calls_over())
            self._wrap_ups.tries.wake()
        for event in events:
            self._attendance.follow(event)
            match event.body:
                case MessageAdded(message=message, conversation=thread) if message.kind == "out" and thread is not None:
                    lanes.add(thread.account)
                    self._suggested.wake()
                case MessageChanged(state="queued"):
                    lanes.update(self._lanes)
                case CaseChanged(change="snoozed" | "unblocked" | "not-spam"):
                    self._wakes.set()
                case TransferChanged():
                    self._lapses.set()
                case CaseChanged(change="resolved"):
                    self._wrap_ups.tries.wake()
                case CustomerErased():
                    self._scrubber.wake()
                    self._cards.forget()
                case ClockTurned(change="step"):
                    self._alerts.tries.wake()
                    if announcing.wanted(event):
                        self._spawn(self._announce(event))
                case _:
                    pass
        for account in lanes & self._lanes.keys():
            self._lanes[account].wake()

    def _due(self, read: Callable[[Connection], Ms | None]) -> Ms | None:
        with self._store.read() as connection:
            return read(connection)

    async def _write(self, job: Callable[[Tx], None]) -> None:
        await self._writer.run(job)

    async def _calls_over(self) -> None:
        with suppress(StoreError):  # the next call that ends asks again, and so does the next start
            await self._writer.run(lambda tx: leases.calls_over(tx, self.policy))

    async def _announce(self, event: Event) -> None:
        with self._store.read() as connection:
            said = announcing.announcement(connection, self.policy, event)
        if said is not None:
            await announcing.announce(self._connectors, said)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reading(self, read: Callable[[], T]) -> T:
        return read() if self._inline else await asyncio.to_thread(read)

    # agents

    async def authenticate(self, token: str) -> Agent | None:
        """The agent a bearer token belongs to; None for a wrong or revoked token or a disabled agent."""
        agent = await self._reading(lambda: self._doors.check(token))
        if agent is not None:
            self._agents[agent.id] = agent
        return agent

    async def access(self) -> object:
        """See `served.Served`. What the command line wrote into the log meanwhile is told to desks too."""
        access, head = await self._reading(self._doors.shut_out_and_head)
        if head > self.head():
            await self._writer.run(lambda tx: None)
        return access

    @property
    def login(self) -> str:
        """See `served.Served`."""
        return self.policy.login

    async def presence(self, agent: str, here: bool) -> None:
        """See `served.Served`."""
        if not here:
            self._router.left(agent)
        await self._attendance.present(agent, here)
        if here and (known := self._agents.get(agent)) is not None:
            self._router.came(known)

    async def desk_came(self, agent: str, desk: str, begins: bool) -> None:
        """A desk's first line is up: its leases stand. `begins`: it was started just now, so those of the agent's other
        desks come to it."""
        self._terminals.setdefault(agent, set()).add(desk)
        await self._quietly(lambda tx: leases.desk_came(tx, agent, desk, begins))

    async def desk_left(self, agent: str, desk: str) -> None:
        """A desk's last line broke: its leases stay for their grace."""
        self._terminals.get(agent, set()).discard(desk)
        await self._quietly(lambda tx: leases.desk_left(tx, self.policy, agent, desk))

    async def _quietly(self, job: Callable[[Tx], None]) -> None:
        with suppress(StoreError):  # a full disk: the next line of that desk tells it again
            await self._writer.run(job)

    async def order(self, agent: Agent, command_id: str, order: Order, fence: int = 0, desk: str = "") -> Outcome:
        """Carry out an order at most once per (agent, command id); returns when it is on disk. `desk`: the terminal it
        comes from, which a lease is held by."""
        policy = self.policy
        digest = digest_of(order)
        wanted: list[calls.Wanted] = []
        memory = self._router.memory
        planned: tuple[str, ...] = ()

        def job(tx: Tx) -> Answer:
            known = ledger.answered(tx.connection, agent.id, command_id)
            if known is not None:
                return known if known.digest in ("", digest) else _OTHER_ORDER
            me = agents.find(tx.connection, agent.id)
            if me is None:
                return Answer("", "disabled", "You may not work here any more: ask an administrator.")
            sight.check(tx.connection, policy, me, order)
            erasing.check(tx, order)
            if isinstance(order, SaveDraft):  # twice is once, and every pause of a typist needs no line of the ledger
                return Answer(drafts.save(tx, me, desk, order), "", "", digest)
            leases.guard(tx, me, desk, order, fence)
            if isinstance(order, CallAction):
                wanted.append(calls.act(tx, me, order))
                result = order.call
            elif isinstance(order, Dial):
                wanted.append(dialling.dial(tx, policy, me, order))
                result = wanted[0].call
            elif isinstance(order, Pull):
                result = routing.pull(tx, policy.queues, memory, me, order.queue, planned)
            elif isinstance(order, TransferCase):
                result = transferring.transfer(tx, policy, memory, me, desk, order)
            elif isinstance(order, AnswerTransfer):
                result, through = transferring.answer(tx, policy, memory, me, desk, order)
                wanted.extend([through] if through is not None else [])
            else:
                about_lease = leases.carry_out(tx, policy, me, desk, order)
                result = orders.carry_out(tx, policy, me, order) if about_lease is None else about_lease
            leases.followed(tx, me, desk, order, result, fence)
            answer = Answer(result, "", "", digest)
            ledger.record_answer(tx.connection, agent.id, command_id, tx.now, answer)
            return answer

        try:
            if isinstance(order, Pull):
                planned = await self._router.plan_pull(agent.id, order.queue)
            answer = await self._writer.run(job)
            if wanted:
                answer = await self._ask_exchange(agent, command_id, wanted[0], answer)
        except Refused as refused:
            answer = await self._refuse(agent, command_id, refused, order, digest)
        except routing.Overtaken:
            return await self.order(agent, command_id, order, fence, desk)
        except StoreFull as full:
            return Rejected(command_id, "disk-full", str(full))
        except StoreError as failed:
            return Rejected(command_id, "store", str(failed))
        if answer.code:
            return Rejected(command_id, answer.code, answer.message)
        return Acked(command_id, answer.result)

    async def _refuse(self, agent: Agent, command_id: str, refused: Refused, order: Order, digest: str) -> Answer:
        """Remember the refusal, so that the same id is always answered the same."""
        answer = Answer("", refused.code, refused.message, digest)

        def job(tx: Tx) -> Answer:
            known = ledger.answered(tx.connection, agent.id, command_id)
            if known is None:
                erasing.turned_away(tx, order)
                ledger.record_answer(tx.connection, agent.id, command_id, tx.now, answer, about_of(order))
            return known or answer

        try:
            kept = await self._writer.run(job)
            if refused.code == "erased":
                self._scrubber.wake()
            return kept
        except StoreError:
            return answer

    async def _ask_exchange(self, agent: Agent, command_id: str, wanted: calls.Wanted, answer: Answer) -> Answer:
        told = await self._told_exchange(agent, wanted)
        then: Callable[[Tx], str | None] | None
        match told.outcome:
            case "accepted":
                then = wanted.done
                if then is None:
                    return answer
            case "unknown":
                then = wanted.unknown
                answer = Answer("", "exchange-unknown", _NOBODY_KNOWS)
            case _:
                then = wanted.undo
                answer = Answer("", "exchange", f"The telephone exchange could not do it: {told.reason}")

        def job(tx: Tx) -> Answer:
            result = then(tx) if then is not None else None
            now = replace(answer, result=result) if result else answer
            if now.code or result:
                ledger.change_answer(tx.connection, agent.id, command_id, now, wanted.case)
            return now

        return await self._writer.run(job)

    async def _told_exchange(self, agent: Agent, wanted: calls.Wanted) -> SendResult:
        """What came of asking it, once."""
        connector = self._connectors.get(wanted.account)
        if connector is None:
            return SendResult("refused", reason=f"the account {wanted.account} is not served any more")
        if not wanted.to:
            problem = await connector.call_action(wanted.line, wanted.action, agent.id, wanted.keys)
            return SendResult("refused" if problem else "accepted", reason=problem)
        if not isinstance(connector, PutsThrough):
            return SendResult("refused", reason="it puts no calls through")
        return await connector.put_through(wanted.line, wanted.giver, wanted.to)

    # questions

    async def query(self, agent: Agent, query: Query) -> Page:
        """Answer a query. Raises backends.base.QueryRefused."""
        try:
            if isinstance(query, LinkQuery):
                return await self._link(agent, query)
            if isinstance(query, SuggestQuery):
                return SuggestPage(await self._suggested.of(agent, query), self.head())
            if isinstance(query, CardsQuery):
                return await self._told_cards(agent, query)
            asked = query

            def read() -> Page:
                with self._store.read() as connection:
                    return queries.answer(
                        connection, self.policy, agent, asked, self._time.now(), self._committer.rules
                    )

            if isinstance(query, WallboardQuery):
                seen = (self.policy.queues, frozenset(self._agents.get(agent.id, agent).brands))
                return await self._boards.page(seen, self._time.now(), lambda: self._reading(read))
            page = await self._reading(read)
            if isinstance(page, ShiftPage) and isinstance(query, ShiftQuery) and not query.agent:
                page = replace(page, terminals=max(1, len(self._terminals.get(agent.id, ()))))
            return page
        except StoreError as error:
            raise QueryRefused(str(error)) from error

    async def _told_cards(self, agent: Agent, query: CardsQuery) -> CardsPage:
        def read() -> Subject | None:
            with self._store.read() as connection:
                return subject(connection, agent, query.case)

        about = await self._reading(read)
        cards = await self._cards.of(about, wait=query.wait, again=query.again) if about is not None else ()
        if query.wait and cards and await self._reading(read) is None:
            cards = ()  # erased, or out of the agent's sight, while a system was asked
        return CardsPage(cards, self.head())

    async def _link(self, agent: Agent, query: LinkQuery) -> LinkPage:
        if not self.policy.blob_url:
            raise QueryRefused("This hub serves no files.")
        secret, expires = await self._files.make_link(agent, query, self.policy.link_ms)
        return LinkPage(f"{self.policy.blob_url}/links/{secret}", expires, self.head())

    # files

    async def put_blob(self, chunks: AsyncIterable[bytes], media: str = "", limit: int | None = None) -> Blob:
        """Keep a file; on disk when this returns. Raises store.BlobTooLarge or store.StoreFull."""
        return await self._files.put(chunks, media, limit)

    async def find_blob(self, blob: str, agent: Agent | None = None) -> Blob | None:
        """Size and type of a kept file; None too where `agent` may not see it."""
        return await self._files.find(blob, agent)

    def open_blob(self, blob: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a kept file, in chunks of 64 KiB. Raises KeyError for an unknown one."""
        return self._files.read(blob, start, length)

    async def take_link(self, token: str) -> LinkGrant | None:
        """Use up a one-time link; None when it is unknown, used or expired."""
        return await self._files.take_link(token)

    async def link_uploaded(self, grant: LinkGrant, blob: Blob, name: str) -> None:
        """A file came through an upload link: it appears in the case as a note with the file attached."""
        await self._files.link_uploaded(grant, blob, name)
        self._scrubber.wake()


def _sees(agent: Agent, event: Event) -> bool:
    if isinstance(event.body, DraftChanged):
        return event.by == agent.id
    return sees(agent, event.row.brand) if event.row is not None else sees_all(agent, event.brands)


_NOBODY_KNOWS = "The telephone exchange did not answer: look whether the call is with you or with them, and say so."
_OTHER_ORDER = Answer("", "id-reused", "Another order was given under this command id: give it anew under its own.")


def _settle_brands(tx: Tx, titles: Sequence[tuple[str, str]]) -> None:
    """What was stored before agents were granted brands: titles become short names, and rows are of one brand."""
    brands.call_by_name(tx.connection, titles)
    tx.regroup(brands.mixed(tx.connection))


def _settle_crash(tx: Tx, policy: HubPolicy) -> None:
    """After a start nobody is connected, and nothing is being sent."""
    sending.settle_crash(tx)
    dialling.settle_crash(tx)
    putting_through.settle_crash(tx, policy)
    alerts.settle_crash(tx)
    wrap_ups.settle_crash(tx)
    leases.hub_started(tx, policy)


def _with_senders(policy: HubPolicy, connectors: Sequence[Connector]) -> HubPolicy:
    """Every text account can be written from, named by the configuration or not."""
    named = {sender.account for sender in policy.senders}
    more = tuple(
        Sender(connector.account, connector.channel, policy.account_brand.get(connector.account, ""), "")
        for connector in connectors
        if connector.account not in named and profile_of(connector.channel).kind != "voice"
    )
    senders = (*policy.senders, *more)
    written = policy.templates
    lines = tuple((one.account, one.channel) for one in connectors if profile_of(one.channel).kind == "voice")
    senders = tuple(replace(one, templates=written.get(one.account, ())) for one in senders)
    able = frozenset(one.account for one in connectors if isinstance(one, PutsThrough) and one.puts_through)
    return replace(policy, senders=senders, lines=lines, puts_through=able)
