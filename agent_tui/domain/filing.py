"""Filing rules: into which case a customer's word goes, and what each fact does to a case. Pure: the state of a case is
the fold of `step` over its facts, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, Literal

from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.clocks import (
    VOICE,
    Waiting,
    asked_call_back,
    clock_of,
    first_due,
    oldest,
    owed_answer,
    owed_call_back,
    owed_pickup,
    owed_promise,
    owed_write_up,
)
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import CaseRow, Clock, Stage
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, Ms

GRACE_MS = 72 * HOUR_MS
PROMISE_LEAD_MS = 15 * MINUTE_MS
"""A snoozed case wakes this long before a promise of it is due, so that there is time to keep it."""


@frozen
class Owed:
    """An open promise of a case, as far as its clock needs it."""

    promise: str
    at: Ms
    due: Ms


@frozen
class Invited:
    """The customer was asked by `message` to go on on `channel`; `came`: they have written there since."""

    channel: str
    at: Ms
    message: str
    came: bool = False


@frozen
class CaseState:
    """Where a case stands. `waiting`: what we owe now; `answered`: what the last answer met, kept so that a failed send
    can take it back; `answers`: our messages that stand as that answer; `failed`: sends that failed or are unknown."""

    stage: Stage = "us"
    entered: Ms = 0
    """When it came into its stage."""
    last_at: Ms = 0
    """Last word of the customer or of ours."""
    patience: int = HOUR_MS
    """A case that needs us with no clock stands as if due this long after it came (ms)."""
    waiting: Waiting | None = None
    answered: Waiting | None = None
    answers: tuple[str, ...] = ()
    replied: bool = False
    unread: int = 0
    failed: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()
    """Messages of ours that answer nobody, a reminder, an automatic reply; the newest 20."""
    snoozed: Ms | None = None
    resolved: Ms | None = None
    held_as: Literal["", "spam", "blocked"] = ""
    """Why it is in spam: the case itself is, or its customer is blocked."""
    held_from: Stage = "us"
    """The stage it goes back to: the one it had before, or ours since something happened that needs us. What it waits
    for is kept too, so that a mistake costs no promise."""
    call: str = ""
    """The call that rings, runs or wants its write-up."""
    ring: Waiting | None = None
    asked: tuple[str, ...] = ()
    """Calls whose callers chose to be called back, and have not been."""
    call_back: Waiting | None = None
    """What the first of them makes us owe."""
    promises: tuple[Owed, ...] = ()
    """Open ones, the first due first."""
    invited: Invited | None = None
    """The last channel that the case moved to."""
    governed: bool = False
    """A policy says what its customer is promised, instead of the channel's tempo."""
    promised: Clock | None = None
    """Of the policy's clocks that go on the one that matters now. It follows from the facts and the rules, not from
    `step`, which leaves it alone: see `backends/hub/measuring.py`."""


@frozen
class CustomerWrote:
    """A message came in. `auto` as in Message: such a one starts no clock and wakes nothing."""

    at: Ms
    channel: str
    auto: str = ""
    first: bool = False
    """It opened the case."""


@frozen
class Replied:
    """A message of ours goes out (or goes out again after it failed). `kind`: one of `domain.sla.policies.ReplyKind`;
    what we did not say as people (a reminder, an automatic reply) answers nobody."""

    at: Ms
    message: str
    kind: str = "human"


@frozen
class SendFailed:
    """A message of ours did not arrive, or nobody knows whether it did."""

    at: Ms
    message: str
    certain: bool = True


@frozen
class SendSettled:
    """A message of unknown outcome turned out to have arrived."""

    at: Ms
    message: str


@frozen
class PutAway:
    """Snoozed until a time, or with 0 until the customer's next word."""

    at: Ms
    until: Ms


@frozen
class Woke:
    """The snooze is over."""

    at: Ms


@frozen
class Done:
    """Resolved."""

    at: Ms


@frozen
class OpenedAgain:
    """Reopened by hand: from done, later or spam."""

    at: Ms


@frozen
class Spammed:
    """Held as spam. `blocked`: because its customer is, not for itself."""

    at: Ms
    blocked: bool = False


@frozen
class Released:
    """No spam after all: it is again what it was, or ours when its customer has written meanwhile."""

    at: Ms


@frozen
class Read:
    """Seen by one who answers it; `left`: messages that came since, which they have not seen."""

    at: Ms
    left: int = 0


@frozen
class Unread:
    """Shown as unread again."""

    at: Ms


@frozen
class CallMoved:
    """A call of the case reached a state. `human`: an agent had answered it."""

    at: Ms
    call: str
    state: Literal["ringing", "active", "held", "ended", "abandoned", "written-up"]
    channel: str = "phone"
    inbound: bool = True
    law_due: Ms | None = None
    human: bool = False


