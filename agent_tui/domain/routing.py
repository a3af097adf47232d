"""Who gets which waiting case, and by which rule. Pure: the same cases, agents and queues give the same answer, in
whatever order they are listed.

Never above an agent's capacity, never without a skill that the case needs, never to two agents. No case that somebody
here can work on starves: priority is a head start of so many minutes, not endless precedence, and a case that takes
more room than anybody has left keeps the room that one agent gets free.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.time import MINUTE_MS, Ms

Mode = Literal["push", "pull"]
Rule = Literal["sticky", "longest-idle", "most-room", "overflow"]
"""`sticky`: the agent had this customer last; `longest-idle`: nobody else has been without work for so long;
`most-room`: nobody was idle, and this agent had the greatest part of their capacity free; `overflow`: the case had
waited long enough in its own queue to go to another one's agents."""
Lack = Literal["no-agent", "no-skill", "no-room", "last-agent", "behind"]
"""Why a case is left: nobody ready works its queues; none of them has the skills; all are full; it waits for the agent
who had the customer last; room is kept for a case that came before it."""


@frozen
class Queue:
    """Where cases wait. `push`: they are given out, `pull`: they are shown and agents take them. `weights`: how much of
    an agent's capacity a case of a channel takes, 1 where it says nothing. `overflow`: the queue whose agents may have
    a case too, once it has waited `overflow_ms` here. `sticky_ms`: how long a returning customer's case waits for the
    agent who had it last while that one is full. `head_start_ms`: how much sooner than it came a case counts as come,
    for each step of priority."""

    id: str
    mode: Mode = "push"
    weights: tuple[tuple[str, int], ...] = ()
    overflow: str = ""
    overflow_ms: int = 5 * MINUTE_MS
    sticky_ms: int = 0
    head_start_ms: int = 5 * MINUTE_MS

    def weight(self, channel: str) -> int:
        return max(1, dict(self.weights).get(channel, 1))


@frozen
class Waiting:
    """A case that nobody has. `needs`: skills (`language:he`, `topic:refunds`, `region:north`, `channel:phone`,
    `brand:nofar`), all of them; `last`: the agent who had this customer last, "" nobody; `but`: agents who do not get
    it, since they put it back."""

    case: str
    queue: str
    since: Ms
    channel: str = ""
    needs: tuple[str, ...] = ()
    priority: int = 0
    last: str = ""
    but: tuple[str, ...] = ()


@frozen
class Ready:
    """An agent who takes work now. `load`: what their cases weigh together; `idle_since`: when they were last given a
    case, or became ready."""

    id: str
    queues: tuple[str, ...]
    skills: tuple[str, ...] = ()
    capacity: int = 1
    load: int = 0
    idle_since: Ms = 0


@frozen
class Given:
    """A case goes to an agent. `queue`: the one they work that made it so."""

    case: str
    agent: str
    queue: str
    rule: Rule


@frozen
class Offered:
    """A case that any of these agents may take, who should first."""

    case: str
    agents: tuple[str, ...]
    queue: str


@frozen
class Left:
    """A case that nobody gets now."""

    case: str
    lack: Lack


@frozen
class Routed:
    """Every case is in one of these, in the order in which they were looked at. `again`: when to look again even if
    nothing happens (Ms), None when only an event can change anything."""

    given: tuple[Given, ...] = ()
    offered: tuple[Offered, ...] = ()
    left: tuple[Left, ...] = ()
    again: Ms | None = None


class _Desk:
    """An agent while the cases of one turn are given out. `kept`: the case that their room is kept for."""

    __slots__ = ("idle_since", "kept", "load", "queues", "ready", "skills")

    def __init__(self, ready: Ready) -> None:
        self.ready = ready
        self.load = ready.load
        self.idle_since = ready.idle_since
        self.skills = frozenset(ready.skills)
        self.queues = frozenset(ready.queues)
        self.kept = False

    def takes(self, weight: int) -> int:
        """What a case takes of them: one heavier than all they can do takes all of it."""
        return min(weight, self.ready.capacity)

    def lacks(self, weight: int) -> int:
        """How much room is missing; 0 or less when there is enough."""
        return self.takes(weight) - (self.ready.capacity - self.load)

    @property
    def order(self) -> tuple[Fraction, Ms, str]:
        """Who is idle before who is not, then by the part of their capacity in use, then who waited longest."""
        return (Fraction(self.load, self.ready.capacity), self.idle_since, self.ready.id)


def reachable(case: Waiting, queues: Mapping[str, Queue], now: Ms) -> tuple[tuple[str, ...], Ms | None]:
    """The queues whose agents may have a case by now, its own first, and when the next one joins them (Ms)."""
    found: list[str] = []
    id, at = case.queue, case.since
    while id in queues and id not in found:
        found.append(id)
        queue = queues[id]
        if not queue.overflow or queue.overflow not in queues or queue.overflow in found:
            break
        id, at = queue.overflow, at + queue.overflow_ms
        if at > now:
            return tuple(found), at
    return tuple(found), None


