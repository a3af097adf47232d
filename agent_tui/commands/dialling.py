"""Calling the customer of a case, and the list of those who asked to be called back."""

from __future__ import annotations

from agent_tui.commands import ids
from agent_tui.commands.case import case_here, give, who
from agent_tui.commands.command import CommandError, command
from agent_tui.commands.conditions import can, has_case
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.consents import of_channel
from agent_tui.domain.model import CaseRow, Customer
from agent_tui.domain.orders import Dial
from agent_tui.domain.queries import CallBacksPage, CallBacksQuery, CasePage, CaseQuery
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import CustomerText, SafeText, clean_line, compose, trusted
from agent_tui.domain.text_time import span


def dial(context: Context, to: str = "") -> SafeText | None:
    """Ring the customer of a case, at a number that is chosen or named. Raises CommandError."""
    row = case_here(context)
    if to:
        return _ring(context, row, to)
    case = context.workbench.desk.open_case
    if case is not None and context.opened and case.customer is not None:
        _choose(context, row, case.customer)
    elif context.key is not None:

        def show(page: object) -> None:
            if isinstance(page, CasePage) and page.detail is not None:
                _choose(context, page.detail.row, page.detail.customer)

        context.workbench.inquire(context.key.backend, CaseQuery(row.id), show)
    return None


def _choose(context: Context, row: CaseRow, customer: Customer) -> None:
    known = of_channel(customer.consents, "phone")
    if known is not None and not known.given:
        context.ui.say(compose("{who} does not want to be called", who=who(row)), "warning")
        return
    numbers = [one.value.safe_line for one in customer.addresses if one.scheme in ("tel", "wa")]
    plain = dict.fromkeys(f"+{digits}" for one in numbers if (digits := one.drawn().lstrip("+")).isdigit())
    choices = [Choice(number, clean_line(number), customer.preferences.safe_line) for number in plain]
    title = compose("call {who}", who=who(row))
    context.ui.pick(title, choices, lambda to: context.ui.say(_ring(context, row, to)), free=True)


def _ring(context: Context, row: CaseRow, to: str) -> SafeText:
    if any(call.goes or call.state in ("active", "held") for _, call in context.workbench.desk.live_calls()):
        return trusted("you are in a call: end it first")
    give(context, Dial(row.id, CustomerText(to)))
    return compose("calling {who}: {number}", who=who(row), number=clean_line(to))


def _dial(context: Context, arguments: Arguments) -> SafeText | None:
    return dial(context, arguments[0].strip() if arguments else "")


def _call_backs(context: Context, _arguments: Arguments) -> SafeText | None:
    states = (one for one in context.workbench.desk.backends.values() if one.state == "up" and _lists(one))
    state = next(states, None)
    if state is None:
        raise CommandError(trusted("no server here lists call-backs"))
    context.ui.page_comes()
    context.workbench.inquire(state.id, CallBacksQuery(), lambda page: _show(context, state, page))
    return None


def _lists(state: BackendState) -> bool:
    return "dial" in state.capabilities.orders


def _show(context: Context, state: BackendState, page: object) -> None:
    if not isinstance(page, CallBacksPage):
        return
    now = context.workbench.time.now() + state.clock_skew
    rows = {row.id: row for row in page.rows}
    choices = [Choice(row.id, _named(row), _since(row, now)) for row in page.rows]
    if not choices:
        choices = [Choice("", trusted("nobody waits to be called back"))]

    def chosen(id: str) -> None:
        if id in rows:
            context.ui.open_case(CaseKey(state.id, id))
            context.ui.say(compose("{key} calls them", key=key_of(ids.CALL_CUSTOMER, "c")))

    context.ui.page(trusted("to be called back"), choices, chosen)


def _named(row: CaseRow) -> SafeText:
    return compose("{name} #{number}", name=row.name.safe_line, number=row.number)


def _since(row: CaseRow, now: int) -> SafeText:
    clock = row.clock
    if clock is None:
        return trusted("")
    length = span(abs(clock.due - now)).text
    return compose("{n} late!", n=length) if clock.due < now else compose("within {n}", n=length)


COMMANDS = (
    command(ids.CALL_CUSTOMER, _dial, has_case, can("dial")),
    command(ids.CALL_BACKS, _call_backs),
)
