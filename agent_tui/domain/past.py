"""A customer's history: all that happened with them as entries of one time line, and what it sums up to. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median_low

from agent_tui.domain.events import CaseChange
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import EMPTY, Breach, Call, Join, Message, Promise
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, Ms

STEPS: tuple[CaseChange, ...] = ("assigned", "resolved", "reopened", "spam")
"""What becomes of a case that its history tells."""
FORGOTTEN_MS = 7 * DAY_MS
"""Who writes again after longer than that does not answer any more, but begins anew."""


@frozen
class CaseStep:
    """What became of a case. `detail`: of "assigned" the agent's id or the team's name, "" back to the queue."""

    id: str
    case: str
    change: CaseChange
    at: Ms
    by: str = ""
    detail: str = ""


@frozen
class PastEntry:
    """One thing of a history, at its place: a message (or note), a call, a promise, what became of a case, a join (a
    parting where `at` is when it was taken back), or a promise of time that was broken. One of them is there, the
    others are None."""

    at: Ms
    id: str
    case: str = ""
    message: Message | None = None
    call: Call | None = None
    promise: Promise | None = None
    step: CaseStep | None = None
    join: Join | None = None
    breach: Breach | None = None

    @property
    def empty(self) -> bool:
        """Whether it is nothing that is known here: a newer server tells of more."""
        every = (self.message, self.call, self.promise, self.step, self.join, self.breach)
        return all(one is None for one in every)

    @property
    def place(self) -> tuple[Ms, str]:
        """Where it stands: entries are in the order of this, and pages begin after it."""
        return (self.at, self.id)


@frozen
class PastSummary:
    """What a history sums up to. `channel`: where they mostly write, "" nowhere yet; `answers_in`: how long they
    usually take to answer us (ms), None when they never did; `topic`: of their newest case that has one."""

    cases: int
    messages: int
    calls: int
    channel: str = ""
    answers_in: int | None = None
    topic: CustomerText = EMPTY


def step_id(seq: int) -> str:
    """The id of an event as an entry: ids of later ones are greater."""
    return f"e_{seq:011x}"


def late_entry(case: str, breach: Breach) -> PastEntry:
    """A promise of time that was broken as an entry, at its due time."""
    return PastEntry(breach.due, f"late:{case}:{breach.metric}:{breach.started}:{breach.key}", case, breach=breach)


def usual_answer(said: Iterable[tuple[str, str, Ms]]) -> int | None:
    """How long a customer usually takes to answer us (ms): the median of all times between our last word and their
    next one in the same conversation. `said`: conversation, "in" or "out", and when; in any order."""
    waits: list[int] = []
    asked: dict[str, Ms] = {}
    for conversation, kind, at in sorted(said, key=lambda one: one[2]):
        if kind == "out":
            asked[conversation] = at
        elif (since := asked.pop(conversation, None)) is not None and at - since <= FORGOTTEN_MS:
            waits.append(at - since)
    return median_low(waits) if waits else None