@frozen
class Promised:
    """We promised something, or promised it for another time (the id is known then)."""

    at: Ms
    promise: str
    due: Ms


@frozen
class PromiseSettled:
    """A promise is kept, dropped or withdrawn."""

    at: Ms
    promise: str


@frozen
class Noted:
    """A note was written, which the customer never sees."""

    at: Ms
    message: str


@frozen
class SignOfLife:
    """The customer read what we wrote, or is typing."""

    at: Ms


@frozen
class CallTold:
    """A waiting caller was told how long it takes."""

    at: Ms
    call: str


@frozen
class CallBackAsked:
    """A caller chose to be called back."""

    at: Ms
    call: str
    channel: str = "phone"


@frozen
class CalledBack:
    """A caller who asked for it was called back, whether they answered or not."""

    at: Ms
    call: str


@frozen
class ChannelMoved:
    """The customer was invited, by a message of ours, to go on on another channel."""

    at: Ms
    channel: str
    message: str


@frozen
class TraitsChanged:
    """What policies ask about the case (`domain.told.traits_of`) is `now` and was `was`."""

    at: Ms
    was: tuple[str, ...]
    now: tuple[str, ...]


Fact = (
    CustomerWrote
    | Replied
    | SendFailed
    | SendSettled
    | PutAway
    | Woke
    | Done
    | OpenedAgain
    | Spammed
    | Released
    | Read
    | Unread
    | CallMoved
    | Promised
    | PromiseSettled
    | Noted
    | SignOfLife
    | CallTold
    | CallBackAsked
    | CalledBack
    | ChannelMoved
    | TraitsChanged
)


def _to(state: CaseState, stage: Stage, at: Ms) -> CaseState:
    if state.stage == stage:
        return state
    return replace(
        state,
        stage=stage,
        entered=at,
        held_as="" if stage != "spam" else state.held_as,
        snoozed=None if stage != "later" else state.snoozed,
        resolved=None if stage != "done" else at,
    )


def _to_us(state: CaseState, at: Ms) -> CaseState:
    """It needs us; what is held stays held, and needs us once it is released."""
    return replace(state, held_from="us") if state.stage == "spam" else _to(state, "us", at)


def _wrote(state: CaseState, fact: CustomerWrote) -> CaseState:
    if fact.auto and not fact.first:
        return state
    state = replace(
        state,
        last_at=max(state.last_at, fact.at),
        unread=state.unread + 1,
        patience=profile_of(fact.channel).next_ms,
    )
    if not fact.auto:
        if state.invited is not None and fact.channel == state.invited.channel:
            state = replace(state, invited=replace(state.invited, came=True))
        owed = owed_answer(fact.channel, fact.at, state.replied)
        state = replace(state, waiting=oldest(state.waiting, owed))
    return _to_us(state, fact.at)


ANSWERS = ("human", "echo", "call", "template")
"""Kinds of what goes out that answer a customer."""


def _replied(state: CaseState, fact: Replied) -> CaseState:
    if fact.kind not in ANSWERS:
        return replace(
            state,
            last_at=max(state.last_at, fact.at),
            asides=(*(message for message in state.asides if message != fact.message), fact.message)[-20:],
            failed=tuple(message for message in state.failed if message != fact.message),
        )
    met = state.waiting is not None
    state = replace(
        state,
        unread=0,  # who answers has read
        last_at=max(state.last_at, fact.at),
        waiting=None,
        answered=state.waiting if met else state.answered,
        answers=(fact.message,) if met else (*(m for m in state.answers if m != fact.message), fact.message)[-20:],
        replied=True,
        failed=tuple(m for m in state.failed if m != fact.message),
    )
    return _to(state, "us" if state.promises or state.asked or rings(state) else "customer", fact.at)


def writes_instead(state: CaseState) -> bool:
    """The caller who rings was invited to write and does: when they hang up, no call is lost."""
    ring, invited = state.ring, state.invited
    return ring is not None and invited is not None and invited.came and invited.at >= ring.since


def _send_failed(state: CaseState, fact: SendFailed) -> CaseState:
    if fact.certain and state.invited is not None and state.invited.message == fact.message:
        state = replace(state, invited=None)  # nobody was
    if fact.message in state.failed:
        return state
    stood = fact.message in state.answers
    answers = tuple(m for m in state.answers if m != fact.message)
    state = replace(state, failed=(*state.failed, fact.message), answers=answers)
    if stood and not answers and state.answered is not None:
        back = state.answered
        state = replace(
            state, waiting=oldest(state.waiting, back), answered=None, replied=state.replied and back.metric != "first"
        )
    return _to_us(state, fact.at)


