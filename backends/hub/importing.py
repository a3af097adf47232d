"""Conversations of another system as earlier cases: JSON, one conversation a line, into a store that no hub serves.

`id`: its name there, by which it is never taken twice. `customer`: `address` (`mailto:dana@example.com`, `wa:+972...`)
or `key`, the other system's own name of them, and `name`. `channel` (webchat when left out), `subject`, `agent`.
`turns`: `who` (customer, agent, note, action), `at` (seconds since 1970), `text`. What else stands there is not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.seeding import SeedCase, SeedMessage, bulk_load
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.store.errors import StoreError
from agent_tui.domain import filing
from agent_tui.domain.model import MessageKind
from agent_tui.domain.time import MS, Ms

ACCOUNT = "import"
CHANNEL = "webchat"
KEYS = "import"
"""The scheme of addresses that are another system's names of people."""
_KINDS: dict[str, MessageKind] = {"customer": "in", "agent": "out", "note": "note", "action": "note"}


class ImportProblem(StoreError):
    """A line that cannot be taken: which one, and what was expected there."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}; nothing of this file was imported")


def import_talks(store: Store, lines: Iterable[str], now: Ms, ids: Ids | None = None, brand: str = "") -> int:
    """Load all conversations as cases of a brand that are done; how many were new. Nothing is loaded of a file with a
    line that cannot be taken. Raises ImportProblem."""
    return bulk_load(store, [replace(case, brand=brand) for case in _cases(lines)], now, ids)


def _cases(lines: Iterable[str]) -> Iterator[SeedCase]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _case(number, line)


def _case(number: int, line: str) -> SeedCase:
    try:
        held = json.loads(line)
    except (ValueError, RecursionError):
        raise ImportProblem(number, "this is no JSON") from None
    if not isinstance(held, dict):
        raise ImportProblem(number, "expected an object with id, customer and turns")
    customer = held.get("customer")
    if not isinstance(customer, dict):
        raise ImportProblem(number, "customer: expected an object with address or key")
    scheme, colon, address = _word(number, customer, "address").partition(":")
    if not colon:
        scheme, address = KEYS, _word(number, customer, "key")
    if not (scheme and address):
        raise ImportProblem(number, "customer: expected an address like mailto:dana@example.com, or a key")
    turns = held.get("turns")
    if not isinstance(turns, list) or not turns:
        raise ImportProblem(number, "turns: expected a list with what was said")
    agent = _word(number, held, "agent")
    said = sorted((_said(number, turn, agent) for turn in turns), key=lambda one: one.at)
    id = _word(number, held, "id")
    if not id:
        raise ImportProblem(number, "id: expected a name by which the conversation is known")
    return SeedCase(
        name=_word(number, customer, "name") or address,
        scheme=scheme,
        address=address,
        channel=_word(number, held, "channel") or CHANNEL,
        account=ACCOUNT,
        messages=tuple(said),
        subject=_word(number, held, "subject"),
        owner=agent,
        read=True,
        then=(filing.Done(said[-1].at),),
        thread=id,
    )


def _said(number: int, turn: Any, agent: str) -> SeedMessage:
    if not isinstance(turn, dict) or turn.get("who") not in _KINDS:
        raise ImportProblem(number, f"turns: expected who to be one of {', '.join(_KINDS)}")
    at = turn.get("at")
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at < 1e11:
        raise ImportProblem(number, "turns: expected at to be seconds since 1970")
    kind = _KINDS[turn["who"]]
    return SeedMessage(kind, round(at * MS), _word(number, turn, "text"), "" if kind == "in" else agent)


def _word(number: int, held: dict[str, Any], name: str) -> str:
    value = held.get(name)
    if value is not None and not isinstance(value, str):
        raise ImportProblem(number, f"{name}: expected text")
    return value or ""
