"""Who hands a case to whom, as one desk sees it. Pure."""

from __future__ import annotations

from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.leases import colleague
from agent_tui.domain.model import CaseRow
from agent_tui.domain.text import SafeText, trusted
from agent_tui.domain.views import is_handed


def giver(state: BackendState, row: CaseRow) -> SafeText:
    """The colleague who hands me the case, or has asked me to it; "" none."""
    if row.transfer is None or state.me is None or not is_handed(row, state.me.id):
        return trusted("")
    return colleague(state, row.transfer.by)


def is_given(state: BackendState, row: CaseRow) -> bool:
    """Whether I hand it to somebody who has not taken it yet."""
    return row.transfer is not None and row.transfer.open and state.me is not None and row.transfer.by == state.me.id
