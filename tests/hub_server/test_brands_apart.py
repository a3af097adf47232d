"""A desk of another brand, over a socket: no word, name or address of what it was not granted comes down its line."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agent_tui.backends.base import Acked, QueryRefused
from agent_tui.backends.connectors.base import Inbound
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.http_side import http_side, tell_http_url
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.backends.hub_client import HubBackend
from agent_tui.backends.wire.transport import Transport, connect_websocket
from agent_tui.domain.events import Event, MessageAdded
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.orders import JoinCustomers, MakePromise, Note, Reply
from agent_tui.domain.queries import (
    CaseQuery,
    CustomersQuery,
    DirectoryQuery,
    HistoryQuery,
    JoinQuery,
    LinkQuery,
    PastQuery,
    RowsPage,
    RowsQuery,
    SearchPage,
    SearchQuery,
    TotalsQuery,
)
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import HOUR_MS, SystemTime
from agent_tui.domain.views import ALL
from tests.hub.fakes import Line
from tests.hub_server.desks import Seen

SECRET = "anchorage"


class Listened:
    """A line that keeps what came down it."""

    def __init__(self, line: Transport) -> None:
        self._line = line
        self.heard: list[str] = []

    async def send(self, text: str) -> None:
        await self._line.send(text)

    async def recv(self) -> str:
        text = await self._line.recv()
        self.heard.append(text)
        return text

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._line.close(code, reason)


class TwoBrands:
    """A served hub: Noa's desk speaks for Nofar, Oren's for Ogen, whose every word has the secret in it; Avi sees
    both."""

    def __init__(self, workspace: Workspace, desks: DeskServer, tokens: dict[str, str], avi: Agent) -> None:
        self.workspace, self.avi = workspace, avi
        self._desks, self._tokens = desks, tokens
        self.lines: dict[str, list[Listened]] = {"noa": [], "oren": []}
        self.seen: dict[str, Seen] = {}

    async def arrive(self, agent: str) -> Seen:
        token = self._tokens[agent]

        async def connect() -> Transport:
            line = Listened(await connect_websocket(self._desks.url, token))
            self.lines[agent].append(line)
            return line

        seen = Seen(HubBackend("hub", connect, SystemTime(), token=token, chance=random.Random(1)))
        self.seen[agent] = seen
        await seen.until(lambda: bool(seen.connected()))
        return seen

    def heard(self, agent: str) -> str:
        return "\n".join(text for line in self.lines[agent] for text in line.heard)

    async def writes(self, account: str, number: int, body: str, address: str, name: str) -> CaseRow:
        got = Inbound(account, "email", f"<{number}@x>", "mailto", address, name, body, 1_000 + number, subject=body)
        await self.workspace.port.inbound(got)
        page = await self.workspace.query(self.avi, RowsQuery(ALL.sections[0]))
        assert isinstance(page, RowsPage)
        return max(page.rows, key=lambda row: row.version)


@asynccontextmanager
async def two_brands(folder: Path) -> AsyncIterator[TwoBrands]:
    time = SystemTime()
    store = Store.open(folder / "hub", synchronous="OFF")
    operator = Operator(store, time, Ids())
    operator.add_agent("noa", "Noa", brands=("nofar",))
    operator.add_agent("oren", "Oren", brands=("ogen",))
    avi = operator.add_agent("avi", "Avi")
    tokens = {agent: operator.add_token(agent).text for agent in ("noa", "oren")}
    policy = HubPolicy(
        account_brand={"mail": "nofar", "sea": "ogen"},
        brand_titles=(("nofar", "Nofar Home"), ("ogen", f"The {SECRET}")),
        canned=(Canned("where", f"at the {SECRET}", "ogen"),),
    )
    workspace = Workspace(store, time, Ids(), (Line(), Line("sea")), policy)
    desks = DeskServer(workspace, time)
    http = http_side(workspace, desks, time, folder, 1_000_000)
    await http.start()
    tell_http_url(workspace, desks, http.url)
    await workspace.start()
    await desks.start()
    made = TwoBrands(workspace, desks, tokens, avi)
    try:
        yield made
    finally:
        for seen in made.seen.values():
            await seen.backend.close()
            await seen.task
        await desks.stop()
        await workspace.stop()
        await http.stop()


async def test_no_word_of_another_brand_comes_down_the_line(tmp_path: Path) -> None:
    async with two_brands(tmp_path) as hub:
        noa, oren = await hub.arrive("noa"), await hub.arrive("oren")
        theirs = await hub.writes("sea", 1, f"my {SECRET}", f"{SECRET}@example.org", f"Mrs {SECRET}")
        mine = await hub.writes("mail", 2, "my lamp", "dana@example.org", "Dana")
        (tmp_path / "plan.txt").write_text("a plan")
        file = await oren.backend.upload(tmp_path / "plan.txt", f"{SECRET}.txt")
        words = CustomerText(f"the {SECRET} is open")
        given = [
            await oren.backend.order("o1", Reply(theirs.id, "email", words, files=(file,))),
            await oren.backend.order("o2", Note(theirs.id, words)),
            await oren.backend.order("o3", MakePromise(theirs.id, "p_1", words, SystemTime().now() + HOUR_MS)),
            await hub.workspace.order(hub.avi, "o4", JoinCustomers(theirs.customer, mine.customer)),
        ]
        assert all(isinstance(answer, Acked) for answer in given)
        await _indexed(oren)
        assert isinstance(await noa.backend.order("n1", Note(mine.id, CustomerText("a last word"))), Acked)
        await noa.until(lambda: _notes(noa) == 1)
        for agent in ("noa", "oren"):
            await _ask_everything(hub.seen[agent], theirs, mine)
        assert SECRET in hub.heard("oren")
        assert SECRET not in hub.heard("noa")
        assert theirs.id not in hub.heard("noa")
        assert file.blob not in hub.heard("noa")
        assert "lamp" in hub.heard("noa")
        assert "lamp" not in hub.heard("oren")
        # a desk that comes back has the log from its beginning
        await noa.backend.close()
        again = await hub.arrive("noa")
        await _ask_everything(again, theirs, mine)
        assert SECRET not in hub.heard("noa")


async def test_files_and_links_of_another_brand_are_refused(tmp_path: Path) -> None:
    async with two_brands(tmp_path) as hub:
        noa, oren = await hub.arrive("noa"), await hub.arrive("oren")
        theirs = await hub.writes("sea", 1, f"my {SECRET}", "sea@example.org", "Ms Sea")
        (tmp_path / "plan.txt").write_text("a plan")
        file = await oren.backend.upload(tmp_path / "plan.txt", "plan.txt")
        sent = await oren.backend.order("o1", Reply(theirs.id, "email", CustomerText("see"), files=(file,)))
        assert isinstance(sent, Acked)
        await oren.backend.download(file.blob, tmp_path / "oren.txt")
        assert (tmp_path / "oren.txt").read_text() == "a plan"
        with pytest.raises(QueryRefused, match="does not have this file"):
            await noa.backend.download(file.blob, tmp_path / "noa.txt")
        assert not (tmp_path / "noa.txt").exists()
        for wanted in (LinkQuery(file.blob), LinkQuery(case=theirs.id)):
            with pytest.raises(QueryRefused):
                await noa.backend.query(wanted)


async def _ask_everything(seen: Seen, theirs: CaseRow, mine: CaseRow) -> None:
    for case in (theirs, mine):
        await seen.backend.query(CaseQuery(case.id))
        await seen.backend.query(HistoryQuery(case.customer))
        await seen.backend.query(PastQuery(case.customer))
    for section in ALL.sections:
        await seen.backend.query(RowsQuery(section))
        await seen.backend.query(RowsQuery(section, text="example"))
    for text in ("example", "dana", "mrs", "my", "is:open", "from:mrs"):
        await seen.backend.query(SearchQuery(text))
        await seen.backend.query(CustomersQuery(text))
    await seen.backend.query(TotalsQuery(ALL.sections))
    await seen.backend.query(JoinQuery(theirs.customer, mine.customer))
    await seen.backend.query(DirectoryQuery())


def _notes(seen: Seen) -> int:
    return sum(isinstance(one, Event) and isinstance(one.body, MessageAdded) and one.by == "noa" for one in seen.all)


async def _indexed(seen: Seen) -> None:
    """Until what was said can be found."""
    async with asyncio.timeout(20):
        while True:
            page = await seen.backend.query(SearchQuery("open"))
            assert isinstance(page, SearchPage)
            if len(page.hits) >= 2:
                return
            await asyncio.sleep(0.05)
