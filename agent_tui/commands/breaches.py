"""Saying why a promise of time was broken: when the case is done, or at any time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent_tui.commands import ids
from agent_tui.commands.case import case_here, give, who
from agent_tui.commands.command import CommandError, command
from agent_tui.commands.conditions import can, has_case
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.when import say_when
from agent_tui.domain.model import Breach, CaseRow, Directory
from agent_tui.domain.orders import Excuse
from agent_tui.domain.text import SafeText, clean_line, compose, listed, trusted
from agent_tui.domain.text_metrics import METRIC_WORDS


def reason_title(directory: Directory | None, code: str) -> SafeText:
    """What a reason is called where the case is."""
    titles = dict(directory.breach_reasons) if directory is not None else {}
    return clean_line(titles.get(code) or code)


def unexplained(context: Context) -> tuple[Breach, ...]:
    """The case's breaches for which a reason is wanted still: none where the server takes none, or knows none."""
    key, backend = context.key, context.backend
    if key is None or backend is None or can("excuse")(context) is not None or not backend.directory.breach_reasons:
        return ()
    desk = context.workbench.desk
    said = [entry.order for entry in desk.unsent if entry.key == key]
    told = {(order.metric, order.started, order.key) for order in said if isinstance(order, Excuse)}
    return tuple(one for one in desk.unexplained(key) if (one.metric, one.started, one.key) not in told)


def ask_why_late(context: Context, row: CaseRow, breaches: Sequence[Breach], then: Callable[[str], None]) -> None:
    """Let the agent choose the reason; Esc goes back, and nothing is done."""
    directory = context.backend.directory if context.backend is not None else Directory()
    choices = [Choice(code, clean_line(title or code)) for code, title in directory.breach_reasons]
    late = listed(", ", [_late(context, breach) for breach in breaches])
    context.ui.pick(compose("{who}, late: {what}. Why?", who=who(row), what=late), choices, then)


def excuse(context: Context, row: CaseRow, breaches: Sequence[Breach], code: str) -> None:
    """Say why, for each of them."""
    for breach in breaches:
        give(context, Excuse(row.id, breach.metric, breach.started, code, breach.key))


def _late(context: Context, breach: Breach) -> SafeText:
    due = say_when(breach.due, context.workbench.time.now(), context.zone)
    return compose("{metric} {due}", metric=METRIC_WORDS[breach.metric].text, due=due)


def _excuse(context: Context, arguments: Arguments) -> SafeText | None:
    row = case_here(context)
    directory = context.backend.directory if context.backend is not None else Directory()
    breaches = _to_explain(context)

    def chosen(code: str) -> None:
        excuse(context, row, breaches, code)
        context.ui.say(compose("{who}: {reason}", who=who(row), reason=reason_title(directory, code)))

    if not arguments:
        ask_why_late(context, row, breaches, chosen)
        return None
    chosen(_named(directory, arguments[0]))
    return None


def _named(directory: Directory, words: str) -> str:
    """The code of a reason by its code or its title. Raises CommandError."""
    wanted = words.casefold()
    for code, title in directory.breach_reasons:
        if wanted in (code.casefold(), title.casefold()):
            return code
    known = clean_line(", ".join(code for code, _ in directory.breach_reasons))
    raise CommandError(compose("no such reason; there are {known}", known=known))


def _to_explain(context: Context) -> tuple[Breach, ...]:
    """Those that nobody has explained; where all are, the newest, which another reason then replaces."""
    assert context.key is not None
    return unexplained(context) or context.workbench.desk.breaches(context.key)[-1:]


def _is_late(context: Context) -> SafeText | None:
    if context.backend is not None and not context.backend.directory.breach_reasons:
        return compose("{server} knows no reasons", server=clean_line(context.backend.name or context.backend.id))
    if context.key is None or not context.workbench.desk.breaches(context.key):
        return trusted("nothing was late here")
    return None


COMMANDS = (command(ids.EXCUSE, _excuse, has_case, can("excuse"), _is_late),)
