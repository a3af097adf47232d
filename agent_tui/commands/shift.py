"""The start of a shift: what was handed to me, what is late, what is promised today, what was announced."""

from __future__ import annotations

from datetime import timedelta

from agent_tui.commands import ids
from agent_tui.commands.attendance import become
from agent_tui.commands.command import command
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.presences import AVAILABLE
from agent_tui.commands.promises import promise_due
from agent_tui.commands.when import say_when
from agent_tui.desk.countdown import text_of
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.shift import InHand
from agent_tui.domain.channels import channel
from agent_tui.domain.model import CaseRow
from agent_tui.domain.standing import READY
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, clean_line, compose, listed, plural, trusted
from agent_tui.domain.time import MS, Ms, local_time
from agent_tui.services.in_hand import ask_in_hand

_READY, _LATER, _READ = "ready", "later", "read"


def case_title(row: CaseRow) -> SafeText:
    """`Dana Levi #4471`."""
    return compose("{who} #{number}", who=row.name.safe_line or trusted("the case"), number=row.number)


def case_words(context: Context, row: CaseRow) -> SafeText:
    """What stands beside a case: its clock, its channel, its last words."""
    now = context.workbench.time.now()
    words = [text_of(row, now, context.zone), channel(row.channel).title, row.preview.safe_line]
    return listed(" · ", [word for word in words if word])


def agent_named(context: Context, backend: str, id: str) -> SafeText:
    """What an agent or, with `team:`, a team of a server is called."""
    return clean_line(context.workbench.desk.backends[backend].directory.names.get(id, id.removeprefix("team:")))


def named(key: CaseKey) -> str:
    """The value of a choice that means a case."""
    return f"{key.backend}\n{key.case}"


def key_named(value: str) -> CaseKey:
    """The case that a choice means."""
    backend, _, case = value.partition("\n")
    return CaseKey(backend, case)


def end_of_day(now: Ms, context: Context) -> Ms:
    """Midnight, where the agent is."""
    tomorrow = local_time(now, context.zone) + timedelta(days=1)
    return round(tomorrow.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * MS)


def silent_lines(held: InHand) -> list[Choice]:
    """Which servers are not in what is shown."""
    return [
        Choice("", compose("{server} gave no answer", server=clean_line(name)), heading=True) for name in held.silent
    ]


def _start(context: Context, _arguments: Arguments) -> SafeText | None:
    ask_in_hand(context.workbench, lambda held: _show(context, held))
    return None


def _show(context: Context, held: InHand) -> None:
    lines = [*_announced(context, held), *_handed(context, held), *_late(context, held), *_promised(context, held)]
    if not lines:
        lines = [Choice("", trusted("Nothing was handed to you, nothing is late, nothing is promised"), heading=True)]
    first: list[Choice] = []
    if not any(
        state.me is not None and state.me.presence in READY for state in context.workbench.desk.backends.values()
    ):
        first = [
            Choice(_READY, trusted("ready"), trusted("take new work from now on")),
            Choice(
                _LATER,
                trusted("not yet"),
                compose("look around first; {key} says when you are ready", key=key_of("presence", "b")),
            ),
        ]

    def chosen(value: str) -> None:
        if value == _READY:
            become(context, AVAILABLE)
            context.ui.say(trusted("you are ready"))
        elif value == _READ:
            _show(context, held)
        elif value != _LATER:
            context.ui.open_case(key_named(value))

    mine = plural("{n} open case", "{n} open cases", n=len(held.cases))
    title = compose("your shift: {cases}", cases=mine)
    context.ui.page(title, [*first, *lines, *silent_lines(held)], chosen)


def _announced(context: Context, held: InHand) -> list[Choice]:
    now = context.workbench.time.now()
    lines = [
        Choice(
            _READ,
            compose(
                "{who}, until {when}",
                who=agent_named(context, of, one.by),
                when=say_when(one.until, now, context.zone),
            ),
            one.body.safe_line,
        )
        for of, one in held.announcements
        if one.until > now
    ]
    return _under(trusted("Announced"), lines)


def _handed(context: Context, held: InHand) -> list[Choice]:
    lines = []
    for key, one in held.handed:
        row = held.row(key)
        if row is not None:
            who, note = agent_named(context, key.backend, one.by), one.note.safe_line
            words = compose("from {who}: {note}", who=who, note=note) if note else compose("from {who}", who=who)
            lines.append(Choice(named(key), case_title(row), words))
    return _under(trusted("Handed to you"), lines)


def _late(context: Context, held: InHand) -> list[Choice]:
    late = held.late(context.workbench.time.now())
    return _under(trusted("Late"), [Choice(named(key), case_title(row), case_words(context, row)) for key, row in late])


def _promised(context: Context, held: InHand) -> list[Choice]:
    now = context.workbench.time.now()
    lines = []
    for key, promise in held.due(end_of_day(now, context)):
        row = held.row(key)
        title = case_title(row) if row is not None else promise.what.safe_line
        due = promise_due(promise, now, context.zone)
        lines.append(Choice(named(key), title, listed(" · ", [promise.what.safe_line, due])))
    return _under(trusted("Promised for today"), lines)


def _under(heading: SafeText, lines: list[Choice]) -> list[Choice]:
    return [Choice("", heading, heading=True), *lines] if lines else []


def _has_server(context: Context) -> SafeText | None:
    if any(state.capabilities.shift for state in context.workbench.desk.backends.values()):
        return None
    return trusted("no server here tells what was handed over or promised")


COMMANDS = (command(ids.START, _start, _has_server),)
