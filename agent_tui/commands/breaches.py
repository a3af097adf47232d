"""Saying why a promise of time was broken: when the case is done, or at any time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from agent_tui.commands import ids
from agent_tui.commands.case import case_here, give, who
from agent_tui.commands.command import CommandError, command
from agent_tui.commands.conditions import can, has_case
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.when import say_when
from agent_tui.domain.model import Breach, CaseRow
from agent_tui.domain.orders import Excuse
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, marked, trusted
from agent_tui.domain.text_metrics import METRIC_WORDS

MOST_NAMED = 3
"""So many of the clocks that were late are named, the newest ones."""
_REASONS: dict[str, Phrase] = {
    "busy": marked("too much to do"),
    "fault": marked("something of ours did not work"),
    "supplier": marked("we waited for somebody else"),
    "hand-over": marked("lost between two of us"),
    "overlooked": marked("nobody saw it"),
    "customer": marked("the customer wished it so"),
    "other": marked("another reason"),
}


def reason_words(code: str, titles: Mapping[str, str]) -> SafeText:
    """What a reason is called. `titles`: the workspace's own words, by code."""
    own, known = titles.get(code), _REASONS.get(code)
    return clean_line(own) if own else known.text if known is not None else clean_line(code)


def reasons_here(context: Context) -> Mapping[str, str]:
    """The reasons that can be chosen where the case is: titles by code, "" where the code says it."""
    return dict(context.backend.directory.breach_reasons) if context.backend is not None else {}


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
    titles = reasons_here(context)
    late = [
        Choice(f"late{at}", _late(context, breach), heading=True) for at, breach in enumerate(breaches[-MOST_NAMED:])
    ]
    choices = [Choice(code, reason_words(code, titles)) for code in titles]
    context.ui.pick(compose("{who}: why was it late?", who=who(row)), [*late, *choices], then, numbered=True)


def excuse(context: Context, row: CaseRow, breaches: Sequence[Breach], code: str) -> None:
    """Say why, for each of them."""
    for breach in breaches:
        give(context, Excuse(row.id, breach.metric, breach.started, code, breach.key))


def _late(context: Context, breach: Breach) -> SafeText:
    due = say_when(breach.due, context.workbench.time.now(), context.zone)
    return compose("late since {due}: {metric}", due=due, metric=METRIC_WORDS[breach.metric].text)


def _excuse(context: Context, arguments: Arguments) -> SafeText | None:
    row, titles, breaches = case_here(context), reasons_here(context), _to_explain(context)

    def chosen(code: str) -> None:
        excuse(context, row, breaches, code)
        context.ui.say(compose("{who}: {reason}", who=who(row), reason=reason_words(code, titles)))

    if not arguments:
        ask_why_late(context, row, breaches, chosen)
        return None
    chosen(_named(arguments[0], titles))
    return None


def _named(words: str, titles: Mapping[str, str]) -> str:
    """The code of a reason by its code or by what it is called. Raises CommandError."""
    wanted = words.casefold()
    for code in titles:
        if wanted in (code.casefold(), reason_words(code, titles).casefold()):
            return code
    raise CommandError(compose("no such reason; there are {known}", known=clean_line(", ".join(titles))))


def _to_explain(context: Context) -> tuple[Breach, ...]:
    """Those that nobody has explained; where all are, the newest, which another reason then replaces."""
    assert context.key is not None
    return unexplained(context) or context.workbench.desk.breaches(context.key)[-1:]


def _is_late(context: Context) -> SafeText | None:
    if context.backend is not None and not reasons_here(context):
        return compose("{server} knows no reasons", server=clean_line(context.backend.name or context.backend.id))
    if context.key is None or not context.workbench.desk.breaches(context.key):
        return trusted("nothing was late here")
    return None


COMMANDS = (command(ids.EXCUSE, _excuse, has_case, can("excuse"), _is_late),)
