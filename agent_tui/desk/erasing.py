"""What a desk forgets of a customer who was erased. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent_tui.desk.changes import Changes
from agent_tui.desk.inbox import Inbox
from agent_tui.desk.journal import Journal
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.timeline import Timeline
from agent_tui.domain.model import CaseRow

if TYPE_CHECKING:
    from agent_tui.desk.finding import Finding


def forget_case(
    key: CaseKey,
    known: CaseRow | None,
    inbox: Inbox,
    timeline: Timeline | None,
    finding: Finding | None,
    journal: Journal,
) -> Changes:
    """A case of theirs: what the agent had marked and found is no more, and nothing older brings it back (timeline and
    history hear of it as of any event). `known`: its row as it was; what the agent has of them on the disk is told by
    `Changes.erased`."""
    changes = Changes()
    words = {known.name.raw} if known is not None and known.name else set[str]()
    journal.forget(key.case)
    if inbox.marked.pop(key, None) is not None:
        changes.rows.add(key)
    if finding is not None and finding.forget(key):
        changes.found = True
    if timeline is not None and timeline.case.key == key and timeline.case.customer is not None:
        words |= {address.value.raw for address in timeline.case.customer.addresses}
    changes.erased[key] = frozenset(words)
    return changes
