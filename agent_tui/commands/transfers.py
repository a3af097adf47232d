"""Giving a case to a colleague, a queue or another channel, cold or together; answering such a transfer; following what
becomes of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from agent_tui.commands import channel_moves, ids
from agent_tui.commands.case import accepted, case_here, give, who
from agent_tui.commands.command import CommandError, command
from agent_tui.commands.conditions import can, has_case, me
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.presences import here_first, presence_of
from agent_tui.commands.promises import as_note
from agent_tui.commands.putting_through import call_stays, goes_along, my_talk, show_put_through
from agent_tui.commands.queues import standing_words
from agent_tui.commands.transfer_words import transfer_words
from agent_tui.commands.views import agent_name
from agent_tui.domain.channels import channel
from agent_tui.domain.model import CaseRow, Directory, Message
from agent_tui.domain.orders import AnswerTransfer, Follow, HandOver, TransferCase
from agent_tui.domain.queries import CasePage, CaseQuery, Page, QueuesPage, QueuesQuery
from agent_tui.domain.queues import QueueLine
from agent_tui.domain.standing import OFFLINE
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import CustomerText, SafeText, clean_line, compose, listed, marked, trusted
from agent_tui.domain.transfers import Transfer, TransferAnswer

_AGENT, _QUEUE = "@", "#"
_NO = (
    marked("I have too much in hand"),
    marked("somebody else knows this better"),
    marked("something is missing in it"),
)
"""Usual reasons for not taking a case."""


def _directory(context: Context) -> Directory:
    return context.backend.directory if context.backend is not None else Directory()


def _my_id(context: Context) -> str:
    myself = me(context)
    return myself.id if myself is not None else ""


# -- giving


def _transfer(context: Context, arguments: Arguments) -> SafeText | None:
    return _begin(context, arguments, warm=False)


def _together(context: Context, arguments: Arguments) -> SafeText | None:
    return _begin(context, arguments, warm=True)


def _begin(context: Context, arguments: Arguments, *, warm: bool) -> SafeText | None:
    row = case_here(context)
    if row.transfer is not None and row.transfer.state == "connecting":
        return trusted("the call is being put through: a moment")
    if row.transfer is not None:
        _answer_page(context, row, row.transfer)
        return None
    if arguments and not warm and (channel := channel_moves.named(arguments[0])):
        return channel_moves.begin(context, channel, arguments[1] if len(arguments) > 1 else "")
    if arguments:
        target = _named(context, arguments[0])
        if (stays := call_stays(context, row, to_queue=target[0] == _QUEUE, warm=warm)) is not None:
            raise CommandError(stays)
        if len(arguments) > 1:
            _give(context, row, target, arguments[1], warm=warm)
        else:
            _ask_note(context, row, target, warm=warm)
        return None
    _with_queues(context, row, lambda lines: _show_targets(context, row, lines, warm=warm))
    return None


def _with_queues(context: Context, row: CaseRow, then: Callable[[tuple[QueueLine, ...]], None]) -> None:
    """How the queues stand now is shown beside their names."""
    backend = context.backend
    if backend is None or not backend.directory.queues or backend.state != "up":
        then(())
        return
    context.workbench.inquire(
        backend.id, QueuesQuery(row.id), lambda page: then(page.queues) if isinstance(page, QueuesPage) else None
    )


def _show_targets(context: Context, row: CaseRow, lines: tuple[QueueLine, ...], *, warm: bool) -> None:
    choices: list[Choice] = []
    channels = (trusted("Channels"), [] if warm else channel_moves.targets(context))
    people = (trusted("Colleagues"), list(_colleagues(context)))
    queues = (trusted("Queues"), list(_queues(context, row, lines, warm=warm)))
    some_channel = any(one.why_not is None for one in channels[1])
    # what can be chosen stands first, since Enter takes it
    for heading, some in (channels, people, queues) if some_channel else (people, queues, channels):
        choices += [Choice("", heading, heading=True), *some] if some else []

    def chosen(target: str) -> None:
        if target[:1] not in (_AGENT, _QUEUE):
            channel_moves.begin(context, target)
            return
        if (stays := call_stays(context, row, to_queue=target[0] == _QUEUE, warm=warm)) is not None:
            context.ui.say(stays, "warning")
            return
        asked = _asking(context)
        if not warm and target.removeprefix(_AGENT) in asked:
            give(context, HandOver(row.id, target.removeprefix(_AGENT)))
            context.ui.say(compose("{name} goes to {who}", name=who(row), who=_target(context, target)))
            return
        _ask_note(context, row, target, warm=warm)

    context.ui.pick(trusted("look at it together with") if warm else trusted("transfer to"), choices, chosen)


def _colleagues(context: Context) -> Iterator[Choice]:
    directory, myself = _directory(context), _my_id(context)
    asked = _asking(context)
    people = sorted(here_first(directory.agents), key=lambda agent: agent.id not in asked)
    for agent in people:
        if agent.id == myself:
            continue
        beside = presence_of(agent, directory.reasons)
        if agent.id in asked:
            beside = listed(" · ", [trusted("asks for it"), beside])
        gone = (
            compose("not here: {key} assigns it all the same", key=key_of("assign-to", "A"))
            if agent.presence == OFFLINE
            else None
        )
        yield Choice(f"{_AGENT}{agent.id}", clean_line(agent.name), beside, gone)


def _asking(context: Context) -> tuple[str, ...]:
    """Colleagues who asked me for the case."""
    return context.workbench.desk.asked_for.of(context.key, _my_id(context)) if context.key is not None else ()


def _queues(context: Context, row: CaseRow, lines: tuple[QueueLine, ...], *, warm: bool) -> Iterator[Choice]:
    now = context.workbench.time.now() + (context.backend.clock_skew if context.backend is not None else 0)
    for line in lines:
        why_not = None if warm else _misfit(context, row, line)
        yield Choice(f"{_QUEUE}{line.id}", clean_line(line.title), standing_words(line, now, context.zone), why_not)


def _misfit(context: Context, row: CaseRow, line: QueueLine) -> SafeText | None:
    """Why the case cannot be sent to a queue; looking at it with somebody of it is another thing."""
    match line.misfit:
        case "channel":
            return compose("has no cases on {channel}", channel=channel(row.channel).title)
        case "brand":
            return trusted("has cases of other brands alone")
        case "earlier":
            queue = clean_line(_directory(context).queue_title(line.earlier))
            return compose("a case like this waits in {queue}", queue=queue)
        case "there":
            return trusted("it waits there already")
        case _:
            return None


def _named(context: Context, word: str) -> str:
    """`@ID` or `#ID` of what was typed. Raises CommandError."""
    directory, wanted = _directory(context), word.strip().casefold()
    sign, name = (wanted[:1], wanted[1:]) if wanted[:1] in (_AGENT, _QUEUE) else ("", wanted)
    people = [(f"{_AGENT}{one.id}", one.id, one.name) for one in directory.agents if one.id != _my_id(context)]
    queues = [(f"{_QUEUE}{one.id}", one.id, one.name) for one in directory.queues]
    known = (people if sign != _QUEUE else []) + (queues if sign != _AGENT else [])
    exact = [value for value, *names in known if name in [one.casefold() for one in names]]
    found = exact or [value for value, *names in known if name and names[1].casefold().startswith(name)]
    if len(found) == 1:
        return found[0]
    said = clean_line(word)
    if found:
        raise CommandError(compose("{word} is more than one; write more of the name", word=said))
    raise CommandError(compose("no colleague and no queue is called {word}", word=said))


def _target(context: Context, target: str) -> SafeText:
    id = target[1:]
    return agent_name(context, id) if target[0] == _AGENT else clean_line(_directory(context).queue_title(id))


def _ask_note(context: Context, row: CaseRow, target: str, *, warm: bool) -> None:
    """What was done and what is promised: whoever comes need not ask the customer."""
    title = compose("for {who}: what was done, what is promised?", who=_target(context, target))
    context.ui.pick(
        title, as_note(context, row), lambda words: _give(context, row, target, words, warm=warm), free=True
    )


def _give(context: Context, row: CaseRow, target: str, words: str, *, warm: bool) -> None:
    if not words.strip():
        context.ui.say(trusted("say what was done and what is promised: it was not transferred"), "warning")
        return
    if context.key is not None:
        context.workbench.refused_notes.pop(context.key, None)
    agent = target[1:] if target[0] == _AGENT else ""
    queue = target[1:] if target[0] == _QUEUE else ""
    give(context, TransferCase(row.id, CustomerText(words.strip()), agent, queue, warm))
    name, whom = who(row), _target(context, target)
    if warm:
        context.ui.say(compose("{whom} is asked to look at {name} with you", whom=whom, name=name))
    elif agent and my_talk(context, row) is not None:
        context.ui.say(
            compose("{whom} is asked to take {name} and the call; both stay with you until then", whom=whom, name=name)
        )
    elif agent:
        context.ui.say(compose("{whom} is asked to take {name}; it stays yours until then", whom=whom, name=name))
    else:
        context.ui.say(compose("{name} goes to {whom}", name=name, whom=whom))


# -- answering


def _answer_page(context: Context, row: CaseRow, held: Transfer) -> None:
    """With what was said with it, which is asked for where its case is not open."""
    case = context.workbench.desk.open_case
    note = _note_in(case.messages, held) if case is not None and context.opened else trusted("")
    backend = context.backend
    if note or backend is None or backend.state != "up":
        _show_answers(context, row, held, note)
        return

    def show(page: Page) -> None:
        messages = page.detail.messages if isinstance(page, CasePage) and page.detail is not None else ()
        _show_answers(context, row, held, _note_in(messages, held))

    context.workbench.inquire(backend.id, CaseQuery(row.id), show)


def _note_in(messages: Iterable[Message], held: Transfer) -> SafeText:
    return next((message.body.safe_line for message in messages if message.id == held.note), trusted(""))


def _show_answers(context: Context, row: CaseRow, held: Transfer, note: SafeText) -> None:
    answers = dict(_answers(held, _my_id(context), agent_name(context, held.by)))
    choices = [Choice(what, title) for what, title in answers.items()]

    def chosen(value: str) -> None:
        what = next((what for what in answers if what == value), None)
        if what == "decline":
            reasons = [Choice(title.text.drawn(), title.text) for title in _NO]
            context.ui.pick(trusted("why not?"), reasons, lambda why: answer("decline", why), free=True)
        elif what is not None:
            answer(what, "")

    def answer(what: TransferAnswer, words: str) -> None:
        give(context, AnswerTransfer(row.id, held.id, what, CustomerText(words.strip())))
        if what == "accept":
            show_put_through(context, row, held)
            context.ui.say(accepted(row, held))
        elif what == "complete" and goes_along(row, held):
            context.ui.say(compose("{name} is being put through", name=who(row)))
        else:
            context.ui.say(_said(what, who(row), warm=held.warm))

    context.ui.pick(_question(context, row, held), ([Choice("", note, heading=True)] if note else []) + choices, chosen)


def _question(context: Context, row: CaseRow, held: Transfer) -> SafeText:
    """Who asks is what is to be known before the answer."""
    if not held.asks(_my_id(context)):
        words = transfer_words(held, _directory(context).names, _my_id(context))
        return compose("{name}: {words}", name=who(row), words=words)
    giver = agent_name(context, held.by)
    if held.warm:
        return compose("{who} asks you to {name}, to look at it together", who=giver, name=who(row))
    return compose("{who} hands you {name}", who=giver, name=who(row))


def _said(what: TransferAnswer, name: SafeText, *, warm: bool) -> SafeText:
    match what:
        case "decline":
            return compose("{name}: you do not take it", name=name)
        case "complete":
            return compose("{name} is handed over", name=name)
        case _:
            return compose("{name}: no longer together", name=name) if warm else compose("{name} stays", name=name)


def _answers(held: Transfer, myself: str, giver: SafeText) -> Iterator[tuple[TransferAnswer, SafeText]]:
    if held.state == "unknown" and held.concerns(myself):
        mine, theirs = trusted("the call is with me"), compose("the call is with {who}", who=giver)
        taker = held.agent == myself
        yield ("complete", mine if taker else trusted("the call is with them"))
        yield ("withdraw", theirs if taker else trusted("the call is with me still"))
        return
    if held.asks(myself):
        yield ("accept", trusted("look at it together") if held.warm else trusted("take it"))
        yield ("decline", trusted("no, and say why"))
    elif held.state == "together" and held.by == myself:
        yield ("complete", trusted("hand it over now"))
        yield ("withdraw", trusted("keep it: they leave"))
    elif held.state == "together" and held.agent == myself:
        yield ("withdraw", compose("leave it with {who}", who=giver))
    else:
        yield ("withdraw", trusted("take it back"))


# -- following


def _follow(context: Context, _arguments: Arguments) -> SafeText | None:
    row = case_here(context)
    on = _my_id(context) not in row.followers
    give(context, Follow(row.id, on))
    if on:
        return compose("you hear what becomes of {name}", name=who(row))
    return compose("you follow {name} no longer", name=who(row))


def _still_open(context: Context) -> SafeText | None:
    if context.row is not None and context.row.stage in ("us", "customer", "later"):
        return None
    return compose("it is closed: reopen it first ({key})", key=key_of(ids.CASE_REOPEN, "D"))


COMMANDS = (
    command(ids.TRANSFER, _transfer, has_case, can("transfer"), _still_open),
    command(ids.TOGETHER, _together, has_case, can("transfer"), _still_open),
    command(ids.FOLLOW, _follow, has_case, can("follow")),
)
