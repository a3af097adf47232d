"""Reads the events that `sla simulate` plays: JSON, one event a line, each mistake with its line."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from agent_tui.config.problems import ConfigError, Problem, Wrong
from agent_tui.config.validation import ConfigModel
from agent_tui.domain.sla import facts as sla
from agent_tui.domain.sla.policies import ReplyKind, Traits
from agent_tui.domain.time import MS, Ms

MAX_LINE = 64 * 1024


def instant(value: object) -> Ms:
    """`2026-11-23T10:00:00+02:00`, or Unix seconds, as UTC ms. Raises Wrong."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 10**10:
        return round(value * MS)
    if isinstance(value, str):
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            if at.tzinfo is None:
                raise Wrong("a time without a zone", "one with it, such as 2026-11-23T10:00:00+02:00")
            return round(at.timestamp() * MS)
    raise Wrong("not a time", "a time such as 2026-11-23T10:00:00+02:00, or Unix seconds")


Instant = Annotated[Ms, BeforeValidator(instant)]
EventName = Literal[
    "created",
    "customer",
    "sign-of-life",
    "reply",
    "note",
    "send-failed",
    "send-settled",
    "status",
    "snooze",
    "wake",
    "assign",
    "transfer",
    "queue",
    "team",
    "tier",
    "priority",
    "language",
    "topic",
    "tags",
    "policy",
    "merge",
    "merged-away",
    "resolve",
    "reopen",
    "call",
]


class EventLine(ConfigModel):
    """One line. `case` tells the cases of a file apart; which other keys an event needs, docs/sla.md says."""

    at: Instant
    event: EventName
    case: str = Field(default="", max_length=200)
    channel: str = ""
    queue: str = ""
    team: str = ""
    tier: str = ""
    priority: str = ""
    language: str = ""
    topic: str = ""
    tags: tuple[str, ...] = ()
    message: str = ""
    kind: ReplyKind = "human"
    status: str = ""
    to: str | None = None
    until: Instant | None = None
    created: Instant | None = None
    waiting: Instant | None = None
    agent: str = ""
    call: str = ""
    moved: sla.CallMove | None = None

    def fact(self) -> sla.Fact | None:
        """What it is to the engine; None for what no clock needs to know (who of us has the case). Raises Wrong."""
        at = self.at
        match self.event:
            case "created":
                words = (self.channel, self.queue, self.team, self.tier, self.priority, self.language, self.topic)
                return sla.Created(at, Traits(*words, frozenset(self.tags)))
            case "customer":
                return sla.CustomerWrote(at, self.message)
            case "sign-of-life":
                return sla.SignOfLife(at)
            case "reply":
                return sla.Replied(at, self.message, self.kind)
            case "note":
                return sla.Replied(at, self.message, "note")
            case "send-failed" | "send-settled":
                made = sla.SendFailed if self.event == "send-failed" else sla.SendSettled
                return made(at, self._given("message", self.message))
            case "status":
                return sla.StatusChanged(at, self._given("status", self.status))
            case "snooze":
                return sla.Snoozed(at, self.until)
            case "wake":
                return sla.Woke(at)
            case "assign":
                return None
            case "tags":
                return sla.Tagged(at, frozenset(self.tags))
            case "policy":
                return sla.Pinned(at, self._given("to", self.to))
            case "merge":
                return sla.Merged(at, self._given("created", self.created), self.waiting)
            case "merged-away":
                return sla.MergedAway(at)
            case "resolve":
                return sla.Resolved(at)
            case "reopen":
                return sla.Reopened(at)
            case "call":
                return sla.CallMoved(at, self._given("call", self.call), self._given("moved", self.moved))
            case "transfer":
                return sla.TraitChanged(at, "channel", self._given("to", self.to))
            case trait:
                return sla.TraitChanged(at, trait, self._given("to", self.to))

    def _given(self, key: str, value: Any) -> Any:
        if value is None or (value == "" and key != "to"):
            raise Wrong("missing", f"what {key} the event is about", (key,))
        return value


def read_events(path: Path) -> dict[str, list[sla.Fact]]:
    """The facts of each case of the file at `path`, in the lines' order. Raises ConfigError with every mistake."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError([Problem(str(path), 0, "", f"cannot be read: {error.strerror or error}")]) from None
    cases: dict[str, list[sla.Fact]] = {}
    problems: list[Problem] = []
    for number, line in enumerate(raw.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            event = _event(line)
            fact = event.fact()
        except ValidationError as error:
            problems += [_problem(path, number, details["loc"], details) for details in error.errors()]
        except Wrong as wrong:
            problems.append(Problem(str(path), number, ".".join(map(str, wrong.key)), wrong.what, wrong.expected))
        else:
            facts = cases.setdefault(event.case, [])
            if fact is not None:
                facts.append(fact)
    if problems:
        raise ConfigError(problems)
    if not cases:
        raise ConfigError([Problem(str(path), 0, "", "no events in it", "JSON, one event a line (docs/sla.md)")])
    return cases


def _event(line: bytes) -> EventLine:
    if len(line) > MAX_LINE:
        raise Wrong("too long", f"at most {MAX_LINE} bytes a line")
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        raise Wrong("not JSON", 'an event such as {"at": 1795424400, "event": "customer"}') from None
    if not isinstance(data, dict):
        raise Wrong("not an event", 'an object such as {"at": 1795424400, "event": "customer"}')
    return EventLine.model_validate(data)


def _problem(path: Path, number: int, where: tuple[str | int, ...], details: Any) -> Problem:
    key = str(where[0]) if where else ""
    error = details.get("ctx", {}).get("error")
    if isinstance(error, Wrong):
        return Problem(str(path), number, key, error.what, error.expected)
    if details["type"] == "extra_forbidden":
        return Problem(str(path), number, key, "unknown key", "one of " + ", ".join(EventLine.model_fields))
    if details["type"] == "missing":
        return Problem(str(path), number, key, "missing", "at and event in every line")
    if details["type"] == "literal_error":
        return Problem(str(path), number, key, "none of the choices", str(details["ctx"]["expected"]))
    return Problem(str(path), number, key, details["msg"][:1].lower() + details["msg"][1:])
