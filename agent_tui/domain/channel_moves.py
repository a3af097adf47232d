"""A case that moved to another channel: when, by whom, from where to where, and with which words."""

from __future__ import annotations

from typing import Final

from agent_tui.domain.frozen import frozen
from agent_tui.domain.time import HOUR_MS, Ms

AGAIN_AFTER_MS: Final = HOUR_MS
"""So long a customer is not invited to the same channel again."""


@frozen
class ChannelMove:
    """`seq`: of the event that told of it. `from_conversation`: "" where the case had none; `message`: the invitation,
    in `conversation`."""

    seq: int
    at: Ms
    by: str
    from_channel: str
    channel: str
    from_conversation: str
    conversation: str
    message: str
