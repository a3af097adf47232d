"""How a transfer is said: on the timeline, at the head of its case, in questions about it."""

from __future__ import annotations

from collections.abc import Mapping

from agent_tui.domain.text import SafeText, clean_line, compose, trusted
from agent_tui.domain.transfers import Transfer


def transfer_words(held: Transfer, names: Mapping[str, str], me: str) -> SafeText:
    """What it is and what became of it: `to Billing · Avi took it`. `names`: see `Directory.names`."""
    mine = held.agent == me != ""
    if held.warm:
        begun = trusted("together with you") if mine else compose("together with {who}", who=_named(held.agent, names))
    elif held.queue:
        begun = compose("to {whom}", whom=_named(f"queue:{held.queue}", names, held.queue))
    else:
        begun = trusted("to you") if mine else compose("to {whom}", whom=_named(held.agent, names))
    return compose("{begun} · {end}", begun=begun, end=_end(held, names, me))


def _end(held: Transfer, names: Mapping[str, str], me: str) -> SafeText:
    match held.state:
        case "offered":
            return trusted("waits there") if held.queue and not held.warm else trusted("not answered yet")
        case "together":
            return trusted("both are at it")
        case "connecting":
            return trusted("the call is being put through")
        case "unknown":
            return trusted("nobody knows whether the call was put through")
        case "failed":
            return trusted("the call could not be put through")
        case "done":
            return _taken(held, names, held.agent == me != "")
        case "lapsed":
            return trusted("nobody took it")
        case "withdrawn" if not held.ended_by:
            return trusted("over: the case went on without it")
        case "declined" | "withdrawn":
            return _of_me(held) if held.ended_by == me else _of(_named(held.ended_by, names), held)


def _taken(held: Transfer, names: Mapping[str, str], mine: bool) -> SafeText:
    if mine:
        return trusted("handed over to you") if held.warm else trusted("you took it")
    who = _named(held.agent, names)
    return compose("handed over to {who}", who=who) if held.warm else compose("{who} took it", who=who)


def _of(who: SafeText, held: Transfer) -> SafeText:
    """How another ended it."""
    if held.state == "declined":
        return compose("{who} does not take it", who=who)
    if held.ended_by != held.by:
        return compose("{who} left it", who=who)
    return compose("{who} kept it", who=who) if held.warm else compose("{who} took it back", who=who)


def _of_me(held: Transfer) -> SafeText:
    """How I ended it: verbs have another form then, and in Hebrew more than that."""
    if held.state == "declined":
        return trusted("you do not take it")
    if held.ended_by != held.by:
        return trusted("you left it")
    return trusted("you kept it") if held.warm else trusted("you took it back")


def _named(id: str, names: Mapping[str, str], otherwise: str = "") -> SafeText:
    return clean_line(names.get(id, otherwise or id))
