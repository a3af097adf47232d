"""The text of clocks, and when it next changes: no seconds run for clocks of more than two minutes, except live talk."""

from __future__ import annotations

from datetime import tzinfo

from agent_tui.domain.model import CaseRow
from agent_tui.domain.text import SafeText, trusted
from agent_tui.domain.time import Ms


def text_of(row: CaseRow, now: Ms, tz: tzinfo) -> SafeText:
    """The time column of a row: `12m`, `0:48`, `-3m!`, `1h10`, `3d`, `II 11:00`, `~28m` when estimated."""
    return trusted("")


def next_step(row: CaseRow, now: Ms) -> Ms | None:
    """When `text_of` next changes; None: not by time alone."""
    return None
