"""The event log: appending under the locked head, and reading it back as a desk sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, cast

from sqlalchemy import Connection, bindparam, insert, select, text, update
from sqlalchemy.exc import OperationalError

from agent_tui.backends.hub.store import (
    agents,
    announcements,
    brands,
    cases,
    incidents,
    joins,
    leases,
    people,
    phone,
    promises,
    scripts,
    talk,
    transfers,
)
from agent_tui.backends.hub.store.schema import event, head
from agent_tui.backends.hub.store.values import dumps, loads
from agent_tui.backends.hub.store.waiting import why_of
from agent_tui.domain.channel_moves import ChannelMove
from agent_tui.domain.events import (
    AgentChanged,
    Announced,
    AnyBody,
    CallChanged,
    CardShown,
    CaseChanged,
    ChannelMoved,
    ClockTurned,
    CustomerChanged,
    CustomerErased,
    CustomersJoined,
    CustomersParted,
    DraftChanged,
    Event,
    IncidentChanged,
    LeaseAsked,
    LeaseChanged,
    MessageAdded,
    MessageChanged,
    PromiseChanged,
    RepliesChanged,
    RulesChanged,
    ScriptMoved,
    TransferChanged,
    UnknownBody,
)
from agent_tui.domain.model import EMPTY, CaseRow, Disclosure, Message

_LOCK = select(head.c.seq, head.c.number).where(head.c.id == 1).with_for_update()
_HEAD = select(head.c.seq).where(head.c.id == 1)
_ADVANCE = update(head).where(head.c.id == 1).values(seq=bindparam("seq_"), number=bindparam("number_"))
_AFTER = select(event).where(event.c.seq > bindparam("after")).order_by(event.c.seq).limit(bindparam("limit"))
_DISCLOSURES = (
    select(event.c.ref, event.c.by, event.c.occurred)
    # a literal: the index holds these events only
    .where(event.c.kind == text("'card-shown'"), event.c.case_id.in_(bindparam("cases", expanding=True)))
    .order_by(event.c.seq)
)
_MOVES = (
    select(event.c.seq, event.c.occurred, event.c.by, event.c.ref, event.c.data)
    .where(event.c.kind == text("'channel-moved'"), event.c.case_id.in_(bindparam("cases", expanding=True)))
    .order_by(event.c.seq)
)
_MOVE = ("from_channel", "to_channel", "from_conversation", "conversation")
_LEASE = ("change", "agent", "desk", "fence", "until", "was", "was_desk")
_TURN = ("change", "metric", "started", "due", "key", "detail")
OF_ITSELF = ("joined", "parted", "erased")
"""Changes of a case that are told of it, whatever case leads its row."""
_CALL_TIMES = ("state", "since", "queue", "direction", "agent", "answered", "ended", "law_due", "muted", "passed")


class Savepoint:
    """One job's part of a transaction that has begun. Plain SQL on the driver's connection: SQLAlchemy's own nesting
    costs as much as two of a job's statements, and there is one for every job."""

    __slots__ = ("_driver",)

    def __init__(self, connection: Connection) -> None:
        self._driver = cast(Any, connection.connection.driver_connection)
        self._run("SAVEPOINT job")

    def commit(self) -> None:
        self._run("RELEASE SAVEPOINT job")

    def rollback(self) -> None:
        self._run("ROLLBACK TO SAVEPOINT job")
        self._run("RELEASE SAVEPOINT job")

    def _run(self, statement: str) -> None:
        """Raises OperationalError, as SQLAlchemy would."""
        try:
            self._driver.execute(statement)
        except Exception as error:
            raise OperationalError(statement, None, error) from error


def lock_head(connection: Connection) -> tuple[int, int]:
    """Take the log for this transaction: its last seq and the last case number."""
    row = connection.execute(_LOCK).one()
    return row.seq, row.number


def advance(connection: Connection, seq: int, number: int) -> None:
    connection.execute(_ADVANCE, {"seq_": seq, "number_": number})


def read_head(connection: Connection) -> int:
    return int(connection.execute(_HEAD).scalar_one())


