"""What became of a case is posted: once, after the agent could take it back, through failures and crashes, no words but
those that were asked for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest_asyncio

from agent_tui.backends.connectors.base import CallUpdate, SendResult
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.policy import HubPolicy, WrapUpTarget
from agent_tui.backends.hub.store import Store, scripts
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.backends.hub.wrap_ups import DONE_REST_MS
from agent_tui.domain.guided.place import Answer, CaseScript, Run
from agent_tui.domain.orders import CallAction, EraseCustomer, Label, Note, Reopen, Resolve, WriteUp
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MS, VirtualTime
from tests.hub.conftest import Hub
from tests.hub.fakes import T0, Line, mail
from tests.hub.test_alerts import Taken

TARGETS = (WrapUpTarget("crm", notes=True), WrapUpTarget("club", brands=("garden",)))


@dataclass
class House(Hub):
    crm: Taken = field(default_factory=Taken)
    club: Taken = field(default_factory=Taken)

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(content) for _, content in self.crm.posts]

    async def begins(self) -> str:
        """A customer's word begins a case; its id."""
        await self.workspace.port.inbound(mail("<1@x>", "SECRET words"))
        return (await self.only()).id


def open_house(folder: Path, time: VirtualTime, crm: Taken, club: Taken, lines: tuple[Line, ...]) -> Workspace:
    store = Store.open(folder, synchronous="OFF")
    policy = HubPolicy(wrap_ups=TARGETS, account_brand={"mail": "nofar"})
    return Workspace(store, time, Ids(2), lines, policy, posts={"crm": crm, "club": club}, inline=True)


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store, time = Store.open(tmp_path, synchronous="OFF"), VirtualTime(T0)
    operator = Operator(store, time, Ids(1))
    noa = operator.add_agent("noa", "Noa", "admin")
    avi = operator.add_agent("avi", "Avi", "supervisor")
    store.close()
    lines, crm, club = (Line(), Line("wa", "whatsapp"), Line("pbx", "phone")), Taken(), Taken()
    workspace = open_house(tmp_path, time, crm, club, lines)
    await workspace.start()
    made = House(workspace, workspace._store, time, *lines, noa, avi, [], crm=crm, club=club)
    yield made
    await made.workspace.stop()


async def test_a_case_that_is_done_is_told_once_with_what_was_asked_for(house: House) -> None:
    case = await house.begins()
    await house.order(house.noa, Label(case, add=("refund",)))
    await house.order(house.avi, Note(case, CustomerText("Money is on its way")))
    answers = (Answer("ask", "order", CustomerText("8")), Answer("ask", "order", CustomerText("88102")))
    run = CaseScript("s1", case, Run("refund", "v1", ("ask",), answers, "finished"), 1, T0, "noa", T0, "noa")
    await house.workspace._writer.run(lambda tx: scripts.add(tx.connection, run))
    await house.order(house.noa, Resolve(case, "refunded"))
    assert house.crm.posts == []
    await house.advance(DONE_REST_MS)
    ((id, _),) = house.crm.posts
    (told,) = house.told()
    assert told == {
        "type": "wrap-up",
        "id": id,
        "to": "crm",
        "what": "done",
        "at": "2025-06-15T15:06:40Z",
        "outcome": "refunded",
        "agent": {"id": "noa", "name": "Noa"},
        "case": {
            "id": case,
            "number": 1001,
            "channel": "email",
            "brand": "nofar",
            "team": told["case"]["team"],
            "labels": ["refund"],
        },
        "customer": {"addresses": ["mailto:dana@example.com"]},
        "scripts": [{"script": "refund", "state": "finished", "values": {"order": "88102"}}],
        "notes": [{"at": "2025-06-15T15:06:40Z", "agent": "avi", "text": "Money is on its way"}],
    }
    assert house.club.posts == [], "another brand's"
    await house.order(house.noa, Resolve(case))
    await house.advance(10 * DONE_REST_MS)
    assert len(house.crm.posts) == 1


async def test_what_is_taken_back_in_time_is_not_told(house: House) -> None:
    case = await house.begins()
    await house.order(house.noa, Resolve(case))
    await house.order(house.noa, Reopen(case))
    await house.advance(DONE_REST_MS)
    assert house.crm.posts == []
    await house.order(house.noa, Resolve(case))
    await house.advance(DONE_REST_MS)
    assert len(house.crm.posts) == 1


async def test_a_call_that_is_written_up_is_told_with_its_outcome(house: House) -> None:
    await house.workspace.port.call(CallUpdate("pbx", "ch-1", "ringing", T0, address="+97254333", name="Yossi"))
    call = (await house.only()).call
    assert call is not None
    await house.order(house.noa, CallAction(call.id, "answer"))
    await house.order(house.noa, CallAction(call.id, "hang-up"))
    await house.order(house.noa, WriteUp(call.id, "solved"))
    await house.settle()
    (told,) = house.told()
    assert (told["what"], told["outcome"], told["customer"]) == (
        "written-up",
        "solved",
        {"addresses": ["tel:+97254333"]},
    )


async def test_a_failure_is_tried_again_under_the_same_id_and_a_refusal_is_said(house: House) -> None:
    case = await house.begins()
    house.crm.answers = [SendResult("later", reason="503"), SendResult("refused", reason="the webhook answered 410")]
    await house.order(house.noa, Resolve(case))
    await house.advance(DONE_REST_MS)
    assert house.workspace.health()["post crm"] == "503"
    await house.order(house.noa, Reopen(case))  # somebody may have heard of it: it is told to its end
    await house.advance(5 * MS)
    (first, _), (second, _) = house.crm.posts
    assert first == second
    assert house.workspace.health()["post crm"] == "the webhook answered 410"


async def test_a_hub_that_dies_in_the_middle_tells_it_again(house: House, tmp_path: Path) -> None:
    case = await house.begins()
    house.crm.cut = True
    await house.order(house.noa, Resolve(case))
    await house.workspace.stop()  # it rests still: nothing was told, nothing is lost
    with closing(sqlite3.connect(tmp_path / "hub.sqlite3")) as connection, connection:
        connection.execute("UPDATE wrap_up SET state = 'sending', attempts = 1")
    lines = (house.mail, house.wa, house.phone)
    house.workspace = open_house(tmp_path, house.time, house.crm, house.club, lines)
    await house.workspace.start()
    await house.settle()
    assert [id for id, _ in house.crm.posts] == [house.told()[0]["id"]]
    await house.advance(30 * MS)
    assert len({id for id, _ in house.crm.posts}) == 1
    assert len(house.crm.posts) == 2


async def test_who_is_erased_is_told_of_no_more(house: House) -> None:
    case = await house.begins()
    await house.order(house.noa, Resolve(case))
    customer = (await house.rows())[0].customer
    await house.order(house.noa, EraseCustomer(customer, (customer,)))
    await house.advance(DONE_REST_MS)
    assert house.crm.posts == []