def route(waiting: Iterable[Waiting], ready: Iterable[Ready], queues: Iterable[Queue], now: Ms) -> Routed:
    """Give out what can be given out at `now`. Agents of no capacity get nothing; cases of unknown queues are left."""
    known = {queue.id: queue for queue in queues}
    desks = {agent.id: _Desk(agent) for agent in ready if agent.capacity > 0}
    turn = _Turn(known, desks, now)
    cases = {case.case: case for case in waiting}
    for case in sorted(cases.values(), key=lambda case: _place(case, known)):
        turn.place(case)
    again = min(turn.times, default=None)
    return Routed(tuple(turn.given), tuple(turn.offered), tuple(turn.left), again)


def _place(case: Waiting, queues: Mapping[str, Queue]) -> tuple[Ms, Ms, str]:
    queue = queues.get(case.queue)
    head_start = case.priority * queue.head_start_ms if queue is not None else 0
    return (case.since - head_start, case.since, case.case)


class _Turn:
    """One giving out: what is decided so far."""

    def __init__(self, queues: Mapping[str, Queue], desks: Mapping[str, _Desk], now: Ms) -> None:
        self._queues = queues
        self._desks = desks
        self._now = now
        self._of = {
            id: [desk for _, desk in sorted(desks.items()) if id in desk.queues] for id in queues
        }  # by queue, so that a case looks only at those who may have it
        self.given: list[Given] = []
        self.offered: list[Offered] = []
        self.left: list[Left] = []
        self.times: list[Ms] = []

    def place(self, case: Waiting) -> None:
        open_queues, later = reachable(case, self._queues, self._now)
        levels = [(self._queues[id], self._able(case, id)) for id in open_queues]
        if self._sticky(case, levels):
            return
        if later is not None:
            self.times.append(later)
        if self._waits_for_last(case, levels):
            self.left.append(Left(case.case, "last-agent"))
            return
        offered: Offered | None = None
        for queue, able in levels:
            weight = queue.weight(case.channel)
            free = sorted((desk for desk in able if not desk.kept and desk.lacks(weight) <= 0), key=lambda d: d.order)
            if free and queue.mode == "push":
                if later is not None:
                    self.times.pop()
                rule: Rule = "most-room" if free[0].load else "longest-idle"
                self._give(case, free[0], queue, rule if queue.id == case.queue else "overflow")
                return
            if free and offered is None:
                offered = Offered(case.case, tuple(desk.ready.id for desk in free), queue.id)
        if offered is not None:
            self.offered.append(offered)
        else:
            self.left.append(Left(case.case, self._lack(open_queues, levels, case)))
        self._keep_room(case, levels)

    def _able(self, case: Waiting, queue: str) -> list[_Desk]:
        return [
            desk for desk in self._of[queue] if desk.skills.issuperset(case.needs) and desk.ready.id not in case.but
        ]

    def _give(self, case: Waiting, desk: _Desk, queue: Queue, rule: Rule) -> None:
        desk.load += desk.takes(queue.weight(case.channel))
        desk.idle_since = self._now
        self.given.append(Given(case.case, desk.ready.id, queue.id, rule))

    def _last(self, case: Waiting, levels: Sequence[tuple[Queue, list[_Desk]]]) -> tuple[Queue, _Desk] | None:
        """The agent who had the customer last, where they can have this case too."""
        desk = self._desks.get(case.last)
        if desk is None:
            return None
        return next(((queue, desk) for queue, able in levels if queue.mode == "push" and desk in able), None)

    def _sticky(self, case: Waiting, levels: Sequence[tuple[Queue, list[_Desk]]]) -> bool:
        found = self._last(case, levels)
        if found is None or found[1].kept or found[1].lacks(found[0].weight(case.channel)) > 0:
            return False
        self._give(case, found[1], found[0], "sticky")
        return True

    def _waits_for_last(self, case: Waiting, levels: Sequence[tuple[Queue, list[_Desk]]]) -> bool:
        until = case.since + (levels[0][0].sticky_ms if levels else 0)
        if until <= self._now or self._last(case, levels) is None:
            return False
        self.times.append(until)
        return True

    def _keep_room(self, case: Waiting, levels: Sequence[tuple[Queue, list[_Desk]]]) -> None:
        """Whoever is nearest to having room gets nothing younger, until there is enough. Only who has some room can be
        filled by others."""
        near = [
            (desk.lacks(queue.weight(case.channel)), desk.idle_since, desk.ready.id, desk)
            for queue, able in levels
            if queue.mode == "push"
            for desk in able
            if not desk.kept and desk.load < desk.ready.capacity
        ]
        if near:
            min(near, key=lambda found: found[:3])[3].kept = True

    def _lack(self, open_queues: tuple[str, ...], levels: Sequence[tuple[Queue, list[_Desk]]], case: Waiting) -> Lack:
        if not any(self._of[id] for id in open_queues):
            return "no-agent"
        able = [(queue.weight(case.channel), desk) for queue, desks in levels for desk in desks]
        if not able:
            return "no-skill"
        return "behind" if any(desk.kept and desk.lacks(weight) <= 0 for weight, desk in able) else "no-room"