def _settled(state: CaseState, fact: SendSettled) -> CaseState:
    if fact.message not in state.failed:
        return state
    state = replace(state, failed=tuple(m for m in state.failed if m != fact.message))
    if fact.message in state.asides:
        return _owing_nothing(state, fact.at)
    if state.stage == "us" and not state.failed and not state.answers:
        return replace(_replied(state, Replied(state.last_at, fact.message)), entered=fact.at)
    return state


def _call_moved(state: CaseState, fact: CallMoved) -> CaseState:
    match fact.state:
        case "ringing":
            if not fact.inbound:
                return replace(state, call=fact.call)
            state = replace(
                state,
                call=fact.call,
                ring=owed_pickup(fact.channel, fact.at, fact.law_due),
                last_at=max(state.last_at, fact.at),
            )
            return _to_us(state, fact.at)
        case "active" | "held":
            if state.ring is not None and state.call == fact.call:
                state = replace(state, ring=None, replied=True)
            if not fact.inbound:  # we called them: what they waited for is answered
                met = state.waiting or state.answered
                state = replace(state, waiting=None, answered=met, replied=True, unread=0)
            # who asked to be called back is being talked with
            left = tuple(call for call in state.asked if fact.inbound and call != fact.call)
            state = replace(state, asked=left, call_back=state.call_back if left else None)
            return replace(state, call=fact.call, last_at=max(state.last_at, fact.at))
        case "ended":
            ring = owed_write_up(fact.channel, fact.at) if fact.human else None
            return replace(state, call=fact.call if fact.human else "", ring=ring, last_at=max(state.last_at, fact.at))
        case "abandoned":
            instead = writes_instead(state)
            state = replace(state, call="", ring=None, last_at=max(state.last_at, fact.at))
            if not fact.inbound:
                return state
            if instead:  # they hung up since they write
                return _owing_nothing(state, fact.at)
            if fact.call in state.asked:  # they hung up since they are called back
                return _to_us(replace(state, unread=state.unread + 1), fact.at)
            owed = owed_call_back(fact.channel, fact.at)
            return _to_us(replace(state, waiting=oldest(state.waiting, owed), unread=state.unread + 1), fact.at)
        case "written-up":
            state = replace(state, call="" if state.call == fact.call else state.call, ring=None)
            return _owing_nothing(state, fact.at)


def _owing_nothing(state: CaseState, at: Ms) -> CaseState:
    """A case that needs us for nothing any more waits for the customer."""
    if state.stage == "us" and not (state.waiting or state.ring or state.asked or state.failed or state.promises):
        return _to(state, "customer", at)
    return state


def _asked(state: CaseState, fact: CallBackAsked) -> CaseState:
    if fact.call in state.asked:
        return state
    owed = oldest(state.call_back, asked_call_back(fact.channel, fact.at))
    return _to_us(replace(state, asked=(*state.asked, fact.call), call_back=owed), fact.at)


def _called_back(state: CaseState, fact: CalledBack) -> CaseState:
    left = tuple(call for call in state.asked if call != fact.call)
    if len(left) == len(state.asked):
        return state
    return _owing_nothing(replace(state, asked=left, call_back=state.call_back if left else None), fact.at)


def _promised(state: CaseState, fact: Promised) -> CaseState:
    known = next((owed for owed in state.promises if owed.promise == fact.promise), None)
    new = Owed(fact.promise, known.at if known is not None else fact.at, fact.due)
    others = (owed for owed in state.promises if owed.promise != fact.promise)
    state = replace(state, promises=tuple(sorted((*others, new), key=lambda owed: (owed.due, owed.promise))))
    if state.stage == "customer":
        return _to(state, "us", fact.at)
    return _wakes_in_time(state, fact.at)


def _settled_promise(state: CaseState, fact: PromiseSettled) -> CaseState:
    left = tuple(owed for owed in state.promises if owed.promise != fact.promise)
    return _owing_nothing(replace(state, promises=left), fact.at) if len(left) < len(state.promises) else state


def _wakes_in_time(state: CaseState, at: Ms) -> CaseState:
    """A snoozed case is back before a promise of it is due."""
    if state.stage != "later" or not state.promises:
        return state
    due = state.promises[0].due
    latest = max(due - PROMISE_LEAD_MS, at + 1)
    return replace(state, snoozed=min(state.snoozed or latest, latest))


def _spammed(state: CaseState, fact: Spammed) -> CaseState:
    if state.stage == "spam":
        return state
    return replace(
        state,
        stage="spam",
        entered=fact.at,
        held_as="blocked" if fact.blocked else "spam",
        held_from=state.stage,
        unread=0,
    )


