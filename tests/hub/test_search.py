"""Search through the hub: what is found, what is not, what was taken out, and an index that catches up."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.backends.base import Acked, QueryRefused
from agent_tui.backends.connectors.base import InboundFile
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.seeding import SeedCase, SeedMessage, bulk_load
from agent_tui.backends.hub.store import Store, search, search_index
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import Assign, JoinCustomers, Label, Note, PartCustomers, Reply, Resolve
from agent_tui.domain.queries import Hit, SearchPage, SearchQuery
from agent_tui.domain.search import parse
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, MINUTE_MS, MS
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat, mail


async def find(hub: Hub, text: str, **more: object) -> SearchPage:
    page = await hub.workspace.query(hub.noa, replace(SearchQuery(text), **more))  # type: ignore[arg-type]
    assert isinstance(page, SearchPage)
    return page


async def said(hub: Hub, text: str) -> list[str]:
    """What the messages that were found say."""
    return [hit.said.raw for hit in (await find(hub, text)).hits if hit.message]


async def say(
    hub: Hub, id: str, body: str, *, who: str = "972501111111", name: str = "Dana Levi", at: int = T0
) -> None:
    got = replace(chat(id), body=body, address=who, thread=who, name=name, at=at)
    await hub.workspace.port.inbound(got)
    await hub.settle()


async def test_words_are_found_folded_newest_first(hub: Hub) -> None:
    await say(hub, "w1", "Where is the Café order?", at=T0 - 3 * MINUTE_MS)
    await say(hub, "w2", "the cafe is closed", at=T0 - 2 * MINUTE_MS)
    await say(hub, "w3", "nothing of it", at=T0 - MINUTE_MS)
    assert await said(hub, "CAFE") == ["the cafe is closed", "Where is the Café order?"]
    assert await said(hub, "caf ord") == ["Where is the Café order?"]
    assert await said(hub, '"the cafe"') == ["the cafe is closed", "Where is the Café order?"]
    assert await said(hub, '"cafe is"') == ["the cafe is closed"]
    assert await said(hub, "cafe -closed") == ["Where is the Café order?"]
    assert await said(hub, "caffe") == []


@pytest.mark.parametrize("few", [400, 1], ids=["few cases", "more than are named to the index"])
async def test_what_is_unwanted_is_left_out_whatever_else_is_asked(
    hub: Hub, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "FEW_CASES", few)
    await say(hub, "w1", "the lamp is broken", who="972501111111", at=T0 - 3 * MINUTE_MS)
    await say(hub, "w2", "where is my parcel", who="972502222222", at=T0 - 2 * MINUTE_MS)
    await say(hub, "w3", "a lamp and a parcel", who="972503333333", at=T0 - MINUTE_MS)
    await hub.order(hub.noa, Note((await hub.rows())[0].id, CustomerText("call the courier")))
    await hub.settle()
    for asked in ("is:open", "after:2000-01-01", "-is:urgent is:open"):
        assert sorted(await said(hub, f"{asked} -lamp")) == ["call the courier", "where is my parcel"], asked
        assert await said(hub, f"{asked} -lamp -is:note") == ["where is my parcel"], asked
    assert (await find(hub, "is:open -lamp", limit=0)).total == 2
    assert await said(hub, "-lamp") == [], "by itself it asks for nothing"


async def test_hebrew_is_found_with_and_without_points_final_letters_and_prefixes(hub: Hub) -> None:
    await say(hub, "w1", "ולמשלוחים של הבית אין מספר")
    assert len(await said(hub, "משלוחים")) == 1
    assert len(await said(hub, "המשלוחים")) == 1
    assert len(await said(hub, "מִסְפָּר")) == 1
    assert len(await said(hub, "בית")) == 1
    assert len(await said(hub, '"בית"')) == 0, "in quotes a word is what it is"
    assert (await find(hub, "בית", prefixes=False)).hits == ()
    await say(hub, "w2", "זה כבר שבוע שלישי, ושיש מה לומר")
    assert len(await said(hub, "יש")) == 1
    await say(hub, "w3", "זה כבר שבוע שלישי")
    assert len(await said(hub, "יש")) == 1, "two letters begin no longer words, under a prefix neither"
    assert len(await said(hub, "שליש")) == 2


@pytest.mark.parametrize(
    "typed",
    [
        "054-987-1234",
        "0549871234",
        "+972 54 987 1234",
        "00972549871234",
        "(054) 987.1234",
        "549871234",
        "9871234",
        "054987",
        "1234",
    ],
)
async def test_a_phone_is_found_in_any_format(hub: Hub, typed: str) -> None:
    await say(hub, "w1", "call me at 054-9871234 please")
    await say(hub, "w2", "or my wife: +972(54)9871234.", who="972502222222")
    await say(hub, "w3", "not 054-9871299", who="972503333333")
    assert len(await said(hub, typed)) == (3 if typed == "054987" else 2)


async def test_customers_are_found_by_name_address_and_phone_and_when_renamed(hub: Hub) -> None:
    await say(hub, "w1", "hello", who="972549871234", name="Dana Lévi")
    for words in ("levi", "dana", "054-987-1234", "levi dana"):
        first = (await find(hub, words)).hits[0]
        assert (first.found, first.row.name.raw, first.message) == ("customer", "Dana Lévi", "")
    await hub.workspace.port.inbound(mail("<1@x>", address="ruth.klein@example.com"))
    await hub.settle()
    assert any(hit.found == "customer" for hit in (await find(hub, "ruth.klein@example.com")).hits)
    with hub.store.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE customer_text SET name = 'Someone Else' WHERE name = 'Dana Lévi'")
        while search_index.index_some(connection, 10):
            pass
    assert not [hit for hit in (await find(hub, "levi")).hits if hit.found == "customer"]
    assert [hit.found for hit in (await find(hub, "someone")).hits] == ["customer"]


async def test_operators_narrow(hub: Hub) -> None:
    await say(hub, "w1", "refund please", at=T0 - 3 * DAY_MS)
    await hub.workspace.port.inbound(
        replace(
            mail("<1@x>", name="Ruth Klein"),
            body="a refund http://x.example",
            files=(InboundFile("Invoice.pdf", "a/b", b"x"),),
        )
    )
    await hub.settle()
    rows = {row.channel: row for row in await hub.rows()}
    await hub.order(hub.noa, Label(rows["email"].id, ("Money Back",)))
    await hub.order(hub.noa, Assign(rows["whatsapp"].id, "avi", ""))
    await hub.order(hub.avi, Note(rows["whatsapp"].id, CustomerText("refund was promised")))
    await hub.order(hub.noa, Resolve(rows["email"].id))
    chat_said, mail_said, note = ["refund please"], ["a refund http://x.example"], ["refund was promised"]
    assert await said(hub, "refund channel:wa is:in") == chat_said
    assert await said(hub, 'refund label:"money back"') == mail_said
    assert await said(hub, "refund -label:nothing channel:email") == mail_said
    assert await said(hub, "refund owner:avi is:in") == chat_said
    assert await said(hub, "refund owner:nobody") == mail_said
    assert await said(hub, "refund from:ruth") == mail_said
    assert await said(hub, "from:ruth.kleinberg") == []
    assert await said(hub, "refund from:avi") == note == await said(hub, "is:note")
    assert await said(hub, "refund is:done") == mail_said
    assert await said(hub, "refund is:open -is:note") == chat_said
    assert await said(hub, "has:file") == await said(hub, "has:link") == mail_said
    assert await said(hub, "invoice.pdf") == ["Invoice.pdf · a refund http://x.example"]
    assert await said(hub, "refund before:2d") == chat_said
    assert chat_said[0] not in await said(hub, "refund after:2d")
    assert await said(hub, "refund from:nobodyiscalledthat") == []
    assert await said(hub, "refund is:in is:note") == []
    with pytest.raises(QueryRefused, match="channel:fax is no channel; expected phone"):
        await find(hub, "refund channel:fax")


async def test_pages_follow_each_other_without_gap_or_repeat(hub: Hub) -> None:
    for number in range(23):
        await say(hub, f"w{number}", f"parcel {number}", at=T0 - (number // 5) * MS)
    seen: list[Hit] = []
    before = ""
    while True:
        page = await find(hub, "parcel", limit=5, before=before)
        assert not page.reached, "a page that is full stopped where its last hit stands"
        seen += page.hits
        if not (before := page.more):
            break
    assert len(seen) == 23 == len({hit.message for hit in seen})
    assert [hit.at for hit in seen] == sorted((hit.at for hit in seen), reverse=True)
    assert (await find(hub, "parcel", limit=0)).total == 23


async def test_a_card_number_is_neither_found_nor_shown(hub: Hub) -> None:
    await say(hub, "w1", "x " * 110 + "pay with 4111 1111 1111 1111 now")
    assert await said(hub, "4111111111111111") == []
    assert await said(hub, '"4111 1111"') == []
    assert await said(hub, "1111") != []  # as on a receipt
    [found] = await said(hub, "pay")
    assert "4111" not in found
    assert "1111" in found


async def test_of_joined_customers_the_row_that_stands_for_all_is_found(hub: Hub) -> None:
    await say(hub, "w1", "the first parcel", who="972501111111", name="Dana Levi")
    await say(hub, "w2", "another parcel", who="972502222222", name="D. Cohen", at=T0 + MINUTE_MS)
    one, other = sorted(await hub.rows(), key=lambda row: row.number)
    assert isinstance(await hub.order(hub.noa, JoinCustomers(one.customer, other.customer)), Acked)
    head = await hub.only()
    await hub.order(hub.noa, Label(head.id, ("vip",)))
    for words in ("parcel", "parcel label:vip", "from:levi", "from:cohen", "parcel is:open", "parcel owner:nobody"):
        messages = [hit for hit in (await find(hub, words)).hits if hit.message]
        assert [hit.said.raw for hit in messages] == ["another parcel", "the first parcel"], words
        assert {hit.row.id for hit in messages} == {head.id}, words
    [customer] = [hit for hit in (await find(hub, "cohen")).hits if hit.found == "customer"]
    assert customer.row.id == head.id
    assert {"972501111111", "972502222222"} <= set(customer.said.raw.split(" · "))


async def test_every_part_of_three_who_are_one_is_found_and_parted_each_has_its_own_again(hub: Hub) -> None:
    for number, name in enumerate(("Dana Levi", "D. Cohen", "Danny Mor")):
        await say(hub, f"w{number}", f"parcel {number}", who=f"97250{number}111111", name=name, at=T0 + number * MS)
    parts = sorted(await hub.rows(), key=lambda row: row.number)
    for number, row in enumerate(parts):
        await hub.order(hub.avi, Note(row.id, CustomerText(f"parcel was seen {number}")))
        await hub.order(hub.noa, Label(row.id, add=(f"own{number}",)))
    alone = {hit.message: hit.row.id for hit in (await find(hub, "parcel")).hits if hit.message}
    assert len(alone) == 6 and set(alone.values()) == {row.id for row in parts}
    joins = [
        await hub.order(hub.noa, JoinCustomers(parts[one].customer, parts[other].customer))
        for one, other in ((1, 2), (0, 1))
    ]
    head = await hub.only()
    shown = {one.id for one in (await hub.case(head.id)).messages}
    for words, number in (("parcel", 6), ("parcel is:note", 3), ("parcel from:avi", 3), ("parcel from:mor", 3)):
        found = [hit for hit in (await find(hub, words)).hits if hit.message]
        assert len(found) == number, words
        assert {hit.row.id for hit in found} == {head.id}, words
        assert {hit.message for hit in found} <= shown, "what was found can be gone to"
    for join in reversed(joins):
        assert isinstance(join, Acked)
        assert isinstance(await hub.order(hub.noa, PartCustomers(join.result)), Acked)
    assert {hit.message: hit.row.id for hit in (await find(hub, "parcel")).hits if hit.message} == alone
    for number, row in enumerate(parts):
        for words in (f"parcel label:own{number}", f"parcel from:{('levi', 'cohen', 'mor')[number]}"):
            assert {hit.row.id for hit in (await find(hub, words)).hits} == {row.id}, words


async def test_spam_is_found_only_where_it_is_asked_for(hub: Hub) -> None:
    from agent_tui.domain.orders import Spam

    await say(hub, "w1", "buy now")
    await hub.order(hub.noa, Spam((await hub.only()).id))
    assert await said(hub, "buy") == []
    assert (await find(hub, "dana")).hits == ()
    assert await said(hub, "buy is:spam") == ["buy now"]


async def test_what_was_forgotten_leaves_no_byte_in_the_file(hub: Hub, tmp_path: Path) -> None:
    await say(hub, "w1", "my xylophonically secret thing", name="Zebulonica Q")
    for number in range(40):
        await say(hub, f"m{number}", f"ordinary words {number}", who="972502222222")
    assert await said(hub, "xylophonically") != []
    [id] = [hit.message for hit in (await find(hub, "xylophonically")).hits]
    with hub.store.writer.begin() as connection:
        search_index.forget(connection, [id])
        connection.exec_driver_sql("UPDATE message_text SET body='', sender='' WHERE message_id=?", (id,))
        connection.exec_driver_sql("UPDATE customer_text SET name='' WHERE name LIKE 'Zeb%'")
        connection.exec_driver_sql("UPDATE case_text SET name='', preview='' WHERE name LIKE 'Zeb%'")
        connection.exec_driver_sql("UPDATE case_search SET search='' WHERE search LIKE '%zeb%'")
        while search_index.index_some(connection, 50):
            pass
    assert await said(hub, "xylophonically") == []
    assert len(await said(hub, "ordinary")) == 40
    with closing(sqlite3.connect(hub.store.path)) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for part in tmp_path.rglob("hub.sqlite3*"):  # noqa: ASYNC240 - one look at a small folder
        content = part.read_bytes().lower()
        # a copy in an index is cut where the word before shares its letters
        for trace in (b"ylophonic", b"ebulonic"):
            assert trace not in content, part.name


async def test_it_goes_while_somebody_always_writes(hub: Hub) -> None:
    for number in range(60):
        await say(hub, f"m{number}", f"xylophonically {number} {'words ' * 40}", who=f"97250{number}")
    [id] = [hit.message for hit in (await find(hub, "xylophonically 7")).hits if hit.message]
    hub.workspace._indexer.stop()
    with hub.store.writer.begin() as connection:
        search_index.forget(connection, [id])
    for number in range(60):
        await say(hub, f"n{number}", f"more {number}")
        with hub.store.writer.begin() as connection:
            assert search_index.index_some(connection, 1), "there is always something new"
            if not search_index.scrubbing(connection):
                return
    pytest.fail("the index was never written anew")


async def test_an_index_that_was_written_anew_often_is_made_anew(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time adds levels to it, and SQLite reads 2,000 at most."""
    monkeypatch.setattr(search_index, "MOST_MERGES", 3)
    monkeypatch.setattr(search_index, "MERGE_PAGES", 1)
    for turn in range(12):
        for number in range(3):
            others = " ".join(f"w{turn}x{number}x{word}" for word in range(900))
            await say(hub, f"m{turn}-{number}", f"xylophonically turn{turn} number{number} {others}")
        [id] = [hit.message for hit in (await find(hub, f"turn{turn} number1")).hits if hit.message]
        with hub.store.writer.begin() as connection:
            search_index.forget(connection, [id])
            connection.exec_driver_sql("UPDATE message_text SET body='' WHERE message_id=?", (id,))
            while search_index.index_some(connection, 50):
                pass
            levels = connection.exec_driver_sql("SELECT block FROM search_text_data WHERE id = 10").scalar_one()[4]
        assert levels <= 12
        assert len(await said(hub, "xylophonically")) == 2 * (turn + 1)


