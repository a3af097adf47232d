"""Transfers at the hub: offered, answered, run out; to an agent and to a queue; cold and warm."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent_tui.backends.base import Acked, Outcome, Rejected
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.config.sla_source import load_sla
from agent_tui.domain.events import TransferChanged
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.orders import (
    AnswerTransfer,
    Assign,
    Follow,
    JoinCustomers,
    Note,
    Presence,
    Pull,
    Reply,
    Resolve,
    TakeLease,
    TransferCase,
)
from agent_tui.domain.queries import QueuesPage, QueuesQuery, RowsPage, RowsQuery
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MINUTE_MS
from agent_tui.domain.transfers import Transfer, TransferAnswer
from agent_tui.domain.views import Scope, Section
from tests.hub.conftest import Hub
from tests.hub.fakes import chat

NOTE = CustomerText("Looked the parcel up, it is in Haifa. Promised an answer today.")


async def begin(hub: Hub) -> str:
    """A case of Noa's; both agents are here."""
    assert hub.wa.port is not None
    for agent in (hub.noa, hub.avi):
        await hub.workspace.presence(agent.id, here=True)
        await hub.order(agent, Presence("available"))
    await hub.wa.port.inbound(chat("wa1"))
    await hub.settle()
    case = (await hub.only()).id
    await hub.order(hub.noa, Assign(case, "noa"))
    return case


def acked(outcome: Outcome) -> str:
    assert isinstance(outcome, Acked), outcome
    return outcome.result


def refused(outcome: Outcome) -> str:
    assert isinstance(outcome, Rejected), outcome
    return outcome.code


async def offer(hub: Hub, case: str, *, warm: bool = False, queue: str = "", agent: str = "avi") -> str:
    order = TransferCase(case, NOTE, "" if queue else agent, queue, warm)
    return acked(await hub.order(hub.noa, order, desk="n1"))


async def answer(hub: Hub, agent: Agent, case: str, what: TransferAnswer, desk: str = "a1") -> Outcome:
    return await hub.order(agent, AnswerTransfer(case, "", what), desk=desk)


async def held(hub: Hub, agent: Agent, scope: Scope) -> list[CaseRow]:
    page = await hub.workspace.query(agent, RowsQuery(Section(scope, "us")))
    assert isinstance(page, RowsPage)
    assert page.total == len(page.rows)
    return list(page.rows)


async def last(hub: Hub, case: str) -> Transfer:
    detail = await hub.case(case)
    assert detail.transfers[-1].open == (detail.row.transfer is not None)
    return detail.transfers[-1]


async def test_a_cold_one_changes_hands_when_it_is_taken(hub: Hub) -> None:
    case = await begin(hub)
    fence = acked(await hub.order(hub.noa, TakeLease(case), desk="n1"))
    await offer(hub, case)
    assert (await hub.case(case)).row.owner == "noa"
    assert [row.id for row in await held(hub, hub.avi, "mine")] == [case]
    assert (await hub.case(case)).messages[-1].body == NOTE
    fresh = acked(await answer(hub, hub.avi, case, "accept"))
    row = (await hub.case(case)).row
    assert (row.owner, row.transfer) == ("avi", None)
    assert row.lease is not None
    assert (row.lease.agent, row.lease.desk, str(row.lease.fence)) == ("avi", "a1", fresh)
    stale = Reply(case, "whatsapp", CustomerText("too late"))
    assert refused(await hub.order(hub.noa, stale, fence=int(fence), desk="n1")) == "lease-held"
    assert (await last(hub, case)).state == "done"


@pytest.mark.parametrize(("who", "what", "state"), [("avi", "decline", "declined"), ("noa", "withdraw", "withdrawn")])
async def test_a_no_leaves_the_case_where_it_was(hub: Hub, who: str, what: TransferAnswer, state: str) -> None:
    case = await begin(hub)
    await offer(hub, case)
    agent = hub.avi if who == "avi" else hub.noa
    acked(await answer(hub, agent, case, what))
    assert (await last(hub, case)).state == state
    assert (await hub.case(case)).row.owner == "noa"
    assert not await held(hub, hub.avi, "mine")
    assert refused(await answer(hub, hub.avi, case, "accept")) == "no-transfer"


