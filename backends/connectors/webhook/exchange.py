"""What is in the JSON of a telephone exchange: calls and what became of them coming in, actions going out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from agent_tui.backends.connectors.base import CallReport, CallUpdate
from agent_tui.domain.time import MS, Ms


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Caller(_Part):
    """Who calls or is called: `address` a number (`+972541234567`), "" where it is withheld."""

    address: str = Field(default="", max_length=100)
    name: str = Field(default="", max_length=500)


class CallIn(_Part):
    """A call as the exchange sees it now. `id`: its own; of a call of ours the one under which it was asked for. `at`:
    since when (RFC 3339). `law_due`: a human answer is owed by then. `reason`: why a call of ours was not answered."""

    type: Literal["call"]
    id: str = Field(min_length=1, max_length=250)
    state: Literal["ringing", "active", "held", "ended"]
    party: Caller = Field(default=Caller(), alias="from")
    direction: Literal["in", "out"] = "in"
    at: AwareDatetime | None = None
    queue: str = Field(default="", max_length=200)
    agent: str = Field(default="", max_length=64)
    muted: bool = False
    law_due: AwareDatetime | None = None
    language: str = Field(default="", max_length=35)
    topic: str = Field(default="", max_length=40)
    reason: Literal["", "busy", "no-answer", "failed"] = ""

    def update(self, account: str, now: Ms) -> CallUpdate:
        """As the hub takes it; times later than `now` become `now`."""
        return CallUpdate(
            account,
            self.id,
            self.state,
            _at(self.at, now),
            "tel",
            self.party.address.strip(),
            self.party.name,
            self.queue,
            self.direction,
            round(self.law_due.timestamp() * MS) if self.law_due is not None else None,
            self.muted,
            self.agent,
            self.language,
            self.topic,
            self.reason,
        )


class CallReportIn(_Part):
    """What else became of a call: see `CallReport`."""

    type: Literal["call-report"]
    id: str = Field(min_length=1, max_length=250)
    what: Literal["told", "asked", "called-back"]
    at: AwareDatetime | None = None

    def report(self, account: str, now: Ms) -> CallReport:
        """As the hub takes it."""
        return CallReport(account, self.id, self.what, _at(self.at, now))


class CallActionOut(_Part):
    """What an agent does with a call. `action`: answer, decline, hang-up, hold, resume, mute, unmute, keys (digits in
    `keys`), announce (words, or the name of a recording), originate (ring the number in `keys`, then the agent),
    transfer (from `agent`, who has the call, to agent `to`)."""

    type: Literal["call-action"] = "call-action"
    call: str
    action: str
    agent: str
    keys: str
    to: str | None = None
    at: datetime


def write_action(call: str, action: str, agent: str, keys: str, now: Ms, to: str | None = None) -> bytes:
    """The JSON that goes to the deliver_url."""
    at = datetime.fromtimestamp(now / MS, UTC)
    return (
        CallActionOut(call=call, action=action, agent=agent, keys=keys, to=to, at=at)
        .model_dump_json(exclude_none=True)
        .encode()
    )


def _at(at: datetime | None, now: Ms) -> Ms:
    return min(now, round(at.timestamp() * MS)) if at is not None else now
