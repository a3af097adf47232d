"""Erasing a customer leaves no personal text in any table, index, file or log, searched by bytes; and the log replays.

Each column of the database is known here. A new one makes the first test fail until it is filled in `marked_customer`,
or named below as one that never holds a word about a customer.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from agent_tui.backends.base import Acked, Capabilities, Connected
from agent_tui.backends.conformance.probe import Target
from agent_tui.backends.conformance.suite import run
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.wire.codec import encode
from agent_tui.backends.wire.frames import PageFrame
from agent_tui.desk.desk import Desk
from agent_tui.domain.events import CustomerErased, UnknownBody
from agent_tui.domain.model import CaseRow
from agent_tui.domain.orders import EraseCustomer
from agent_tui.domain.queries import (
    CaseQuery,
    CustomersPage,
    CustomersQuery,
    DirectoryQuery,
    HistoryQuery,
    PastPage,
    PastQuery,
    Query,
    SearchPage,
    SearchQuery,
)
from agent_tui.domain.time import SystemTime
from tests.hub.conftest import Hub
from tests.hub.marked_customer import MARKS, OTHER, World, fill
from tests.hub.traces import as_they_are, spellings, traces

NEVER = {
    "alembic_version": {"version_num"},
    "meta": {"key", "value"},
    "agent": {"id", "name", "role", "presence", "next", "before", "hand"},
    # what a supervisor tells everybody is about no customer (docs/erasing.md says so)
    "announcement": {"id", "by", "body"},
    "agent_brand": {"agent_id", "brand"},
    "agent_skill": {"agent_id", "skill"},
    "membership": {"agent_id", "team"},
    "token": {"id", "agent_id", "hash"},
    "event": {"case_id", "by", "kind", "ref"},
    "customer": {"id", "root"},
    "customer_text": {"customer_id"},
    "address": {"id", "scheme"},
    "address_link": {"id", "address_id", "customer_id", "origin"},
    "customer_join": {"id", "one", "other", "origin", "reason", "by", "revoked_by"},
    # digests of what two customers have in common
    "identity_key": {"digest", "customer_id", "kind"},
    "suggestion": {"id", "one", "other", "reason", "evidence", "state", "by"},
    # a state names messages by id; channels, brands, teams and accounts are the hub's own words
    "cases": {
        *("id", "customer_id", "brand", "channel", "channels", "stage", "owner", "team", "call_id", "promise_id"),
        *("promise_whose", "preview_kind", "state", "head", "sla", "transfer_id", "transfer_to", "followers"),
        "incident_id",
    },
    # what is said with one is a message; queue, team and label are words of hub.toml
    "transfer": {"id", "case_id", "by", "agent", "queue", "state", "note", "ended_by", "was_team", "label"},
    # what all its customers are told is about none of them (docs/erasing.md says so); what one was told is a message
    "incident": {"id", "brand", "by"},
    "incident_text": {"incident_id", "title"},
    "incident_update": {"id", "incident_id", "by"},
    "incident_update_text": {"update_id", "english", "hebrew"},
    "incident_told": {"update_id", "case_id", "message_id"},
    # words of the rules, and of hub.toml
    "sla_clock": {
        *("case_id", "metric", "key", "state", "by", "policy", "version", "queue", "channel", "brand", "agent"),
        *("reason", "reason_by"),
    },
    "sla_version": {"version", "data"},
    "fact": {"case_id", "via", "kind"},
    "case_part": {"case_id", "own", "seen", "channel", "channels", "preview_kind"},
    "case_part_text": {"case_id"},
    # digests of addresses
    "case_text": {"case_id", "known_as"},
    "customer_elsewhere": {"customer_id", "brand", "other", "by"},
    "customer_consent": {"customer_id", "channel", "how", "by"},
    "case_search": {"stage", "case_id", "owner", "team", "channels", "brand"},
    "case_count": {"stage", "owner", "team", "brand"},
    "conversation": {"id", "case_id", "channel", "account", "address_id"},
    "conversation_text": {"conversation_id"},
    "message": {
        *("id", "case_id", "conversation_id", "channel", "account", "kind", "state", "author", "auto"),
        # the content's address
        "source",
    },
    "message_text": {"message_id"},
    "attachment": {"message_id", "blob"},
    "call": {"id", "case_id", "conversation_id", "account", "state", "queue", "direction", "agent", "part_of"},
    "call_text": {"call_id"},
    "promise": {"id", "case_id", "by", "agent", "team", "state", "settled_by"},
    "promise_text": {"promise_id"},
    # the company's own words: what a script is called, its steps
    "script_run": {
        *("id", "case_id", "script", "version", "title", "path", "state", "reason", "by", "moved_by"),
    },
    "script_run_text": {"run_id"},
    "script_version": {"version", "key", "body"},
    "command": {"agent_id", "id", "result", "code", "digest", "about"},
    "lease": {"case_id", "agent", "desk"},
    "draft": {"agent_id", "case_id", "desk"},
    "draft_text": {"agent_id", "case_id"},
    "outbound": {"message_id", "account", "state", "in_reply_to"},
    # how far a connector has read
    "mark": {"account", "key", "value"},
    # digests of reports
    "seen": {"account", "key"},
    "blob": {"sha256"},
    # what supervisors are told names the case by its number; an error is the mail server's or the webhook's
    "alert": {
        *("id", "target", "way", "case_id", "metric", "key", "step", "zone", "queue", "channel", "brand", "agent"),
        *("state", "error"),
    },
    # what other systems are told is read when it is told; an error is the webhook's
    "wrap_up": {"id", "target", "case_id", "what", "call", "outcome", "agent", "state", "error"},
    # keys of canned replies, and words that many customers have said
    "reply_made": {"message_id", "replies"},
    "pick_count": {"sign", "key"},
    # a row is one customer's; `marked_customer` has one with their word
    "pick_word": {"key", "customer_id"},
    # which canned reply it was
    "reminded": {"case_id", "done", "text"},
    "link": {"hash", "use", "blob", "case_id", "agent_id"},
    "link_text": {"hash"},
    "erasure": {"customer_id", "by"},
    "doomed_blob": {"sha256"},
    "search_doc": {"message_id"},
    "search_customer": {"customer_id"},
    "search_state": {"low", "high"},
}
"""Columns that hold no word about a customer; all others that can hold words are filled, and emptied."""
FULL_TEXT = ("search_text", "search_customer_text")


def columns(db: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """All that can hold words."""
    tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    for table in tables:
        if table in FULL_TEXT:
            continue  # a view of the tables of its own, which are all here
        for _, name, kind, *_ in db.execute(f"PRAGMA table_info('{table}')").fetchall():
            if not kind.upper().startswith(("INTEGER", "BIGINT", "BOOLEAN")):
                yield table, name


def told(db: sqlite3.Connection, table: str, column: str) -> str:
    """Which mark a column holds, "" none."""
    values = [row[0] for row in db.execute(f'SELECT "{column}" FROM "{table}"') if row[0]]
    content = b"\n".join(v if isinstance(v, bytes) else str(v).encode() for v in values).lower()
    return next((key for key, mark in MARKS.items() if any(way in content for way in spellings(mark))), "")


async def erase(hub: Hub, world: World, parts: tuple[str, ...] = ()) -> None:
    order = EraseCustomer(world.root, parts or world.parts)
    outcome = await hub.workspace.order(world.admin, "erase", order)
    assert isinstance(outcome, Acked), outcome
    await hub.advance(60_000)


async def test_no_column_is_forgotten_and_none_keeps_a_word(hub: Hub) -> None:
    world = await fill(hub)
    with closing(sqlite3.connect(hub.store.path)) as db:
        every = list(columns(db))
        wrongly = [(t, c, told(db, t, c)) for t, c in every if c in NEVER.get(t, ()) and told(db, t, c)]
        assert wrongly == [], "they are said to hold no word about a customer"
        unfilled = [(t, c) for t, c in every if c not in NEVER.get(t, ()) and "_text_" not in t and not told(db, t, c)]
        assert unfilled == [], "fill them in marked_customer.py, and empty them in store/erasing.py"
        assert told(db, "search_customer_text_content", "c0")
        known = {(t, c) for t, names in NEVER.items() for c in names}
        assert known <= set(every), "there are no such columns"
        await erase(hub, world)
        left = [(t, c, told(db, t, c)) for t, c in every if told(db, t, c)]
        assert left == []


async def test_no_byte_is_left_in_any_file(hub: Hub, tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    world = await fill(hub)
    before = " ".join(traces(folder, MARKS.values(), as_they_are))
    for key, mark in MARKS.items():
        assert mark in before or key == "report", f"{key} was not there"  # of that a digest is kept only
    await erase(hub, world)
    assert traces(folder, MARKS.values()) == []
    with closing(sqlite3.connect(hub.store.path)) as db:
        assert db.execute("SELECT count(*) FROM erasure WHERE cleaned IS NULL").fetchone() == (0,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        db.execute("INSERT INTO search_customer_text(search_customer_text) VALUES ('integrity-check')")


async def test_the_log_replays_whole_and_says_erased(hub: Hub) -> None:
    world = await fill(hub)
    await erase(hub, world)
    replayed = await hub.workspace.replay(hub.noa, 0, 100_000)
    assert replayed is not None
    assert [event.seq for event in replayed] == list(range(1, hub.workspace.head() + 1))
    assert not [event for event in replayed if isinstance(event.body, UnknownBody)]
    [gone] = [event for event in replayed if isinstance(event.body, CustomerErased)]
    assert (gone.by, gone.body) == ("eve", CustomerErased(world.root, world.parts))
    desk = Desk()
    desk.add_backend("hub", "hub")
    desk.happened("hub", Connected(hub.noa, Capabilities(), 0, False), hub.time.now())
    text = ""
    for event in replayed:
        desk.happened("hub", event, hub.time.now())
        text += repr(event) + json.dumps(_raw(event))
    assert desk.backends["hub"].seq == hub.workspace.head()
    assert _marks_in(text) == []
    rows = {event.row.id: event.row for event in replayed if event.row is not None}
    for case in world.cases:
        assert (rows[case].erased, rows[case].name.raw, rows[case].preview.raw) == (True, "", "")
    assert not rows[world.other].erased


def _raw(value: Any) -> Any:
    if hasattr(value, "raw"):
        return value.raw
    if isinstance(value, tuple):
        return [_raw(one) for one in value]
    fields = getattr(value, "__dataclass_fields__", None)
    return {name: _raw(getattr(value, name)) for name in fields} if fields else value


def _marks_in(text: str) -> list[str]:
    content = text.lower().encode()
    return [mark for mark in MARKS.values() if any(way in content for way in spellings(mark))]


async def test_no_answer_names_them(hub: Hub) -> None:
    world = await fill(hub)
    questions: list[Query] = [
        *(CaseQuery(case) for case in world.cases),
        *(HistoryQuery(part) for part in world.parts),
        *(PastQuery(part, limit=500) for part in world.parts),
        *(CustomersQuery(word) for word in ("Zebulonica", "xylomail", "972547773141", "0541112093")),
        *(
            SearchQuery(f"{word} is:{state}")
            for word in ("flugelhornish", "החבילההסגלגלה")
            for state in ("open", "done")
        ),
        DirectoryQuery(),
    ]
    found = [await hub.workspace.query(hub.noa, one) for one in questions]
    assert len(_marks_in(json.dumps(_raw(tuple(found))))) > 15
    await erase(hub, world)
    for one in questions:
        page = await hub.workspace.query(hub.noa, one)
        assert _marks_in(json.dumps(_raw(page))) == [], one
        assert _marks_in(encode(PageFrame(id="q", page=page))) == []
        if isinstance(one, CustomersQuery):
            assert isinstance(page, CustomersPage) and page.found == ()
    assert all(row.erased for row in await hub.rows() if row.id in world.cases)


async def test_nobody_else_is_touched(hub: Hub) -> None:
    world = await fill(hub)

    async def other() -> tuple[Any, ...]:
        detail = await hub.case(world.other)
        hits = await hub.workspace.query(hub.noa, SearchQuery("parcel תודה"))
        past = await hub.workspace.query(hub.noa, PastQuery(detail.customer.id))
        assert isinstance(hits, SearchPage) and isinstance(past, PastPage)
        files = [b"".join([part async for part in hub.workspace.open_blob(file.blob)]) for file in _files(detail)]
        return detail, hits.hits, past.entries, past.summary, files

    def _files(detail: Any) -> list[Any]:
        return [file for message in detail.messages for file in message.attachments]

    def rows() -> dict[str, list[tuple[Any, ...]]]:
        theirs = f"SELECT * FROM {{}} WHERE {{}} IN (SELECT id FROM message WHERE case_id = '{world.other}')"
        with closing(sqlite3.connect(hub.store.path)) as db:
            kept = {
                "event": db.execute("SELECT seq, occurred, recorded, by, kind FROM event ORDER BY seq").fetchall(),
                "fact": db.execute("SELECT * FROM fact WHERE case_id = ?", (world.other,)).fetchall(),
            }
            for table in ("message_text", "attachment"):
                kept[table] = db.execute(theirs.format(table, "message_id")).fetchall()
            for table in ("cases", "message"):
                column = "id" if table == "cases" else "case_id"
                kept[table] = db.execute(f"SELECT * FROM {table} WHERE {column} = ?", (world.other,)).fetchall()
        return kept

    before, kept = await other(), rows()
    await erase(hub, world)
    after, now = await other(), rows()
    assert after == before
    assert now["event"][: len(kept["event"])] == kept["event"]
    assert {**now, "event": 0} == {**kept, "event": 0}
    assert (await _row(hub, world.other)).name.raw == OTHER


async def _row(hub: Hub, case: str) -> CaseRow:
    return (await hub.case(case)).row


async def test_the_server_keeps_its_promises_afterwards(hub: Hub) -> None:
    world = await fill(hub)
    token = Operator(hub.store, hub.time, Ids()).add_token("noa").text
    await erase(hub, world)
    server = DeskServer(hub.workspace, SystemTime())
    await server.start("127.0.0.1", 0)
    try:
        results = [result async for result in run(Target(server.url, token, case=world.other))]
    finally:
        await server.stop()
    assert [result for result in results if result.outcome != "passed"] == []
    assert len(results) > 10