async def test_an_offer_runs_out_also_while_the_hub_was_down(hub: Hub) -> None:
    case = await begin(hub)
    await offer(hub, case)
    await hub.advance(2 * MINUTE_MS - 1)
    assert (await last(hub, case)).open
    await hub.advance(1)
    ended = await last(hub, case)
    assert (ended.state, ended.ended) == ("lapsed", hub.time.now())


async def test_together_they_talk_aside_until_it_is_handed_over(hub: Hub) -> None:
    case = await begin(hub)
    await offer(hub, case, warm=True)
    acked(await answer(hub, hub.avi, case, "accept"))
    row = (await hub.case(case)).row
    assert (row.owner, row.transfer is not None and row.transfer.state) == ("noa", "together")
    await hub.order(hub.avi, Note(case, CustomerText("I can refund it")))
    await hub.order(hub.noa, Note(case, CustomerText("Then it is yours")))
    assert [message.auto for message in (await hub.case(case)).messages[-2:]] == ["side-talk"] * 2
    assert refused(await answer(hub, hub.avi, case, "complete")) == "not-givers"
    acked(await answer(hub, hub.noa, case, "complete", "n1"))
    row = (await hub.case(case)).row
    assert (row.owner, row.lease is not None and row.lease.agent) == ("avi", "avi")
    await hub.order(hub.avi, Note(case, CustomerText("alone")))
    assert (await hub.case(case)).messages[-1].auto == ""


async def test_who_gave_a_warm_one_may_keep_it(hub: Hub) -> None:
    case = await begin(hub)
    await offer(hub, case, warm=True)
    await answer(hub, hub.avi, case, "accept")
    acked(await answer(hub, hub.noa, case, "withdraw", "n1"))
    assert (await hub.case(case)).row.owner == "noa"
    assert (await last(hub, case)).state == "withdrawn"


BILLING = QueueSetup("billing", team="billing", mode="pull")


async def in_queues(hub: Hub) -> str:
    hub.workspace.policy = replace(hub.workspace.policy, queues=(BILLING, QueueSetup("rest", mode="pull")))
    return await begin(hub)


async def test_a_queue_gives_it_on_and_the_transfer_is_done(hub: Hub) -> None:
    case = await in_queues(hub)
    await offer(hub, case, queue="billing")
    row = (await hub.case(case)).row
    assert (row.owner, row.team) == ("", "billing")
    assert acked(await hub.order(hub.avi, Pull("billing"))) == case
    ended = await last(hub, case)
    assert (ended.state, ended.agent) == ("done", "avi")


async def test_nobody_takes_it_out_of_the_queue_and_it_comes_back_as_it_was(hub: Hub) -> None:
    case = await in_queues(hub)
    before = (await hub.case(case)).row
    await offer(hub, case, queue="billing")
    await hub.advance(30 * MINUTE_MS)
    after = (await hub.case(case)).row
    assert (after.owner, after.team, after.labels) == ("noa", before.team, before.labels)
    assert (await last(hub, case)).state == "lapsed"


async def test_it_does_not_come_back_to_who_has_gone_home(hub: Hub) -> None:
    case = await in_queues(hub)
    await offer(hub, case, queue="billing")
    await hub.order(hub.noa, Presence("offline"))
    await hub.advance(30 * MINUTE_MS)
    row = (await hub.case(case)).row
    assert (row.owner, row.team, row.transfer) == ("", "billing", None)


async def test_a_warm_one_to_a_queue_asks_who_is_idle_there(hub: Hub) -> None:
    case = await in_queues(hub)
    await offer(hub, case, queue="billing", warm=True)
    assert [row.id for row in await held(hub, hub.avi, "mine")] == [case]
    await answer(hub, hub.avi, case, "decline")
    await hub.order(hub.avi, Presence("break"))
    order = TransferCase(case, NOTE, queue="billing", warm=True)
    assert refused(await hub.order(hub.noa, order)) == "nobody-ready"


HOURS = """
[[calendar]]
name = "office"
zone = "Asia/Jerusalem"
hours = { "sun-thu" = ["09:00-17:00"] }
queues = ["billing"]
[[policy]]
name = "all"
first_response = { within = "1h" }
"""


