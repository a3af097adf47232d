"""What the giver of a warm transfer to a queue hears while its agents are asked one after the other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.transfer_notices import transfer_notice
from agent_tui.domain.events import Event, TransferChanged
from agent_tui.domain.model import Agent, CaseRow, Directory
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.text import CustomerText
from agent_tui.domain.transfers import Transfer, TransferState

ASKED = Transfer("x1", "c1", "noa", 1, "avi", "billing", True, 9, note="m1")
NEXT = replace(ASKED, id="x2", agent="rami", at=2)


@pytest.mark.parametrize(
    ("end", "now", "words"),
    [
        ("declined", NEXT, "Avi does not come to Dana: Rami is asked now"),
        ("lapsed", NEXT, "Avi did not answer about Dana: Rami is asked now"),
        ("declined", None, "Avi does not come to Dana, and nobody else of Billing is free: it is yours still"),
        ("lapsed", None, "Avi did not answer about Dana, and nobody else of Billing is free: it is yours still"),
        (
            "declined",
            replace(NEXT, note="m2"),
            "Avi does not come to Dana, and nobody else of Billing is free: it is yours still",
        ),
    ],
)
def test_the_giver_hears_who_is_asked_next_or_that_nobody_is_left(
    end: TransferState, now: Transfer | None, words: str
) -> None:
    people = tuple(Agent(name.lower(), name) for name in ("Noa", "Avi", "Rami"))
    queues = (QueueSetup("billing", "Billing"),)
    state = BackendState("hub", "hub", me=people[0], directory=Directory(agents=people, queues=queues))
    row = CaseRow("c1", 1, "p1", CustomerText("Dana"), "email", "us", 0, 1, owner="noa", transfer=now)
    event = Event(5, 4, 0, 0, TransferChanged(replace(ASKED, state=end, ended=5)), "c1", "avi", row)
    notice = transfer_notice(event, state, row, open_here=False)
    assert notice is not None and notice.text == words
