"""What a change of the desk's state touched, so that only that is drawn again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import SafeText

Level = Literal["info", "warning", "failure"]


@frozen
class Notice:
    """A line for the status line. `attention`: worth a bell or OSC 9. A failure stays until it was seen. `clock`: it is
    of a clock that is nearly due, or late, and may become one line with others. `stays`: nothing that comes by itself
    takes its place before the agent has gone on."""

    text: SafeText
    level: Level = "info"
    key: CaseKey | None = None
    attention: bool = False
    clock: Literal["", "soon", "late"] = ""
    stays: bool = False


@dataclass(slots=True)
class Changes:
    """What must be looked at again; merge with `|=`. Falsy when nothing changed.

    `rows`: these rows changed in place. `inbox`: order, length, totals, view or filter. `header`: backends' state,
    counts, me, unsent. `timeline`: the open case's timeline, or which case is open. `customer`: the customer pane.
    `past`: the customer's history, or whether it is shown. `calls`: the call line. `composer`: draft replaced from
    outside, recipients, reply window, send state. `found`: what is looked for, or what was found. `erased`: cases of
    customers who were erased, each with what is known to name them: what is kept on the disk of them has to go."""

    rows: set[CaseKey] = field(default_factory=set)
    inbox: bool = False
    header: bool = False
    timeline: bool = False
    customer: bool = False
    past: bool = False
    calls: bool = False
    composer: bool = False
    found: bool = False
    notices: list[Notice] = field(default_factory=list)
    erased: dict[CaseKey, frozenset[str]] = field(default_factory=dict)

    def __ior__(self, other: Changes) -> Changes:
        self.rows |= other.rows
        self.inbox |= other.inbox
        self.header |= other.header
        self.timeline |= other.timeline
        self.customer |= other.customer
        self.past |= other.past
        self.calls |= other.calls
        self.composer |= other.composer
        self.found |= other.found
        self.notices += other.notices
        self.erased |= other.erased
        return self

    def __or__(self, other: Changes) -> Changes:
        self |= other
        return self

    def __bool__(self) -> bool:
        return bool(
            self.rows
            or self.inbox
            or self.header
            or self.timeline
            or self.customer
            or self.past
            or self.calls
            or self.composer
            or self.found
            or self.notices
            or self.erased
        )
