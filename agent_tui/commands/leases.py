"""Who handles the case now: asking for it, handing it over, taking it over, giving it back; the other draft."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from agent_tui.commands import ids
from agent_tui.commands.case import give
from agent_tui.commands.command import CommandError, command
from agent_tui.commands.conditions import can, has_case, me
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.presences import here_first, presence_words
from agent_tui.commands.views import agent_name
from agent_tui.desk.leases import Standing, standing
from agent_tui.domain.model import CaseRow
from agent_tui.domain.orders import AskLease, HandOver, TakeOver
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import CustomerText, SafeText, clean_line, compose, trusted


def _row(context: Context) -> CaseRow:
    row = context.row
    if row is None:
        raise CommandError(trusted("there is no case here"))
    return row


def _stands(context: Context) -> Standing:
    row, myself = context.row, me(context)
    lease = row.lease if row is not None else None
    return standing(lease, myself.id if myself is not None else "", context.workbench.desk.id)


def _a_colleague_has_it(context: Context) -> SafeText | None:
    how, row, myself = _stands(context), context.row, me(context)
    if how == "colleague":
        return None
    if how == "free" and row is not None and myself is not None and row.owner == myself.id:
        return compose("it is yours: {key} writes", key=key_of(ids.CASE_OPEN, "Enter"))
    return (
        compose("nobody has it: {key} takes it", key=key_of(ids.CASE_OPEN, "Enter"))
        if how == "free"
        else trusted("you have it yourself")
    )


def _mine(context: Context) -> SafeText | None:
    return None if _stands(context) == "mine" else trusted("you do not have it at this terminal")


def _not_a_colleagues(context: Context) -> SafeText | None:
    myself = me(context)
    if _stands(context) == "colleague" and (myself is None or myself.role == "agent"):
        return compose("a colleague has it: {key} asks for it", key=key_of(ids.LEASE_ASK, "G"))
    return None


def _supervisor(context: Context) -> SafeText | None:
    myself = me(context)
    if myself is None or myself.role == "agent":
        return compose("only a supervisor takes a case over: {key} asks for it", key=key_of(ids.LEASE_ASK, "G"))
    return None


def _ask(context: Context, _arguments: Arguments) -> SafeText | None:
    row = _row(context)
    give(context, AskLease(row.id))
    holder = row.lease.agent if row.lease is not None else ""
    return compose("{who} is asked for the case", who=agent_name(context, holder))


def _colleagues(context: Context) -> Iterator[Choice]:
    myself = me(context)
    for agent in here_first(context.backend.directory.agents if context.backend is not None else ()):
        if myself is None or agent.id != myself.id:
            yield Choice(agent.id, clean_line(agent.name), presence_words(agent.presence))


def _words(context: Context, title: SafeText, then: Callable[[str], None]) -> None:
    context.ui.pick(title, (), then, free=True)


def _hand_over(context: Context, arguments: Arguments) -> SafeText | None:
    row, choices = _row(context), list(_colleagues(context))

    def hand(to: str, note: str) -> None:
        give(context, HandOver(row.id, to, CustomerText(note.strip())))
        name = row.name.safe_line or trusted("the case")
        context.ui.say(compose("{name} goes to {who}", name=name, who=agent_name(context, to)))

    def ask_note(to: str) -> None:
        title = compose("what should {who} know? (Enter: nothing)", who=agent_name(context, to))
        none = Choice("", trusted("nothing"))
        context.ui.pick(title, (none,), lambda note: hand(to, note), free=True)

    if not arguments:
        context.ui.pick(trusted("hand over to"), choices, ask_note)
        return None
    wanted = arguments[0].casefold()
    found = [one for one in choices if wanted in (one.value.casefold(), str(one.title).casefold())] or [
        one for one in choices if str(one.title).casefold().startswith(wanted)
    ]
    if len(found) != 1:
        word = clean_line(arguments[0])
        template = compose("{word} is more than one; write more of the name", word=word)
        raise CommandError(template if found else compose("nobody is called {word}", word=word))
    if len(arguments) > 1:
        hand(found[0].value, arguments[1])
    else:
        ask_note(found[0].value)
    return None


def _take_over(context: Context, arguments: Arguments) -> SafeText | None:
    row = _row(context)

    def take(reason: str) -> None:
        if not reason.strip():
            context.ui.say(trusted("say why: it was not taken over"), "warning")
            return
        give(context, TakeOver(row.id, CustomerText(reason.strip())))
        context.ui.say(compose("{name} is taken over", name=row.name.safe_line or trusted("the case")))

    if arguments:
        take(arguments[0])
    else:
        _words(context, trusted("why do you take it over?"), take)
    return None


def _release(context: Context, _arguments: Arguments) -> SafeText | None:
    row = _row(context)
    if context.key is not None:
        context.workbench.handling.give_back(context.key)
    return compose("{name} is free for others", name=row.name.safe_line or trusted("the case"))


def _has_other_draft(context: Context) -> SafeText | None:
    known = context.key is not None and context.key in context.workbench.desk.other_drafts
    if known and context.backend is not None and context.backend.state != "up":
        return trusted("the line is down: the server keeps the other draft")
    return None if known else trusted("there is no other draft of this case")


def _other_draft(context: Context, _arguments: Arguments) -> SafeText | None:
    if context.key is None or not context.workbench.swap_drafts(context.key):
        return trusted("there is no other draft of this case")
    if not context.opened:
        context.ui.open_case(context.key, "composer")
    return trusted("the other draft stands here now; the same key brings the first one back")


COMMANDS = (
    command(ids.LEASE_ASK, _ask, has_case, can("ask-lease"), _a_colleague_has_it),
    command(ids.HAND_OVER, _hand_over, has_case, can("hand-over"), _not_a_colleagues),
    command(ids.TAKE_OVER, _take_over, has_case, can("take-over"), _a_colleague_has_it, _supervisor),
    command(ids.LEASE_RELEASE, _release, has_case, can("release-lease"), _mine),
    command(ids.DRAFT_OTHER, _other_draft, has_case, _has_other_draft),
)
