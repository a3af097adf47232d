"""What the log says was done with cases: how long each waited for somebody, and how long it was handled. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.time import Ms

Turn = Literal["free", "needed", "taken", "away"]
"""A case was put where nobody has it; it came, or came back, and needs us; somebody got it; or it needs us no more."""


@frozen
class Move:
    """One turn of a case at `at`. `waited`: for how long it had waited (ms), where the hub knew it."""

    case: str
    at: Ms
    turn: Turn
    waited: int | None = None


@frozen
class Stretch:
    """Something of a case lasted from `start` until before `end`."""

    case: str
    start: Ms
    end: Ms


@frozen
class Holding:
    """From `at` on `agent` handles a case, "" nobody."""

    case: str
    at: Ms
    agent: str


def waits(moves: Iterable[Move], owned: Iterable[str] = ()) -> list[Stretch]:
    """How long cases waited for somebody, as far as a move ended it. `moves`: in the order of the log; `owned`: cases
    that somebody had before them. A wait that began before the moves is left out unless the hub said how long it was.
    """
    waiting: dict[str, Ms] = {}
    had = set(owned)
    found = []
    for move in moves:
        case = move.case
        if move.turn in ("taken", "away"):
            start = waiting.pop(case, None)
            if move.waited is not None:
                start = move.at - move.waited
            if start is not None and start < move.at:
                found.append(Stretch(case, start, move.at))
            if move.turn == "taken":
                had.add(case)
        elif move.turn == "free":
            had.discard(case)
            waiting.setdefault(case, move.at)
        elif case not in had:
            waiting.setdefault(case, move.at)
    return found


def handled(holdings: Iterable[Holding]) -> list[Stretch]:
    """How long somebody handled cases, each stretch by one agent that ended. `holdings`: in the order of the log. What
    had begun before them is left out: nobody knows for how long."""
    held: dict[str, tuple[str, Ms]] = {}
    found = []
    for holding in holdings:
        agent, start = held.get(holding.case, ("", 0))
        if holding.agent == agent:
            continue
        if agent:
            found.append(Stretch(holding.case, start, holding.at))
        held[holding.case] = (holding.agent, holding.at)
    return found


def enough_at_once(words: Iterable[Ms], answers: Iterable[Ms]) -> bool:
    """Whether one contact was enough: the customer came (`words`: when they wrote or called) no more after the first of
    our `answers`. Without an answer of ours they came once as well."""
    first = min(answers, default=None)
    return first is None or all(at <= first for at in words)
