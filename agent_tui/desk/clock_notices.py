"""Which turns of clocks deserve a line for their agent, and one line for many of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.changes import Notice
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.events import ClockTurned, Event
from agent_tui.domain.model import Agent, CaseRow, Metric
from agent_tui.domain.text import compose, plural
from agent_tui.domain.text_metrics import METRIC_WORDS
from agent_tui.domain.text_time import span
from agent_tui.domain.time import Ms

MOST_SINGLE = 2
"""So many lines at once are read one by one; more are one line."""
_CALLS: frozenset[Metric] = frozenset(("call", "notice", "call-back"))


def clock_notice(event: Event, state: BackendState, row: CaseRow | None, now: Ms) -> Notice | None:
    """The line for a clock that is nearly due or late, of a case of mine or of a caller whom nobody has in a queue that
    I work; None for what needs none, as a warning that was told too late."""
    body, row, me = event.body, event.row if event.row is not None else row, state.me
    if not isinstance(body, ClockTurned) or row is None or me is None or not _concerns(row, body, state, me):
        return None
    name, metric = row.name.safe_line, METRIC_WORDS[body.metric].text
    key = CaseKey(state.id, event.case)
    if body.change == "breached":
        return Notice(compose("{name} is late: {metric}", name=name, metric=metric), "warning", key, True, "late")
    if body.change != "warned" or now > body.due:
        return None
    left = span(body.due - now, body.metric in _CALLS).text
    words = compose("{name}: {metric} due in {left}", name=name, metric=metric, left=left)
    return Notice(words, "warning", key, True, "soon")


def _concerns(row: CaseRow, body: ClockTurned, state: BackendState, me: Agent) -> bool:
    if row.owner or body.metric not in _CALLS:
        return row.owner == me.id
    queue = state.directory.queue_of(row)
    if queue is not None:
        return queue.worked_by(me.id, me.teams)
    return not row.team or row.team in me.teams


def gathered(notices: Sequence[Notice]) -> list[Notice]:
    """What is told at once: few as they are, many as one line that counts them."""
    if len(notices) <= MOST_SINGLE:
        return list(notices)
    late = sum(notice.clock == "late" for notice in notices)
    soon = len(notices) - late
    if not late:
        words = plural("{n} clock nearly due", "{n} clocks nearly due", n=soon)
    elif not soon:
        words = plural("{n} clock late", "{n} clocks late", n=late)
    else:
        words = compose("{late} clocks late, {soon} nearly due", late=late, soon=soon)
    return [Notice(words, "warning", None, True)]
