"""Explaining a case: what its clock counts, whose it is, and by which rule it came to whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import tzinfo

from agent_tui.commands import ids
from agent_tui.commands.case import who
from agent_tui.commands.clocks import ask_clocks, show_clocks, tells_clocks
from agent_tui.commands.command import command
from agent_tui.commands.conditions import can, has_case, me
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.views import agent_name
from agent_tui.commands.when import say_when
from agent_tui.domain.model import CaseRow, Clock
from agent_tui.domain.queries import Page, WhyPage, WhyQuery
from agent_tui.domain.queues import Assignment, Why
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, marked, trusted
from agent_tui.domain.text_metrics import METRIC_WORDS
from agent_tui.domain.text_time import length_words
from agent_tui.domain.time import MINUTE_MS, Ms, local_time

RULES: dict[str, Phrase] = {
    "sticky": marked("had this customer last"),
    "longest-idle": marked("longest without work of all who can do it"),
    "most-room": marked("nobody was idle, and the most room was here"),
    "overflow": marked("its own queue took too long"),
    "pulled": marked("taken by hand"),
}


def _explain(context: Context, _arguments: Arguments) -> SafeText | None:
    row, backend = context.row, context.backend
    if row is None:
        return None
    now = context.workbench.time.now()
    first = [_clock(row.clock, now, context.zone)] if row.clock is not None else []
    last = [compose("{n} not sent", n=row.failed)] if row.failed else []
    more = context.ui.explain()
    if more:
        last.append(more)

    def told(clocks: Sequence[Choice], whose: Sequence[SafeText]) -> None:
        if clocks:
            show_clocks(context, row, clocks, [*whose, *last])
        else:
            _tell(context, [*first, *whose, *last])

    def with_clocks(clocks: Sequence[Choice]) -> None:
        queues = backend is not None and backend.directory.queues
        if queues:
            # how it came to whom it is says whose it is, too
            ask_why(context, lambda words: told(clocks, words))
        if not (queues and clocks):
            told(clocks, [_whose(context, row)])

    if tells_clocks(context) is None and backend is not None and backend.state == "up":
        ask_clocks(context, with_clocks)
    else:
        with_clocks(())
    return None


def _whose(context: Context, row: CaseRow) -> SafeText:
    myself = me(context)
    if myself is not None and row.owner == myself.id:
        return trusted("yours")
    if row.owner:
        return compose("{owner} has it", owner=agent_name(context, row.owner))
    return trusted("nobody has it yet")


def _tell(context: Context, words: Sequence[SafeText]) -> None:
    row = context.row
    context.ui.tell(who(row) if row is not None else trusted("the case"), words)


def _clock(clock: Clock, now: Ms, zone: tzinfo) -> SafeText:
    def at(instant: Ms) -> SafeText:
        return clean_line(f"{local_time(instant, zone):%H:%M}")

    if clock.state == "paused":
        left, metric = length_words(clock.left), METRIC_WORDS[clock.metric].text
        return compose(
            "clock rests with {left} left: {metric}, since {since}", left=left, metric=metric, since=at(clock.since)
        )
    minutes = abs(clock.due - now) // MINUTE_MS
    template = compose("late {n} min", n=minutes) if clock.due < now else compose("{n} min left", n=minutes)
    promised = compose(
        "{left}: {metric}, due {due}, since {since}",
        left=template,
        metric=METRIC_WORDS[clock.metric].text,
        due=at(clock.due),
        since=at(clock.since),
    )
    return promised + trusted(" (this desk's own reckoning)") if clock.estimated else promised


def _why(context: Context, _arguments: Arguments) -> SafeText | None:
    ask_why(context, lambda words: _tell(context, words))
    return None


def ask_why(context: Context, then: Callable[[Sequence[SafeText]], None]) -> None:
    """How the case came to whom it is, in words, when the server has said it and the agent is still there."""
    row, key, place = context.row, context.key, context.ui.place
    if row is None or key is None:
        return

    def arrived(page: Page) -> None:
        if isinstance(page, WhyPage) and context.ui.place == place:
            then(why_words(context, row, page.assignment))

    context.workbench.inquire(key.backend, WhyQuery(key.case), arrived)


def why_words(context: Context, row: CaseRow, held: Assignment | None) -> Sequence[SafeText]:
    """Whose it is, since when and why; then by what."""
    if held is None or not row.owner:
        queue = context.backend.directory.queue_of(row) if context.backend is not None and not row.owner else None
        if queue is not None:
            return [compose("nobody has it: it waits in {queue}", queue=clean_line(queue.name))]
        return [trusted("nobody has been given it") if held is None else trusted("nobody has it yet")]
    when = say_when(held.at, context.workbench.time.now(), context.zone)
    myself = me(context)
    owner = trusted("yours") if myself is not None and row.owner == myself.id else agent_name(context, row.owner)
    if held.why is None:
        if held.by == row.owner:
            return [compose("{owner}, since {when}: taken by hand", owner=owner, when=when)]
        by = agent_name(context, held.by) if held.by else trusted("the server")
        return [compose("{owner}, since {when}: given by {by}", owner=owner, when=when, by=by)]
    rule = RULES[held.why.rule].text if held.why.rule in RULES else clean_line(held.why.rule)
    words = compose("{owner}, since {when}: {rule}", owner=owner, when=when, rule=rule)
    return [words, *_facts(context, held.why)]


def _facts(context: Context, why: Why) -> Sequence[SafeText]:
    """What the rule went by."""

    def title(queue: str) -> SafeText:
        return clean_line(context.backend.directory.queue_title(queue) if context.backend is not None else queue)

    facts = [compose("from {queue}", queue=title(why.queue))]
    if why.through and why.through != why.queue:
        facts.append(compose("for {queue}", queue=title(why.through)))
    if why.waited >= MINUTE_MS:
        facts.append(compose("had waited {time}", time=length_words(why.waited)))
    if why.rule == "longest-idle" and why.idle >= MINUTE_MS:
        facts.append(compose("{time} without a new case", time=length_words(why.idle)))
    if why.load:
        facts.append(compose("{load} of {all} in hand then", load=why.load, all=why.capacity))
    skills = [need for need in why.needs if not need.startswith("brand:")]
    if skills:
        facts.append(compose("needs {skills}", skills=clean_line(", ".join(skills))))
    return facts


def _knows_why(context: Context) -> SafeText | None:
    return can("pull")(context)


COMMANDS = (
    command(ids.EXPLAIN, _explain, has_case),
    command(ids.WHY, _why, has_case, _knows_why),
)
