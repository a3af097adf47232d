"""Joined and parted in any order and in the midst of work, customers end as a twin hub has them in which those joins
never were; nothing is lost, and a desk that was cut off anywhere ends with the same rows.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from agent_tui.backends.base import Acked
from agent_tui.backends.connectors.base import Bounce, CallUpdate, DeliveryUpdate, Outbound, SendResult
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.measuring import Known, measure
from agent_tui.backends.hub.store import Store, cases, facts, people
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.events import Event
from agent_tui.domain.filing import unmeasured
from agent_tui.domain.known_as import ITSELF
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.orders import (
    Assign,
    CallAction,
    JoinCustomers,
    Label,
    MakePromise,
    MarkRead,
    MarkUnread,
    Note,
    PartCustomers,
    Prioritise,
    Reopen,
    Reply,
    Resolve,
    SettlePromise,
    Snooze,
    Spam,
)
from agent_tui.domain.sla.policies import Fit, Policy, Target, Warn
from agent_tui.domain.sla.written import Sla
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MINUTE_MS, VirtualTime
from agent_tui.domain.told import traits_of
from tests.hub.fakes import T0, Line, chat, mail
from tests.hub.test_replay import Fold

WHO = 4
Step = tuple[str, int, int]
Deed = Callable[["World"], Any]


class Wayward(Line):
    """A line whose answer to a send follows from its words, so that two hubs get the same."""

    async def send(self, outbound: Outbound) -> SendResult:
        n = int("".join(c for c in outbound.body if c.isdigit()) or 0)
        return (
            SendResult("accepted", outbound.channel_id),
            SendResult("refused", reason="no"),
            SendResult("unknown"),
            SendResult("accepted", outbound.channel_id),
        )[n % 4]


@dataclass
class World:
    """A hub, and its cases by number: two hubs in which the same happens give them the same numbers."""

    workspace: Workspace
    store: Store
    time: VirtualTime
    noa: Agent
    live: Fold = field(default_factory=Fold)
    orders: Any = field(default_factory=lambda: count())

    @classmethod
    async def open(cls, folder: Path, sla: Sla | None = None) -> World:
        store = Store.open(folder, synchronous="OFF")
        time = VirtualTime(T0)
        noa = Operator(store, time, Ids(1)).add_agent("noa", "Noa", "agent", ("support",))
        lines = [Wayward("wa", "whatsapp"), Wayward(), Line("pbx", "phone")]
        workspace = Workspace(store, time, Ids(2), lines, sla=sla, inline=True)
        world = cls(workspace, store, time, noa)
        for event in await workspace.replay(noa, 0, 1000) or ():
            world.live.apply(event)

        def hear(events: list[Event]) -> None:
            for event in events:
                world.live.apply(event)

        workspace.subscribe(hear)
        await workspace.start()
        return world

    async def settle(self) -> None:
        for _ in range(3):
            await asyncio.sleep(0)
            while not self.workspace.idle():  # noqa: ASYNC110 - idleness has no event
                await asyncio.sleep(0)

    async def advance(self, ms: int) -> None:
        end = self.time.now() + ms
        while self.time.advance_to_next(end):
            await self.settle()

    async def order(self, order: Any) -> Any:
        outcome = await self.workspace.order(self.noa, f"c{next(self.orders)}", order)
        await self.settle()
        return outcome

    def numbers(self) -> dict[int, str]:
        with self.store.read() as connection:
            return {
                number: id for id, number in connection.exec_driver_sql("SELECT id, number FROM cases ORDER BY number")
            }

    def parts(self, number: int) -> list[int]:
        """Numbers of the cases of the row that a case is in, the one that leads it first."""
        ids = self.numbers()
        of = {id: number for number, id in ids.items()}
        with self.store.read() as connection:
            head = cases.head_of(connection, ids[number])
            held = sorted(cases.parts(connection, head), key=lambda id: id != head)
        return [of[id] for id in held]

    def owner(self, number: int) -> str:
        return self.shown(self.numbers()[number]).owner

    def shown(self, id: str) -> CaseRow:
        with self.store.read() as connection:
            found = cases.find_row(connection, id)
            assert found is not None
            return found[0]

    def message(self, body: str) -> str:
        with self.store.read() as connection:
            wanted = "SELECT message_id FROM message_text WHERE body = ?"
            return str(connection.exec_driver_sql(wanted, (body,)).scalar() or "")

    def thread(self, number: int) -> tuple[str, str]:
        """A conversation of the case, and its channel."""
        with self.store.read() as connection:
            wanted = (
                "SELECT id, channel FROM conversation WHERE case_id = ? AND channel != 'phone' ORDER BY started, id"
            )
            row = connection.exec_driver_sql(wanted, (self.numbers()[number],)).first()
        return (row[0], row[1]) if row is not None else ("", "")

    def case_of_promise(self, id: str) -> str:
        with self.store.read() as connection:
            return str(connection.exec_driver_sql("SELECT case_id FROM promise WHERE id = ?", (id,)).scalar())

    def customer(self, who: int) -> str:
        with self.store.read() as connection:
            for scheme, value in _addresses(who):
                known = people.find_address(connection, scheme, value)
                if known is not None:
                    return known.customer
        return ""

    def picture(self) -> dict[int, Any]:
        """All that can be seen of each case, in words that two hubs share."""
        ids = self.numbers()
        of = {id: number for number, id in ids.items()}
        found: dict[int, Any] = {}
        with self.store.read() as connection:
            held = connection.exec_driver_sql("SELECT message_id, body FROM message_text")
            words: dict[str, str] = {row[0]: row[1] for row in held}
            for number, id in ids.items():
                row = cases.find_row(connection, id)
                record = cases.find(connection, id)
                assert row is not None
                assert record is not None
                owed = row[0].promise.id if row[0].promise is not None else ""
                # who they are at this hub is another name at its twin
                known = tuple(digest for digest in row[0].known_as if digest[0] != ITSELF)
                shown = replace(row[0], id="", customer="", version=0, call=None, promise=None, known_as=known)
                talk = connection.exec_driver_sql(
                    "SELECT t.body, m.kind, m.state, m.at FROM message m JOIN message_text t ON t.message_id = m.id "
                    "WHERE m.case_id = ? ORDER BY m.at, t.body",
                    (id,),
                ).all()
                calls = connection.exec_driver_sql(
                    "SELECT channel_id, state FROM call WHERE case_id = ? ORDER BY channel_id", (id,)
                ).all()
                states = [
                    replace(
                        state,
                        call="",
                        failed=tuple(sorted(words[m] for m in state.failed)),
                        answers=tuple(words[m] for m in state.answers),
                    )
                    for state in (record.state, record.view)
                ]
                plain = unmeasured(record.state), unmeasured(record.view)
                assert facts.fold(connection, id) == plain
                head = of[record.head] if record.head else 0
                clocks = connection.exec_driver_sql(
                    'SELECT metric, started, due, within, state, ended, "by", policy FROM sla_clock '
                    "WHERE case_id = ? ORDER BY started, metric",
                    (id,),
                ).all()
                told = [[tuple(row) for row in rows] for rows in (talk, calls, clocks)]
                found[number] = (shown, owed, head, states, told)
        return found

    def clocks_are_true(self) -> None:
        """Each case shows what its facts say now, and is looked at again when that changes next."""
        rules = self.workspace._committer.rules
        with self.store.read() as connection:
            for id in self.numbers().values():
                record = cases.find(connection, id)
                assert record is not None
                if rules is None:
                    continue
                kept, known = facts.kept(connection, id), Known.read(record.sla)
                traits = traits_of(record.row, ())
                now = measure(rules, kept, traits, "", known, self.time.now())
                assert record.view.promised == now.promised
                assert record.view.governed == now.governed
                assert record.turn == now.turn
                assert known == now.known
                assert not now.due


def _addresses(who: int) -> list[tuple[str, str]]:
    return [("wa", f"+{who}")] if who % 2 else [("mailto", f"u{who}@example.com")]


@dataclass
class Script:
    """What is done in the hub with joins, and what of it is done in the twin."""

    twin: list[Deed] = field(default_factory=list)
    joins: dict[str, int] = field(default_factory=dict)
    """Joins in force, by id: place in `twin` of what makes them there."""

    async def both(self, world: World, deed: Deed) -> None:
        self.twin.append(deed)
        await deed(world)

    async def part(self, world: World, id: str) -> None:
        assert isinstance(await world.order(PartCustomers(id)), Acked)
        self.twin[self.joins.pop(id)] = _nothing


async def _nothing(world: World) -> None:
    return


async def _step(script: Script, world: World, n: int, what: str, who: int, extra: int) -> None:
    at = world.time.now()
    if what in ("write", "late"):
        late = extra * MINUTE_MS if what == "late" else 0
        got = (
            chat(f"w{n}", f"said {n}", address=f"+{who}", at=at - late)
            if who % 2
            else mail(f"<{n}@x>", f"said {n}", address=f"u{who}@example.com", name=f"U{who}", at=at - late)
        )
        await script.both(world, lambda w: w.workspace.port.inbound(got))
    elif what == "wait":
        await script.both(world, lambda w: w.advance((1, 30, 60, 60 * 24, 60 * 80)[extra % 5] * MINUTE_MS))
    elif what == "call" and who % 2:
        state: Any = ("ringing", "active", "ended")[extra % 3]
        update = CallUpdate("pbx", f"ch{who}-{n // 6}", state, at, scheme="wa", address=f"+{who}")
        await script.both(world, lambda w: w.workspace.port.call(update))
    elif what == "join":
        await _join(script, world, who, extra % WHO)
    elif what == "part":
        held = list(script.joins)
        if held:
            await script.part(world, held[extra % len(held)])
    elif what in ("bounce", "arrived"):
        body = f"reply {extra}"
        if what == "bounce":
            await script.both(
                world, lambda w: w.workspace.port.bounce(Bounce(*_sent(w, body), "gone", at, True, f"r{n}"))
            )
        else:
            await script.both(
                world, lambda w: w.workspace.port.delivery(DeliveryUpdate(*_sent(w, body), "delivered", at))
            )
    elif world.numbers():
        numbers = list(world.numbers())
        await _order(script, world, n, what, numbers[who % len(numbers)], extra)
    await world.settle()


def _sent(world: World, start: str) -> tuple[str, str]:
    with world.store.read() as connection:
        wanted = (
            "SELECT m.account, m.channel_id FROM message m JOIN message_text t ON t.message_id = m.id "
            "WHERE m.kind = 'out' AND t.body LIKE ? ORDER BY t.body LIMIT 1"
        )
        row = connection.exec_driver_sql(wanted, (f"{start}%",)).first()
    return (row[0], row[1]) if row is not None else ("wa", "none")


async def _join(script: Script, world: World, one: int, other: int) -> None:
    if not world.customer(one) or not world.customer(other):
        return
    outcome = await world.order(JoinCustomers(world.customer(one), world.customer(other)))
    if isinstance(outcome, Acked):
        script.joins[outcome.result] = len(script.twin)
        script.twin.append(lambda w: w.order(JoinCustomers(w.customer(one), w.customer(other))))


async def _order(script: Script, world: World, n: int, what: str, number: int, extra: int) -> None:
    """An order on a row, and the same in the twin to each case that it reached."""
    leader, *others = world.parts(number)
    reached = [leader, *others]
    at = world.time.now()
    until = at + MINUTE_MS * 30 if extra % 2 else 0

    def each(make: Callable[[str], Any], numbers: list[int]) -> Deed:
        async def deed(w: World) -> None:
            for one in numbers:
                await w.order(make(w.numbers()[one]))

        return deed

    to_all: dict[str, Callable[[str], Any]] = {
        "done": Resolve,
        "reopen": Reopen,
        "read": MarkRead,
    }
    to_leader: dict[str, Callable[[str], Any]] = {
        "unread": MarkUnread,
        "note": lambda id: Note(id, CustomerText(f"note {n}")),
        "assign": lambda id: Assign(id, "noa" if extra % 2 else ""),
        "label": lambda id: Label(id, (f"l{extra}",)),
        "urgent": lambda id: Prioritise(id, extra % 4),
        "promise": lambda id: MakePromise(id, f"p_{n}", CustomerText(f"p {n}"), at + (extra + 1) * 40 * MINUTE_MS),
    }
    with world.store.read() as connection:
        stages = {one: cases.find(connection, world.numbers()[one]).state.stage for one in reached}  # type: ignore[union-attr]
    open_ = [one for one in reached if stages[one] not in ("done", "spam")]
    if what in to_all:
        if what == "reopen":
            shown = world.shown(world.numbers()[leader]).stage
            if shown in ("us", "customer", "spam"):
                return
        outcome = await world.order(to_all[what](world.numbers()[number]))
        if isinstance(outcome, Acked):  # not, where something is promised
            script.twin.append(each(to_all[what], reached))
    elif what in to_leader:
        await world.order(to_leader[what](world.numbers()[number]))
        script.twin.append(each(to_leader[what], [leader]))
    elif what == "snooze":
        await world.order(Snooze(world.numbers()[number], until))
        script.twin.append(each(lambda id: Snooze(id, until), open_ or reached))
    elif what == "spam" and len(open_) in (0, len(reached)):
        await world.order(Spam(world.numbers()[number], bool(extra % 2)))
        script.twin.append(each(lambda id: Spam(id, bool(extra % 2)), reached))
    elif what == "settle":
        await _settle(script, world, number)
    elif what == "answer":
        await script.both(world, lambda w: w.order(CallAction(_call(w, number), "answer")))
    elif what == "reply":
        await _reply(script, world, n, number, reached[extra % len(reached)])


async def _settle(script: Script, world: World, number: int) -> None:
    """The row's next promise is kept."""
    row = world.shown(world.numbers()[number])
    if row.promise is not None:
        id = row.promise.id
        await world.order(SettlePromise(row.id, id, "kept"))
        script.twin.append(lambda w: w.order(SettlePromise(w.case_of_promise(id), id, "kept")))


