"""Cases one by one: reading, opening and saving them, with the counts and the search text that go with each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, exists, func, insert, or_, select, update

from agent_tui.backends.hub.store import promises, transfers
from agent_tui.backends.hub.store.schema import (
    case,
    case_count,
    case_label,
    case_part,
    case_part_text,
    case_search,
    case_text,
    customer,
)
from agent_tui.backends.hub.store.values import from_state_column, from_words, state_column, storable, words
from agent_tui.domain.filing import CaseState, owed, show
from agent_tui.domain.model import Call, CaseRow, Promise
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms
from agent_tui.domain.views import whose_promise

_B = bindparam
CASES = (
    select(
        case,
        case_text.c.name,
        case_text.c.preview,
        case_text.c.subject,
        case_text.c.known_as,
        customer.c.root,
        customer.c.erased,
    )
    .join(case_text, case_text.c.case_id == case.c.id)
    .join(customer, customer.c.id == case.c.customer_id)
)
_ONE = CASES.where(case.c.id == _B("id"))
_OF_CUSTOMER = (
    select(case.c.id, case.c.brand, func.coalesce(case_part.c.own, case.c.state).label("state"))
    .outerjoin(case_part, case_part.c.case_id == case.c.id)
    .where(case.c.customer_id == _B("customer"))
    .order_by(case.c.number.desc())
    .limit(20)
)
_OF_BRAND = _OF_CUSTOMER.where(case.c.brand == _B("brand"))
_PART = (
    select(case_part, case_part_text.c.preview, case_part_text.c.subject)
    .join(case_part_text, case_part_text.c.case_id == case_part.c.case_id)
    .where(case_part.c.case_id == _B("id"))
)
_PARTS = select(case.c.id).where(case.c.head == _B("head"), case.c.head != "").order_by(case.c.opened, case.c.number)
_HEAD = select(case.c.head).where(case.c.id == _B("id"))
_OPEN = ("us", "customer", "later")
_LEADING = case.alias()
_IN_PLAY = (
    select(case.c.id)
    .where(
        case.c.customer_id.in_(_B("customers", expanding=True)),
        or_(
            case.c.stage.in_(_OPEN),
            exists().where(_LEADING.c.id == case.c.head, _LEADING.c.stage.in_(_OPEN)),
        ),
    )
    .order_by(case.c.number)
)
_EVER_LED = (
    select(case.c.id)
    .where(case.c.customer_id.in_(_B("customers", expanding=True)), case.c.head != "")
    .order_by(case.c.number)
)
_UPDATE = (
    update(case)
    .where(case.c.id == _B("b_id"))
    .values({c.name: _B(c.name) for c in case.c if c.name not in ("id", "number", "customer_id")})
)
_UPDATE_TEXT = (
    update(case_text)
    .where(case_text.c.case_id == _B("b_id"))
    .values(name=_B("name"), preview=_B("preview"), subject=_B("subject"), known_as=_B("known_as"))
)
_DROP_SEARCH = delete(case_search).where(
    case_search.c.stage == _B("b_stage"), case_search.c.sort_at == _B("b_sort_at"), case_search.c.case_id == _B("b_id")
)
_UPDATE_SEARCH = (
    update(case_search)
    .where(
        case_search.c.stage == _B("b_stage"),
        case_search.c.sort_at == _B("b_sort_at"),
        case_search.c.case_id == _B("b_id"),
    )
    .values(owner=_B("owner"), team=_B("team"), channels=_B("channels"), search=_B("search"), brand=_B("brand"))
)
_COUNT = (
    update(case_count)
    .where(
        case_count.c.stage == _B("b_stage"),
        case_count.c.owner == _B("b_owner"),
        case_count.c.team == _B("b_team"),
        case_count.c.brand == _B("b_brand"),
    )
    .values(cases=case_count.c.cases + _B("by"))
)
_TO_WAKE = (
    select(case.c.id)
    .where(case.c.snoozed > 0, case.c.snoozed <= _B("now"))
    .order_by(case.c.snoozed, case.c.id)
    .limit(100)
)
_NEXT_WAKE = select(case.c.snoozed).where(case.c.snoozed > 0).order_by(case.c.snoozed).limit(1)


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case by itself: its row, the state it follows from, the id of its call, its own customer (`node`; the row names
    the person). `seen`: the state with what was said in the person's other cases; `head`, `opened`: as in the table;
    `shown`: the row that the store shows for it, None where that is `row`; `turn`, `sla`: when its clocks are to be
    looked at again, and what is known of them (`hub/measuring.Known`)."""

    row: CaseRow
    state: CaseState
    call: str = ""
    node: str = ""
    seen: CaseState | None = None
    head: str = ""
    opened: int = 0
    shown: CaseRow | None = None
    turn: Ms | None = None
    sla: str = ""

    @property
    def view(self) -> CaseState:
        """Its state as part of the row it is in."""
        return self.state if self.seen is None else self.seen


