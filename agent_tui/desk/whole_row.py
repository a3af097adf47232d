"""One person's row where several servers have a case of them: as the inbox draws it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent_tui.desk.countdown import rank
from agent_tui.domain.model import CaseRow


def whole_row(row: CaseRow, others: Sequence[CaseRow]) -> CaseRow:
    """`row` with what the person's cases at other servers say: the newest words, the clock that matters, a promise due
    first, a call wherever it is, and what is unread and failed in all."""
    every = (row, *others)
    latest = max(every, key=lambda one: one.last_at)
    clocks = [one.clock for one in every if one.clock is not None]
    promises = [one.promise for one in every if one.promise is not None]
    return replace(
        row,
        channel=latest.channel,
        channels=tuple(dict.fromkeys(channel for one in every for channel in one.channels or (one.channel,))),
        preview=latest.preview,
        preview_kind=latest.preview_kind,
        last_at=latest.last_at,
        unread=sum(one.unread for one in every),
        failed=sum(one.failed for one in every),
        priority=max(one.priority for one in every),
        clock=min(clocks, key=rank, default=None),
        promise=min(promises, key=lambda promise: promise.due, default=None),
        call=next((one.call for one in every if one.call is not None), None),
        labels=tuple(dict.fromkeys(label for one in every for label in one.labels)),
    )
