"""Notes that agents write into a case."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.hub import filing as hub_filing
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.model import Agent
from agent_tui.domain.text import CustomerText

MAX_BODY = 512 * 1024


def write(tx: Tx, agent: Agent, case: str, body: CustomerText, auto: str = "") -> str:
    """A note of a case that leads its row, `auto` as of a message; the note's id. Raises Refused."""
    if not body.raw.strip():
        raise Refused("empty", "The note is empty.")
    if len(body.raw) > MAX_BODY:
        raise Refused("too-long", "The note is too long.")
    note = replace(hub_filing.note_or_line(tx, "note", case, body.raw, agent, tx.now), auto=auto)
    hub_filing.add_message(tx, note, None, "", None, agent.id)
    return note.id