async def test_the_hours_of_a_queue_are_told_where_it_is_closed(hub: Hub, tmp_path: Path) -> None:
    await in_queues(hub)
    path = tmp_path / "sla.toml"
    path.write_text(HOURS, encoding="utf-8")
    await hub.workspace.govern(load_sla(path, tmp_path))
    evening = datetime(2025, 7, 1, 20, tzinfo=ZoneInfo("Asia/Jerusalem"))
    await hub.advance(round(evening.timestamp() * 1000) - hub.time.now())
    page = await hub.workspace.query(hub.noa, QueuesQuery())
    assert isinstance(page, QueuesPage)
    opens = {line.id: line.opens for line in page.queues}
    assert opens == {"billing": round(evening.replace(day=2, hour=9).timestamp() * 1000), "rest": 0}


async def test_what_cannot_be_is_refused_and_changes_nothing(hub: Hub) -> None:
    case = await begin(hub)
    seq = hub.workspace.head()
    for order, code in (
        (TransferCase(case, CustomerText(" "), "avi"), "no-note"),
        (TransferCase(case, NOTE, "noa"), "to-yourself"),
        (TransferCase(case, NOTE, "nobody"), "no-agent"),
        (TransferCase(case, NOTE, "avi", "billing"), "no-target"),
        (TransferCase(case, NOTE, queue="nowhere"), "no-queue"),
        (TransferCase("c_none", NOTE, "avi"), "no-case"),
        (TransferCase(case, CustomerText("x" * 4001), "avi"), "too-long"),
    ):
        assert refused(await hub.order(hub.noa, order)) == code
    assert hub.workspace.head() == seq
    await offer(hub, case)
    assert refused(await hub.order(hub.noa, TransferCase(case, NOTE, "avi"))) == "transfer-open"
    await hub.order(hub.avi, Presence("offline"))
    await hub.order(hub.noa, AnswerTransfer(case, "", "withdraw"))
    assert refused(await hub.order(hub.noa, TransferCase(case, NOTE, "avi"))) == "not-here"


async def test_what_becomes_of_the_case_ends_it(hub: Hub) -> None:
    case = await begin(hub)
    await offer(hub, case)
    await hub.order(hub.noa, Resolve(case))
    assert (await last(hub, case)).state == "withdrawn"


async def test_a_case_that_another_leads_from_now_on_is_not_offered(hub: Hub) -> None:
    first = await begin(hub)
    assert hub.wa.port is not None
    await hub.wa.port.inbound(chat("wa2", address="+972542"))
    await hub.settle()
    second = next(row for row in await hub.rows() if row.id != first)
    await hub.order(hub.noa, Assign(second.id, "noa"))
    await offer(hub, second.id)
    one = (await hub.case(first)).row.customer
    await hub.order(hub.noa, JoinCustomers(one, second.customer))
    assert [e.body.transfer.state for e in hub.events if isinstance(e.body, TransferChanged)] == [
        "offered",
        "withdrawn",
    ]
    assert (await hub.only()).transfer is None


async def test_a_case_is_followed_until_it_is_not(hub: Hub) -> None:
    case = await begin(hub)
    acked(await hub.order(hub.noa, Follow(case)))
    assert [row.followers for row in await held(hub, hub.noa, "followed")] == [("noa",)]
    assert not await held(hub, hub.avi, "followed")
    acked(await hub.order(hub.noa, Follow(case, on=False)))
    assert not await held(hub, hub.noa, "followed")


FIT_OTHERS = (
    QueueSetup("refunds", labels=("refund",), mode="pull"),
    QueueSetup("chats", channels=("whatsapp",), mode="pull"),
    QueueSetup("mails", channels=("email",), mode="pull"),
    QueueSetup("ogen", brands=("ogen",), mode="pull"),
    QueueSetup("rest", mode="pull"),
    QueueSetup("billing", team="billing", mode="pull"),
)


