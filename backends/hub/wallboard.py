"""The wallboard that an agent is told: of the brands that they may see, by the queues of the workspace; by channels
where there are none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence

from sqlalchemy import Connection

from agent_tui.backends.hub.store import agents, phone
from agent_tui.backends.hub.store import wallboard as store
from agent_tui.backends.hub.store.waiting import Where
from agent_tui.domain import worked
from agent_tui.domain.brands import works_with
from agent_tui.domain.channels import CHANNEL_KEYS
from agent_tui.domain.model import Agent
from agent_tui.domain.queries import Page, WallboardPage
from agent_tui.domain.queues import QueueSetup, queue_of
from agent_tui.domain.time import MS, Ms
from agent_tui.domain.wallboard import WINDOW_MS, Board
from agent_tui.domain.wallboard_figures import Handled, Measured, Queued, Records, Solved, Waited, board, states

FRESH_MS = 3 * MS
ELSEWHERE = ""
"""The queue of what is in none."""
Queues = Callable[[Where], str]


class Boards:
    """Who may see the same is told the same for `FRESH_MS`, and one is worked out at a time, so that a hundred desks
    with a wallboard cost no more than one that asks every few seconds."""

    def __init__(self) -> None:
        self._held: dict[Hashable, WallboardPage] = {}
        self._turn = asyncio.Lock()

    async def page(self, seen: Hashable, now: Ms, read: Callable[[], Awaitable[Page]]) -> Page:
        """`seen`: what the answer goes by beside the log; `read` works it out."""
        async with self._turn:
            self._held = {one: page for one, page in self._held.items() if 0 <= now - page.board.now < FRESH_MS}
            if seen in self._held:
                return self._held[seen]
            page = await read()
            if isinstance(page, WallboardPage):
                self._held[seen] = page
            return page


def wallboard(connection: Connection, setups: Sequence[QueueSetup], me: Agent, head: int, now: Ms) -> Board:
    """As of `head`, the log's last entry."""
    everyone = agents.everyone(connection)
    lately = store.lately(connection, me, head, now - WINDOW_MS, (one.id for one in everyone))
    records = _records(connection, setups, me, lately, now)
    known = [(setup.id, setup.name) for setup in setups]
    used = _used(records)
    names = known or [(key, "") for key in (*CHANNEL_KEYS, *sorted(used - set(CHANNEL_KEYS))) if key in used]
    if known and ELSEWHERE in used:
        names.append((ELSEWHERE, ""))
    working = [one for one in everyone if works_with(me, one)]
    at_work = store.at_work(connection) | phone.talking(connection)
    return board(now, lately.since, names, records, states(working, at_work))


def _records(connection: Connection, setups: Sequence[QueueSetup], me: Agent, lately: store.Lately, now: Ms) -> Records:
    where = _queues(setups)
    ids = {setup.id for setup in setups}
    stretches = worked.handled(lately.holdings)
    touched = {move.case for move in lately.moves} | {stretch.case for stretch in stretches}
    places = store.places(connection, touched)
    queues = {case: where(place) for case, (place, _) in places.items()}
    given = {move.case for move in lately.moves if move.turn in ("free", "taken")}
    owned = (case for case, (_, owner) in places.items() if owner and case not in given)
    contacts = store.contacts(connection, sorted(lately.resolved))
    return Records(
        [
            Queued(where(one.where), one.cases, one.oldest, one.hours)
            for one in store.waits(connection, me, now - WINDOW_MS, now)
        ],
        [Waited(queues[one.case], one.start, one.end) for one in worked.waits(lately.moves, owned)],
        [
            Measured(
                (one.queue if one.queue in ids else ELSEWHERE) if setups else one.channel,
                one.hours,
                one.clocks if one.state == "met" else 0,
                one.clocks if one.state == "breached" else 0,
                one.percent,
            )
            for one in store.ended(connection, me, lately.since, now)
        ],
        [Handled(queues[one.case], one.case, one.end - one.start) for one in stretches],
        [
            Solved(queues[case], case not in lately.reopened and worked.enough_at_once(*contacts[case]))
            for case in sorted(lately.resolved)
        ],
    )


def _queues(setups: Sequence[QueueSetup]) -> Queues:
    """In which queue a place is; each place is worked out once."""
    known: dict[Where, str] = {}

    def queue(where: Where) -> str:
        found = known.get(where)
        if found is None:
            found = known[where] = where.channel if not setups else ELSEWHERE
            setup = queue_of(setups, team=where.team, channel=where.channel, brand=where.brand, labels=where.labels)
            if setup is not None:
                found = known[where] = setup.id
        return found

    return queue


def _used(records: Records) -> set[str]:
    """Queues that there is something of."""
    lists = (records.queued, records.waited, records.measured, records.handled, records.solved)
    return {one.queue for held in lists for one in held}
