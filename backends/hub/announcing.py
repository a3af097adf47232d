"""Has the telephone exchange say something to a caller who waits, as a step about their clock asks for.

That they were told counts when the exchange reports it, not when it was asked. A hub that dies in between asks no
second time: the clock then says that nobody was told, which is true.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from agent_tui.backends.connectors.base import Connector
from agent_tui.backends.hub import speaking
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import people, phone
from agent_tui.domain.events import ClockTurned, Event
from agent_tui.domain.model import CaseRow

log = logging.getLogger("agent_tui.hub")
_SAY = "say "


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is to be said in the call that the exchange knows as `line`."""

    account: str
    line: str
    words: str


def wanted(event: Event) -> bool:
    """Whether a step asks for it."""
    body = event.body
    return isinstance(body, ClockTurned) and body.change == "step" and body.detail.startswith(_SAY)


def announcement(connection: Connection, policy: HubPolicy, event: Event) -> Announcement | None:
    """What a step asks for: a canned reply in the caller's language, else the recording of that name; None where the
    call is not waiting any more."""
    body, row = event.body, event.row
    call = phone.find_call(connection, body.key) if isinstance(body, ClockTurned) else None
    if not isinstance(body, ClockTurned) or row is None or call is None or not call.comes:
        return None
    account, line = phone.call_line(connection, call.id)
    return Announcement(account, line, _words(connection, policy, row, body.detail.removeprefix(_SAY)))


def _words(connection: Connection, policy: HubPolicy, row: CaseRow, name: str) -> str:
    caller = people.find(connection, row.customer)
    language = caller.language if caller is not None else ""
    text = speaking.text_of(policy, row, name, language, "phone")
    return speaking.filled(text, row, language=language) or name


async def announce(connectors: Mapping[str, Connector], said: Announcement) -> None:
    """Ask the exchange; what it could not do is logged."""
    connector = connectors.get(said.account)
    problem = "the account is not served" if connector is None else ""
    if connector is not None:
        problem = await connector.call_action(said.line, "announce", "", said.words)
    if problem:
        log.error("a caller who waits could not be told: %s", problem)
