"""Keeps saved views in the desk's state folder: the desk writes them itself, which it never does with a person's
config.toml, and their words may name customers, so that only this agent may read them (0600)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from agent_tui.domain.saved_views import MOST_VIEWS, SavedView, good_name
from agent_tui.domain.views import VIEWS
from agent_tui.services.state import StateError

FILE = "views.json"


class SavedViews:
    """`folder` None keeps them in memory. What cannot be read is named in `problem` and left where it is."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / FILE if folder is not None else None
        self.problem = ""
        self.views: tuple[SavedView, ...] = self._read()

    def keep(self, views: Iterable[SavedView]) -> None:
        """Write them, whole or not at all. Raises StateError."""
        views = tuple(views)[:MOST_VIEWS]
        if self._path is not None:
            if self.problem:
                raise StateError(f"{self.problem}; move it away to save views again")
            body = [{"name": v.name, "of": v.of, "channel": v.channel, "text": v.text} for v in views]
            beside = self._path.with_suffix(".new")
            try:
                with suppress(FileNotFoundError):
                    beside.unlink()
                handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(body, file, ensure_ascii=True, indent=1)
                    file.flush()
                    os.fsync(file.fileno())
                beside.replace(self._path)
            except OSError as error:
                raise StateError(f"{self._path}: not kept ({error.strerror}); free some space and try again") from error
        self.views = views

    def _read(self) -> tuple[SavedView, ...]:
        if self._path is None or not self._path.exists():
            return ()
        try:
            entries = json.loads(self._path.read_text(encoding="utf-8"))
            return tuple(_view(entry) for entry in entries)[:MOST_VIEWS]
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            self.problem = f"{self._path}: expected a list of saved views ({type(error).__name__}: {error})"
            return ()


def _view(entry: dict[str, str]) -> SavedView:
    name, of = entry["name"], entry["of"]
    if not good_name(name):
        raise ValueError(f"{name!r} is no name of a view")
    if of not in VIEWS:
        raise ValueError(f"{name}: there is no view {of!r}")
    return SavedView(name, of, str(entry.get("channel", "")), str(entry.get("text", "")))
