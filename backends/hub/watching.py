"""Who has which case open: in memory only, told to those who have the same case open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agent_tui.backends.wire.codec import encode
from agent_tui.backends.wire.frames import Seen, Watch
from agent_tui.domain.presence import Watcher
from agent_tui.domain.time import Ms

Tell = Callable[[str], None]
"""Sends a text to one desk, without waiting."""


class Watching:
    """One desk is one `Tell`; it watches one case at most."""

    def __init__(self) -> None:
        self._cases: dict[str, dict[Tell, Watcher]] = {}
        self._where: dict[Tell, str] = {}

    def watches(self, desk: Tell, agent: str, watch: Watch, now: Ms) -> None:
        """A desk opened a case, left it, or does something else there."""
        case = watch.case
        if self._where.get(desk, "") != case:
            self.leaves(desk)
        if not case:
            return
        there = self._cases.setdefault(case, {})
        before, watcher = there.get(desk), Watcher(agent, watch.doing, now, watch.channel)
        if before is not None and replace(before, since=now) == watcher:
            return
        there[desk] = watcher
        self._where[desk] = case
        self._tell(case)

    def leaves(self, desk: Tell) -> None:
        """A desk left its case, or is gone."""
        case = self._where.pop(desk, "")
        there = self._cases.get(case, {})
        if there.pop(desk, None) is None:
            return
        if there:
            self._tell(case)
        else:
            del self._cases[case]

    def _tell(self, case: str) -> None:
        """Each of them hears of the others."""
        there = self._cases[case]
        for desk in list(there):
            others = tuple(watcher for other, watcher in there.items() if other != desk)
            desk(encode(Seen(case=case, watchers=others)))
