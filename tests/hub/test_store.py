"""Opening a store: its version, its health, who may read it; and SQL that PostgreSQL understands too."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from agent_tui.backends.base import Acked
from agent_tui.backends.connectors.base import Bounce, CallUpdate, DeliveryUpdate, InboundFile
from agent_tui.backends.hub import escalating, reminding
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import AlertTarget, WrapUpTarget
from agent_tui.backends.hub.store import (
    DatabaseDamaged,
    DatabaseEmpty,
    DatabaseTooNew,
    Store,
    StoreInUse,
    blobs,
    engine,
    newest,
    newest_build,
    search_index,
)
from agent_tui.backends.hub.store.errors import BlobTooLarge
from agent_tui.backends.hub.store.schema import for_postgresql, meta, metadata
from agent_tui.backends.hub.store.values import storable
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.events import ClockTurned
from agent_tui.domain.orders import (
    Announce,
    Assign,
    Block,
    CallAction,
    CloseIncident,
    Dial,
    EraseCustomer,
    Excuse,
    JoinCustomers,
    Label,
    MoveChannel,
    Note,
    OpenIncident,
    PartCustomers,
    Prefer,
    RefuseSuggestion,
    Reply,
    Resolve,
    RetrySend,
    RunScript,
    SavedDraft,
    SaveDraft,
    SetConsent,
    Snooze,
    TakeLease,
    UpdateIncident,
    WriteUp,
)
from agent_tui.domain.queries import (
    AgentsQuery,
    CallBacksQuery,
    CaseQuery,
    ClocksQuery,
    CustomersQuery,
    DirectoryQuery,
    ErasureQuery,
    HeldQuery,
    HistoryQuery,
    IncidentsQuery,
    JoinQuery,
    LinkQuery,
    PastQuery,
    RowsQuery,
    ScriptQuery,
    SearchQuery,
    ShiftQuery,
    TotalsQuery,
    WallboardQuery,
)
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.sla.clocks import SlaClock
from agent_tui.domain.sla.policies import Policy, Reminders, Step, Target, Warn
from agent_tui.domain.sla.reminders import Reminder
from agent_tui.domain.sla.written import Sla
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import HOUR_MS, MINUTE_MS
from agent_tui.domain.views import VIEWS, sort_key
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat, mail
from tests.hub.test_scripts import begun


def test_an_empty_folder_becomes_a_private_store_of_the_newest_version(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "hub"
    store = Store.open(folder)
    assert store.log
    assert engine.revision_of(store.reader) == engine.NEWEST
    with store.writer.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": _no_full_text})
        assert compare_metadata(context, metadata) == []
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "blobs").stat().st_mode & 0o777 == 0o700
    for name in ("hub.sqlite3", "hub.sqlite3-wal", "hub.sqlite3-shm"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600, name
    log = store.log
    store.close()
    again = Store.open(folder)
    assert again.log == log
    again.close()


def _no_full_text(name: str | None, kind: str, _parents: Any) -> bool:
    """SQLite's full-text tables and what they keep themselves in are no part of the common schema."""
    return not (kind == "table" and (name or "").startswith(("search_text", "search_customer_text")))


