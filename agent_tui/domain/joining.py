"""Customers who are one person: which cases make one row together, which of them leads it, and what the row shows.
Pure, and a function of the parts alone, whatever the order in which they were joined: so a join that is taken back
leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce

from agent_tui.domain import filing
from agent_tui.domain.clocks import Waiting, first_due
from agent_tui.domain.filing import CaseState, answer_owed
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import CaseRow, Stage

CLOSED: frozenset[Stage] = frozenset(("done", "spam"))
_FIRST: tuple[Stage, ...] = ("us", "customer", "later", "done", "spam")


@frozen
class Part:
    """A case of a person. `row`: as the case is alone; `seen`: its state with what was said in the others too;
    `opened`: place in the log where it opened last; `head`: leads the row it is in, "" none."""

    row: CaseRow
    seen: CaseState
    opened: int
    head: str = ""

    @property
    def open(self) -> bool:
        return self.seen.stage not in CLOSED


def component(start: str, joins: Iterable[tuple[str, str]]) -> frozenset[str]:
    """All customers that are joined with `start`, itself among them."""
    beside: dict[str, set[str]] = {}
    for one, other in joins:
        beside.setdefault(one, set()).add(other)
        beside.setdefault(other, set()).add(one)
    found, waiting = {start}, [start]
    while waiting:
        fresh = beside.get(waiting.pop(), set()) - found
        found |= fresh
        waiting.extend(fresh)
    return frozenset(found)


def lead(parts: Iterable[Part]) -> Part:
    """The part that leads a row: the one that has been open the longest."""
    return min(parts, key=lambda part: (part.opened, part.row.number))


def heads(parts: Sequence[Part]) -> dict[str, str]:
    """Who leads each case of one person. All open cases of a brand are one row, since a row has one owner and one
    sender, and who sees it sees all of it; cases that were closed together stay one row until
    they open again; a case that was closed before has no head."""
    groups: dict[tuple[str, str], list[Part]] = {}
    for part in parts:
        if part.open or part.head:
            groups.setdefault(("" if part.open else part.head, part.row.brand), []).append(part)
    found = {part.row.id: "" for part in parts}
    for group in groups.values():
        head = lead(group).row.id
        found.update({part.row.id: head for part in group})
    return found


def together(states: Sequence[CaseState]) -> CaseState:
    """The state of a row of several cases: who needs us goes before who does not, the promise that is due first shows,
    what is unread or failed adds up."""
    stage = min((state.stage for state in states), key=_FIRST.index)
    leading = [state for state in states if state.stage == stage]
    first = min(leading, key=lambda state: (state.entered + state.patience, state.patience))
    entered = first.entered if stage == "us" else max(state.entered for state in leading)
    snoozes = [state.snoozed for state in leading if state.snoozed is not None]
    resolved = [state.resolved for state in leading if state.resolved is not None]
    ring = _urgent(state.ring for state in states)
    governed = any(state.governed for state in states)
    clocks = [answer_owed(state) for state in states if state.stage not in CLOSED] if governed else []
    ringing = next((state.call for state in states if ring is not None and state.ring == ring and state.call), "")
    return CaseState(
        stage=stage,
        entered=entered,
        last_at=max(state.last_at for state in states),
        patience=first.patience,
        waiting=_urgent(state.waiting for state in states),
        replied=any(state.replied for state in states),
        unread=sum(state.unread for state in states),
        failed=tuple(sorted({message for state in states for message in state.failed})),
        snoozed=min((until for until in snoozes if until), default=0) if snoozes else None,
        resolved=max(resolved, default=None),
        held_as=leading[0].held_as if stage == "spam" else "",
        call=ringing or next((state.call for state in states if state.call), ""),
        ring=ring,
        asked=tuple(call for state in states if state.stage not in CLOSED for call in state.asked),
        call_back=_urgent(state.call_back for state in states),
        governed=governed,
        promised=reduce(first_due, clocks, None),
        promises=tuple(sorted((one for s in states for one in s.promises), key=lambda one: (one.due, one.promise))),
    )


def _urgent(owed: Iterable[Waiting | None]) -> Waiting | None:
    """A ringing call before all, then what is due first."""
    waiting = (one for one in owed if one is not None)
    return min(waiting, key=lambda one: (one.metric != "call", one.due, one.since, one.metric), default=None)


def row_of(parts: Sequence[Part]) -> tuple[CaseRow, CaseState]:
    """The row that shows cases led by one of them, and its state. Number, owner, team, labels and priority are the
    leader's; the words are the newest that were said."""
    order = sorted(parts, key=lambda part: (part.opened, part.row.number))
    leader = order[0].row
    latest = max(order, key=lambda part: (part.row.last_at, part.opened, part.row.number)).row
    state = together([part.seen for part in order])
    row = replace(
        leader,
        channel=latest.channel,
        channels=tuple(dict.fromkeys(channel for part in order for channel in part.row.channels)),
        preview=latest.preview,
        preview_kind=latest.preview_kind,
        subject=next((part.row.subject for part in order if part.row.subject.raw), leader.subject),
        call=None,
    )
    return filing.show(row, state), state


def hidden(row: CaseRow) -> CaseRow:
    """The row of a case that another one leads: it stands in no section."""
    return replace(row, stage="joined", clock=None, promise=None, transfer=None)
