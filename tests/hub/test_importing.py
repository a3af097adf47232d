"""Conversations of another system become a customer's history; real ones, where they are at hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.importing import ImportProblem, import_talks
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.model import Agent
from agent_tui.domain.past import PastEntry
from agent_tui.domain.queries import PastPage, PastQuery, RowsPage, RowsQuery
from agent_tui.domain.time import VirtualTime
from agent_tui.domain.views import DONE
from tests.connectors.corpus import corpus_root
from tests.hub.fakes import T0, Line, mail

NOA = Agent("noa", "Noa")
STAR = corpus_root() / "data" / "conversations" / "star.jsonl.gz"


def talk(id: str = "1", **more: Any) -> str:
    held = {
        "id": id,
        "customer": {"address": "mailto:dana@example.com", "name": "Dana"},
        "channel": "email",
        "subject": "the lamp",
        "agent": "noa",
        "turns": [
            {"who": "customer", "at": 1_700_000_000, "text": "where is it"},
            {"who": "agent", "at": 1_700_000_060, "text": "in Haifa"},
            {"who": "note", "at": 1_700_000_070, "text": "asked the courier"},
        ],
    }
    return json.dumps(held | more)


async def pages(workspace: Workspace, customer: str, limit: int = 100) -> list[PastEntry]:
    found: list[PastEntry] = []
    before = None
    while True:
        page = await workspace.query(NOA, PastQuery(customer, before=before, limit=limit))
        assert isinstance(page, PastPage)
        found = [*page.entries, *found]
        if not page.more:
            return found
        before = page.entries[0].place


async def test_a_known_customer_has_them_as_earlier_cases_once(tmp_path: Path) -> None:
    store = Store.open(tmp_path, synchronous="OFF")
    time = VirtualTime(T0)
    workspace = Workspace(store, time, Ids(1), (Line(),), inline=True)
    await workspace.start()
    await workspace.port.inbound(mail("<1@x>", "and again"))
    await workspace.stop()
    store = Store.open(tmp_path, synchronous="OFF")
    assert import_talks(store, [talk("1"), talk("2", subject="the shade"), ""], T0, Ids(2)) == 2
    assert import_talks(store, [talk("2"), talk("3")], T0, Ids(3)) == 1
    workspace = Workspace(store, time, Ids(4), (Line(),), inline=True)
    await workspace.start()
    done = await workspace.query(NOA, RowsQuery(DONE.sections[0]))
    assert isinstance(done, RowsPage)
    assert done.total == 3
    assert len({row.customer for row in done.rows}) == 1
    entries = await pages(workspace, done.rows[0].customer)
    said = [entry.message.body.raw for entry in entries if entry.message]
    assert said[-1] == "and again"
    assert said.count("where is it") == 3
    assert said.count("asked the courier") == 3
    await workspace.port.inbound(mail("<2@x>", "lives on", at=T0))
    await workspace.stop()


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{", "no JSON"),
        ("[]", "expected an object"),
        (talk(customer={}), "expected an address"),
        (talk(customer=3), "expected an object with address or key"),
        (talk(turns=[]), "expected a list"),
        (talk(turns=[{"who": "bot", "at": 1, "text": ""}]), "who to be one of"),
        (talk(turns=[{"who": "agent", "at": "1", "text": ""}]), "seconds since 1970"),
        (talk(subject=5), "subject: expected text"),
        (talk(id=""), "id: expected a name"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named_and_nothing_is_loaded(tmp_path: Path, line: str, what: str) -> None:
    store = Store.open(tmp_path, synchronous="OFF")
    with pytest.raises(ImportProblem, match=f"line 2: .*{what}"):
        import_talks(store, [talk(), line], T0)
    assert import_talks(store, [talk()], T0) == 1
    store.close()


@pytest.mark.skipif(not STAR.exists(), reason="the real conversations are not here")
async def test_real_conversations_are_paged_through_whole(tmp_path: Path) -> None:
    with gzip.open(STAR, "rt", encoding="utf-8") as file:
        lines = file.readlines()
    of: dict[str, list[Any]] = {}
    for line in lines:
        held = json.loads(line)
        of.setdefault(held["customer"]["key"], []).append(held)
    theirs = max(of.values(), key=len)
    store = Store.open(tmp_path, synchronous="OFF")
    assert import_talks(store, (json.dumps(held) for held in theirs), T0, Ids(1)) == len(theirs) > 200
    workspace = Workspace(store, VirtualTime(T0), Ids(2), (Line(),), inline=True)
    await workspace.start()
    done = await workspace.query(NOA, RowsQuery(DONE.sections[0], limit=1))
    assert isinstance(done, RowsPage)
    assert done.total == len(theirs)
    entries = await pages(workspace, done.rows[0].customer)
    wanted = sorted((round(turn["at"] * 1000), turn["text"]) for held in theirs for turn in held["turns"])
    assert sorted((entry.at, entry.message.body.raw) for entry in entries if entry.message) == wanted
    assert [entry.place for entry in entries] == sorted(entry.place for entry in entries)
    page = await workspace.query(NOA, PastQuery(done.rows[0].customer))
    assert isinstance(page, PastPage)
    assert page.summary is not None
    assert page.summary.cases == len(theirs)
    assert page.summary.answers_in is not None
    await workspace.stop()