def test_the_known_revisions_are_those_in_the_package() -> None:
    config = Config()
    config.set_main_option("script_location", str(engine.MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == engine.NEWEST
    assert {script.revision for script in scripts.walk_revisions()} == engine.KNOWN


def test_a_new_store_has_what_the_migrations_would_have_made() -> None:
    """`python -m agent_tui.backends.hub.store.newest_build` writes it anew."""
    assert newest.SCRIPT.read_text(encoding="utf-8") == newest_build.script()


def test_what_makes_a_new_store_makes_what_it_was_made_from(tmp_path: Path) -> None:
    made, migrated = Store.open(tmp_path / "made"), engine.open_engine(tmp_path / "migrated.sqlite3", read_only=False)
    engine.upgrade(migrated)
    with made.read() as one, migrated.connect() as other:
        assert _things(one) == _things(other)
    made.close()
    migrated.dispose()


def test_of_two_that_make_a_store_at_once_the_second_takes_what_the_first_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store.open(tmp_path)
    monkeypatch.setattr(engine, "revision_of", lambda _: "")  # the second looked before the first had written
    engine.migrate(store.writer, store.path)
    with store.read() as connection:
        assert [store.log] == list(connection.scalars(select(meta.c.value).where(meta.c.key == "log")))
    store.close()


def _things(connection: Connection) -> list[list[str]]:
    """Tables, indexes and triggers; what they are made by word for word."""
    things = connection.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name")
    return [" ".join(map(str, thing)).split() for thing in things]


def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    with sqlite3.connect(tmp_path / "hub.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseTooNew, match="9999") as caught:
        Store.open(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"this is no database" * 400, b"SQLite format 3\x00" + b"\xff" * 8192])
def test_a_damaged_database_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "hub.sqlite3").write_bytes(content)
    with pytest.raises(DatabaseDamaged) as caught:
        Store.open(tmp_path)
    assert "\n" not in str(caught.value)
    assert "hub.sqlite3" in str(caught.value)


def test_a_page_overwritten_in_the_middle_is_found(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    path = tmp_path / "hub.sqlite3"
    content = bytearray(path.read_bytes())
    content[4096 * 5 : 4096 * 6] = b"\xab" * 4096
    path.write_bytes(content)
    with pytest.raises(DatabaseDamaged):
        Store.open(tmp_path)


def test_two_hubs_never_serve_one_folder_but_the_command_line_may_look(tmp_path: Path) -> None:
    serving = Store.open(tmp_path, exclusive=True)
    with pytest.raises(StoreInUse):
        Store.open(tmp_path, exclusive=True)
    Store.open(tmp_path).close()
    serving.close()
    Store.open(tmp_path, exclusive=True).close()


def test_files_are_private_whole_and_addressed_by_content(tmp_path: Path) -> None:
    folder = tmp_path / "blobs"
    folder.mkdir()
    address, size = blobs.keep(folder, b"abc" * 50_000)
    assert blobs.keep(folder, b"abc" * 50_000) == (address, size)
    path = blobs.path_of(folder, address)
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"".join(blobs.read(folder, address, 1, 4)) == b"bcab"
    assert b"".join(blobs.read(folder, address)) == b"abc" * 50_000
    writer = blobs.BlobWriter(folder, 10)
    with pytest.raises(BlobTooLarge):
        writer.write(b"x" * 11)
    writer.abandon()
    (folder / "incoming-left").write_bytes(b"half")
    blobs.clean(folder)
    assert [p for p in folder.iterdir() if p.is_file()] == []
    for wrong in ("", "../../etc/passwd", "0" * 63, "Z" * 64):
        with pytest.raises(KeyError):
            blobs.path_of(folder, wrong)
    with pytest.raises(KeyError):
        list(blobs.read(folder, "0" * 64))


@pytest.mark.parametrize("text", ["", "plain", "שלום", "a\x00b", "\ud800", "x\udfffy", "\U0001f600"])
def test_any_text_is_stored_as_text_that_encodes(text: str) -> None:
    kept = storable(text)
    kept.encode()
    assert "\x00" not in kept
    if not any("\ud800" <= c <= "\udfff" or c == "\x00" for c in text):
        assert kept == text


def test_every_table_is_made_for_postgresql_too() -> None:
    for_postgresql()
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    made = []
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
        made += [str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes]
    assert "CREATE INDEX ix_lease_held ON lease (agent) WHERE agent <> ''" in made
    assert "CREATE INDEX ix_search_customer_due ON search_customer (due) WHERE due" in made


def test_a_hub_on_sqlite_does_without_the_dialect_of_postgresql() -> None:
    words = "import sys, agent_tui.hub_process; print('sqlalchemy.dialects.postgresql' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert ended.stdout == "False\n"


async def test_every_statement_compiles_for_postgresql(hub: Hub) -> None:
    """A whole working day is played while each statement that reaches a database is compiled for the other one."""
    dialect = postgresql.psycopg.dialect()  # type: ignore[no-untyped-call]
    seen: set[str] = set()
    raw: set[str] = set()

    def compiled(_connection: Any, statement: Any, *_more: Any) -> None:
        seen.add(str(statement.compile(dialect=dialect)))

    def ran(_connection: Any, _cursor: Any, text: str, _parameters: Any, context: Any, _many: bool) -> None:
        if context.compiled is None:
            raw.add(text.split()[0])

    for one in (hub.store.writer, hub.store.reader):
        event.listen(one, "before_execute", compiled)
        event.listen(one, "before_cursor_execute", ran)
    await _a_day(hub)
    assert len(seen) > 70
    assert raw <= {"BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK"}
    text = "\n".join(seen)
    for table in metadata.tables.keys() - {"meta"}:  # read at opening only
        assert table in text, f"no statement touches {table}"


async def _a_day(hub: Hub) -> None:
    port, noa = hub.workspace.port, hub.noa
    got = mail("<1@x>", references=("<0@x>",))
    await port.inbound(replace(got, files=(InboundFile("a", "b/c", b"x"),), raw=b"raw"))
    await port.inbound(mail("<2@x>", subject="Re: lamp", name="Dana Levi"))
    await port.inbound(chat("w1"))
    await port.call(CallUpdate("pbx", "ch", "ringing", T0, address="+1"))
    rows = await hub.rows()
    case = next(row.id for row in rows if row.channel == "email")
    call = next(row.call.id for row in rows if row.call)
    conversation = (await hub.case(case)).conversations[0].id
    hub.workspace.policy = replace(hub.workspace.policy, canned=(Canned("thanks", "Bye."),))
    await hub.order(noa, Reply(case, "email", CustomerText("a"), conversation, canned=("thanks",)))
    await hub.order(noa, MoveChannel(case, "email", CustomerText("a"), CustomerText("n")))
    sent = hub.mail.sent[0]
    await port.delivery(DeliveryUpdate("mail", sent.channel_id, "delivered", T0))
    await port.bounce(Bounce("mail", sent.channel_id, "550", T0, report_id="r"))
    await hub.order(noa, RetrySend(case, sent.message))
    await hub.order(noa, Note(case, CustomerText("n")))
    await hub.order(noa, TakeLease(case), desk="d1")
    for body in ("draft", "draft, longer", ""):
        await hub.order(noa, SaveDraft(case, SavedDraft(case, CustomerText(body))), desk="d1")
    await hub.workspace.query(noa, HeldQuery())
    await hub.workspace.query(noa, HeldQuery(case))
    await hub.workspace.desk_left("noa", "d1")
    await hub.advance(5 * MINUTE_MS)
    run = await begun(hub, case)
    for revision in (1, 2):
        await hub.order(noa, RunScript(case, "r_1", run, revision))
    await hub.workspace.query(noa, ScriptQuery("lost-parcel", "older"))
    await hub.order(noa, Assign(case, "avi", "billing"))
    await hub.order(noa, Label(case, ("vip",)))
    await hub.order(noa, Snooze(case, T0 + HOUR_MS))
    await hub.advance(HOUR_MS)
    await hub.order(noa, CallAction(call, "answer"))
    plan = Reminders("chat", (HOUR_MS,), "still-there")
    reminder = Reminder(plan, 1, T0, 0, T0)
    await hub.workspace._writer.run(lambda tx: reminding.remind(tx, hub.workspace.policy, case, reminder))
    await _told(hub, case)
    await hub.order(noa, Reply(case, "email", CustomerText("c"), conversation))
    await hub.order(hub.avi, Announce(CustomerText("a"), hub.time.now() + HOUR_MS))
    await hub.workspace.query(noa, ShiftQuery())
    await hub.workspace.query(hub.avi, AgentsQuery())
    await hub.workspace.query(noa, WallboardQuery())
    await hub.order(noa, CallAction(call, "hang-up"))
    await hub.order(noa, WriteUp(call, "ok"))
    dialled = await hub.order(noa, Dial(case, CustomerText("+97254")))
    assert isinstance(dialled, Acked)
    await hub.order(noa, CallAction(dialled.result, "hang-up"))
    await hub.workspace.query(noa, CallBacksQuery())
    await _one_person(hub)
    await hub.order(noa, Resolve(case))
    await hub.order(noa, Block(case))
    await port.save_mark("mail", "k", "v")
    await port.load_mark("mail", "k")
    token = _operator(hub).add_token("noa")
    await hub.workspace.authenticate(token.text)
    _operator(hub).tokens()
    _operator(hub).revoke_token(token.id)
    await hub.workspace.replay(noa, 0, 1000)
    for view in VIEWS.values():
        await hub.workspace.query(noa, TotalsQuery(view.sections, text="a%_/"))
        for section in view.sections:
            page = await hub.workspace.query(noa, RowsQuery(section, channel="email", text="da"))
            cursor = sort_key(page.rows[0]) if getattr(page, "rows", ()) else (0, "")  # type: ignore[union-attr]
            for anchor in ("start", "end", "after", "before", "at"):
                await hub.workspace.query(noa, RowsQuery(section, anchor=anchor, cursor=cursor, index=1))
    await hub.workspace.query(noa, CaseQuery(case, before=sent.message))
    await hub.workspace.query(noa, HistoryQuery((await hub.case(case)).customer.id, before=case))
    await hub.workspace.query(noa, DirectoryQuery())
    for words in ("dana", "lamp label:vip from:dana", "has:link -is:note owner:me"):
        await hub.workspace.query(noa, SearchQuery(words))
    with hub.store.writer.begin() as connection:
        search_index.forget(connection, [sent.message])
    grant = await _link(hub, case)
    assert grant
    reply_within = Target("first-response", MINUTE_MS)
    await hub.workspace.govern(Sla("1", (Policy("all", targets=(reply_within,)),), ()))
    await port.inbound(chat("w9", address="+972549"))
    await hub.advance(2 * MINUTE_MS)
    for row in await hub.rows():
        await hub.workspace.query(noa, ClocksQuery(row.id))
        for breach in (await hub.case(row.id)).breaches:
            await hub.order(noa, Excuse(row.id, breach.metric, breach.started, "busy"))
        await hub.order(noa, Label(row.id, add=("later",)))
    eve = _operator(hub).add_agent("eve", "Eve", "admin")
    customer = (await hub.case(case)).customer.id
    await hub.workspace.query(eve, ErasureQuery(customer))
    erased = await hub.order(eve, EraseCustomer(customer, (customer,)))
    assert isinstance(erased, Acked), erased
    await hub.advance(60_000)


async def _told(hub: Hub, case: str) -> None:
    target = AlertTarget("bosses", ("boss@example.org",), "mail")
    policy = replace(hub.workspace.policy, alerts=(target,), wrap_ups=(WrapUpTarget("crm"),))
    hub.workspace.policy = policy
    step = Step("tell", "bosses", Warn(90))
    clock = SlaClock("first-response", T0, HOUR_MS, MINUTE_MS, T0 + HOUR_MS, "running", "all", "always")

    def tell(tx: Tx) -> None:
        escalating.do(tx, policy, case, step, clock)
        tx.append(ClockTurned("step"), case)

    await hub.workspace._writer.run(tell)
    await hub.order(hub.noa, Resolve(case))
    await hub.advance(20_000)
    hub.workspace.waiting()


async def _one_person(hub: Hub) -> None:
    port, noa = hub.workspace.port, hub.noa
    await port.inbound(replace(chat("w2"), verified=("mailto:d@example.com",)))
    await port.inbound(replace(chat("w3"), verified=("mailto:d@example.com", "mailto:dana@example.com")))
    await port.inbound(chat("w4", address="+9725", name="Lea Mor"))
    await port.inbound(mail("<4@x>", "order 88213", address="lm@example.com", name="Lea Mor"))
    one, other = (row.customer for row in await hub.rows() if row.name.raw == "Lea Mor")
    await hub.workspace.query(noa, JoinQuery(one, other))
    await hub.workspace.query(noa, CustomersQuery("1001", one))
    for channel in ("", "email"):
        await hub.workspace.query(noa, PastQuery(one, channel))
        await hub.workspace.query(noa, PastQuery(one, channel, before=(2**50, "e_")))
        await hub.workspace.query(noa, PastQuery(one, channel, after=(0, "m_")))
    await hub.order(noa, Prefer((await hub.rows())[0].id, CustomerText("no calls")))
    await hub.order(noa, SetConsent((await hub.rows())[0].id, "email", True))
    await hub.order(noa, SetConsent((await hub.rows())[0].id, "email", None))
    page = await hub.workspace.query(noa, HistoryQuery(one))
    for offer in page.customer.suggestions[1:]:  # type: ignore[union-attr]
        await hub.order(noa, RefuseSuggestion(offer.id))
    offer = page.customer.suggestions[0]  # type: ignore[union-attr]
    outcome = await hub.order(noa, JoinCustomers(offer.one, offer.other, suggestion=offer.id))
    assert isinstance(outcome, Acked)
    row = next(row for row in await hub.rows() if row.name.raw == "Lea Mor")
    await hub.order(noa, OpenIncident("i_1", CustomerText("down"), (row.id,)))
    await hub.order(noa, UpdateIncident("i_1", "u_1", (row.id,), CustomerText("soon")))
    await hub.order(noa, CloseIncident("i_1"))
    await hub.workspace.query(noa, IncidentsQuery())
    await hub.advance(1)
    await hub.order(noa, Reply(row.id, "whatsapp", CustomerText("b")))
    await hub.workspace.query(noa, JoinQuery(join=outcome.result))
    await hub.order(noa, PartCustomers(outcome.result))


async def _link(hub: Hub, case: str) -> object:
    secret, _ = await hub.workspace._files.make_link(hub.noa, LinkQuery(case=case), 1000)
    return await hub.workspace.take_link(secret)


def _operator(hub: Hub) -> Operator:
    return Operator(hub.store, hub.time, Ids())


def test_an_emptied_database_is_no_new_workspace(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    path = tmp_path / "hub.sqlite3"
    for name in ("hub.sqlite3-wal", "hub.sqlite3-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    path.write_bytes(b"")
    for _ in range(2):
        with pytest.raises(DatabaseEmpty, match="restore it from a copy"):
            Store.open(tmp_path, exclusive=True)
    assert path.read_bytes() == b""
    with closing(sqlite3.connect(path)) as db:
        db.execute("VACUUM")
    path.stat()
    with pytest.raises(DatabaseEmpty):
        Store.open(tmp_path, check=False)


def test_an_opening_that_a_crash_cut_short_is_begun_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(engine, "migrate", power_cut)
        with pytest.raises(KeyboardInterrupt):
            Store.open(tmp_path)
    (tmp_path / "hub.sqlite3").write_bytes(b"")
    store = Store.open(tmp_path)
    assert store.log
    store.close()
    assert not (tmp_path / "hub.begun").exists()