def _old(folder: Path, count: int) -> Store:
    store = Store.open(folder / "hub", synchronous="OFF")
    seeds = (
        SeedCase(
            f"Name{number}",
            "tel",
            f"+97250{number:07d}",
            "whatsapp",
            "wa",
            (SeedMessage("in", T0 + number * MS, f"old words {number}"),),
        )
        for number in range(count)
    )
    bulk_load(store, seeds, T0 + DAY_MS, Ids(5))
    return store


ME = Agent("noa", "Noa")


def _numbers(store: Store, text: str) -> tuple[list[str], int | None]:
    with store.read() as connection:
        page = search.page(connection, SearchQuery(text, limit=200), parse(text, T0), ME, 1)
    return [hit.said.raw for hit in page.hits if hit.message], page.indexed_from


def test_what_was_there_before_is_indexed_in_pieces_newest_first_and_goes_on_after_a_crash(tmp_path: Path) -> None:
    store = _old(tmp_path, 30)
    with store.writer.begin() as connection:
        assert search_index.index_some(connection, 10)
    found, indexed_from = _numbers(store, "old")
    assert found == [f"old words {number}" for number in range(29, 19, -1)]
    assert indexed_from == T0 + 20 * MS
    transaction = store.writer.connect()
    begun = transaction.begin()
    search_index.index_some(transaction, 10)
    begun.rollback()  # the hub is killed before the commit
    transaction.close()
    store.close()
    store = Store.open(tmp_path / "hub", synchronous="OFF")
    bulk_load(
        store, [SeedCase("New", "tel", "+1", "whatsapp", "wa", (SeedMessage("in", T0, "old but new"),))], T0, Ids(6)
    )
    pieces = 0
    more = True
    while more:
        with store.writer.begin() as connection:
            more = search_index.index_some(connection, 10)
        pieces += 1
    found, indexed_from = _numbers(store, "old")
    assert sorted(found) == sorted(["old but new", *(f"old words {number}" for number in range(30))])
    assert indexed_from is None
    assert pieces >= 4
    store.close()


