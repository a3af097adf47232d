"""Acting on the case: whose it is, labels, priority, snooze, done, spam, undo, copy."""

from __future__ import annotations

from collections.abc import Iterator

from agent_tui.commands import ids
from agent_tui.commands.command import CommandError, command
from agent_tui.commands.conditions import can, has_case, has_message, in_stage, in_the_case, me, not_held
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.presences import here_first, presence_of
from agent_tui.commands.putting_through import goes_along, show_put_through
from agent_tui.commands.views import agent_name
from agent_tui.commands.when import NEXT_REPLY, parse_when, say_when
from agent_tui.domain.model import CaseRow, Directory
from agent_tui.domain.orders import (
    AnswerTransfer,
    Assign,
    Block,
    Label,
    MarkUnread,
    Order,
    Prioritise,
    Reopen,
    Snooze,
    Spam,
)
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, marked, trusted
from agent_tui.domain.transfers import Transfer

PRIORITIES: dict[str, Phrase] = {
    "low": marked("low"),
    "normal": marked("normal"),
    "high": marked("high"),
    "urgent": marked("urgent"),
}
SNOOZES = (
    ("30m", marked("30 minutes")),
    ("2h", marked("2 hours")),
    ("tomorrow 9", marked("tomorrow morning")),
    ("sun 9", marked("Sunday morning")),
    ("reply", marked("the customer's next reply")),
)


def give(context: Context, order: Order) -> None:
    """Hand an order about the context's case to the workbench."""
    if context.key is not None:
        context.workbench.order(context.key.backend, order, key=context.key)


def who(row: CaseRow) -> SafeText:
    """What a case is called to its agent."""
    return row.name.safe_line or trusted("the case")


def case_here(context: Context) -> CaseRow:
    """The row of the case that a command is about. Raises CommandError."""
    row = context.row
    if row is None:
        raise CommandError(trusted("there is no case here"))
    return row


def _directory(context: Context) -> Directory:
    return context.backend.directory if context.backend is not None else Directory()


def _assign_me(context: Context, _arguments: Arguments) -> SafeText | None:
    row, myself = case_here(context), me(context)
    if myself is None:
        raise CommandError(trusted("the server has not said yet who you are; try again when it is connected"))
    if row.owner == myself.id:
        return compose("{who} is yours already", who=who(row))
    if (taken := offered(context, row)) is not None:
        return taken
    give(context, Assign(row.id, agent=myself.id, team=row.team))
    return compose("{who} is yours now", who=who(row))


def offered(context: Context, row: CaseRow) -> SafeText | None:
    """A case that a colleague offers me is taken so; None where it is not offered to me."""
    held, myself = row.transfer, me(context)
    if held is None or myself is None or not held.asks(myself.id):
        return None
    give(context, AnswerTransfer(row.id, held.id, "accept"))
    show_put_through(context, row, held)
    return accepted(row, held)


def accepted(row: CaseRow, held: Transfer) -> SafeText:
    """What it means that I said yes."""
    if goes_along(row, held) and not held.warm:
        return compose("{who} is being put through to you", who=who(row))
    if held.warm:
        return compose("{who}: what you write as a note is between the two of you", who=who(row))
    return compose("{who} is yours now", who=who(row))


def assignees(context: Context) -> Iterator[Choice]:
    """Whom a case, or what is owed in it, can be given to: `agent:ID` and `team:NAME`."""
    directory = _directory(context)
    for agent in here_first(directory.agents):
        yield Choice(f"agent:{agent.id}", clean_line(agent.name), presence_of(agent, directory.reasons))
    for team in directory.teams:
        yield Choice(f"team:{team}", clean_line(directory.team_title(team)), trusted("team"))


def assignee(context: Context, name: str) -> str:
    """`agent:ID` or `team:NAME` of what was typed or chosen. Raises CommandError."""
    wanted, choices = name.strip().casefold(), list(assignees(context))
    exact = [
        c for c in choices if wanted in (c.value.casefold(), c.title.casefold(), c.value.partition(":")[2].casefold())
    ]
    found = exact or [choice for choice in choices if wanted and choice.title.casefold().startswith(wanted)]
    if len(found) != 1:
        word = clean_line(name)
        several = compose("{word} is more than one; write more of the name", word=word)
        raise CommandError(several if found else compose("nobody is called {word}", word=word))
    return found[0].value


def _assign_to(context: Context, arguments: Arguments) -> SafeText | None:
    row, choices = case_here(context), list(assignees(context))

    def assign(value: str) -> None:
        kind, _, id = value.partition(":")
        give(context, Assign(row.id, agent=id) if kind == "agent" else Assign(row.id, team=id))
        name = agent_name(context, id) if kind == "agent" else clean_line(_directory(context).team_title(id))
        context.ui.say(compose("{who} goes to {name}", who=who(row), name=name))

    if not arguments:
        context.ui.pick(trusted("assign to"), choices, assign)
        return None
    assign(assignee(context, arguments[0]))
    return None


def _label(context: Context, arguments: Arguments) -> SafeText | None:
    row = case_here(context)

    def toggle(word: str) -> None:
        name = word.strip().removeprefix("-").strip()
        if not name:
            return
        off = name in row.labels or word.strip().startswith("-")
        give(context, Label(row.id, remove=(name,)) if off else Label(row.id, add=(name,)))
        template = compose("label {name} taken off", name=clean_line(name)) if off else None
        context.ui.say(template or compose("labelled {name}", name=clean_line(name)))

    if arguments:
        toggle(arguments[0])
        return None
    names = list(dict.fromkeys([*row.labels, *_directory(context).labels]))
    on = trusted("is on; takes it off")
    choices = [Choice(name, clean_line(name), on if name in row.labels else trusted("")) for name in names]
    context.ui.pick(trusted("label"), choices, toggle, free=True)
    return None