def columns_of(entry: Event) -> dict[str, Any]:
    """A log row: no personal text, only ids and machine words."""
    ref, data = "", dict[str, Any]()
    body = entry.body
    match body:
        case MessageAdded():
            ref = body.message.id
        case MessageChanged():
            ref, data = body.message, {"state": body.state}
        case CallChanged():
            ref, data = body.call.id, {name: getattr(body.call, name) for name in _CALL_TIMES}
        case ChannelMoved():
            ref, data = body.message, {name: getattr(body, name) for name in _MOVE}
        case CaseChanged():
            data = {"change": body.change, "detail": body.detail}
            if body.why is not None:
                data["why"] = asdict(body.why)
        case CustomerChanged():
            ref = body.customer.id
        case CustomersJoined() | CustomersParted():
            ref = body.join.id
        case CustomerErased():
            ref, data = body.customer, {"parts": body.parts}
        case AgentChanged():
            ref = body.agent.id
        case CardShown():
            ref = body.message
        case PromiseChanged():
            ref = body.promise.id
            data = {name: getattr(body.promise, name) for name in ("state", "due", "agent", "team")}
        case TransferChanged():
            ref = body.transfer.id
            data = {name: getattr(body.transfer, name) for name in ("state", "agent", "queue", "warm")}
        case ScriptMoved():
            ref, run = body.script.id, body.script.run
            data = {"script": run.script, "state": run.state, "revision": body.script.revision}
        case LeaseChanged():
            data = {name: getattr(body, name) for name in _LEASE}
        case LeaseAsked():
            ref = body.holder
        case DraftChanged():
            ref, data = body.case, {"desk": body.desk, "gone": body.gone}
        case ClockTurned():
            data = {name: getattr(body, name) for name in _TURN}
        case RulesChanged() | RepliesChanged():
            ref = body.version
        case Announced():
            ref = body.announcement.id
        case IncidentChanged():
            ref, data = body.incident.id, {"state": body.incident.state}
        case UnknownBody():
            raise ValueError("an unknown body cannot be appended")
    return {
        "seq": entry.seq,
        "occurred": entry.occurred,
        "recorded": entry.recorded,
        "case_id": entry.case,
        "by": entry.by,
        "kind": body.type,
        "ref": ref,
        "data": dumps(data) if data else "",
    }


def append(connection: Connection, entries: Sequence[Event]) -> None:
    connection.execute(insert(event), [columns_of(entry) for entry in entries])


def after(connection: Connection, seq: int, limit: int) -> list[Event]:
    """Events after a seq. Bodies and rows are the newest that the store knows: a desk that folds them ends where one
    that saw each live stands."""
    found = connection.execute(_AFTER, {"after": seq, "limit": limit}).all()
    refs = {row.ref for row in found if row.kind in ("message-added", "message-changed")}
    messages = talk.find_messages(connection, sorted(refs)) if refs else {}
    rows: dict[str, CaseRow | None] = {}
    heads: dict[str, str] = {}
    events = []
    for row in found:
        data = loads(row.data) if row.data else {}
        leader = row.case_id
        if leader and not (row.kind == "case-changed" and data["change"] in OF_ITSELF):
            leader = heads.get(leader) or heads.setdefault(leader, cases.head_of(connection, leader))
        if leader and leader not in rows:
            rows[leader] = case_row(connection, leader)
        body = led_by(_body(connection, row.kind, row.ref, data, messages), leader)
        shown = rows.get(leader) if leader else None
        whose = brands_of(connection, body)
        events.append(Event(row.seq, row.seq - 1, row.occurred, row.recorded, body, leader, row.by, shown, whose))
    return events


def brands_of(connection: Connection, body: AnyBody) -> tuple[str, ...]:
    """What an agent must see who is told of persons: the brands of all their cases."""
    match body:
        case CustomerChanged(customer=who) | CustomersJoined(customer=who):
            roots: tuple[str, ...] = (who.id,)
        case CustomersParted(one=one, other=other):
            roots = (one.id, other.id)
        case IncidentChanged(incident=incident):
            return (incident.brand,) if incident.brand else ()
        case _:
            return ()
    members = [node for root in roots for node in people.nodes(connection, people.root_of(connection, root))]
    return brands.of_customers(connection, members)


def led_by(body: AnyBody, leader: str) -> AnyBody:
    """What happened, as told of the case that leads its row now."""
    if isinstance(body, CallChanged) and leader:
        return CallChanged(replace(body.call, case=leader))
    if isinstance(body, PromiseChanged) and leader:
        return PromiseChanged(replace(body.promise, case=leader))
    if isinstance(body, TransferChanged) and leader:
        return TransferChanged(replace(body.transfer, case=leader))
    if isinstance(body, ScriptMoved) and leader:
        return ScriptMoved(replace(body.script, case=leader))
    return body


