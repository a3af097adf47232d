"""Pages of the inbox say what the rule of views says, whatever the section, filter and anchor."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.seeding import SeedCase, SeedMessage, bulk_load
from agent_tui.backends.hub.store import Store, cases, rows
from agent_tui.domain import filing
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.orders import Assign, Label, Resolve, Snooze
from agent_tui.domain.queries import (
    CustomersPage,
    CustomersQuery,
    RowsPage,
    RowsQuery,
    SearchPage,
    SearchQuery,
    TotalsPage,
    TotalsQuery,
)
from agent_tui.domain.time import HOUR_MS
from agent_tui.domain.views import VIEWS, Section, holds, sort_key
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, chat, mail

ME = Agent("noa", "Noa", "agent", ("support", "sales"))
NOBODY = Agent("gil", "Gil")
SECTIONS = sorted({section for view in VIEWS.values() for section in view.sections})

seeds = st.builds(
    lambda name, channel, owner, team, at, end, subject: SeedCase(
        name,
        "mailto",
        "",
        channel,
        "mail",
        (SeedMessage("in", T0 + at, f"body of {name}"), *((SeedMessage("out", T0 + at, "x"),) if end == "out" else ())),
        subject,
        owner,
        team,
        then=(filing.Done(T0 + at),) if end == "done" else (filing.PutAway(T0, T0 + at),) if end == "later" else (),
    ),
    st.sampled_from(["Dana", "דנה לוי", "STRASSE 5", "a%b_c/d", "straße"]),
    st.sampled_from(["email", "sms", "wa,x"]),
    st.sampled_from(["", "noa", "avi"]),
    st.sampled_from(["", "support", "billing"]),
    st.integers(0, 5),
    st.sampled_from(["us", "out", "done", "later"]),
    st.sampled_from(["", "Lamp", "100%"]),
)


def everything(store: Store) -> list[CaseRow]:
    found: list[CaseRow] = []
    with store.read() as connection:
        for section in SECTIONS:
            if section.scope == "all":
                found.extend(rows.page(connection, RowsQuery(section, limit=500), ME)[0])
    return found


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seeded=st.lists(seeds, max_size=25),
    me=st.sampled_from([ME, NOBODY]),
    channel=st.sampled_from(["", "email", "wa x"]),
    text=st.sampled_from(["", "dana", "%", "straSSE", "לוי", "_c/d", "1003", "nowhere", "u3@example"]),
    limit=st.sampled_from([1, 3, 50]),
)
def test_pages_agree_with_the_rule(seeded: list[SeedCase], me: Agent, channel: str, text: str, limit: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder), synchronous="OFF")
        seeded = [replace(seed, address=f"u{n}@example.com") for n, seed in enumerate(seeded)]
        bulk_load(store, seeded, T0 + 10, Ids(3))
        held = everything(store)
        assert len(held) == len(seeded)
        address = {1001 + n: seed.address for n, seed in enumerate(seeded)}
        with store.read() as connection:
            for section in SECTIONS:
                wanted = sorted(
                    (
                        row
                        for row in held
                        if holds(section, row, me)
                        and (not channel or channel in row.channels)
                        and text.casefold() in cases.search_text(row, [address[row.number]])
                    ),
                    key=sort_key,
                )
                _check_pages(connection, RowsQuery(section, channel, text, limit=limit), me, wanted)
                assert rows.total(connection, section, channel, text, me) == len(wanted)
        store.close()


def _check_pages(connection: Connection, query: RowsQuery, me: Agent, wanted: list[CaseRow]) -> None:
    limit = query.limit
    place = len(wanted) // 2
    middle = sort_key(wanted[place]) if wanted else (0, "x")
    expected: dict[Literal["start", "end", "after", "before", "at"], list[CaseRow]] = {
        "start": wanted[:limit],
        "end": wanted[-limit:],
        "after": wanted[place + 1 :][:limit],
        "before": wanted[max(0, place - limit) : place],
        "at": wanted[place:][:limit],
    }
    for anchor, page in expected.items():
        asked = replace(query, anchor=anchor, cursor=middle, index=place)
        found, first, total = rows.page(connection, asked, me)
        assert list(found) == page, anchor
        assert total == len(wanted)
        if page:
            assert wanted[first] == page[0], anchor


async def test_counts_follow_every_change(hub: Hub) -> None:
    for n in range(6):
        await hub.workspace.port.inbound(chat(f"w{n}", address=f"+{n}"))
    await hub.workspace.port.inbound(mail("<1@x>"))
    found = await hub.rows()
    await hub.order(hub.noa, Assign(found[0].id, "noa"))
    await hub.order(hub.noa, Assign(found[1].id, team="billing"))
    await hub.order(hub.noa, Resolve(found[2].id))
    await hub.order(hub.noa, Snooze(found[3].id, T0 + HOUR_MS))
    await hub.order(hub.noa, Label(found[4].id, ("vip",)))
    held = await hub.rows()
    for me in (hub.noa, hub.avi):
        page = await hub.workspace.query(me, TotalsQuery(tuple(SECTIONS)))
        assert isinstance(page, TotalsPage)
        assert page.totals == tuple(sum(holds(section, row, me) for row in held) for section in SECTIONS)
        assert page.seq == hub.workspace.head()


@pytest.mark.parametrize("text", ["VIP", "+3", "1004"])
async def test_the_filter_looks_at_labels_addresses_and_numbers(hub: Hub, text: str) -> None:
    for n in range(6):
        await hub.workspace.port.inbound(chat(f"w{n}", address=f"+{n}"))
    fourth = next(row for row in await hub.rows() if row.number == 1004)
    await hub.order(hub.noa, Label(fourth.id, ("vip",)))
    page = await hub.workspace.query(hub.noa, RowsQuery(Section("all", "us"), text=text))
    assert [row.id for row in getattr(page, "rows", ())] == [fourth.id]


async def test_a_filter_far_too_long_is_answered(hub: Hub) -> None:
    for text in ("x" * 200_000, "%_\\" * 60_000):
        for section in SECTIONS[:3]:
            page = await hub.workspace.query(hub.noa, RowsQuery(section, text=text))
            assert isinstance(page, RowsPage) and page.rows == ()
        found = await hub.workspace.query(hub.noa, CustomersQuery(text))
        assert isinstance(found, CustomersPage) and found.found == ()
    hits = await hub.workspace.query(hub.noa, SearchQuery("lamp", before="9" * 5_000))
    assert isinstance(hits, SearchPage) and hits.hits == ()
