"""Customers' files on this machine: in the state folder, or in a temporary one that is gone with the desk."""

from __future__ import annotations

import hashlib
import re
import tempfile
from pathlib import Path

from agent_tui.backends.base import Backend

_PLAIN = re.compile(r"[0-9A-Za-z_-]{1,100}")


class Downloads:
    """One file per backend and blob; the name is never the sender's."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder / "files" if folder is not None else None
        self._temporary: tempfile.TemporaryDirectory[str] | None = None

    async def fetch(self, backend: Backend, blob: str) -> Path:
        """The file, fetched when it is not here yet. Raises BackendDown or QueryRefused."""
        folder = self._here()
        name = blob if _PLAIN.fullmatch(blob) else hashlib.sha256(blob.encode()).hexdigest()
        target = folder / f"{backend.id}-{name}"
        if not target.exists():
            partial = target.with_suffix(".part")
            await backend.download(blob, partial)
            partial.replace(target)
        return target

    def forget(self, backend: str) -> None:
        """Remove all files of a backend: they are fetched again when they are wanted."""
        if self._folder is not None and self._folder.exists():
            for path in self._folder.glob(f"{backend}-*"):
                path.unlink(missing_ok=True)

    def _here(self) -> Path:
        if self._folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="agent-tui-")
            self._folder = Path(self._temporary.name)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._folder
