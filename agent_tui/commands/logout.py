"""Logging out: what is still owed is shown first, and one more key leaves anyway."""

from __future__ import annotations

from agent_tui.commands import handover, ids
from agent_tui.commands.command import command
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.promises import promise_due
from agent_tui.commands.shift import case_title, case_words, key_named, named, silent_lines
from agent_tui.desk.shift import InHand
from agent_tui.domain.text import SafeText, compose, listed, plural, trusted
from agent_tui.services.in_hand import ask_in_hand
from agent_tui.services.leaving import log_out

_LEAVE, _HAND_OVER, _STAY = "leave", "hand-over", "stay"


def unfinished(context: Context) -> list[SafeText]:
    """What this desk holds itself, in words: replies on their way, failed ones, drafts, calls."""
    desk = context.workbench.desk
    written = [entry for entry in desk.unsent if entry.writes]
    failed = sum(entry.state in ("failed", "unknown") for entry in written)
    parts: list[SafeText] = []
    if len(written) > failed:
        parts.append(compose("{n} on the way out", n=len(written) - failed))
    if failed:
        parts.append(compose("{n} not sent", n=failed))
    if desk.drafts:
        parts.append(plural("{n} draft", "{n} drafts", n=len(desk.drafts)))
    if any(call.state in ("active", "held") for _, call in desk.live_calls()):
        parts.append(trusted("a call"))
    if any(call.state == "ended" for _, call in desk.live_calls()):
        parts.append(trusted("a call to write up"))
    return parts


def _log_out(context: Context, _arguments: Arguments) -> SafeText | None:
    context.ui.page_comes()
    ask_in_hand(context.workbench, lambda held: _show(context, held))
    return None


def _show(context: Context, held: InHand) -> None:
    rest = unfinished(context)
    if held.promises:
        rest.insert(0, plural("{n} promise", "{n} promises", n=len(held.promises)))
    if held.cases:
        rest.insert(0, plural("{n} open case", "{n} open cases", n=len(held.cases)))
    if not rest and not held.elsewhere:
        _leave(context, held)
        return
    kept = trusted("all of it is kept and waits for you")
    if held.elsewhere:
        kept = trusted("here only: your other terminal goes on, and nothing changes for others")
    lines = [
        Choice(_LEAVE, trusted("log out"), kept),
        Choice(_HAND_OVER, trusted("hand over"), trusted("go through it: keep, return or pass each")),
        Choice(_STAY, trusted("stay")),
    ]
    if held.promises:
        lines.append(Choice("", trusted("Promises"), heading=True))
    for key, promise in held.promises:
        row = held.row(key)
        words = [promise_due(promise, context.workbench.time.now(), context.zone)]
        words += [row.name.safe_line] if row is not None else []
        lines.append(Choice(named(key), promise.what.safe_line, listed(" · ", words)))
    if held.cases:
        lines.append(Choice("", trusted("Open cases"), heading=True))
    lines += [Choice(named(key), case_title(row), case_words(context, row)) for key, row in held.cases]

    def chosen(value: str) -> None:
        if value == _LEAVE:
            _leave(context, held)
        elif value == _HAND_OVER:
            handover.begin(context)
        elif value != _STAY:
            context.ui.open_case(key_named(value))

    title = compose("you have {rest}", rest=listed(", ", rest)) if rest else trusted("you are at another terminal too")
    context.ui.page(title, [*lines, *silent_lines(held)], chosen)


def _leave(context: Context, held: InHand) -> None:
    context.ui.say(trusted("logging out"))
    log_out(context.workbench, held.elsewhere, context.ui.quit)


COMMANDS = (command(ids.QUIT, _log_out),)