def _released(state: CaseState, at: Ms) -> CaseState:
    if state.stage != "spam":
        return state
    slept = state.held_from == "later" and state.snoozed is not None and 0 < state.snoozed <= at
    if state.held_from == "us" or state.last_at > state.entered or slept:
        return _to(state, "us", at)
    return replace(state, stage=state.held_from, entered=at, held_as="")


def step(state: CaseState, fact: Fact) -> CaseState:
    """The case after one more fact."""
    match fact:
        case CustomerWrote():
            return _wrote(state, fact)
        case Replied():
            return _replied(state, fact)
        case SendFailed():
            return _send_failed(state, fact)
        case SendSettled():
            return _settled(state, fact)
        case PutAway(at=at, until=until):
            return _wakes_in_time(replace(_to(state, "later", at), snoozed=until), at)
        case Woke(at=at):
            return _to(state, "us", at) if state.stage == "later" else state
        case Done(at=at):
            done = _to(state, "done", at)
            done = replace(done, waiting=None, answered=None, answers=(), unread=0, failed=(), promises=())
            done = replace(done, asked=(), call_back=None)
            return replace(done, ring=None, call="") if state.ring and state.ring.metric == "write-up" else done
        case OpenedAgain(at=at):
            return _to(state, "us", at)
        case Spammed():
            return _spammed(state, fact)
        case Released(at=at):
            return _released(state, at)
        case Read(left=left):
            return replace(state, unread=min(state.unread, left))
        case Unread():
            return replace(state, unread=max(1, state.unread))
        case CallMoved():
            return _call_moved(state, fact)
        case Promised():
            return _promised(state, fact)
        case PromiseSettled():
            return _settled_promise(state, fact)
        case ChannelMoved(at=at, channel=channel, message=message):
            return replace(state, invited=Invited(channel, at, message))
        case CallBackAsked():
            return _asked(state, fact)
        case CalledBack():
            return _called_back(state, fact)
        case Noted() | SignOfLife() | CallTold() | TraitsChanged():
            return state


def owed(state: CaseState) -> Clock | None:
    """The row's clock: a ringing call before all; then what a policy promises, or else the customer's oldest unanswered
    word, or what we promised by hand, whichever is due first; then a write-up."""
    if state.stage in ("done", "spam"):
        return None
    if rings(state):
        promised = state.promised
        return promised if promised is not None and promised.metric in VOICE else clock_of(state.ring)
    promise = clock_of(owed_promise(state.promises[0].at, state.promises[0].due)) if state.promises else None
    return first_due(answer_owed(state), promise) or clock_of(state.ring)


def unmeasured(state: CaseState) -> CaseState:
    """As the facts alone make it, whatever policies promise."""
    return replace(state, governed=False, promised=None)


def rings(state: CaseState) -> bool:
    """A call of the case rings and nobody has answered it."""
    return state.ring is not None and state.ring.metric == "call"


def answer_owed(state: CaseState) -> Clock | None:
    """What is owed by the policy, or where there is none by the channel's tempo."""
    if state.governed:
        return state.promised
    return first_due(state.promised, first_due(clock_of(state.waiting), clock_of(state.call_back)))


VOICE_FIRST_MS: Final = 20_000 * DAY_MS
"""A ringing call stands before everything else that needs us, however late that is."""


def sort_at(state: CaseState) -> int:
    """Place in its section, smaller first: most urgent, last talked to, first to wake, last resolved."""
    match state.stage:
        case "us":
            clock = owed(state)
            if clock is None or clock.state == "paused":
                return state.entered + state.patience
            return clock.due - VOICE_FIRST_MS if rings(state) else clock.due
        case "customer" | "spam":
            return -state.last_at
        case "later":
            # with no time to wake at, after all that have one
            return state.snoozed or (1 << 52) - state.last_at
        case "done":
            return -(state.resolved or state.entered)
        case "joined":  # never the stage of a state, only of a row that another one shows
            return 0


def show(row: CaseRow, state: CaseState) -> CaseRow:
    """The row as the state has it; what the state does not know (names, text, owner ...) stays."""
    return replace(
        row,
        stage=state.stage,
        sort_at=sort_at(state),
        unread=state.unread,
        last_at=state.last_at,
        snoozed=state.snoozed if state.stage == "later" else None,
        clock=owed(state),
        failed=len(state.failed),
    )


def choose_case(cases: Iterable[tuple[str, CaseState]], at: Ms, grace_ms: int = GRACE_MS) -> str:
    """The case of a customer that a word at `at` belongs to: the open, snoozed or spam one; else the one resolved last,
    within the grace period; else "" (a new case). `cases`: newest first."""
    best, best_at = "", -1
    for case, state in cases:
        if state.stage != "done":
            return case
        resolved = state.resolved if state.resolved is not None else state.entered
        if at - resolved <= grace_ms and resolved > best_at:
            best, best_at = case, resolved
    return best
