"""A canned reply that is suggested, and why."""

from __future__ import annotations

from agent_tui.domain.frozen import frozen


@frozen
class Reason:
    """A sign that spoke for a reply: of `of` picks with it, `picked` were this reply; `written`: it stands in the
    reply itself."""

    kind: str
    seen: str
    picked: int
    of: int
    written: bool


@frozen
class SuggestedReply:
    """`used`: how often it was picked in all; `reasons`, the strongest first."""

    key: str
    used: int
    reasons: tuple[Reason, ...] = ()
