"""The frames of the desk protocol, `agent-desk.v1`: the one place where their types are declared.

`docs/protocol.md` and `docs/asyncapi.json` are generated from here. Frames are dataclasses, as the bodies, rows, orders
and pages in them; pydantic reads and writes them, and `plain` where a desk starts. Unknown fields are ignored, so
that either side may be newer.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from agent_tui.backends.wire.rule import Rule
from agent_tui.domain.events import AnyBody
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.orders import Order
from agent_tui.domain.presence import Doing, Watcher
from agent_tui.domain.queries import Page, Query

SUBPROTOCOL = "agent-desk.v1"
MAX_FRAME_BYTES = 1 << 20
MAX_DEPTH = 64
MAX_COMMANDS_PER_SECOND = 200


Count = Annotated[int, Rule(ge=0, le=(1 << 53) - 1)]
"""A whole number that every JSON reader keeps exactly (RFC 8259, section 6): seqs and Ms."""


@frozen(kw_only=True)
class Limits:
    """What the server enforces: bytes of a frame, nesting levels, commands a second per client."""

    frame_bytes: int = MAX_FRAME_BYTES
    depth: int = MAX_DEPTH
    commands_per_second: int = MAX_COMMANDS_PER_SECOND
    page_rows: int = 500


@frozen(kw_only=True)
class WireCapabilities:
    """What this server guarantees; see the contract in `backends/base.py`."""

    replay: bool = True
    command_ids: bool = True
    lease: Literal["hard", "advisory", "none"] = "none"
    presence: bool = False
    cases: bool = True
    snooze: bool = True
    due_times: bool = True
    calls: bool = True
    files: bool = True
    search: bool = False
    history: bool = False
    """It answers `past`. A server that says nothing of it does not."""
    shift: bool = False
    """It answers `shift`."""
    wallboard: bool = False
    """It answers `wallboard`."""
    cards: bool = False
    """It answers `cards`."""
    suggest: bool = False
    """It answers `suggest`."""
    persons: bool = False
    """It answers `same-person`."""
    orders: tuple[str, ...] = ()


@frozen(kw_only=True)
class Welcome:
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


@frozen(kw_only=True)
class EventFrame:
    """One entry of the log. `prev` is the last seq this agent may see before it."""

    type: Literal["event"] = "event"
    seq: Count
    prev: Count
    occurred: int
    recorded: int
    body: Annotated[AnyBody, Rule(discriminator="type")]
    case: str = ""
    by: str = ""
    row: CaseRow | None = None


@frozen(kw_only=True)
class Ack:
    """The command took effect, now or earlier under the same id."""

    type: Literal["ack"] = "ack"
    id: str
    result: str = ""


@frozen(kw_only=True)
class Reject:
    """The command or query was refused; `code` is for programs, `message` for people."""

    type: Literal["reject"] = "reject"
    id: str
    code: str
    message: str


@frozen(kw_only=True)
class PageFrame:
    """The answer to the query of that id."""

    type: Literal["page"] = "page"
    id: str
    page: Annotated[Page, Rule(discriminator="kind")]


@frozen(kw_only=True)
class Seen:
    """Who else has the case open that this desk watches, and what they do there, the whole of it; at once when `watch`
    names a case, then whenever it changes."""

    type: Literal["seen"] = "seen"
    case: str
    watchers: tuple[Watcher, ...] = ()


@frozen(kw_only=True)
class Bye:
    """The server ends the connection. `retry`: seconds to wait before coming back, None: do not come back."""

    type: Literal["bye"] = "bye"
    reason: str
    retry: Annotated[float, Rule(ge=0, le=86_400, allow_inf_nan=False)] | None = None


@frozen(kw_only=True)
class Hello:
    """First frame of a client. With `log` and `seq` of an earlier connection the server resumes after that seq.
    `recorded`: of the event with that seq, 0 when the client has not seen it. A store restored from a copy and
    written on
    has another event there, and the server does not resume. `desk`: names this terminal, and stays the same through
    reconnects and restarts of the client: leases are held by it. Two clients at once never have the same one."""

    type: Literal["hello"] = "hello"
    client: Annotated[str, Rule(max_length=200)] = ""
    log: Annotated[str, Rule(max_length=200)] = ""
    seq: Count = 0
    recorded: Count = 0
    desk: Annotated[str, Rule(max_length=60)] = ""


@frozen(kw_only=True)
class Watch:
    """What this desk's agent does with the case that is open at it, "" for none: told to the others who have that case
    open, and forgotten. `channel`: on which they write, "" for a note. Not in the log, not acknowledged; send it when
    it changes, not for every key."""

    type: Literal["watch"] = "watch"
    case: Annotated[str, Rule(max_length=64)] = ""
    doing: Doing = "reading"
    channel: Annotated[str, Rule(max_length=64)] = ""


@frozen(kw_only=True)
class Command:
    """One order under an id the client made; sending it again changes nothing. Arguments are the order's fields."""

    type: Literal["command"] = "command"
    id: Annotated[str, Rule(min_length=1, max_length=64)]
    order: Annotated[Order, Rule(discriminator="name")]
    fence: Count = 0


@frozen(kw_only=True)
class QueryFrame:
    """One question; answered by `page` or `reject` of the same id."""

    type: Literal["query"] = "query"
    id: Annotated[str, Rule(min_length=1, max_length=64)]
    query: Annotated[Query, Rule(discriminator="kind")]


ServerFrame = Welcome | EventFrame | Ack | Reject | PageFrame | Seen | Bye
ClientFrame = Hello | Watch | Command | QueryFrame

Json = dict[str, Any]
