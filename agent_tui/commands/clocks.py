"""All clocks of a case, as its server tells them: how each stands, and why in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent_tui.commands import ids
from agent_tui.commands.breaches import reason_words, reasons_here
from agent_tui.commands.case import who
from agent_tui.commands.command import command
from agent_tui.commands.conditions import can, has_case
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.views import agent_name
from agent_tui.commands.when import say_when
from agent_tui.domain.case_clocks import CaseClock
from agent_tui.domain.model import CaseRow
from agent_tui.domain.queries import ClocksPage, ClocksQuery, Page
from agent_tui.domain.text import SafeText, clean_line, compose, listed, trusted
from agent_tui.domain.time import local_time


def tells_clocks(context: Context) -> SafeText | None:
    """The case's server counts by policies: what can be told why a clock was late tells its clocks too."""
    return can("excuse")(context)


def ask_clocks(context: Context, then: Callable[[Sequence[Choice]], None]) -> None:
    """The case's clocks as lines of a page, the one that matters first, when the server has told them and the agent is
    still there; none where nothing is promised."""
    key, place = context.key, context.ui.place
    if key is None:
        return

    def arrived(page: Page) -> None:
        if isinstance(page, ClocksPage) and context.ui.place == place:
            then(_lines(context, page.clocks))

    context.workbench.inquire(key.backend, ClocksQuery(key.case), arrived)


def show_clocks(context: Context, row: CaseRow, clocks: Sequence[Choice], more: Sequence[SafeText] = ()) -> None:
    """A page of them, with `more` about the case below, unless another question came up meanwhile."""
    if context.ui.asking:
        return
    below = [Choice(f"more{at}", words) for at, words in enumerate(more)]
    # the page stands still: it says for when it holds
    time = clean_line(f"{local_time(context.workbench.time.now(), context.zone):%H:%M}")
    title = compose("{who} #{number} at {time}", who=who(row), number=row.number, time=time)
    context.ui.page(title, [*clocks, *below], lambda _value: None)


def _lines(context: Context, clocks: Sequence[CaseClock]) -> list[Choice]:
    # no desk needs the engine's words before somebody asks
    from agent_tui.domain.text_case_clocks import by_urgency, sentence, standing

    now = context.workbench.time.now()
    return [
        Choice(
            f"clock{at}", standing(clock), listed("; ", [sentence(clock, context.zone, now), *_blame(context, clock)])
        )
        for at, clock in enumerate(by_urgency(clocks))
    ]


def _blame(context: Context, clock: CaseClock) -> Sequence[SafeText]:
    """Why it was breached, as somebody said."""
    if clock.state != "breached":
        return ()
    titles = reasons_here(context)
    if not clock.reason:
        return (trusted("nobody has said why"),) if titles else ()
    return (
        compose(
            "why: {reason} ({who}, {when})",
            reason=reason_words(clock.reason, titles),
            who=agent_name(context, clock.reason_by) if clock.reason_by else trusted("the server"),
            when=say_when(clock.reason_at, context.workbench.time.now(), context.zone),
        ),
    )


def _clocks(context: Context, _arguments: Arguments) -> SafeText | None:
    row = context.row
    if row is None:
        return None

    def arrived(clocks: Sequence[Choice]) -> None:
        if clocks:
            show_clocks(context, row, clocks)
        else:
            context.ui.say(compose("{who}: no policy promises anything", who=who(row)))

    ask_clocks(context, arrived)
    return None


COMMANDS = (command(ids.CLOCKS, _clocks, has_case, tells_clocks),)
