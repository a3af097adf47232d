"""Giving out waiting cases by the queues of the workspace: what the pure rule (`domain/routing.py`) is told, and what
is done with its answer, in one transaction with it.

Only a case that nobody has is given, in the transaction that read so: whatever crashes or races, it has one owner.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import agents
from agent_tui.backends.hub.store import waiting as store
from agent_tui.backends.hub.store.waiting import OwnedCase, Place, WaitingCase
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain import routing
from agent_tui.domain.brands import sees
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.events import CaseChanged
from agent_tui.domain.model import Agent
from agent_tui.domain.queues import QueueLine, QueueSetup, Why, queue_of
from agent_tui.domain.routing import Given, Offered, Ready, Routed, Waiting
from agent_tui.domain.standing import READY
from agent_tui.domain.time import MINUTE_MS, Ms

Setups = Sequence[QueueSetup]
Ids = Sequence[str]
PUT_BACK_MS = 10 * MINUTE_MS
"""So long a case goes to others than to who put it back; then it may come to them again, so that it does not starve."""

MOST_PLANNED = 100
"""Cases that are planned for who takes the next one, so that as many may take one at once."""


def takes_work(agent: Agent) -> bool:
    """Whether queues give this agent anything now."""
    return agent.presence in READY and not agent.then


@dataclass(frozen=True, slots=True)
class Memory:
    """What is known from events. `idle_since`: of each agent who is connected and takes work,
    when they were last given a case, or became ready; `put_back`: who last gave a case back to its queue and when, and
    does not get it again at once."""

    idle_since: Mapping[str, Ms] = field(default_factory=dict)
    put_back: Mapping[str, tuple[str, Ms]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is decided from, as of one moment."""

    now: Ms
    setups: Setups
    cases: Mapping[str, WaitingCase]
    waiting: Mapping[str, Waiting]
    ready: Mapping[str, Ready]

    def routed(self) -> Routed:
        """What the rule makes of it."""
        queues = (setup.queue for setup in self.setups)
        return routing.route(self.waiting.values(), self.ready.values(), queues, self.now)


def look(
    connection: Connection, setups: Setups, memory: Memory, now: Ms, also: Agent | None = None, ids: Ids | None = None
) -> Picture:
    """Read everything; nothing of the cases where nobody has room. `also`: an agent who takes work now whatever their
    presence says; `ids`: no other cases than these."""
    everyone = agents.everyone(connection)
    working = {agent.id: agent for agent in everyone if takes_work(agent) and agent.id in memory.idle_since}
    if also is not None:
        working[also.id] = also
    load = _loads(setups, store.owned(connection, sorted(working)))
    room = any(load.get(agent.id, 0) < agent.capacity for agent in working.values())
    cases = {case.id: case for case in store.waiting(connection, ids)} if room else {}
    brands = sorted({case.brand for case in cases.values() if case.brand})
    ready = {
        agent.id: Ready(
            agent.id,
            tuple(setup.id for setup in setups if setup.worked_by(agent.id, agent.teams)),
            (*agent.skills, *(f"brand:{brand}" for brand in brands if sees(agent, brand))),
            agent.capacity,
            load.get(agent.id, 0),
            memory.idle_since.get(agent.id, 0),
        )
        for agent in working.values()
    }
    last = store.last_owners(connection, {case.customer for case in cases.values()}) if cases else {}
    waiting = {id: found for id, case in cases.items() if (found := _waiting(setups, case, last, memory, now))}
    return Picture(now, setups, cases, waiting, ready)


def _waiting(setups: Setups, case: WaitingCase, last: Mapping[str, str], memory: Memory, now: Ms) -> Waiting | None:
    """None: it is in no queue."""
    setup = queue_of(setups, team=case.team, channel=case.channel, brand=case.brand, labels=case.labels)
    if setup is None:
        return None
    needs = setup.needs_of(channel=case.channel, brand=case.brand, labels=case.labels, language=case.language)
    by, at = memory.put_back.get(case.id, ("", 0))
    but = (by,) if by and now < at + PUT_BACK_MS else ()
    had = last.get(case.customer, "") if setup.sticky else ""
    return Waiting(case.id, setup.id, case.since, case.channel, needs, case.priority, had, but)


def _loads(setups: Setups, owned: Iterable[OwnedCase]) -> dict[str, int]:
    """What agents' cases weigh. A case that waits for the customer takes nothing, but where the two are talking."""
    found: dict[str, int] = {}
    for case in owned:
        if case.waits and profile_of(case.channel).kind not in ("voice", "live"):
            continue
        setup = queue_of(setups, team=case.team, channel=case.channel, brand=case.brand, labels=case.labels)
        weight = setup.queue.weight(case.channel) if setup is not None else 1
        found[case.owner] = found.get(case.owner, 0) + weight
    return found


