"""Giving a case away and being given one, at a desk on a real hub: Avi is at another desk."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.domain.orders import AnswerTransfer, Assign, Follow, Note, Order, Presence, TransferCase
from agent_tui.domain.text import CustomerText
from tests.hub.fakes import mail
from tests.widgets.shop import NOW
from tests.widgets.test_joining import House, house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def office(folder: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[tuple[House, str]]:
    """Noa's desk with a case of hers, and Avi is there too."""
    async with house(folder, size) as desk:
        await desk.site.workspace.presence("avi", here=True)
        await avi(desk, Presence("available"))
        await desk.hears(mail("<1@x>", "the lamp is broken", name="Dana Levi", address="dana@example.com", at=NOW))
        ((key, _, _),) = desk.workbench.desk.inbox.rows()
        yield desk, key.case


async def avi(desk: House, order: Order) -> None:
    """Avi does something at a desk of his own."""
    number = desk.site.workspace.head()
    outcome = await desk.site.workspace.order(desk.site._avi, f"avi-{number}", order, desk="a1")
    assert not hasattr(outcome, "code"), outcome
    await desk.rest()


async def test_a_colleague_is_asked_and_says_yes(tmp_path: Path) -> None:
    async with office(tmp_path) as (desk, case):
        await desk.press("t")
        assert "Avi                         available" in desk.text
        await desk.press("enter", "enter")
        assert "for Avi: what was done, what is promised?" in desk.text
        await desk.press(*"sent", "enter")
        assert "Avi is asked to take Dana Levi; it stays yours until then" in desk.text
        await desk.wait(2)
        assert "Dana Levi          >" in desk.text
        await avi(desk, AnswerTransfer(case, "", "accept"))
        assert "Avi took Dana Levi" in desk.text
        await desk.wait(2)
        assert not desk.rows


async def test_a_no_comes_back_with_its_reason(tmp_path: Path) -> None:
    async with office(tmp_path) as (desk, case):
        await desk.press("enter", "colon", *"transfer", "space", "at", *"avi", "space", *"late", "enter")
        await desk.wait(2)
        await avi(desk, AnswerTransfer(case, "", "decline", CustomerText("too much in hand")))
        assert "Avi does not take Dana Levi: it is yours still" in desk.text
        await desk.wait(2)
        assert "you  to Avi · Avi does not take it" in desk.text
        assert "too much in hand" in desk.text


async def test_what_was_to_be_said_with_a_refused_one_is_offered_again(tmp_path: Path) -> None:
    async with office(tmp_path) as (desk, case):
        ((key, _, _),) = desk.workbench.desk.inbox.rows()
        desk.workbench.order(key.backend, TransferCase(case, CustomerText("parcel is late"), "nobody"), key=key)
        await desk.wait(2)
        assert "refused, Dana Levi" in desk.text
        await desk.press("t", "enter")
        assert "parcel is late" in desk.text and "what you wrote" in desk.text
        await desk.press("enter")
        await desk.wait(2)
        row = desk.workbench.desk.row(key)
        assert row is not None and row.transfer is not None
        await desk.press("t")
        assert "parcel is late" in desk.text
        assert not desk.workbench.refused_notes


async def test_it_is_taken_back_by_undo(tmp_path: Path) -> None:
    async with office(tmp_path) as (desk, case):
        await desk.press("t", "enter", *"late", "enter")
        await desk.wait(2)
        await desk.press("z")
        assert "undone: the transfer; the note stays" in desk.text
        await desk.wait(2)
        row = desk.workbench.desk.row(next(key for key, _, _ in desk.workbench.desk.inbox.rows()))
        assert row is not None and row.transfer is None, case


async def test_what_is_handed_to_me_stands_among_mine_and_is_answered_by_a_key(tmp_path: Path) -> None:
    async with office(tmp_path) as (desk, case):
        await avi(desk, Assign(case, "avi"))
        await desk.wait(2)
        await avi(desk, TransferCase(case, CustomerText("refund 120, promised today"), "noa"))
        assert "Avi hands you Dana Levi: t on that case answers" in desk.text
        await desk.wait(2)
        assert "Dana Levi          >" in desk.text
        await desk.press("t")
        assert "refund 120, promised today" in desk.text
        assert "Avi hands you Dana Levi:" in desk.text
        await desk.press("enter")
        await desk.wait(2)
        row = desk.workbench.desk.row(next(key for key, _, _ in desk.workbench.desk.inbox.rows()))
        assert row is not None and (row.owner, row.transfer) == ("noa", None)
        await desk.press("enter")
        assert "to you · you took it" in desk.text


async def test_together_with_a_side_talk(tmp_path: Path) -> None:
    async with office(tmp_path) as (desk, case):
        await desk.press("T", "enter", *"look", "enter")
        await desk.wait(2)
        await avi(desk, AnswerTransfer(case, "", "accept"))
        assert "Avi is at Dana Levi with you" in desk.text
        await avi(desk, Note(case, CustomerText("I would refund it")))
        assert "Avi about Dana Levi: I would refund it" in desk.text
        await desk.press("enter")
        assert "talk I would refund it" in desk.text
        assert "together with Avi" in desk.text
        await desk.press("t", "enter")
        await desk.wait(2)
        assert "you  together with Avi · handed over" in desk.text
        assert not desk.rows


async def test_a_case_that_i_follow_is_heard_of(tmp_path: Path) -> None:
    async with office(tmp_path) as (desk, case):
        await avi(desk, Assign(case, "avi"))
        await desk.wait(2)
        await desk.press("colon", *"view-all", "enter", "g", "asterisk")
        assert "you hear what becomes of Dana Levi" in desk.text
        await desk.wait(2)
        await desk.press("g", "F")
        assert "FOLLOWED, need us                  1" in desk.text
        await avi(desk, Follow(case))
        await desk.site.workspace.port.inbound(
            mail("<2@x>", "any news?", name="Dana Levi", address="dana@example.com", at=NOW)
        )
        await desk.rest()
        assert "followed: Dana Levi wrote" in desk.text
