"""What an agent has in hand at all servers: as a shift begins, as it ends, and as it is handed over. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from agent_tui.desk.countdown import is_late, rank
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import Announcement, CaseRow, Handed, Promise
from agent_tui.domain.orders import ChangePromise, Order
from agent_tui.domain.queries import ShiftPage
from agent_tui.domain.time import Ms


@frozen
class InHand:
    """`cases`: my open ones; `promises`: those I have to keep, by their due time; `handed`: which cases others gave me
    since my last shift. `silent`: servers that gave no answer, by name; `elsewhere`: servers that another terminal of
    mine is connected to, by id."""

    cases: tuple[tuple[CaseKey, CaseRow], ...] = ()
    promises: tuple[tuple[CaseKey, Promise], ...] = ()
    handed: tuple[tuple[CaseKey, Handed], ...] = ()
    announcements: tuple[tuple[str, Announcement], ...] = ()
    silent: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()

    def row(self, key: CaseKey) -> CaseRow | None:
        return next((row for held, row in self.cases if held == key), None)

    def promise(self, backend: str, order: Order) -> Promise | None:
        """The promise that an order changes."""
        id = order.promise if isinstance(order, ChangePromise) else ""
        return next((one for key, one in self.promises if key.backend == backend and one.id == id), None)

    def late(self, now: Ms) -> tuple[tuple[CaseKey, CaseRow], ...]:
        """Cases that need us and whose clock has run out, the oldest first."""
        found = [
            (rank(row.clock), key, row)
            for key, row in self.cases
            if row.clock is not None and row.stage == "us" and is_late(row, now)
        ]
        return tuple((key, row) for _, key, row in sorted(found, key=lambda one: (one[0], one[1])))

    def due(self, until: Ms) -> tuple[tuple[CaseKey, Promise], ...]:
        """Promises that are due before `until`."""
        return tuple(one for one in self.promises if one[1].due < until)


NOTHING_HELD = InHand()


def in_hand(pages: Mapping[str, ShiftPage], silent: tuple[str, ...] = ()) -> InHand:
    """What the servers said, by their ids."""
    promises = [(CaseKey(of, one.case), one) for of, page in pages.items() for one in page.promises]
    return InHand(
        tuple((CaseKey(of, row.id), row) for of, page in pages.items() for row in page.cases),
        tuple(sorted(promises, key=lambda one: (one[1].due, one[1].id))),
        tuple((CaseKey(of, one.case), one) for of, page in pages.items() for one in page.handed),
        tuple((of, one) for of, page in pages.items() for one in page.announcements),
        silent,
        tuple(of for of, page in pages.items() if page.terminals > 1),
    )