def disclosures(connection: Connection, of: Sequence[str]) -> tuple[Disclosure, ...]:
    """Who was shown card numbers of the messages of some cases, oldest first."""
    found = connection.execute(_DISCLOSURES, {"cases": list(of)})
    return tuple(Disclosure(row.ref, row.by, row.occurred) for row in found)


def moves(connection: Connection, of: Sequence[str]) -> tuple[ChannelMove, ...]:
    """To which channels some cases moved, oldest first."""
    found = []
    for row in connection.execute(_MOVES, {"cases": list(of)}):
        held = loads(row.data)
        came, went = held["from_conversation"], held["conversation"]
        move = ChannelMove(row.seq, row.occurred, row.by, held["from_channel"], held["to_channel"], came, went, row.ref)
        found.append(move)
    return tuple(found)


def case_row(connection: Connection, id: str) -> CaseRow | None:
    """The row that a case shows, with its call and its lease."""
    found = cases.find_row(connection, id)
    if found is None:
        return None
    row, calling = found
    if row.stage == "joined":
        return row
    call = phone.find_call(connection, calling) if calling else None
    lease = leases.find(connection, id).lease
    return replace(row, call=replace(call, case=id) if call is not None else None, lease=lease)


def _body(connection: Connection, kind: str, ref: str, data: dict[str, Any], messages: dict[str, Message]) -> AnyBody:
    match kind:
        case "message-added":
            message = messages.get(ref)
            if message is None:
                return UnknownBody()
            thread = talk.find_thread(connection, message.conversation) if message.conversation else None
            return MessageAdded(message, thread.shown if thread is not None else None)
        case "message-changed":
            message = messages.get(ref)
            if message is None:
                return UnknownBody()
            failed = data["state"] in ("failed", "unknown", "queued")
            return MessageChanged(ref, data["state"], message.error if failed else EMPTY)
        case "call-changed":
            call = phone.find_call(connection, ref)
            return CallChanged(replace(call, **data)) if call is not None else UnknownBody()
        case "channel-moved":
            return ChannelMoved(message=ref, **data)
        case "case-changed":
            return CaseChanged(cast(Any, data["change"]), data["detail"], why_of(data.get("why")))
        case "customer-changed":
            customer = people.person(connection, ref)
            return CustomerChanged(customer) if customer is not None else UnknownBody()
        case "customers-joined" | "customers-parted":
            return _joined(connection, kind, ref)
        case "customer-erased":
            return CustomerErased(ref, tuple(data["parts"]))
        case "card-shown":
            return CardShown(ref)
        case "promise-changed":
            promise = promises.find(connection, ref)
            return PromiseChanged(promise) if promise is not None else UnknownBody()
        case "transfer-changed":
            transfer = transfers.find(connection, ref)
            return TransferChanged(transfer) if transfer is not None else UnknownBody()
        case "script-moved":
            script = scripts.find(connection, ref)
            return ScriptMoved(script) if script is not None else UnknownBody()
        case "lease-changed":
            return LeaseChanged(**data)
        case "lease-asked":
            return LeaseAsked(ref)
        case "draft-changed":
            return DraftChanged(ref, data["desk"], data["gone"])
        case "clock-turned":
            return ClockTurned(**data)
        case "rules-changed":
            return RulesChanged(ref)
        case "replies-changed":
            return RepliesChanged(ref)
        case "announced":
            announcement = announcements.find(connection, ref)
            return Announced(announcement) if announcement is not None else UnknownBody()
        case "incident-changed":
            incident = incidents.find(connection, ref)
            return IncidentChanged(incident) if incident is not None else UnknownBody()
        case "agent-changed":
            agent = agents.find(connection, ref)
            return AgentChanged(agent) if agent is not None else UnknownBody()
    return UnknownBody()


def _joined(connection: Connection, kind: str, ref: str) -> AnyBody:
    join = joins.find(connection, ref)
    one = people.person(connection, join.one) if join is not None else None
    other = people.person(connection, join.other) if join is not None else None
    if join is None or one is None or other is None:
        return UnknownBody()
    return CustomersJoined(join, one) if kind == "customers-joined" else CustomersParted(join, one, other)
