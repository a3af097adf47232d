"""Why nobody is written to on a channel now: its window, or what the customer said. Pure."""

from __future__ import annotations

from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.channels import Channel
from agent_tui.domain.consents import of_channel
from agent_tui.domain.text import SafeText, compose, trusted
from agent_tui.domain.time import HOUR_MS, Ms


def closed(profile: Channel, left: int | None) -> SafeText | None:
    """Its window is over. `left`: ms of it, None where there is none."""
    if left != 0:
        return None
    return compose("closed: {hours} h after the customer's last word", hours=(profile.window_ms or 0) // HOUR_MS)


def refused(case: OpenCase, profile: Channel, heard: Ms | None) -> SafeText | None:
    """They do not want it, and have not written there since. `heard`: when they did last (Ms)."""
    known = of_channel(case.customer.consents, profile.key) if case.customer is not None else None
    if known is None or known.given or (heard is not None and heard > known.at):
        return None
    return trusted("they do not want to be written to there")
