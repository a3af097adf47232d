"""Working the call line: answer, hang up, mute, hold, keypad, write up."""

from __future__ import annotations

from typing import Literal

from agent_tui.commands import ids
from agent_tui.commands.command import CommandError, command
from agent_tui.commands.conditions import call_in, has_call
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.domain.model import Call
from agent_tui.domain.orders import CallAction, WriteUp
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import CustomerText, SafeText, clean_line, compose, marked, trusted

_TITLES = (
    marked("solved"),
    marked("promised to come back"),
    marked("given to somebody else"),
    marked("nobody there"),
    marked("wrong number"),
)
_OUTCOMES = tuple(zip(ids.OUTCOMES, _TITLES, strict=True))
_NONE_RINGS = marked("nothing rings")
_NONE_LIVE = marked("you are in no call")
_NONE_TO_WRITE = marked("no call waits to be written up")


def _act(context: Context, action: Literal["answer", "hang-up", "hold", "resume", "mute", "unmute"]) -> Call:
    states = ("active", "held")
    for key, call in context.workbench.desk.live_calls():
        fits = call.comes if action == "answer" else call.state in states or (action == "hang-up" and call.goes)
        if fits:
            context.workbench.order(key.backend, CallAction(call.id, action), key=key)
            if action == "answer":
                context.ui.open_case(key)
            return call
    raise CommandError(_NONE_LIVE.text)


def _answer(context: Context, _arguments: Arguments) -> SafeText | None:
    call = _act(context, "answer")
    return compose("answered: {caller}", caller=call.caller.safe_line)


def _hang_up(context: Context, _arguments: Arguments) -> SafeText | None:
    if _act(context, "hang-up").goes:
        return trusted("it rings no more")
    return trusted("hung up; the write-up is next")


def _mute(context: Context, _arguments: Arguments) -> SafeText | None:
    found = call_in(context, "active", "held")
    muted = found is not None and found[1].muted
    _act(context, "unmute" if muted else "mute")
    return trusted("you are heard again") if muted else trusted("muted: the caller does not hear you")


def _hold(context: Context, _arguments: Arguments) -> SafeText | None:
    held = call_in(context, "active") is None
    _act(context, "resume" if held else "hold")
    return trusted("back in the call") if held else trusted("on hold")


def _keypad(context: Context, _arguments: Arguments) -> SafeText | None:
    context.ui.keypad()
    return compose("digits go into the call until {key}", key=key_of(ids.GO_BACK, "Esc"))


def _digit(context: Context, arguments: Arguments) -> SafeText | None:
    found = call_in(context, "active", "held")
    if found is None:
        raise CommandError(_NONE_LIVE.text)
    backend, call = found
    context.workbench.order(backend, CallAction(call.id, "keys", arguments[0]))
    return compose("sent {digits}", digits=clean_line(call.keys[-20:] + arguments[0]))


def _write_up(context: Context, arguments: Arguments) -> SafeText | None:
    found = call_in(context, "ended")
    if found is None:
        raise CommandError(_NONE_TO_WRITE.text)
    backend, call = found

    def write(typed: str) -> None:
        outcome, words = outcome_and_words(typed)
        context.workbench.order(backend, WriteUp(call.id, outcome, CustomerText(words)))
        context.ui.say(compose("written up: {outcome}", outcome=outcome_title(outcome)))

    if arguments:
        write(arguments[0])
    else:
        choices = [Choice(value, title.text) for value, title in _OUTCOMES]
        context.ui.pick(trusted("what came of the call (promised: Thursday, by mail)"), choices, write, free=True)
    return None


def outcome_title(outcome: str) -> SafeText:
    """What came of a call, in the words spoken here; an outcome of one's own as it was written."""
    title = next((title for value, title in _OUTCOMES if value == outcome), None)
    return clean_line(outcome) if title is None else title.text


def outcome_and_words(typed: str) -> tuple[str, str]:
    """`promised: Thursday, by mail` as the outcome and what is to be remembered; an outcome of one's own has no words
    unless a colon parts them."""
    for value, title in _OUTCOMES:
        for name in (value, title.text):
            rest = typed.strip()[len(name) :]
            if typed.strip().casefold().startswith(name.casefold()) and (not rest or rest[0] in ": ,"):
                return value, rest.strip(" :,")
    outcome, _, words = typed.partition(":")
    return outcome.strip(), words.strip()


_LIVE = has_call("active", "held", otherwise=_NONE_LIVE)


def _something_to_end(context: Context) -> SafeText | None:
    going = any(call.goes for _, call in context.workbench.desk.live_calls())
    return None if going else _LIVE(context)


COMMANDS = (
    command(ids.CALL_ANSWER, _answer, has_call("ringing", otherwise=_NONE_RINGS)),
    command(ids.CALL_HANG_UP, _hang_up, _something_to_end),
    command(ids.CALL_MUTE, _mute, _LIVE),
    command(ids.CALL_HOLD, _hold, _LIVE),
    command(ids.CALL_KEYPAD, _keypad, has_call("active", otherwise=_NONE_LIVE)),
    command(ids.CALL_DIGIT, _digit, _LIVE),
    command(ids.CALL_WRITE_UP, _write_up, has_call("ended", otherwise=_NONE_TO_WRITE)),
)