@dataclass(frozen=True, slots=True)
class Shown:
    """What is to be stored of a case: the row it shows, with the state and call that go with that."""

    row: CaseRow
    state: CaseState
    call: str


def row_of(connection: Connection, held: Row[Any], state: CaseState, call: Call | None) -> CaseRow:
    """A desk's row from the columns."""
    return CaseRow(
        id=held.id,
        number=held.number,
        # a case that no other one can lead names its own customer: it does not change when they are joined
        customer=held.root if held.head else held.customer_id,
        name=CustomerText(held.name),
        channel=held.channel,
        stage=held.stage,
        sort_at=held.sort_at,
        version=held.version,
        channels=from_words(held.channels),
        brand=held.brand,
        owner=held.owner,
        team=held.team,
        unread=held.unread,
        preview=CustomerText(held.preview),
        preview_kind=held.preview_kind,
        subject=CustomerText(held.subject),
        last_at=held.last_at,
        priority=held.priority,
        labels=from_words(held.labels),
        snoozed=state.snoozed if held.stage == "later" else None,
        clock=owed(state) if held.stage != "joined" else None,
        call=call,
        failed=len(state.failed),
        promise=_promise(connection, held.promise_id, held.id) if held.promise_id else None,
        erased=bool(held.erased),
        known_as=tuple(held.known_as.split()),
        transfer=transfers.find(connection, held.transfer_id) if held.transfer_id else None,
        followers=from_words(held.followers),
        incident=held.incident_id,
    )


def _promise(connection: Connection, id: str, case: str) -> Promise | None:
    """A promise, told as of the case whose row shows it."""
    found = promises.find(connection, id)
    return replace(found, case=case) if found is not None else None


def find(connection: Connection, id: str, call: Call | None = None) -> CaseRecord | None:
    """The case without its call (the caller knows it or reads it by `CaseRecord.call`)."""
    held = connection.execute(_ONE, {"id": id}).first()
    if held is None:
        return None
    state = from_state_column(held.state)
    row = row_of(connection, held, state, call)
    if not held.head:
        return CaseRecord(
            row, state, held.call_id, held.customer_id, opened=held.opened, turn=held.sla_turn, sla=held.sla
        )
    part = connection.execute(_PART, {"id": id}).one()
    own = from_state_column(part.own)
    alone = replace(
        row,
        channel=part.channel,
        channels=from_words(part.channels),
        preview=CustomerText(part.preview),
        preview_kind=part.preview_kind,
        subject=CustomerText(part.subject),
        promise=promises.find(connection, own.promises[0].promise) if own.promises else None,
    )
    seen = from_state_column(part.seen) if part.seen else None
    return CaseRecord(
        show(alone, own),
        own,
        own.call,
        held.customer_id,
        seen,
        held.head,
        held.opened,
        row,
        held.sla_turn,
        held.sla,
    )


def find_row(connection: Connection, id: str) -> tuple[CaseRow, str] | None:
    """The row that the store shows for a case, and the id of its call."""
    held = connection.execute(_ONE, {"id": id}).first()
    return (row_of(connection, held, from_state_column(held.state), None), held.call_id) if held is not None else None


def head_of(connection: Connection, id: str) -> str:
    """The case that leads the row of a case: mostly itself."""
    return connection.execute(_HEAD, {"id": id}).scalar() or id


def parts(connection: Connection, head: str) -> tuple[str, ...]:
    """All cases of the row that a case leads, itself first or alone."""
    return tuple(connection.execute(_PARTS, {"head": head}).scalars()) or (head,)


