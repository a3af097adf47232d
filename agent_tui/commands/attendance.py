"""Whether I take new work, and what a supervisor tells all."""

from __future__ import annotations

from agent_tui.commands import ids
from agent_tui.commands.command import CommandError, command
from agent_tui.commands.conditions import me
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.presences import AVAILABLE, presence_words, reasons
from agent_tui.commands.promises import times, what_and_when
from agent_tui.commands.when import NEXT_REPLY, parse_when, say_when
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Directory
from agent_tui.domain.orders import Announce, Presence
from agent_tui.domain.standing import READY
from agent_tui.domain.text import CustomerText, SafeText, compose, trusted
from agent_tui.domain.time import Ms

_AFTER = " after"
_TIMES = ("1h", "3h", "tomorrow 9", "tomorrow 17")


def become(context: Context, state: str, after: CaseKey | None = None) -> None:
    """I am `state`, at the server of `after` when that case is finished; others give me nothing new meanwhile."""
    for backend in context.workbench.desk.backends.values():
        if "presence" in backend.capabilities.orders:
            hand = (
                after.case if after is not None and after.backend == backend.id and backend.capabilities.shift else ""
            )
            context.workbench.order(backend.id, Presence(state, hand))


def directory(context: Context) -> Directory:
    """Of the server that holds the case, else the first one."""
    return context.backend.directory if context.backend is not None else Directory()


def in_hand(context: Context) -> CaseKey | None:
    """The case that is being handled: of a call that lasts, else the opened one where it is mine or nobody's."""
    desk = context.workbench.desk
    talking = next((key for key, call in desk.live_calls() if call.state in ("active", "held")), None)
    case = desk.open_case
    if talking is not None or case is None or case.row is None or case.row.stage in ("done", "spam"):
        return talking
    who = desk.backends[case.key.backend].me
    return case.key if who is not None and case.row.owner in ("", who.id) else None


def _presence(context: Context, arguments: Arguments) -> SafeText | None:
    if arguments:
        _said(context, arguments[0].strip())
        return None
    titles = directory(context).reasons
    choices = [Choice(AVAILABLE, presence_words(AVAILABLE))]
    choices += [Choice(reason, presence_words(reason, titles)) for reason in reasons(directory(context))]
    context.ui.pick(trusted("you are"), choices, lambda state: _ask_when(context, state), free=True)
    return None


def _ask_when(context: Context, state: str) -> None:
    """At once, or when what is in hand is finished."""
    hand = in_hand(context)
    row = context.workbench.desk.row(hand) if hand is not None else None
    if state in READY or row is None or not _ready(context):
        _said(context, state)
        return
    after = compose("when {who} is finished", who=row.name.safe_line or trusted("the case"))
    choices = [Choice("", trusted("now")), Choice(_AFTER, after, trusted("until then nothing new comes"))]
    words = presence_words(state, directory(context).reasons)
    context.ui.pick(compose("{state}: when", state=words), choices, lambda when: _said(context, state + when))


def _said(context: Context, words: str) -> None:
    state = words.removesuffix(_AFTER).strip()
    shown = presence_words(state, directory(context).reasons)
    hand = in_hand(context) if words.endswith(_AFTER) and _ready(context) else None
    become(context, state, hand)
    if hand is None:
        context.ui.say(compose("you are {state}", state=shown))
    else:
        context.ui.say(compose("{state} when this one is finished; until then nothing new comes", state=shown))


def _ready(context: Context) -> bool:
    backends = context.workbench.desk.backends.values()
    return any(backend.me is not None and backend.me.presence in READY for backend in backends)


def _presence_known(context: Context) -> SafeText | None:
    backends = context.workbench.desk.backends.values()
    if any("presence" in backend.capabilities.orders for backend in backends):
        return None
    return trusted("no server here keeps presence")


# -- announcing


def _announce(context: Context, arguments: Arguments) -> SafeText | None:
    def words(said: str) -> None:
        what, until = what_and_when(context, said)
        if until is not None:
            _tell(context, what, until)
            return
        now = context.workbench.time.now()
        context.ui.pick(
            trusted("until when"),
            times(context, _TIMES),
            lambda when: _tell(context, what, parse_when(when, now, context.zone)),
            free=True,
        )

    if arguments:
        words(arguments[0])
    else:
        context.ui.pick(trusted("tell all (strike of couriers until tomorrow 9)"), [], words, free=True)
    return None


def _tell(context: Context, what: str, until: Ms) -> None:
    if until == NEXT_REPLY:
        raise CommandError(trusted("it needs a time: write 2h, 11:00, tomorrow 9 or sun"))
    for backend in context.workbench.desk.backends.values():
        if "announce" in backend.capabilities.orders:
            context.workbench.order(backend.id, Announce(CustomerText(what), until))
    when = say_when(until, context.workbench.time.now(), context.zone)
    context.ui.say(compose("all are told, until {when}", when=when))


def _may_announce(context: Context) -> SafeText | None:
    if not any("announce" in backend.capabilities.orders for backend in context.workbench.desk.backends.values()):
        return trusted("no server here can tell all")
    myself = me(context)
    return None if myself is not None and myself.role != "agent" else trusted("only a supervisor tells all something")


COMMANDS = (
    command(ids.PRESENCE, _presence, _presence_known),
    command(ids.ANNOUNCE, _announce, _may_announce),
)