async def test_a_queue_that_cannot_have_the_case_says_why(hub: Hub) -> None:
    hub.workspace.policy = replace(hub.workspace.policy, queues=FIT_OTHERS)
    case = await begin(hub)

    async def told(agent: Agent, of: str) -> dict[str, tuple[str, str]]:
        page = await hub.workspace.query(agent, QueuesQuery(of))
        assert isinstance(page, QueuesPage)
        return {line.id: (line.misfit, line.earlier) for line in page.queues}

    fits = {
        "refunds": ("", ""),
        "chats": ("", ""),
        "mails": ("channel", ""),
        "ogen": ("brand", ""),
        "rest": ("earlier", "chats"),
        "billing": ("earlier", "chats"),
    }
    assert await told(hub.noa, case) == fits
    assert await told(hub.noa, "") == await told(hub.noa, "c-none") == dict.fromkeys(fits, ("", ""))
    codes = {"channel": "queue-channel", "brand": "queue-brand", "earlier": "not-its-queue"}
    for queue, (why, _) in fits.items():
        if why:
            assert refused(await hub.order(hub.noa, TransferCase(case, NOTE, queue=queue))) == codes[why]
    await offer(hub, case, queue="chats")
    await answer(hub, hub.noa, case, "withdraw")
    await hub.order(hub.noa, Assign(case, ""))
    assert (await told(hub.noa, case))["chats"] == ("there", "")
    assert refused(await hub.order(hub.noa, TransferCase(case, NOTE, queue="chats"))) == "waits-there"


async def two_more(hub: Hub) -> tuple[str, dict[str, Agent]]:
    """A case of Noa's; Avi has been idle longest of three who work the queue `billing`, then Rami, then Tal."""
    case = await in_queues(hub)
    operator = Operator(hub.store, hub.time, Ids(7))
    more = {name.lower(): operator.add_agent(name.lower(), name, "agent", ("billing",)) for name in ("Rami", "Tal")}
    for id, agent in more.items():
        await hub.advance(1_000)
        await hub.order(agent, Presence("available"))
        await hub.workspace.presence(id, here=True)
    return case, {"avi": hub.avi, **more}


async def test_a_warm_one_to_a_queue_goes_on_to_the_next_who_is_idle_each_once(hub: Hub) -> None:
    case, people = await two_more(hub)
    await offer(hub, case, queue="billing", warm=True)
    note = (await last(hub, case)).note
    told = [event.body.transfer for event in hub.events if isinstance(event.body, TransferChanged)]
    await hub.advance(1_000)
    acked(await hub.order(people["avi"], AnswerTransfer(case, "", "decline", CustomerText("too much in hand"))))
    assert [(one.agent, one.state) for one in (await hub.case(case)).transfers] == [
        ("avi", "declined"),
        ("rami", "offered"),
    ]
    await hub.settle()
    told = [event.body.transfer for event in hub.events if isinstance(event.body, TransferChanged)][len(told) :]
    assert [(one.agent, one.state) for one in told] == [("avi", "declined"), ("rami", "offered")], "the giver sees whom"
    await hub.advance(2 * MINUTE_MS)
    assert [row.id for row in await held(hub, people["tal"], "mine")] == [case]
    asked = await last(hub, case)
    assert (asked.agent, asked.note, asked.due) == ("tal", note, hub.time.now() + 2 * MINUTE_MS)
    acked(await answer(hub, people["tal"], case, "withdraw"))
    found = (await hub.case(case)).transfers
    assert [(one.agent, one.state) for one in found] == [("avi", "declined"), ("rami", "lapsed"), ("tal", "declined")]
    row = (await hub.case(case)).row
    assert (row.owner, row.transfer) == ("noa", None)
    assert sum(message.body == NOTE for message in (await hub.case(case)).messages) == 1


async def test_a_warm_one_asks_nobody_more_once_somebody_came_or_it_was_taken_back_or_the_giver_left(hub: Hub) -> None:
    case, people = await two_more(hub)
    await offer(hub, case, queue="billing", warm=True)
    acked(await answer(hub, people["avi"], case, "accept"))
    acked(await answer(hub, people["avi"], case, "withdraw"))
    await hub.advance(1_000)
    assert len((await hub.case(case)).transfers) == 1, "who came and left again is the giver's to think of"
    await offer(hub, case, queue="billing", warm=True)
    acked(await answer(hub, hub.noa, case, "withdraw"))
    await hub.advance(1_000)
    assert len((await hub.case(case)).transfers) == 2
    await offer(hub, case, queue="billing", warm=True)
    await hub.order(hub.noa, Presence("offline"))
    await hub.advance(2 * MINUTE_MS)
    assert [one.state for one in (await hub.case(case)).transfers] == ["withdrawn", "withdrawn", "lapsed"]


async def test_a_cold_one_asks_nobody_else(hub: Hub) -> None:
    case, people = await two_more(hub)
    await offer(hub, case)
    acked(await answer(hub, people["avi"], case, "decline"))
    assert len((await hub.case(case)).transfers) == 1