def _call(world: World, number: int) -> str:
    call = world.shown(world.numbers()[number])
    with world.store.read() as connection:
        wanted = "SELECT id FROM call WHERE case_id = ? ORDER BY since DESC LIMIT 1"
        return str(connection.exec_driver_sql(wanted, (call.id,)).scalar() or "")


async def _reply(script: Script, world: World, n: int, number: int, part: int) -> None:
    """A reply in one of the row's conversations; who owns the row is told to its leader only."""
    leader = world.parts(number)[0]

    def order(w: World, case: int) -> Reply:
        thread, channel = w.thread(part)
        return Reply(w.numbers()[case], channel, CustomerText(f"reply {n}"), thread)

    if not world.thread(part)[0]:
        return
    outcome = await world.order(order(world, number))
    if not isinstance(outcome, Acked):
        return

    async def deed(w: World) -> None:
        own = w.parts(part)[0]
        before = w.owner(own)
        assert isinstance(await w.order(order(w, part)), Acked)
        if own != leader:
            if w.owner(own) != before:
                await w.order(Assign(w.numbers()[own], before))
            if not w.owner(leader):
                await w.order(Assign(w.numbers()[leader], "noa"))

    script.twin.append(deed)


WHATS = (
    ["write"] * 4
    + ["late", "wait", "call"]
    + ["join"] * 6
    + ["part"] * 3
    + ["reply"] * 6
    + ["done", "done", "reopen", "read", "unread", "note", "assign", "label", "urgent", "snooze", "snooze", "spam"]
    + ["answer", "bounce", "arrived", "promise", "promise", "settle"]
)


