"""The real texts that benches are fed with: where they are, and conversations of them without end."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[2] / "shared"
_TALKS = ("star", "multidogo-customer-turns", "ubuntu-irc-support", "crosswoz-zh")
_LINES = ("banking77-queries", "arbanking77-queries", "thai-brand-messages", "rtl-samples", "tweetsumm-case-notes")


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation: (the customer says it, what was said), oldest first."""

    turns: tuple[tuple[bool, str], ...]


def folder() -> Path:
    """The corpus: AGENT_TUI_CORPUS, else ../shared beside the project."""
    given = os.environ.get("AGENT_TUI_CORPUS")
    return Path(given) if given else SHARED


def there() -> bool:
    """Whether there is a corpus."""
    return (folder() / "data" / "conversations").is_dir()


def talks() -> list[Talk]:
    """Every conversation of the corpus, and its single texts in conversations of twelve. Raises FileNotFoundError."""
    found = [Talk(_turns(entry)) for name in _TALKS for entry in entries("conversations", name)]
    for name in _LINES:
        lines = [text for entry in entries("text", name) for text in _texts(entry)]
        found += [Talk(tuple((True, text) for text in lines[at : at + 12])) for at in range(0, len(lines), 12)]
    return [talk for talk in found if talk.turns]


def names() -> list[str]:
    """Names of customers."""
    named = []
    for entry in entries("customers", "tau2-retail-customers"):
        name = entry.get("name")
        named.append(" ".join(name.values()) if isinstance(name, dict) else str(name))
    return named


def _turns(entry: dict[str, Any]) -> tuple[tuple[bool, str], ...]:
    return tuple((turn.get("who") == "customer", turn["text"]) for turn in entry["turns"] if turn.get("text"))


def _texts(entry: dict[str, Any]) -> list[str]:
    return entry.get("notes") or [entry["text"]]


def entries(kind: str, name: str) -> Iterator[dict[str, Any]]:
    """What one file of it holds. Raises FileNotFoundError."""
    place = folder() / "data" / kind
    packed = place / f"{name}.jsonl.gz"
    if packed.exists():
        with gzip.open(packed, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)
    else:
        with (place / f"{name}.jsonl").open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)