def in_play(connection: Connection, customers: Sequence[str]) -> list[str]:
    """The open cases of one person, whatever row they are in."""
    return list(connection.execute(_IN_PLAY, {"customers": list(customers)}).scalars())


def by_number(connection: Connection, number: int) -> str:
    """The id of the case with a number, "" when there is none."""
    return connection.execute(select(case.c.id).where(case.c.number == number)).scalar() or ""


def number(connection: Connection, customers: Sequence[str]) -> int:
    """How many cases some customers have, open or not."""
    found = select(func.count()).select_from(case).where(case.c.customer_id.in_(customers))
    return int(connection.execute(found).scalar_one())


def ever_led(connection: Connection, customers: Sequence[str]) -> list[str]:
    """The cases of one person that were open while they were joined."""
    return list(connection.execute(_EVER_LED, {"customers": list(customers)}).scalars())


def of_customer(connection: Connection, customer: str, brand: str | None = None) -> list[tuple[str, CaseState]]:
    """The newest cases of a customer, newest first; with `brand` those of it only."""
    rows = connection.execute(
        _OF_CUSTOMER if brand is None else _OF_BRAND, {"customer": customer, "brand": brand}
    ).all()
    return [(row.id, from_state_column(row.state)) for row in rows]


def history(
    connection: Connection, customers: Sequence[str], before: str, limit: int, brands: Sequence[str] | None = None
) -> list[CaseRow]:
    """A person's cases, newest first; with `before` those older than that case; with `brands` those of
    them and of none. One that another leads is no line of its own."""
    wanted = CASES.where(case.c.customer_id.in_(customers), case.c.stage != "joined")
    if brands is not None:
        wanted = wanted.where(case.c.brand.in_(["", *brands]))
    if before:
        number = select(case.c.number).where(case.c.id == before).scalar_subquery()
        wanted = wanted.where(case.c.number < number)
    found = connection.execute(wanted.order_by(case.c.number.desc()).limit(limit))
    return [row_of(connection, held, from_state_column(held.state), None) for held in found]


def search_text(row: CaseRow, addresses: Sequence[str]) -> str:
    """What the text filter looks in, case folded."""
    parts = (
        row.name.raw,
        row.preview.raw[:400],
        row.subject.raw[:400],
        str(row.number),
        " ".join(row.labels),
        " ".join(addresses),
    )
    return storable("\n".join(parts).casefold())


def _columns(record: CaseRecord | Shown) -> dict[str, Any]:
    row = record.row
    return {
        "brand": row.brand,
        "channel": row.channel,
        "channels": words(row.channels or (row.channel,)),
        "stage": row.stage,
        "sort_at": row.sort_at,
        "version": row.version,
        "owner": row.owner,
        "team": row.team,
        "unread": row.unread,
        "last_at": row.last_at,
        "priority": row.priority,
        "labels": words(row.labels),
        "snoozed": row.snoozed,
        "call_id": record.call,
        "promise_id": row.promise.id if row.promise is not None else "",
        "promise_whose": whose_promise(row),
        "transfer_id": row.transfer.id if row.transfer is not None else "",
        "transfer_to": row.transfer.agent if row.transfer is not None else "",
        "followers": words(row.followers),
        "incident_id": row.incident,
        "preview_kind": row.preview_kind,
        "state": state_column(record.state),
        "entered": record.state.entered,
    }


def _texts(row: CaseRow) -> dict[str, str]:
    return {
        "name": storable(row.name.raw),
        "preview": storable(row.preview.raw),
        "subject": storable(row.subject.raw),
        "known_as": " ".join(row.known_as),
    }