async def _play(folder: Path, steps: list[Step], rest: list[int], sla: Sla | None = None) -> None:
    world = await World.open(folder / "hub", sla)
    script = Script()
    everybody = [("write", who, 0) for who in range(WHO)]
    for n, (what, who, extra) in enumerate([*everybody, *steps]):
        await _step(script, world, n, what, who, extra)
    for place in rest:
        if script.joins:
            held = list(script.joins)
            await script.part(world, held[place % len(held)])
    await world.settle()
    world.clocks_are_true()
    again = Fold()
    while again.seq < world.live.seq:
        for event in await world.workspace.replay(world.noa, again.seq, 1 + len(steps) % 7) or ():
            again.apply(event)
    assert again.messages == world.live.messages
    for id in world.numbers().values():
        with world.store.read() as connection:
            row = cases.find_row(connection, id)
        assert row is not None
        for fold in (again, world.live):
            known = fold.rows.get(id)
            if row[0].stage != "joined" or (known is not None and known.stage != "joined"):
                assert known is not None
                assert replace(known, call=None) == row[0], "a desk holds another row than the hub"
    twin = await World.open(folder / "twin", sla)
    for deed in script.twin:
        await deed(twin)
        await twin.settle()
    mine, theirs = world.picture(), twin.picture()
    assert mine.keys() == theirs.keys()
    for number in mine:
        assert mine[number] == theirs[number], f"case {number}"
    await world.workspace.stop()
    await twin.workspace.stop()


