"""A draft that invites the customer to another channel: what goes with its words."""

from __future__ import annotations

from agent_tui.domain.frozen import frozen


@frozen
class Moving:
    """`note`: what was done and what is promised; `consent`: they said that they may be written to there."""

    note: str
    consent: bool = False
