"""Reply windows of a customer's address on a channel, over all conversations that are held with it. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from agent_tui.domain.mail_address import bare
from agent_tui.domain.model import Conversation
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms


def last_heard(talks: Iterable[Conversation], channel: str, address: CustomerText) -> Ms | None:
    """When the customer last wrote or called on a channel from an address; a window runs from it. None: never."""
    wanted = bare(address.safe_line)
    heard = (talk.last_inbound for talk in talks if talk.channel == channel and bare(talk.address.safe_line) == wanted)
    return max((at for at in heard if at is not None), default=None)
