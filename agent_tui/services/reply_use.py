"""How often and how lately this desk used each canned reply: keys and numbers only, in the state folder (0600)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from agent_tui.domain.time import DAY_MS, Ms

FILE: Final = "reply-use.json"
HALF_LIFE_MS: Final = 14 * DAY_MS
"""After so long a use counts half."""
MOST_KEYS: Final = 2_000


class ReplyUse:
    """`folder` None keeps it in memory. A file that cannot be read or written costs an order, and no reply: it is begun
    anew."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / FILE if folder is not None else None
        self._counts: dict[str, tuple[float, Ms]] = self._read()

    def used(self, key: str, now: Ms) -> None:
        """It was put into a draft."""
        self._counts[key] = (self._left(key, now) + 1, now)
        if len(self._counts) > MOST_KEYS:
            del self._counts[min(self._counts, key=lambda one: self._left(one, now))]
        self._write()

    def counts(self, now: Ms) -> Mapping[str, float]:
        """What is left of each, by key."""
        return {key: self._left(key, now) for key in self._counts}

    # -- inside

    def _left(self, key: str, now: Ms) -> float:
        count, at = self._counts.get(key, (0.0, now))
        return count * float(0.5 ** (max(0, now - at) / HALF_LIFE_MS))

    def _read(self) -> dict[str, tuple[float, Ms]]:
        if self._path is None:
            return {}
        try:
            held = json.loads(self._path.read_text(encoding="utf-8"))
            return {str(key): (min(1e6, float(count)), int(at)) for key, (count, at) in held.items()}
        except (OSError, ValueError, TypeError, AttributeError, OverflowError):
            return {}

    def _write(self) -> None:
        if self._path is None:
            return
        beside = self._path.with_suffix(".new")
        with suppress(OSError):
            beside.unlink(missing_ok=True)
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(self._counts, file, ensure_ascii=True)
            beside.replace(self._path)
