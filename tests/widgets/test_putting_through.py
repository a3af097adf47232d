"""A call goes along with its case, at a desk on a real hub with an exchange that the test plays; Avi is elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from agent_tui.backends.base import Acked
from agent_tui.backends.connectors.base import CallUpdate, SendResult
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.desk.desk import Desk
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Agent, CallState
from agent_tui.domain.orders import AnswerTransfer, Assign, CallAction, EraseCustomer, Order, TransferCase, WriteUp
from agent_tui.domain.queries import HeldPage, HeldQuery
from agent_tui.domain.text import CustomerText
from tests.hub.fakes import Line
from tests.widgets.test_joining import House, house

WORDS = CustomerText("looked the parcel up")


@dataclass
class Exchange:
    """Noa's desk, the exchange, and a call with a customer."""

    desk: House
    line: Line
    case: str = ""
    call: str = ""

    async def tells(self, state: CallState, agent: str = "") -> None:
        now = self.desk.time.now()
        told = CallUpdate("pbx", "ch-1", state, now, address="+97254333", name="Rina", agent=agent)
        await self.desk.site.workspace.port.call(told)
        await self.desk.wait(2)

    async def by(self, agent: Agent, order: Order) -> None:
        workspace = self.desk.site.workspace
        outcome = await workspace.order(agent, f"{agent.id}-{workspace.head()}", order, desk=f"{agent.id}-1")
        assert isinstance(outcome, Acked), outcome
        await self.desk.wait(2)


@asynccontextmanager
async def exchange(folder: Path, *, able: bool = True, mine: bool = True) -> AsyncIterator[Exchange]:
    """`mine`: Noa talks with the customer, else Avi does."""
    async with house(folder, (120, 40)) as desk:
        workspace, line = desk.site.workspace, Line("pbx", "phone")
        workspace._connectors["pbx"] = line
        workspace.policy = replace(workspace.policy, puts_through=frozenset({"pbx"} if able else ()))
        desk.workbench.desk._directory_known.discard("hub")
        await workspace.presence("avi", here=True)
        made = Exchange(desk, line)
        await made.tells("ringing")
        ((key, call),) = desk.workbench.desk.live_calls()
        made.case, made.call = key.case, call.id
        if mine:
            await desk.press("ctrl+o")
            await desk.wait(2)
        else:
            await made.by(desk.site._avi, CallAction(call.id, "answer"))
        yield made


async def test_a_call_is_given_away_and_written_up(tmp_path: Path) -> None:
    async with exchange(tmp_path) as held:
        desk = held.desk
        await desk.press("escape", "colon", *"transfer", "space", "at", *"avi", "space", *"late", "enter")
        assert "Avi is asked to take Rina and the call; both stay with you until then" in desk.text
        await desk.wait(2)
        await desk.press("minus")
        await desk.wait(2)
        assert "ON HOLD" in desk.text, "the customer is mine until they take it"
        await held.by(desk.site._avi, AnswerTransfer(held.case, "", "accept"))
        assert held.line.put == [("ch-1", "noa", "avi")]
        assert "Avi took Rina" in desk.text
        assert "write up: Rina" in desk.text and "ON HOLD" not in desk.text
        assert "put through · Noa, 0:06" in desk.text
        await desk.press("C", *"solved", "enter")
        await desk.wait(2)
        assert "write up: Rina" not in desk.text
        await held.tells("ended")
        assert "C write up" not in desk.text, "the rest of it is Avi's"
        assert "0:10 in all" in desk.text


async def test_a_desk_that_starts_anew_has_what_is_to_be_written_up(tmp_path: Path) -> None:
    async with exchange(tmp_path) as held:
        desk = held.desk
        await held.by(desk.site._noa, TransferCase(held.case, WORDS, "avi"))
        await held.by(desk.site._avi, AnswerTransfer(held.case, "", "accept"))
        fresh = Desk()
        fresh.add_backend("hub", "Hub")
        fresh.backends["hub"].me = desk.site._noa
        page = await desk.site.workspace.query(desk.site._noa, HeldQuery())
        assert fresh.arrived("hub", HeldQuery(), page, desk.time.now()).calls
        ((key, part),) = fresh.live_calls()
        assert (key.case, part.part_of, part.state) == (held.case, held.call, "ended")
        await held.by(desk.site._noa, WriteUp(part.id, "solved"))
        page = await desk.site.workspace.query(desk.site._noa, HeldQuery())
        fresh.arrived("hub", HeldQuery(), page, desk.time.now())
        assert not fresh.live_calls()


async def test_whoever_takes_a_call_sees_its_case_and_works_it(tmp_path: Path) -> None:
    async with exchange(tmp_path, mine=False) as held:
        desk = held.desk
        await held.by(desk.site._avi, TransferCase(held.case, WORDS, "noa"))
        assert "Avi hands you Rina" in desk.text
        await desk.press("t", "enter")
        await desk.wait(2)
        assert held.line.put == [("ch-1", "avi", "noa")]
        case = desk.workbench.desk.open_case
        assert case is not None and case.key.case == held.case
        assert "looked the parcel up" in desk.text
        assert [call.state for _, call in desk.workbench.desk.live_calls()] == ["active"]
        await desk.press("escape", "m")
        await desk.wait(2)
        assert "MUTED" in desk.text
        await desk.press("O")
        await desk.wait(2)
        assert held.line.actions[-2:] == [("ch-1", "mute", "noa", ""), ("ch-1", "hang-up", "noa", "")]
        assert "write up: Rina" in desk.text


