"""When commands do not work, and the words for it: each answers None, or what is missing."""

from __future__ import annotations

from agent_tui.commands import ids
from agent_tui.commands.command import WhyNot
from agent_tui.commands.context import Context
from agent_tui.desk.leases import colleague, standing
from agent_tui.domain.model import Agent, Call, CallState, Stage
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, listed, trusted

_ABOUT_NOBODY = frozenset(("new-message", "presence"))
"""Orders that are not about the case under the cursor."""


def has_case(context: Context) -> SafeText | None:
    """A case is under the cursor or open."""
    return trusted("there is no case here") if context.row is None else None


def has_open_case(context: Context) -> SafeText | None:
    """The case is open, so that its messages are there."""
    if context.row is None:
        return trusted("there is no case here")
    return None if context.opened else open_first()


def open_first() -> SafeText:
    """With the key that does it."""
    return compose("open the case first ({key})", key=key_of(ids.CASE_OPEN, "Enter"))


def composing(context: Context) -> SafeText | None:
    """A text is being written."""
    if context.ui.place == "composer":
        return None
    write = key_of(ids.REPLY, "r")
    keys = listed(" ", [key_of(ids.GO_BACK, "Esc"), write]) if context.ui.place == "script" else write
    return has_open_case(context) or compose("write first ({keys})", keys=keys)


def has_message(context: Context) -> SafeText | None:
    """A message is under the timeline's cursor."""
    return has_open_case(context) or (trusted("there is no message here") if context.ui.message() is None else None)


def in_the_case(context: Context) -> SafeText | None:
    """Not in the history, whose messages are of other cases too."""
    return open_first() if context.ui.place == "history" else None


def can(order: str) -> WhyNot:
    """The case's server carries out orders of this name."""

    def why_not(context: Context) -> SafeText | None:
        backend = context.backend
        if context.row is not None and context.row.erased and order not in _ABOUT_NOBODY:
            return trusted("that customer was erased")
        if backend is None:
            return trusted("no server is connected yet")
        if order in backend.capabilities.orders or backend.state == "connecting":
            return None
        return compose("{server} cannot do that", server=clean_line(backend.name or backend.id))

    return why_not


def not_held(context: Context) -> SafeText | None:
    """Nobody else handles the case now, so that it can be brought to an end here."""
    row, state, myself = context.row, context.backend, me(context)
    if row is None or row.lease is None or state is None or myself is None:
        return None
    how = standing(row.lease, myself.id, context.workbench.desk.id)
    if how == "colleague":
        return compose("{who} has it", who=colleague(state, row.lease.agent))
    if how != "my-other":
        return None
    return compose("it is at another terminal of yours: {key} takes it here", key=key_of(ids.CASE_OPEN, "Enter"))


def in_stage(*stages: Stage, otherwise: Phrase) -> WhyNot:
    """The case stands at one of `stages`."""

    def why_not(context: Context) -> SafeText | None:
        return None if context.row is not None and context.row.stage in stages else otherwise.text

    return why_not


def me(context: Context) -> Agent | None:
    """Who I am at the case's server."""
    return context.backend.me if context.backend is not None else None


def call_in(context: Context, *states: CallState) -> tuple[str, Call] | None:
    """(backend, call): the first call that concerns me in one of `states`."""
    for key, call in context.workbench.desk.live_calls():
        if call.state in states and not call.goes:
            return key.backend, call
    return None


def has_call(*states: CallState, otherwise: Phrase) -> WhyNot:
    """A call of mine is in one of `states`."""

    def why_not(context: Context) -> SafeText | None:
        return None if call_in(context, *states) is not None else otherwise.text

    return why_not
