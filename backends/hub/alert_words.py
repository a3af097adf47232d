"""What supervisors are told about a clock, as a mail and as JSON; docs/webhooks.md has the fields."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from agent_tui.backends.hub.store.alerts import Alert
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.text_clocks import METRIC_NAMES, length
from agent_tui.domain.time import MS, Ms


def subject(said: Alert, number: int) -> str:
    """One line that says what is wrong: `Case 1001: first response is due 14:30`."""
    stands = "is late since" if said.late >= 0 else "is due"
    return f"Case {number}: {_metric(said)} {stands} {_local(said, said.due):%H:%M}"


def body(said: Alert, number: int, agent: str) -> str:
    """A few lines; times are those of the place whose hours the clock counts."""
    due, at = _local(said, said.due), _local(said, said.at)
    stands = f"late by {length(said.late)}" if said.late >= 0 else f"{length(-said.late)} left"
    lines = [
        f"Case {number}, {profile_of(said.channel).name}",
        f"{_metric(said)}: due {due.day} {due:%b %Y %H:%M} ({said.zone}), {stands} at {at:%H:%M}",
        f"Queue: {said.queue or 'none'}",
        f"Agent: {agent or 'nobody has it'}",
    ]
    if said.brand:
        lines.append(f"Brand: {said.brand}")
    return "\n".join(lines)


def as_json(said: Alert, number: int, agent: str, now: Ms) -> bytes:
    """For a webhook."""
    told = {
        "type": "alert",
        "id": said.id,
        "to": said.target,
        "at": _iso(now),
        "step": said.step,
        "case": {"id": said.case_id, "number": number},
        "clock": {
            "metric": said.metric,
            "started": _iso(said.started),
            "due": _iso(said.due),
            "late": said.late >= 0,
            "late_ms": said.late,
        },
        "queue": said.queue,
        "channel": said.channel,
        "brand": said.brand,
        "agent": {"id": said.agent, "name": agent},
    }
    return json.dumps(told).encode()


def _metric(said: Alert) -> str:
    return next((str(name.text) for metric, name in METRIC_NAMES.items() if metric == said.metric), said.metric)


def _local(said: Alert, at: Ms) -> datetime:
    return datetime.fromtimestamp(at / MS, ZoneInfo(said.zone))


def _iso(at: Ms) -> str:
    return datetime.fromtimestamp(at / MS, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