def insert_columns(
    record: CaseRecord | Shown, addresses: Sequence[str]
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Columns of a new case for `cases`, `case_text` and `case_search`."""
    row, columns = record.row, _columns(record)
    node = record.node if isinstance(record, CaseRecord) and record.node else row.customer
    search = {
        "stage": row.stage,
        "sort_at": row.sort_at,
        "case_id": row.id,
        "owner": row.owner,
        "team": row.team,
        "channels": columns["channels"],
        "brand": row.brand,
        "search": search_text(row, addresses),
    }
    return (
        {**columns, "id": row.id, "number": row.number, "customer_id": node},
        {**_texts(row), "case_id": row.id},
        search,
    )


def add(connection: Connection, record: CaseRecord, addresses: Sequence[str]) -> None:
    columns, texts, search = insert_columns(record, addresses)
    connection.execute(insert(case), {**columns, "opened": record.opened})
    connection.execute(insert(case_text), texts)
    connection.execute(insert(case_search), search)
    count(connection, record.row, 1)


def save(
    connection: Connection, old: CaseRow, record: CaseRecord, shown: Shown | None, also: Sequence[str], *, part: bool
) -> None:
    """Write what the case is now; `old`: its row as the store shows it; `shown`: what it shows from now on, None when
    that is the case by itself; `also`: addresses and numbers that find it; `part`: it was kept beside its row."""
    if record.head or part:
        _save_part(connection, record)
    columns, texts, search = insert_columns(shown or record, also)
    row = (shown or record).row
    columns["opened"], columns["head"] = record.opened, record.head
    # each case wakes, and is measured, by its own times, whatever row it is in
    columns["snoozed"] = record.row.snoozed
    columns["sla_turn"], columns["sla"] = record.turn, record.sla
    for name in ("id", "number", "customer_id"):
        del columns[name]
    connection.execute(_UPDATE, {**columns, "b_id": row.id})
    if any(texts[name] != kept for name, kept in _texts(old).items()):
        del texts["case_id"]
        connection.execute(_UPDATE_TEXT, {**texts, "b_id": row.id})
    if (row.stage, row.owner, row.team, row.brand) != (old.stage, old.owner, old.team, old.brand):
        count(connection, old, -1)
        count(connection, row, 1)
    if (row.stage, row.sort_at) == (old.stage, old.sort_at):
        kept = {name: search[name] for name in ("owner", "team", "channels", "search", "brand")}
        connection.execute(_UPDATE_SEARCH, {**kept, "b_stage": old.stage, "b_sort_at": old.sort_at, "b_id": row.id})
        return
    connection.execute(_DROP_SEARCH, {"b_stage": old.stage, "b_sort_at": old.sort_at, "b_id": row.id})
    connection.execute(insert(case_search), search)


def _save_part(connection: Connection, record: CaseRecord) -> None:
    """Keep the case by itself beside what it shows; or no longer, when it stands alone."""
    for table in (case_part_text, case_part):
        connection.execute(delete(table).where(table.c.case_id == record.row.id))
    if not record.head:
        return
    row = record.row
    connection.execute(
        insert(case_part),
        {
            "case_id": row.id,
            "own": state_column(record.state),
            "seen": state_column(record.seen) if record.seen is not None else "",
            "channel": row.channel,
            "channels": words(row.channels or (row.channel,)),
            "preview_kind": row.preview_kind,
        },
    )
    texts = {"preview": storable(row.preview.raw), "subject": storable(row.subject.raw)}
    connection.execute(insert(case_part_text), {"case_id": row.id, **texts})


def count(connection: Connection, row: CaseRow, by: int) -> None:
    """Keep the number of cases per stage, owner, team and brand."""
    key = {"b_stage": row.stage, "b_owner": row.owner, "b_team": row.team, "b_brand": row.brand, "by": by}
    if connection.execute(_COUNT, key).rowcount == 0:
        placed = {"stage": row.stage, "owner": row.owner, "team": row.team, "brand": row.brand}
        connection.execute(insert(case_count), {**placed, "cases": by})


def add_labels(connection: Connection, names: Sequence[str]) -> None:
    """Remember labels in use, for the directory."""
    for name in names:
        if connection.execute(select(case_label.c.name).where(case_label.c.name == name)).first() is None:
            connection.execute(insert(case_label), {"name": name})


def labels(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.execute(select(case_label.c.name).order_by(case_label.c.name)).scalars())


def to_wake(connection: Connection, now: Ms) -> list[str]:
    """Snoozed cases whose time has come, at most 100."""
    return list(connection.execute(_TO_WAKE, {"now": now}).scalars())


def next_wake(connection: Connection) -> Ms | None:
    return connection.execute(_NEXT_WAKE).scalar()