@pytest.mark.timeout(600)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(WHATS), st.integers(0, WHO - 1), st.integers(0, 5)), min_size=4, max_size=30
    ),
    rest=st.lists(st.integers(0, 3), max_size=3),
)
@example(steps=[("write", 0, 0), ("join", 0, 2), ("write", 0, 0), ("join", 3, 0)], rest=[0])
@example(steps=[("reply", 0, 0), ("join", 0, 3), ("join", 3, 0), ("join", 3, 5), ("write", 0, 3)], rest=[3])
@example(steps=[("join", 0, 1), ("reply", 0, 1), ("part", 0, 0)], rest=[])
@example(steps=[("promise", 1, 2), ("join", 0, 1), ("promise", 1, 0), ("settle", 0, 0), ("reply", 0, 0)], rest=[0])
@example(steps=[("join", 0, 1), ("join", 1, 2), ("reply", 0, 2), ("done", 0, 0), ("write", 1, 0)], rest=[0])
def test_a_join_that_was_taken_back_leaves_nothing_behind(steps: list[Step], rest: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), steps, rest))


WARN = (Warn(percent=75),)
RULES = Sla(
    "1",
    (
        Policy("calls", Fit(kinds=frozenset({"voice"})), (Target("pickup", 30 * MINUTE_MS, warn=WARN),)),
        Policy("l1", Fit(tags=frozenset({"l1"})), (Target("first-response", 10 * MINUTE_MS, warn=WARN),)),
        Policy(
            "all",
            targets=(
                Target("first-response", 60 * MINUTE_MS, (("urgent", 5 * MINUTE_MS),), warn=WARN),
                Target("next-response", 45 * MINUTE_MS, warn=WARN),
                Target("total-resolution", 24 * 60 * MINUTE_MS, pauses=frozenset({"snoozed", "pending"}), warn=WARN),
            ),
            grace_ms=90 * MINUTE_MS,
        ),
    ),
    (),
)