async def test_what_the_exchange_cannot_do_is_said_and_the_call_is_mine(tmp_path: Path) -> None:
    async with exchange(tmp_path) as held:
        desk = held.desk
        await held.by(desk.site._noa, TransferCase(held.case, WORDS, "avi"))
        held.line.puts.append(SendResult("refused", reason="no such extension"))
        accept = AnswerTransfer(held.case, "", "accept")
        await desk.site.workspace.order(desk.site._avi, "avi-takes", accept, desk="avi-1")
        await desk.wait(2)
        assert "Rina could not be put through to Avi: call and case are yours still" in desk.text
        assert [call.state for _, call in desk.workbench.desk.live_calls()] == ["active"]
        assert "to Avi · the call could not be" in desk.text


async def test_what_nobody_knows_is_shown_and_one_of_the_two_says_it(tmp_path: Path) -> None:
    async with exchange(tmp_path) as held:
        desk = held.desk
        await held.by(desk.site._noa, TransferCase(held.case, WORDS, "avi"))
        held.line.puts.append(SendResult("unknown", reason="no answer"))
        accept = AnswerTransfer(held.case, "", "accept")
        await desk.site.workspace.order(desk.site._avi, "avi-takes", accept, desk="avi-1")
        await desk.wait(2)
        assert "nobody knows whether Rina was put through to Avi: t on that case says it" in desk.text
        await desk.press("escape", "t")
        assert "the call is with them" in desk.text and "the call is with me still" in desk.text
        await desk.press("down", "enter")
        await desk.wait(2)
        row = desk.workbench.desk.row(CaseKey("hub", held.case))
        assert row is not None and (row.owner, row.transfer) == ("noa", None)
        assert len(held.line.put) == 1


async def test_whoever_said_yes_hears_too_that_it_came_to_nothing(tmp_path: Path) -> None:
    async with exchange(tmp_path, mine=False) as held:
        desk = held.desk
        refused, unknown = SendResult("refused", reason="no such extension"), SendResult("unknown")
        for told, words in ((refused, "could not do it: no such extension"), (unknown, "did not answer: look")):
            await held.by(desk.site._avi, TransferCase(held.case, WORDS, "noa"))
            held.line.puts.append(told)
            await desk.press("t", "enter")
            await desk.wait(2)
            assert words in desk.text
            assert not desk.workbench.desk.live_calls(), "it is Avi's"
            assert not desk.workbench.desk.unsent
        await desk.press("t")
        assert "the call is with me" in desk.text and "the call is with Avi" in desk.text
        await desk.press("enter")
        await desk.wait(2)
        assert [call.agent for _, call in desk.workbench.desk.live_calls()] == ["noa"]


async def test_nothing_is_left_at_the_desk_of_who_is_erased(tmp_path: Path) -> None:
    async with exchange(tmp_path) as held:
        desk = held.desk
        await held.by(desk.site._noa, TransferCase(held.case, WORDS, "avi"))
        await held.by(desk.site._avi, AnswerTransfer(held.case, "", "accept"))
        await held.tells("ended")
        assert "C write up" in desk.text
        row = desk.workbench.desk.row(CaseKey("hub", held.case))
        assert row is not None
        boss = Agent("rami", "Rami", "admin")
        Operator(desk.site.workspace._store, desk.time, Ids(9)).add_agent(boss.id, boss.name, boss.role)
        await held.by(boss, EraseCustomer(row.customer, (row.customer,)))
        assert not desk.workbench.desk.live_calls()
        assert "Rina" not in desk.text
        page = await desk.site.workspace.query(desk.site._noa, HeldQuery())
        assert isinstance(page, HeldPage) and page.parts == ()


async def test_an_exchange_that_cannot_is_said_before_anything_is_asked(tmp_path: Path) -> None:
    async with exchange(tmp_path, able=False) as held:
        desk = held.desk
        await desk.press("escape", "colon", *"transfer", "space", "at", *"avi", "enter")
        assert "the exchange cannot put a call through: hang up first, or look at it together" in desk.text
        row = desk.workbench.desk.row(CaseKey("hub", held.case))
        assert row is not None and row.transfer is None


async def test_handing_over_after_looking_together_gives_the_call_too(tmp_path: Path) -> None:
    async with exchange(tmp_path) as held:
        desk = held.desk
        await held.by(desk.site._noa, TransferCase(held.case, WORDS, "avi", warm=True))
        await held.by(desk.site._avi, AnswerTransfer(held.case, "", "accept"))
        await desk.press("escape", "t")
        await desk.press("enter")
        assert "Rina is being put through" in desk.text
        await desk.wait(2)
        assert held.line.put == [("ch-1", "noa", "avi")]
        assert "write up: Rina" in desk.text
        await held.by(desk.site._avi, Assign(held.case, "avi"))
        row = desk.workbench.desk.row(CaseKey("hub", held.case))
        assert row is not None and row.call is not None and (row.owner, row.call.agent) == ("avi", "avi")