def test_an_index_of_another_folding_is_made_anew(tmp_path: Path) -> None:
    store = _old(tmp_path, 5)
    with store.writer.begin() as connection:
        while search_index.index_some(connection, 10):
            pass
        connection.exec_driver_sql("UPDATE search_state SET folding = folding + 1")
    with store.writer.begin() as connection:
        while search_index.index_some(connection, 2):
            pass
    assert len(_numbers(store, "old")[0]) == 5
    store.close()


def test_more_messages_of_one_second_than_places_go_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SLOTS", 4)
    store = Store.open(tmp_path / "hub", synchronous="OFF")
    said = tuple(SeedMessage("in", T0, f"flood {number}") for number in range(11))
    bulk_load(store, [SeedCase("A", "tel", "+1", "whatsapp", "wa", said)], T0, Ids(5))
    with store.writer.begin() as connection:
        while search_index.index_some(connection, 3):
            pass
    assert len(_numbers(store, "flood")[0]) == 11
    store.close()


async def test_broad_conditions_look_at_so_much_and_say_how_far(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_LOOKED_AT", 6)
    monkeypatch.setattr(search, "FEW_CASES", 2)
    for number in range(12):
        await say(hub, f"w{number}", "late", who=f"97250111{number:04d}", at=T0 - number * MINUTE_MS)
    rows = await hub.rows()
    for row in rows:
        if row.last_at < T0 - 8 * MINUTE_MS:
            await hub.order(
                hub.noa, Reply(row.id, "whatsapp", CustomerText("ok"), (await hub.case(row.id)).conversations[0].id)
            )
    page = await find(hub, "late is:waiting", limit=2)
    seen, turns = list(page.hits), 1
    assert page.reached
    while page.more:
        page = await find(hub, "late is:waiting", limit=2, before=page.more)
        seen += page.hits
        turns += 1
    assert len(seen) == 3
    assert turns > 2
