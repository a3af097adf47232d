"""A shift at the desk: it begins on a page that tells what waits, and ends with what is owed handed over or kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.backends.base import Rejected
from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Announcement, Clock, Handed, Promise
from agent_tui.domain.orders import Announce, Assign, ChangePromise, Note, Order, Presence
from agent_tui.domain.queries import ShiftPage
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS
from agent_tui.language.catalogue import Catalogue
from tests.widgets.picture import Picture, picture
from tests.widgets.running import Running, running
from tests.widgets.shop import NOA, NOW, Shop, sketch_rows

__all__ = ["picture"]  # a fixture

_T = CustomerText
ARRIVING = replace(NOA, presence="not-ready", since=NOW)


def a_shift() -> ShiftPage:
    """What waits for Noa in the morning."""
    past = Clock("next", NOW - HOUR_MS, NOW - MINUTE_MS)
    rows = [replace(row, clock=past) if row.number == 4491 else row for row in sketch_rows()]  # of one put away
    mine = tuple(row for row in rows if row.owner == "noa")
    return ShiftPage(
        NOW - 14 * HOUR_MS,
        mine,
        (
            Promise("p_1", "c4476", _T("call back about the refund"), NOW + HOUR_MS, NOW - HOUR_MS, "noa"),
            Promise("p_2", "c4473", _T("send form 12"), NOW + 3 * DAY_MS, NOW - HOUR_MS, "noa", agent="noa"),
        ),
        (Handed("c4475", "avi", NOW - 9 * HOUR_MS, _T("he wants the offer in writing, the price is agreed")),),
        (
            Announcement(
                "n_1", _T("Couriers are on strike: promise no deliveries"), "ruti", NOW - HOUR_MS, NOW + DAY_MS
            ),
        ),
        10_000,
    )


def arriving() -> Shop:
    return Shop(me=ARRIVING, shift=a_shift())


def given(desk: Running, *kinds: type) -> list[Order]:
    return [order for order in desk.shop.orders if isinstance(order, kinds)]


async def type_line(desk: Running, line: str) -> None:
    await desk.press("colon", *("space" if c == " " else c for c in line), "enter")


async def pick(desk: Running, words: str) -> None:
    """Choose a line of a page by typing its beginning."""
    await desk.press(*("space" if c == " " else "number_sign" if c == "#" else c for c in words), "enter")


# -- the start of a shift


async def test_a_shift_begins_with_what_waits_and_one_key_is_ready() -> None:
    async with running(arriving()) as desk:
        for words in ("on strike", "the offer in writing", "Dana Levi #4471", "-3m!", "call back about the refund"):
            assert words in desk.text, words
        assert "send form 12" not in desk.text, "it is not promised for today"
        assert "Gil Oren #4491" not in desk.text, "it is put away, not late"
        await desk.press("enter")
        assert given(desk, Presence) == [Presence("available")]
        assert "choose:" not in desk.text


async def test_whoever_is_available_has_begun_their_shift() -> None:
    ready = Shop(shift=a_shift())
    async with running(ready) as desk:
        assert "choose:" not in desk.text
        await desk.press("g", "o")
        assert "Handed to you" in desk.text
        assert "take new work from now on" not in desk.text


async def test_a_line_of_the_page_opens_its_case_and_the_agent_stays_not_ready() -> None:
    async with running(arriving()) as desk:
        await pick(desk, "avner")
        assert desk.workbench.desk.open_case is not None
        assert desk.workbench.desk.open_case.key == CaseKey("hub", "c4475")
        assert not given(desk, Presence)


async def test_an_announcement_of_others_can_hold_no_control() -> None:
    shop = arriving()
    page = a_shift()
    hostile = replace(page.announcements[0], body=_T("strike \x1b]0;owned\x07 \x1b[2J"))
    shop.shift = replace(page, announcements=(hostile,))
    async with running(shop) as desk:
        assert "\x1b" not in desk.text and "owned" not in desk.app.title


# -- presence


async def test_presence_offers_this_workspaces_reasons() -> None:
    async with running(Shop(shift=a_shift())) as desk:
        await desk.press("b")
        for words in ("available", "on a break", "at a meal", "in a meeting", "in training", "writing up"):
            assert words in desk.text
        await pick(desk, "at a")
        assert given(desk, Presence) == [Presence("meal")]


async def test_a_break_can_wait_for_the_case_in_hand() -> None:
    async with running(Shop(shift=a_shift())) as desk:
        await desk.press("enter", "b")
        await pick(desk, "on a")
        await pick(desk, "when dana")
        assert given(desk, Presence) == [Presence("break", "c4471")]
        assert "until then nothing new comes" in desk.screen[-2]
        await type_line(desk, "presence meeting after")
        assert given(desk, Presence)[1:] == [Presence("meeting", "c4471")]


async def test_with_nothing_in_hand_a_break_begins_at_once() -> None:
    async with running(Shop(shift=a_shift())) as desk:
        await type_line(desk, "presence break after")
        assert given(desk, Presence) == [Presence("break")]


async def test_the_header_says_what_i_am_since_when_and_what_comes_next() -> None:
    me = replace(NOA, presence="available", since=NOW - 72 * MINUTE_MS, then="break")
    async with running(Shop(me=me, shift=a_shift())) as desk:
        assert "○ Noa available, then on a break 1h12" in desk.screen[0]


# -- handing over


async def test_a_hand_over_is_previewed_done_in_one_go_and_undone_by_one_key() -> None:
    async with running(Shop(shift=a_shift())) as desk:
        await desk.press("g", "e")
        assert "choose first what becomes of a line" in desk.text
        await pick(desk, "dana")
        await pick(desk, "avi")
        await pick(desk, "she waits")
        assert "-> Avi: she waits" in desk.text
        await pick(desk, "omar")
        await pick(desk, "goes back")
        await desk.press("enter")
        await pick(desk, "send form")
        await pick(desk, "ruti")
        await desk.press("enter")
        assert not desk.shop.orders, "nothing is done before it is said"
        assert "hand over: 3 changes" in desk.text
        await desk.press("home", "pageup", "pageup", "enter")
        assert given(desk, Assign, ChangePromise) == [
            Assign("c4471", "avi", "billing", _T("she waits")),
            Assign("c4472"),
            ChangePromise("c4473", "p_2", NOW + 3 * DAY_MS, "ruti"),
        ]
        assert "3 things handed over; z takes it back, but no note" in desk.screen[-2]
        await desk.press("z")
        assert "what was noted stays" in desk.screen[-2]
        assert given(desk, Assign, ChangePromise)[3:] == [
            ChangePromise("c4473", "p_2", NOW + 3 * DAY_MS, "noa"),
            Assign("c4472", "noa", "billing"),
            Assign("c4471", "noa", "billing"),
        ]


async def test_all_cases_go_one_way_but_for_those_that_were_decided() -> None:
    async with running(Shop(shift=a_shift())) as desk:
        await desk.press("g", "e")
        await pick(desk, "dana")
        await pick(desk, "avi")
        await desk.press("enter")
        await pick(desk, "all cases")
        await pick(desk, "goes back")
        await desk.press("enter", "enter")
        orders = given(desk, Assign)
        assert len(orders) == 11
        assert desk.screen[-2].strip().endswith("11 things handed over; z takes it back")
        assert [order for order in orders if isinstance(order, Assign) and order.agent] == [
            Assign("c4471", "avi", "billing")
        ]


async def test_a_draft_goes_along_as_a_note_and_stays_here() -> None:
    async with running(Shop(shift=a_shift())) as desk:
        desk.workbench.save_draft(Draft(CaseKey("hub", "c4472"), "webchat", body="half a thought"))
        await type_line(desk, "handover")
        await pick(desk, "omar haddad")
        assert "stays with me" in desk.text
        await desk.press("escape")
        await type_line(desk, "handover")
        await desk.press(*["down"] * 15, "enter")
        await pick(desk, "as a note")
        await desk.press(*["pageup"] * 3, "enter")
        assert given(desk, Note) == [Note("c4472", _T("half a thought"))]
        assert "1 thing handed over" in desk.screen[-2] and "z takes" not in desk.screen[-2], "nothing that it could"
        assert CaseKey("hub", "c4472") in desk.workbench.desk.drafts


async def test_what_is_refused_is_named() -> None:
    shop = Shop(shift=a_shift())
    shop.refused_cases["c4472"] = Rejected("x", "no-agent", "They left.")
    async with running(shop) as desk:
        await desk.press("g", "e")
        await pick(desk, "all cases")
        await pick(desk, "avi")
        await desk.press("enter", "enter")
        assert "refused, Omar Haddad: They left." in desk.screen[-2]


# -- logging out


async def test_logging_out_shows_what_is_owed_and_one_more_key_leaves() -> None:
    async with running(Shop(shift=a_shift())) as desk:
        await desk.press("Q")
        assert "you have 11 open cases, 2 promises" in desk.text
        assert "call back about the refund" in desk.text
        assert not desk.shop.orders
        await desk.press("enter")
        assert given(desk, Presence) == [Presence("offline")]
        assert desk.app._exit


async def test_from_logging_out_to_the_hand_over_and_esc_stays() -> None:
    async with running(Shop(shift=a_shift())) as desk:
        await desk.press("Q")
        await pick(desk, "hand over")
        assert "hand over: 0 changes" in desk.text
        await desk.press("escape")
        assert desk.app.is_running and not desk.app._exit
        assert not desk.shop.orders


async def test_a_server_that_does_not_answer_keeps_nobody_from_leaving() -> None:
    shop = Shop(shift=a_shift())
    async with running(shop) as desk:
        desk.workbench.save_draft(Draft(CaseKey("hub", "c4472"), "webchat", body="half a thought"))
        shop.silent = True
        await desk.press("Q")
        await desk.wait(2.5)
        assert "you have 1 draft" in desk.text
        assert "hub gave no answer" in desk.text
        await desk.press("enter")
        assert desk.app._exit


async def test_keys_typed_before_the_page_stands_are_for_it() -> None:
    shop = Shop(shift=a_shift())
    async with running(shop) as desk:
        shop.answering.clear()
        await desk.pilot.press("Q", "down", "down", "enter")
        await desk.pilot.pause()
        assert desk.workbench.desk.open_case is None
        shop.answering.set()
        await desk.rest()
        assert desk.workbench.desk.open_case is None, "an Enter for the page opens no case"
        assert not desk.app._exit and "you have 11" not in desk.text, "they chose to stay"
        await desk.press("j", "enter")
        assert desk.workbench.desk.open_case is not None, "keys are the inbox's again"


async def test_keys_typed_before_the_page_stands_can_log_out() -> None:
    shop = Shop(shift=a_shift())
    async with running(shop) as desk:
        shop.answering.clear()
        await desk.pilot.press("Q", "enter")
        await desk.pilot.pause()
        assert not desk.app._exit
        shop.answering.set()
        await desk.rest()
        assert given(desk, Presence) == [Presence("offline")] and desk.app._exit


async def test_logging_out_at_one_of_two_terminals_leaves_the_other_one_be() -> None:
    async with running(Shop(shift=replace(a_shift(), terminals=2))) as desk:
        await desk.press("Q")
        assert "here only: your other terminal goes on" in desk.text
        await desk.press("enter")
        assert not given(desk, Presence)
        assert desk.app._exit


async def test_who_has_nothing_in_hand_is_told_of_the_other_terminal_too() -> None:
    async with running(Shop([], shift=ShiftPage(0, (), (), (), (), 10_000, terminals=2))) as desk:
        await desk.press("Q")
        assert "you are at another terminal too" in desk.text and "your other terminal goes on" in desk.text
        assert not desk.app._exit
        await desk.press("enter")
        assert desk.app._exit and not given(desk, Presence)


# -- announcing


async def test_only_a_supervisor_announces() -> None:
    async with running(Shop(shift=a_shift())) as desk:
        await type_line(desk, "announce strike until 12:00")
        assert "only a supervisor" in desk.screen[-2]
    shop = Shop(me=replace(NOA, role="supervisor"), shift=a_shift())
    async with running(shop) as desk:
        await type_line(desk, "announce strike until 12:00")
        assert given(desk, Announce) == [Announce(_T("strike"), NOW // DAY_MS * DAY_MS + 12 * HOUR_MS)]


# -- what a supervisor sees


def supervising() -> Shop:
    return Shop(me=replace(NOA, role="supervisor", since=NOW - HOUR_MS), shift=a_shift())


async def test_only_a_supervisor_sees_who_has_how_much() -> None:
    async with running(Shop(shift=a_shift())) as desk:
        await desk.press("g", "k")
        assert "only a supervisor" in desk.screen[-2]


async def test_a_supervisor_sees_agents_and_makes_one_not_ready() -> None:
    async with running(supervising()) as desk:
        await desk.press("g", "k")
        assert "2 of 3 take work" in desk.text
        assert "available · in a call · 1 open case · 1 needs them" in desk.text
        assert "on a break · 0 open cases" in desk.text
        await pick(desk, "avi")
        await pick(desk, "in a meeting")
        assert given(desk, Presence) == [Presence("meeting", agent="avi")]
        assert "Avi is in a meeting" in desk.screen[-2]


async def test_a_supervisor_passes_the_cases_of_another() -> None:
    async with running(supervising()) as desk:
        await desk.press("g", "k")
        await pick(desk, "avi")
        await pick(desk, "pass")
        assert "hand over what Avi has" in desk.text
        await pick(desk, "all cases")
        assert "stays with Avi" in desk.text
        await pick(desk, "billing")
        await desk.press("enter", "enter")
        assert len(given(desk, Assign)) == 11
        await desk.press("z")
        assert len(given(desk, Assign)) == 22


# -- how it looks

SIZES = [(120, 40), (80, 24), (60, 20)]


@pytest.mark.parametrize("language", [None, "he"], ids=["en", "he"])
@pytest.mark.parametrize("size", SIZES, ids=[f"{w}x{h}" for w, h in SIZES])
@pytest.mark.parametrize("page", ["start", "handover", "quit", "agents"])
async def test_how_pages_look(page: str, size: tuple[int, int], language: str | None, picture: Picture) -> None:
    shops = {"start": arriving(), "agents": supervising()}
    shop = shops.get(page) or Shop(shift=a_shift())
    async with running(shop, size=size, language=Catalogue("he") if language else None) as desk:
        if page == "handover":
            await desk.press("g", "e", "down", "down", "enter", "down", "down", "enter")
            await pick(desk, "waits for a number")
        elif page == "agents":
            await desk.press("g", "k")
        elif page == "quit":
            await desk.press("Q")
        picture(desk)
