"""How a transfer is said: on the timeline, at the head of its case, in questions about it."""

from __future__ import annotations

from collections.abc import Mapping

from agent_tui.domain.text import SafeText, clean_line, compose, trusted
from agent_tui.domain.transfers import Transfer


def transfer_words(held: Transfer, names: Mapping[str, str], me: str) -> SafeText:
    """What it is and what became of it: `to Billing · Avi took it`. `names`: see `Directory.names`."""
    if held.warm:
        begun = compose("together with {who}", who=_agent(held.agent, names, me))
    elif held.queue:
        begun = compose("to {whom}", whom=clean_line(names.get(f"queue:{held.queue}", held.queue)))
    else:
        begun = compose("to {whom}", whom=_agent(held.agent, names, me))
    return compose("{begun} · {end}", begun=begun, end=_end(held, names, me))


def _end(held: Transfer, names: Mapping[str, str], me: str) -> SafeText:
    ended_by = _agent(held.ended_by, names, me)
    match held.state:
        case "offered":
            return trusted("waits there") if held.queue and not held.warm else trusted("not answered yet")
        case "together":
            return trusted("both are at it")
        case "done":
            who = _agent(held.agent, names, me)
            return compose("handed over to {who}", who=who) if held.warm else compose("{who} took it", who=who)
        case "declined":
            return compose("{who} does not take it", who=ended_by)
        case "lapsed":
            return trusted("nobody took it")
        case "withdrawn" if not held.ended_by:
            return trusted("over: the case went on without it")
        case "withdrawn" if held.ended_by == held.by:
            return compose("{who} kept it", who=ended_by) if held.warm else compose("{who} took it back", who=ended_by)
        case "withdrawn":
            return compose("{who} left it", who=ended_by)


def _agent(id: str, names: Mapping[str, str], me: str) -> SafeText:
    return trusted("you") if id == me and me else clean_line(names.get(id, id))
