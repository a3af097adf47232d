"""Which turns of clocks deserve a line for their agent, and one line for many of them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.changes import Notice
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.channels import channel
from agent_tui.domain.events import ClockTurned, Event
from agent_tui.domain.model import Agent, CaseRow, Metric
from agent_tui.domain.text import SafeText, compose, plural
from agent_tui.domain.text_metrics import METRIC_WORDS
from agent_tui.domain.text_time import span
from agent_tui.domain.time import Ms

MOST_SINGLE = 2
"""So many lines at once are read one by one; more are one line."""
_CALLS: frozenset[Metric] = frozenset(("call", "notice", "call-back"))


def clock_notice(event: Event, state: BackendState, row: CaseRow | None, now: Ms) -> Notice | None:
    """The line for a clock that is nearly due or late, of a case of mine, of a caller whom nobody has in a queue that I
    work, or of a case that a step tells me of; and for a reminder that I should send. None for what needs none, as a
    warning that was told too late."""
    body, row, me = event.body, event.row if event.row is not None else row, state.me
    if not isinstance(body, ClockTurned) or row is None or me is None:
        return None
    name, metric = row.name.safe_line, METRIC_WORDS[body.metric].text
    key = CaseKey(state.id, event.case)
    if body.change == "step" and row.owner != me.id and _is_told(body.detail, me):
        if now > body.due:
            return Notice(
                compose("look at {name}: {metric} is late", name=name, metric=metric), "warning", key, True, "late"
            )
        words = compose("look at {name}: {metric} due in {left}", name=name, metric=metric, left=_left(body, row, now))
        return Notice(words, "warning", key, True, "soon")
    if not _concerns(row, body, state, me):
        return None
    if body.change == "reminder" and body.detail.startswith("told "):
        return Notice(compose("{name} is silent: remind them", name=name), "info", key, True)
    if body.change == "reminder" and body.detail.startswith("draft "):
        return Notice(compose("{name} is silent: a reminder is in your draft", name=name), "info", key, True)
    if body.change == "breached":
        return Notice(compose("{name}: {metric} is late", name=name, metric=metric), "warning", key, True, "late")
    if body.change != "warned" or now > body.due:
        return None
    words = compose("{name}: {metric} due in {left}", name=name, metric=metric, left=_left(body, row, now))
    return Notice(words, "warning", key, True, "soon")


def _left(body: ClockTurned, row: CaseRow, now: Ms) -> SafeText:
    """As the row counts it: by the second where people talk live."""
    return span(body.due - now, body.metric in _CALLS or channel(row.channel).kind in ("live", "voice")).text


def _is_told(detail: str, me: Agent) -> bool:
    """Whether a step tells me, or adds me to the case: by name, as one of a team, or as a supervisor."""
    act, _, to = detail.partition(" ")
    kind, _, name = to.partition(":")
    if act not in ("tell", "add"):
        return False
    if kind == "agent":
        return name == me.id
    return name in me.teams if kind == "team" else to == "supervisors" and me.role != "agent"


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