def _priority(context: Context, arguments: Arguments) -> SafeText | None:
    row = case_here(context)

    def set_to(word: str) -> None:
        give(context, Prioritise(row.id, list(PRIORITIES).index(word)))
        context.ui.say(compose("{who}: priority {word}", who=who(row), word=PRIORITIES[word].text))

    if arguments:
        set_to(arguments[0])
        return None
    now = trusted("now")
    choices = [
        Choice(word, title.text, now if level == row.priority else trusted(""))
        for level, (word, title) in enumerate(PRIORITIES.items())
    ]
    context.ui.pick(trusted("priority"), choices, set_to)
    return None


def _snooze(context: Context, arguments: Arguments) -> SafeText | None:
    row = case_here(context)

    def put_away(words: str) -> None:
        now = context.workbench.time.now()
        until = parse_when(words, now, context.zone)
        give(context, Snooze(row.id, until))
        context.ui.say(compose("{who} snoozed until {when}", who=who(row), when=say_when(until, now, context.zone)))

    if arguments:
        put_away(arguments[0])
        return None
    now = context.workbench.time.now()
    choices = []
    for words, title in SNOOZES:
        until = parse_when(words, now, context.zone)
        beside = say_when(until, now, context.zone) if until != NEXT_REPLY else trusted("")
        choices.append(Choice(words, title.text, beside))
    context.ui.pick(trusted("snooze until"), choices, put_away, free=True)
    return None


def _reopen(context: Context, _arguments: Arguments) -> SafeText | None:
    row = case_here(context)
    give(context, Reopen(row.id))
    return compose("{who} is open again", who=who(row))


def _unread(context: Context, _arguments: Arguments) -> SafeText | None:
    row = case_here(context)
    give(context, MarkUnread(row.id))
    return compose("{who} is unread again", who=who(row))


def _spam(context: Context, _arguments: Arguments) -> SafeText | None:
    row = case_here(context)
    give(context, Spam(row.id))
    return compose("{who}: this case is spam; reopen takes it back", who=who(row))


def _block(context: Context, _arguments: Arguments) -> SafeText | None:
    row = case_here(context)

    def sure(answer: str) -> None:
        if answer == "block":
            give(context, Block(row.id))
            context.ui.say(compose("{who} is blocked", who=who(row)))

    choices = [
        Choice("leave", trusted("no, leave it")),
        Choice("block", trusted("block: all they write from now on is spam")),
    ]
    context.ui.pick(compose("block {who}?", who=who(row)), choices, sure)
    return None


def _undo(context: Context, _arguments: Arguments) -> SafeText | None:
    context.ui.keep_draft()
    words = context.workbench.undo()
    if context.workbench.undone is not None and context.ui.place == "inbox":
        # the next key is meant for it, not for whoever took its place under the cursor
        context.ui.come_back_to(context.workbench.undone)
    return words


def _copy_message(context: Context, _arguments: Arguments) -> SafeText | None:
    message = context.ui.message()
    if message is None:
        return None
    case = context.workbench.desk.open_case
    context.ui.copy(case.words_of(message) if case is not None else message.body.safe)
    return trusted("message copied")


def _copy_number(context: Context, _arguments: Arguments) -> SafeText | None:
    row = case_here(context)
    context.ui.copy(compose("#{number}", number=row.number))
    return compose("#{number} copied", number=row.number)


def _source(context: Context, _arguments: Arguments) -> SafeText | None:
    message = context.ui.message()
    if message is not None:
        context.ui.show_source(message)
    return None


def _has_card(context: Context) -> SafeText | None:
    message = context.ui.message()
    if message is None or not (message.body.has_card or message.folded.has_card):
        return trusted("there is no card number in this message")
    return None


def _writes_down(context: Context) -> SafeText | None:
    backend = context.backend
    if backend is None or "show-card" in backend.capabilities.orders:
        return None
    return trusted("this server does not write down who sees card numbers, so they stay hidden")


def _show_card(context: Context, _arguments: Arguments) -> SafeText | None:
    message = context.ui.message()
    if message is not None and context.key is not None:
        context.workbench.show_card(context.key, message.id)
    return trusted("shown as soon as the server has written it down")


_HERE = (has_case,)

COMMANDS = (
    command(ids.LABEL, _label, *_HERE, can("label")),
    command(ids.PRIORITY, _priority, *_HERE, can("prioritise")),
    command(ids.ASSIGN_ME, _assign_me, *_HERE, can("assign")),
    command(ids.ASSIGN_TO, _assign_to, *_HERE, can("assign")),
    command(ids.MARK_UNREAD, _unread, *_HERE, can("mark-unread")),
    command(
        ids.SNOOZE,
        _snooze,
        *_HERE,
        can("snooze"),
        in_stage("us", "customer", "later", otherwise=marked("it is done: reopen it first")),
        not_held,
    ),
    command(
        ids.CASE_REOPEN,
        _reopen,
        *_HERE,
        can("reopen"),
        in_stage("done", "later", "spam", otherwise=marked("it is open")),
    ),
    command(
        ids.CASE_SPAM,
        _spam,
        *_HERE,
        can("spam"),
        in_stage("us", "customer", "later", "done", otherwise=marked("it is spam already")),
        not_held,
    ),
    command(ids.CUSTOMER_BLOCK, _block, *_HERE, can("block"), not_held),
    command(ids.UNDO, _undo),
    command(ids.COPY_MESSAGE, _copy_message, has_message),
    command(ids.COPY_NUMBER, _copy_number, *_HERE),
    command(ids.MESSAGE_SOURCE, _source, has_message, in_the_case),
    command(ids.CARD_SHOW, _show_card, has_message, in_the_case, _has_card, _writes_down),
)
