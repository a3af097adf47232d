"""The figures of a wallboard, from plain records of what waits, what was promised and what was done. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence

from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import Agent
from agent_tui.domain.standing import AWAY, OFFLINE, READY
from agent_tui.domain.time import HOUR_MS, Ms
from agent_tui.domain.wallboard import SLOTS, AgentStates, Board, Bottleneck, HourSlot, QueueBoard


@frozen
class Queued:
    """Cases of a queue that wait now, all for as many whole hours, or for `SLOTS` and more. `oldest`: since when the
    first of them does."""

    queue: str
    cases: int
    oldest: Ms
    hours: int


@frozen
class Waited:
    """A case of a queue waited from `start` until before `end`."""

    queue: str
    start: Ms
    end: Ms


@frozen
class Measured:
    """Promises of a first answer that were kept or broken so many whole hours ago. `promised`: in percent, 0 none."""

    queue: str
    hours: int
    met: int = 0
    late: int = 0
    promised: int = 0


@frozen
class Handled:
    """Somebody handled a case of a queue for so long (ms)."""

    queue: str
    case: str
    length: int


@frozen
class Solved:
    """A case of a queue was resolved. `at_once`: one contact was enough."""

    queue: str
    at_once: bool


@frozen
class Records:
    """All that a board is made from."""

    queued: Sequence[Queued] = ()
    waited: Sequence[Waited] = ()
    measured: Sequence[Measured] = ()
    handled: Sequence[Handled] = ()
    solved: Sequence[Solved] = ()


def board(
    now: Ms, since: Ms, names: Sequence[tuple[str, str]], records: Records, agents: AgentStates, whole: str = ""
) -> Board:
    """`names`: ids and titles of the queues, in order; what is of none of them counts in `whole` (its title) alone."""
    split = _by_queue(records)
    queues = tuple(_queue(id, title, now, since, split.get(id, Records())) for id, title in names)
    return Board(now, since, queues, _queue("", whole, now, since, records), agents, bottleneck(queues))


def states(agents: Iterable[Agent], at_work: Collection[str]) -> AgentStates:
    """`at_work`: ids of those who handle a case or talk now."""
    ready = busy = away = 0
    reasons: Counter[str] = Counter()
    for agent in agents:
        if agent.presence in READY:
            occupied = agent.id in at_work or bool(agent.then)
            busy, ready = busy + occupied, ready + (not occupied)
        elif agent.presence == AWAY:
            away += 1
        elif agent.presence != OFFLINE:
            reasons[agent.presence] += 1
    return AgentStates(ready, busy, tuple(sorted(reasons.items(), key=lambda one: (-one[1], one[0]))), away)


def bottleneck(queues: Iterable[QueueBoard]) -> Bottleneck | None:
    """The queue in which the last hour left most cases waiting beyond those of an hour ago, or broke most promises,
    both taken together; of several the one in which more wait. None where it got no worse anywhere."""
    worst: tuple[tuple[int, int], Bottleneck] | None = None
    for queue in queues:
        last = queue.hours[-1]
        before = queue.hours[-2].waiting
        more = queue.waiting - before if before is not None else 0
        weight = (max(0, more) + last.late, queue.waiting)
        if weight[0] > 0 and (worst is None or weight > worst[0]):
            found = Bottleneck(queue.id, queue.title, queue.waiting, more, last.late, last.met + last.late)
            worst = (weight, found)
    return worst[1] if worst is not None else None


def _queue(id: str, title: str, now: Ms, since: Ms, held: Records) -> QueueBoard:
    return QueueBoard(
        id,
        title,
        sum(one.cases for one in held.queued),
        min((one.oldest for one in held.queued), default=None),
        sum(one.met for one in held.measured),
        sum(one.late for one in held.measured),
        max((one.promised for one in held.measured), default=0),
        sum(one.met for one in held.measured if one.promised),
        sum(one.late for one in held.measured if one.promised),
        len({one.case for one in held.handled}),
        sum(one.length for one in held.handled),
        len(held.solved),
        sum(one.at_once for one in held.solved),
        _hours(now, since, held),
    )


def _hours(now: Ms, since: Ms, held: Records) -> tuple[HourSlot, ...]:
    """The oldest first."""
    met: Counter[int] = Counter()
    late: Counter[int] = Counter()
    for one in held.measured:
        met[one.hours] += one.met
        late[one.hours] += one.late
    # by how many hours ago: what began to wait before the end of that slot, less what had waited by then
    change = [0] * (SLOTS + 1)
    for queued in held.queued:
        change[min(queued.hours, SLOTS)] += queued.cases
    for past in held.waited:
        change[min((now - past.start) // HOUR_MS, SLOTS)] += 1
        change[min((now - past.end) // HOUR_MS, SLOTS)] -= 1
    waited, slots = change[SLOTS], list[HourSlot]()
    for ago in range(SLOTS - 1, -1, -1):
        waited += change[ago]
        slots.append(HourSlot(waited if now - ago * HOUR_MS >= since else None, met[ago], late[ago]))
    return tuple(slots)


def _by_queue(records: Records) -> dict[str, Records]:
    split: defaultdict[str, tuple[list[Queued], list[Waited], list[Measured], list[Handled], list[Solved]]]
    split = defaultdict(lambda: ([], [], [], [], []))
    for queued in records.queued:
        split[queued.queue][0].append(queued)
    for waited in records.waited:
        split[waited.queue][1].append(waited)
    for measured in records.measured:
        split[measured.queue][2].append(measured)
    for handled in records.handled:
        split[handled.queue][3].append(handled)
    for solved in records.solved:
        split[solved.queue][4].append(solved)
    return {queue: Records(*held) for queue, held in split.items()}
