"""The frames of the desk protocol, `agent-desk.v1`: the one place where their types are declared.

`docs/protocol.md` and `docs/asyncapi.json` are generated from here. Bodies, rows, orders and pages are the domain's own
dataclasses; pydantic reads and writes them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agent_tui.domain.events import AnyBody
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.orders import Order
from agent_tui.domain.queries import Page, Query

SUBPROTOCOL = "agent-desk.v1"
MAX_FRAME_BYTES = 1 << 20
MAX_DEPTH = 64
MAX_COMMANDS_PER_SECOND = 200


Count = Annotated[int, Field(ge=0, le=(1 << 53) - 1)]
"""A whole number that every JSON reader keeps exactly (RFC 8259, section 6): seqs and Ms."""


class Frame(BaseModel):
    """Unknown fields are ignored, so that either side may be newer."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)


class Limits(Frame):
    """What the server enforces: bytes of a frame, nesting levels, commands a second per client."""

    frame_bytes: int = MAX_FRAME_BYTES
    depth: int = MAX_DEPTH
    commands_per_second: int = MAX_COMMANDS_PER_SECOND
    page_rows: int = 500


class WireCapabilities(Frame):
    """What this server guarantees; see the contract in `backends/base.py`."""

    replay: bool = True
    command_ids: bool = True
    lease: Literal["hard", "advisory", "none"] = "none"
    cases: bool = True
    snooze: bool = True
    due_times: bool = True
    calls: bool = True
    files: bool = True
    orders: tuple[str, ...] = ()


class Welcome(Frame):
    """Server's answer to `hello`. `log` names the log; `resumed` tells whether the events after the client's seq follow
    (else the client asks for pages again); `now`: the hub's time in UTC epoch ms; `cut`: why you were cut last time."""

    type: Literal["welcome"] = "welcome"
    log: str
    seq: Count
    now: int
    agent: Agent
    capabilities: WireCapabilities = WireCapabilities()
    limits: Limits = Limits()
    blob_url: str = ""
    resumed: bool = False
    cut: str = ""


class EventFrame(Frame):
    """One entry of the log. `prev` is the last seq this agent may see before it."""

    type: Literal["event"] = "event"
    seq: Count
    prev: Count
    occurred: int
    recorded: int
    body: Annotated[AnyBody, Field(discriminator="type")]
    case: str = ""
    by: str = ""
    row: CaseRow | None = None


class Ack(Frame):
    """The command took effect, now or earlier under the same id."""

    type: Literal["ack"] = "ack"
    id: str
    result: str = ""


class Reject(Frame):
    """The command or query was refused; `code` is for programs, `message` for people."""

    type: Literal["reject"] = "reject"
    id: str
    code: str
    message: str


class PageFrame(Frame):
    """The answer to the query of that id."""

    type: Literal["page"] = "page"
    id: str
    page: Annotated[Page, Field(discriminator="kind")]


class Bye(Frame):
    """The server ends the connection. `retry`: seconds to wait before coming back, None: do not come back."""

    type: Literal["bye"] = "bye"
    reason: str
    retry: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] | None = None


class Hello(Frame):
    """First frame of a client. With `log` and `seq` of an earlier connection the server resumes after that seq.
    `recorded`: of the event with that seq, 0 when the client has not seen it. A store restored from a copy and
    written on
    has another event there, and the server does not resume."""

    type: Literal["hello"] = "hello"
    client: str = Field(default="", max_length=200)
    log: str = Field(default="", max_length=200)
    seq: Count = 0
    recorded: Count = 0


class Command(Frame):
    """One order under an id the client made; sending it again changes nothing. Arguments are the order's fields."""

    type: Literal["command"] = "command"
    id: str = Field(min_length=1, max_length=64)
    order: Annotated[Order, Field(discriminator="name")]
    fence: Count = 0


class QueryFrame(Frame):
    """One question; answered by `page` or `reject` of the same id."""

    type: Literal["query"] = "query"
    id: str = Field(min_length=1, max_length=64)
    query: Annotated[Query, Field(discriminator="kind")]


ServerFrame = Welcome | EventFrame | Ack | Reject | PageFrame | Bye
ClientFrame = Hello | Command | QueryFrame

Json = dict[str, Any]
