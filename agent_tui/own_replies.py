"""The agent's own canned replies: a folder beside config.toml, looked at whenever somebody wants to choose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.domain.replies.reply import Canned

if TYPE_CHECKING:
    from agent_tui.config.reply_folder import ReplyFolder


class OwnReplies:
    """`folder` may be missing. Nothing of it is read, and nothing loaded for it, before the first call."""

    def __init__(self, folder: Path) -> None:
        self._path = folder
        self._folder: ReplyFolder | None = None

    def __call__(self) -> tuple[tuple[Canned, ...], str]:
        """What is there now, and the first thing that is wrong."""
        if not self._path.is_dir():
            return (), ""
        if self._folder is None:
            from agent_tui.config.reply_folder import ReplyFolder

            self._folder = ReplyFolder(self._path)
        read = self._folder.read()
        wrong = str(read.problems[0]) if read.problems else ""
        return read.replies, wrong
