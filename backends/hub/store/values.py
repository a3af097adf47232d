"""How values are written in columns: lists, small records, and text that any database takes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from agent_tui.domain.clocks import Waiting
from agent_tui.domain.filing import CaseState, Invited, Owed
from agent_tui.domain.model import Clock
from agent_tui.domain.text import CustomerText

_STATE_FIELDS = tuple(field.name for field in fields(CaseState))
_CLOCK_FIELDS = tuple(field.name for field in fields(Clock))


def storable(text: str) -> str:
    """Text without what databases refuse (NUL, lone surrogates); each such character becomes U+FFFD."""
    if text.isascii() and "\x00" not in text:
        return text
    return text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def words(items: Iterable[str]) -> str:
    """Short words as one column that `LIKE '%,word,%'` searches; "" for none."""
    kept = [item.replace(",", " ") for item in items if item]
    return f",{','.join(kept)}," if kept else ""


def from_words(column: str) -> tuple[str, ...]:
    return tuple(column.strip(",").split(",")) if column else ()


def dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def loads(column: str) -> Any:
    return json.loads(column)


def texts(values: Iterable[CustomerText]) -> list[str]:
    return [storable(value.raw) for value in values]


def from_texts(values: Iterable[str]) -> tuple[CustomerText, ...]:
    return tuple(CustomerText(value) for value in values)


def state_column(state: CaseState) -> str:
    """A case's state, without what it has by default."""
    held: dict[str, Any] = {}
    for name in _STATE_FIELDS:
        value = getattr(state, name)
        if name == "promised" and value:
            held[name] = [getattr(value, part) for part in _CLOCK_FIELDS]
        elif name == "promises" and value:
            held[name] = [[owed.promise, owed.at, owed.due] for owed in value]
        elif isinstance(value, Invited):
            held[name] = [value.channel, value.at, value.message, value.came]
        elif value:
            held[name] = [value.metric, value.since, value.due] if isinstance(value, Waiting) else value
        elif value == 0 and name in ("snoozed", "resolved") and value is not None:
            held[name] = 0
    return dumps(held)


def from_state_column(column: str) -> CaseState:
    held = json.loads(column)
    for key in ("waiting", "answered", "ring", "call_back"):
        if held.get(key):
            held[key] = Waiting(*held[key])
    if held.get("invited"):
        held["invited"] = Invited(*held["invited"])
    if held.get("promised"):
        held["promised"] = Clock(*held["promised"])
    for key in ("answers", "failed", "asides", "asked"):
        held[key] = tuple(held.get(key, ()))
    if "promises" in held:
        held["promises"] = tuple(Owed(*owed) for owed in held["promises"])
    return CaseState(**{"patience": 0, **held})
