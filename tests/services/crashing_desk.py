"""Run as a process and killed: writes drafts and orders, and prints the number of each once it is kept."""

from __future__ import annotations

import sys
from pathlib import Path

from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.orders import Note
from agent_tui.domain.text import CustomerText
from agent_tui.services.drafts import Drafts
from agent_tui.services.outbox import Outbox
from agent_tui.services.state import State


def main(folder: str) -> None:
    state = State(Path(folder))
    outbox, drafts = Outbox(state), Drafts(state)
    number = 0
    while True:
        number += 1
        outbox.add(CaseKey("hub", f"w{number}"), Note(f"w{number}", CustomerText("waiting")), number)
        outbox.add(CaseKey("hub", f"h{number}"), Note(f"h{number}", CustomerText("held")), number, number + 5000)
        drafts.save(Draft(CaseKey("hub", "d"), body=f"typed {number}"))
        print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
