"""A call that goes along with its case: whether it does, why it cannot, and what whoever gets it sees."""

from __future__ import annotations

from agent_tui.commands import ids
from agent_tui.commands.conditions import me
from agent_tui.commands.context import Context
from agent_tui.domain.model import Call, CaseRow
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, compose, trusted
from agent_tui.domain.transfers import Transfer


def my_talk(context: Context, row: CaseRow) -> Call | None:
    """My call with the customer of a case."""
    call, myself = row.call, me(context)
    return call if call is not None and myself is not None and call.talks and call.agent == myself.id else None


def call_stays(context: Context, row: CaseRow, *, to_queue: bool, warm: bool) -> SafeText | None:
    """Why a case whose customer I talk with cannot go there now: the call could not go along."""
    call, backend = my_talk(context, row), context.backend
    if call is None or backend is None or warm:
        return None
    if to_queue:
        return trusted("the call with them is still on: hang up first, or look at it together")
    case = context.workbench.desk.open_case
    talks = case.conversations if case is not None and context.opened else ()
    account = next((one.account for one in talks if one.id == call.conversation), "")
    if account and account not in backend.directory.puts_through:
        return compose(
            "the exchange cannot put a call through: hang up first, or look at it together ({key})",
            key=key_of(ids.TOGETHER, "T"),
        )
    return None


def goes_along(row: CaseRow, held: Transfer) -> bool:
    """Whether whoever gives the case talks with the customer, so that the call goes to whoever takes it."""
    return row.call is not None and row.call.talks and row.call.agent == held.by


def show_put_through(context: Context, row: CaseRow, held: Transfer) -> None:
    """Who gets a call sees its case."""
    if goes_along(row, held) and not held.warm and context.key is not None and not context.opened:
        context.ui.open_case(context.key)
