"""The opened case: its timeline in time order, with what still waits in the outbox at its end."""

from __future__ import annotations

from dataclasses import dataclass

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Call, CaseRow, Conversation, Customer, Disclosure, Message, PastCase


@dataclass(slots=True)
class OpenCase:
    """`row`, `customer` None while nothing is known yet. `loading`: asked and not answered yet. `history` None: not
    asked yet; `more_history`: the backend has earlier ones. `missing`: the backend says there is no such case."""

    key: CaseKey
    row: CaseRow | None = None
    customer: Customer | None = None
    conversations: tuple[Conversation, ...] = ()
    messages: tuple[Message, ...] = ()
    calls: tuple[Call, ...] = ()
    more_before: bool = False
    loading: bool = True
    history: tuple[PastCase, ...] | None = None
    more_history: bool = False
    missing: bool = False
    disclosures: tuple[Disclosure, ...] = ()
