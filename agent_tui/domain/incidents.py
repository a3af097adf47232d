"""Incidents: cases with one cause, what was said of it to all their customers, and who hears of it."""

from __future__ import annotations

from typing import Final, Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms

IncidentState = Literal["open", "closed"]
Unreached = Literal["", "closed", "blocked", "preference", "no-address", "consent", "window", "too-long"]
"""Why an update does not go to a customer, "" where it does: their case is done or spam; they are blocked; they asked
for no messages; there is nothing to write to; they refused it there; its window is closed; it takes shorter words."""
MOST_CASES: Final = 500
"""Cases of one incident: an update of it is one transaction."""
MOST_TITLE: Final = 120
"""Characters."""
AUTO: Final = "incident"
"""`Message.auto` of an update: an agent wrote it, and it answers nothing that the customer asked."""


@frozen
class IncidentUpdate:
    """What was said to the customers of an incident, once. `told`: how many it went to; `unreached`: how many not."""

    id: str
    at: Ms
    by: str
    english: CustomerText
    hebrew: CustomerText
    told: int
    unreached: int


@frozen
class Incident:
    """`title` and the words of `updates` (oldest first) are the workspace's own. `cases`: how many are linked;
    `closed`: Ms, None while it is open."""

    id: str
    title: CustomerText
    brand: str
    at: Ms
    by: str
    state: IncidentState = "open"
    closed: Ms | None = None
    cases: int = 0
    updates: tuple[IncidentUpdate, ...] = ()


@frozen
class Hearer:
    """A customer of an incident's case, and whether an update would reach them. `conversation`, `channel`: where;
    `why`: why not, "" where it does; `owner`: whose case it is."""

    case: str
    number: int
    customer: str
    name: CustomerText
    language: str = ""
    conversation: str = ""
    channel: str = ""
    owner: str = ""
    why: Unreached = ""
