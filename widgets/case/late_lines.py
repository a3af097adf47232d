"""How it looks on a timeline that a promise of time was broken, and what was done about a clock. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from agent_tui.domain.text import SafeText, clean_line, compose, trusted
from agent_tui.domain.text_metrics import METRIC_WORDS
from agent_tui.widgets.case.entries import Acted, Late
from agent_tui.widgets.case.frame import Frame, told, wrapped
from agent_tui.widgets.case.pieces import NOTHING, LinePieces


def late_lines(item: Late, frame: Frame, zone: tzinfo) -> Iterator[LinePieces]:
    metric = METRIC_WORDS[item.breach.metric].text
    rows = list(wrapped(compose("! late: {metric}", metric=metric), frame, "danger" if not item.why else "system"))
    rows += wrapped(item.why or trusted("nobody has said why"), frame, "quiet")
    yield from told(item.breach.due, NOTHING, rows, frame, zone)


def acted_lines(item: Acted, frame: Frame, zone: tzinfo) -> Iterator[LinePieces]:
    metric = METRIC_WORDS[item.body.metric].text
    if item.body.change == "withdrawn":
        words = compose("in time after all: {metric}", metric=metric)
    else:
        words = compose("{metric}: {step}", metric=metric, step=_step(item.body.detail, item.to))
    yield from told(item.at, item.who, wrapped(words, frame, "system"), frame, zone)


def _step(detail: str, to: SafeText) -> SafeText:
    """What was done about a clock."""
    match detail.partition(" ")[0]:
        case "tell":
            return compose("told {whom}", whom=to)
        case "raise":
            return compose("priority {priority}", priority=to)
        case "add":
            return compose("added {whom}", whom=to)
        case "reassign":
            return compose("given to {who}", who=to)
        case "say":
            return compose("the caller hears {words}", words=to)
        case _:
            return clean_line(detail)
