"""How values are written in columns: lists, small records, and text that any database takes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from agent_tui.domain.clocks import Waiting
from agent_tui.domain.filing import CaseState
from agent_tui.domain.text import CustomerText


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
    whole = asdict(state)
    return dumps({key: value for key, value in whole.items() if value not in (None, (), "", 0, False)})


def from_state_column(column: str) -> CaseState:
    held = json.loads(column)
    for key in ("waiting", "answered", "ring"):
        if held.get(key):
            held[key] = Waiting(**held[key])
    for key in ("answers", "failed"):
        held[key] = tuple(held.get(key, ()))
    return CaseState(**{"patience": 0, **held})