def give_out(tx: Tx, setups: Setups, memory: Memory, planned: Sequence[Given]) -> None:
    """Give out what was planned a moment ago, as far as the rule still has it so: each case and its agent are read
    again and asked about again, so that the transaction is short however much waits."""
    picture = look(tx.connection, setups, memory, tx.now, ids=[given.case for given in planned])
    queues = [setup.queue for setup in setups]
    taken: dict[str, int] = {}
    for given in planned:
        waiting, ready = picture.waiting.get(given.case), picture.ready.get(given.agent)
        if waiting is None or ready is None:
            continue
        ready = replace(ready, load=ready.load + taken.get(ready.id, 0))
        if routing.route([waiting], [ready], queues, tx.now).given:
            _assign(tx, picture, given, taken)


def _assign(tx: Tx, picture: Picture, given: Given, load: dict[str, int], by: str = "") -> None:
    """`load`: what was given to whom in this turn already."""
    case = picture.cases[given.case]
    ready = picture.ready[given.agent]
    waiting = picture.waiting[given.case]
    record = tx.leader(given.case)
    assert record is not None and not record.row.owner, "a case that somebody has is never given out"
    before = load.get(given.agent, 0)
    weight = next(setup.queue for setup in picture.setups if setup.id == given.queue).weight(case.channel)
    load[given.agent] = before + min(weight, ready.capacity)
    why = Why(
        "pulled" if by else given.rule,
        waiting.queue,
        given.queue,
        max(0, tx.now - case.since),
        max(0, tx.now - ready.idle_since) if ready.idle_since and not before else 0,
        ready.load + before,
        ready.capacity,
        waiting.needs,
    )
    tx.put(replace(record.row, owner=given.agent))
    tx.append(CaseChanged("assigned", given.agent, why), record.row.id, by=by)


class Overtaken(Exception):
    """All that was planned is somebody else's by now: plan anew."""


def plan_pull(
    connection: Connection, setups: Setups, memory: Memory, now: Ms, agent: str, queue: str
) -> tuple[str, ...]:
    """The cases of a queue that an agent may take now, the next one first, some more in case others are quicker."""
    me = agents.find(connection, agent)
    if me is None or not any(setup.id == queue and setup.mode == "pull" for setup in setups):
        return ()
    offered = _offered(look(connection, setups, _alone(memory, me), now, me), me, queue)
    return tuple(one.case for one in offered[:MOST_PLANNED])


def _alone(memory: Memory, me: Agent) -> Memory:
    """Who takes a case by hand is the only one there."""
    return Memory({id: since for id, since in memory.idle_since.items() if id == me.id}, memory.put_back)


def _offered(picture: Picture, me: Agent, queue: str) -> tuple[Offered, ...]:
    mine = replace(picture.ready[me.id], queues=(queue,))
    return replace(picture, ready={me.id: mine}).routed().offered


def pull(tx: Tx, setups: Setups, memory: Memory, me: Agent, queue: str, planned: Ids) -> str:
    """The first of the planned cases that the rule still has for an agent becomes theirs; its id. Short however much
    waits. Raises Refused, and Overtaken."""
    setup = next((setup for setup in setups if setup.id == queue), None)
    if setup is None or not setup.worked_by(me.id, me.teams):
        raise Refused("no-queue", "There is no such queue for you.")
    if setup.mode != "pull":
        raise Refused("no-pull", f"{setup.name} gives its cases out by itself: be available and they come.")
    picture = look(tx.connection, setups, _alone(memory, me), tx.now, me, planned)
    offered = next(iter(_offered(picture, me, queue)), None)
    if offered is None:
        mine = picture.ready[me.id]
        if mine.load >= mine.capacity:
            had = f"{mine.load} of {mine.capacity}"
            raise Refused("no-room", f"You have all that you can take ({had}): finish one first.")
        if planned:
            raise Overtaken
        raise Refused("queue-empty", f"Nothing waits in {setup.name} that you can take now.")
    _assign(tx, picture, Given(offered.case, me.id, queue, "longest-idle"), {}, by=me.id)
    return offered.case


def weights(connection: Connection, setups: Setups) -> dict[str, int]:
    """What everybody's cases weigh, by agent; nothing where there are no queues."""
    return _loads(setups, store.owned(connection, [one.id for one in agents.everyone(connection)])) if setups else {}


def lines(connection: Connection, setups: Setups, me: Agent) -> tuple[QueueLine, ...]:
    """How the queues stand, as far as an agent may see what waits in them."""
    if not setups:
        return ()
    people = agents.everyone(connection)
    held: dict[str, list[Place]] = {}
    for place in store.by_place(connection, me):
        where = place.where
        setup = queue_of(setups, team=where.team, channel=where.channel, brand=where.brand, labels=where.labels)
        if setup is not None:
            held.setdefault(setup.id, []).append(place)
    found = []
    for setup in setups:
        workers = [agent for agent in people if setup.worked_by(agent.id, agent.teams)]
        waiting = held.get(setup.id, [])
        oldest = min((place.oldest for place in waiting), default=None)
        cases = sum(place.cases for place in waiting)
        ready = sum(takes_work(agent) for agent in workers)
        mine = setup.worked_by(me.id, me.teams)
        found.append(QueueLine(setup.id, setup.name, setup.mode, cases, oldest, ready, len(workers), mine))
    return tuple(found)