@pytest.mark.timeout(600)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from((*WHATS, "wait", "wait", "wait")), st.integers(0, WHO - 1), st.integers(0, 5)),
        min_size=4,
        max_size=30,
    ),
    rest=st.lists(st.integers(0, 3), max_size=3),
)
def test_clocks_of_joined_and_parted_cases_are_those_of_the_twin(steps: list[Step], rest: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), steps, rest, RULES))


async def _in_order(folder: Path, pairs: list[tuple[int, int]]) -> list[Any]:
    world = await World.open(folder)
    for who in range(WHO):
        script = Script()
        await _step(script, world, who, "write", who, 0)
    for one, other in pairs:
        await _join(Script(), world, one, other)
    picture = world.picture()
    with world.store.read() as connection:
        persons = [people.person(connection, world.customer(who)) for who in range(WHO)]
    named = [(p.id, p.name, frozenset(p.addresses)) for p in persons if p is not None]
    await world.workspace.stop()
    return [picture, named]


@pytest.mark.timeout(600)
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    pairs=st.lists(st.tuples(st.integers(0, WHO - 1), st.integers(0, WHO - 1)), min_size=1, max_size=6),
    shuffled=st.randoms(use_true_random=False),
)
def test_the_order_of_joins_does_not_matter(pairs: list[tuple[int, int]], shuffled: Any) -> None:
    other = [(b, a) if shuffled.random() < 0.5 else (a, b) for a, b in pairs]
    shuffled.shuffle(other)
    with tempfile.TemporaryDirectory() as folder:
        first = asyncio.run(_in_order(Path(folder) / "a", pairs))
        assert first == asyncio.run(_in_order(Path(folder) / "b", other))
