"""Promises: recording what we owe and by when, keeping it, passing it on, dropping it; and how one is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo

from agent_tui.commands import ids
from agent_tui.commands.case import assignee, assignees, case_here, give
from agent_tui.commands.command import CommandError, command
from agent_tui.commands.conditions import can, has_case, in_stage, me
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.when import NEXT_REPLY, parse_when, say_when
from agent_tui.domain.model import CaseRow, Promise, PromiseState
from agent_tui.domain.orders import ChangePromise, SettlePromise
from agent_tui.domain.text import CustomerText, Phrase, SafeText, clean_line, compose, listed, marked, trusted
from agent_tui.domain.text_time import day_and_month
from agent_tui.domain.time import HOUR_MS, Ms, local_time

_BY = (" by ", " until ", " עד ")
"""What stands between a promise and its time, in the languages of the interface."""
_TIMES = (
    ("1h", marked("in an hour")),
    ("3h", marked("in 3 hours")),
    ("tomorrow 9", marked("tomorrow morning")),
    ("tomorrow 17", marked("tomorrow evening")),
    ("sun 9", marked("Sunday morning")),
)
_ENDS: dict[str, Phrase] = {
    "not-wanted": marked("the customer does not want it any more"),
    "not-possible": marked("it cannot be done"),
}
"""Usual reasons for not keeping one."""


# -- how a promise is said


def promise_due(promise: Promise, now: Ms, zone: tzinfo) -> SafeText:
    """By when: `12:00`, `tomorrow 09:00`, `Thu 12:00`; of a past day `12 Nov 09:00`."""
    if promise.due >= now:
        return say_when(promise.due, now, zone)
    here, then = local_time(now, zone), local_time(promise.due, zone)
    time = clean_line(f"{then:%H:%M}")
    if then.date() == here.date():
        return time
    return compose("{day} {time}", day=day_and_month(then), time=time)


def promise_whose(promise: Promise, names: Mapping[str, str], me: str) -> SafeText:
    """Who must keep it: an agent's or a team's name; "" for whoever has the case. `names`: see `Directory.names`."""
    if promise.agent:
        return trusted("you") if promise.agent == me else clean_line(names.get(promise.agent, promise.agent))
    return clean_line(names.get(f"team:{promise.team}", promise.team)) if promise.team else trusted("")


def promise_end(promise: Promise) -> SafeText:
    """What came of it: `kept`, or `not kept: ` and why; "" while it is open."""
    if promise.state == "kept":
        return trusted("kept", "promise")
    if promise.state != "dropped":
        return trusted("")
    reason = _ENDS[promise.reason.raw].text if promise.reason.raw in _ENDS else promise.reason.safe_line
    return compose("not kept: {reason}", reason=reason)


def as_note(context: Context, row: CaseRow) -> list[Choice]:
    """What a refused transfer was to say and what is promised in a case already, as notes that are ready for whoever
    goes on with it."""
    refused = context.workbench.refused_notes.get(context.key) if context.key is not None else None
    before = [Choice(refused.raw, refused.safe_line, trusted("what you wrote"))] if refused is not None else []
    if row.promise is None:
        return before
    due = promise_due(row.promise, context.workbench.time.now(), context.zone)
    words = compose("promised: {what} ({due})", what=row.promise.what.safe_line, due=due)
    return [*before, Choice(words.drawn(), words)]


# -- recording one


def _promise(context: Context, arguments: Arguments) -> SafeText | None:
    if arguments:
        _record(context, arguments[0])
        return None
    open_case = context.workbench.desk.open_case
    owed = open_case.owed if context.opened and open_case is not None else ()
    row = case_here(context)
    if not owed and row.promise is not None:
        owed = (row.promise,)
    now, names, myself = context.workbench.time.now(), _names(context), _me(context)
    choices = []
    for promise in owed:
        beside = [promise_due(promise, now, context.zone), promise_whose(promise, names, myself)]
        choices.append(Choice(promise.id, promise.what.safe_line, listed(" · ", [word for word in beside if word])))
    held = {promise.id: promise for promise in owed}

    def chosen(value: str) -> None:
        if value in held:
            _act_on(context, held[value])
        else:
            _record(context, value)

    context.ui.pick(
        compose("promise ({example})", example=example(context.workbench.time.now(), context.zone)),
        choices,
        chosen,
        free=True,
    )
    return None


def _record(context: Context, words: str) -> None:
    words, agent, team = _whose(context, words)
    what, due = what_and_when(context, words)
    if not what:
        raise CommandError(
            compose(
                "say first what is promised: {example}", example=example(context.workbench.time.now(), context.zone)
            )
        )
    if due is not None:
        _make(context, what, due, agent, team)
        return

    def by(when: str) -> None:
        _make(context, what, _instant(context, when), agent, team)

    context.ui.pick(trusted("by when"), times(context), by, free=True)


def example(now: Ms, zone: tzinfo) -> SafeText:
    """How one is written, with a time that is to come."""
    soon = local_time(now + 3 * HOUR_MS, zone)
    return compose("call back by {time}", time=clean_line(f"{soon:%H:00}"))


def _make(context: Context, what: str, due: Ms, agent: str, team: str) -> None:
    if context.key is None:
        return
    context.workbench.promise(context.key, CustomerText(what), due, agent, team)
    now = context.workbench.time.now()
    context.ui.say(compose("promised by {when}", when=say_when(due, now, context.zone)))


def what_and_when(context: Context, words: str) -> tuple[str, Ms | None]:
    """What is promised or told, and by when or until when where the words end in a time."""
    words = f" {words}"
    folded = words.casefold()
    for place in sorted((folded.rfind(by) for by in _BY), reverse=True):
        if place < 0:
            break
        by = next(by for by in _BY if folded.startswith(by, place))
        try:
            return words[:place].strip(" ,"), _instant(context, words[place + len(by) :])
        except CommandError:
            continue
    return words.strip(), None


def _instant(context: Context, words: str) -> Ms:
    due = parse_when(words, context.workbench.time.now(), context.zone)
    if due == NEXT_REPLY:
        raise CommandError(trusted("a promise needs a time: write 2h, 11:00, tomorrow 9 or sun"))
    return due


def times(context: Context, only: Sequence[str] = ()) -> list[Choice]:
    """Usual times, or some of them."""
    now = context.workbench.time.now()
    return [
        Choice(words, title.text, say_when(parse_when(words, now, context.zone), now, context.zone))
        for words, title in _TIMES
        if not only or words in only
    ]


def _whose(context: Context, words: str) -> tuple[str, str, str]:
    """The words without `> name`, and the agent or team of that name. Raises CommandError."""
    words, sign, name = words.rpartition(" > ")
    if not sign:
        return name, "", ""
    kind, _, id = assignee(context, name).partition(":")
    return words, id if kind == "agent" else "", id if kind == "team" else ""


# -- what becomes of one


def _act_on(context: Context, promise: Promise) -> None:
    def settle(state: PromiseState, reason: str = "") -> None:
        give(context, SettlePromise(promise.case, promise.id, state, CustomerText(reason)))

    def change(due: Ms, agent: str, team: str) -> None:
        give(context, ChangePromise(promise.case, promise.id, due, agent, team))

    def later(when: str) -> None:
        change(_instant(context, when), promise.agent, promise.team)

    def other(value: str) -> None:
        kind, _, id = value.partition(":")
        change(promise.due, id if kind == "agent" else "", id if kind == "team" else "")

    def act(what: str) -> None:
        if what == "keep":
            settle("kept")
            context.ui.say(trusted("promise kept"))
        elif what == "later":
            context.ui.pick(trusted("by when"), times(context), later, free=True)
        elif what == "other":
            context.ui.pick(trusted("whose is it"), list(assignees(context)), other)
        elif what == "mistake":
            settle("withdrawn")
            context.ui.say(trusted("the promise is taken out"))
        else:
            why = [Choice(value, title.text) for value, title in _ENDS.items()]
            context.ui.pick(trusted("why is it not kept"), why, lambda value: settle("dropped", value), free=True)

    choices = [
        Choice("keep", trusted("it is kept")),
        Choice("later", trusted("it is due at another time")),
        Choice("other", trusted("it is somebody else's to keep")),
        Choice("drop", trusted("it is not kept: say why")),
        Choice("mistake", trusted("it was recorded by mistake")),
    ]
    context.ui.pick(compose("promised: {what}", what=promise.what.safe_line), choices, act)


def _names(context: Context) -> dict[str, str]:
    return context.backend.directory.names if context.backend is not None else {}


def _me(context: Context) -> str:
    myself = me(context)
    return myself.id if myself is not None else ""


COMMANDS = (
    command(
        ids.PROMISE,
        _promise,
        has_case,
        can("make-promise"),
        in_stage("us", "customer", "later", otherwise=marked("it is closed: reopen it first")),
    ),
)
