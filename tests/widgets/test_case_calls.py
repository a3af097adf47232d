"""The call line: a ring moves nothing, seconds run only while somebody rings or talks, and the write-up follows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.commands.calls import outcome_and_words
from agent_tui.domain.model import Call, Clock
from agent_tui.domain.orders import CallAction, WriteUp
from agent_tui.domain.text import CustomerText
from agent_tui.language.catalogue import Catalogue
from tests.widgets.running import Running
from tests.widgets.shop import NOW
from tests.widgets.talk import TalkShop, case_column, talking, type_text

MIRI = "c4476"


def ring(desk: Running, **more: object) -> Call:
    """Miri calls."""
    now = desk.time.now()
    call = Call("r1", MIRI, "t", "ringing", now - 8_000, CustomerText("054-333-1234"), "Billing", law_due=now + 222_000)
    return now_is(desk, replace(call, **more))  # type: ignore[arg-type]  # the fields of Call by name


def now_is(desk: Running, call: Call) -> Call:
    """The call is so from now on."""
    desk.shop.changes(desk.shop.rows[MIRI], call)
    return call


async def test_a_ring_moves_nothing_and_takes_no_focus() -> None:
    async with talking() as desk:
        await desk.press("enter")
        await type_text(desk, "half a word")
        before = desk.screen
        ring(desk)
        await desk.rest()
        assert "☎ RINGING 0:08" in desk.screen[1]
        assert "Miri Azulay 054-333-1234 · Billing · law: 3:42 left" in desk.screen[1]
        assert desk.screen[1].rstrip().endswith("^O answer ━━")
        assert desk.screen[2:20] == before[2:20]
        assert desk.app.desk_screen.case.composing
        await type_text(desk, "s")
        assert desk.app.desk_screen.case.composer.writing.draft.body == "half a words"


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        (Clock("call", NOW - 8_000, NOW + 12_000, warn=NOW + 9_000), "Billing · 0:12 left ━"),
        (Clock("call", NOW - 8_000, NOW - 3_000, "breached", warn=NOW - 5_000), "Billing · 0:03 late! ━"),
        (Clock("notice", NOW - 8_000, NOW + 112_000, warn=NOW + 90_000), "Billing · notice in 1:52 ━"),
        (Clock("call", NOW - 8_000, NOW + 12_000), "Billing ━"),
        (Clock("next", NOW - 8_000, NOW + 12_000, warn=NOW), "Billing ━"),
    ],
)
async def test_a_ring_tells_what_a_policy_leaves(clock: Clock, words: str) -> None:
    async with talking() as desk:
        now = desk.time.now() - NOW
        clock = replace(clock, due=clock.due + now)
        desk.shop.rows[MIRI] = replace(desk.shop.rows[MIRI], clock=clock)
        ring(desk, law_due=None)
        await desk.rest()
        assert words in desk.screen[1]


async def test_a_ring_tells_what_the_hub_goes_by_whatever_the_exchange_thinks() -> None:
    async with talking() as desk:
        clock = Clock("notice", desk.time.now() - 8_000, desk.time.now() + 112_000, warn=desk.time.now())
        desk.shop.rows[MIRI] = replace(desk.shop.rows[MIRI], clock=clock)
        ring(desk)
        await desk.rest()
        assert "notice in 1:52" in desk.screen[1] and "law" not in desk.screen[1]


async def test_a_narrow_line_tells_what_the_law_leaves_before_the_queue() -> None:
    async with talking(size=(60, 20)) as desk:
        ring(desk)
        await desk.rest()
        assert "Miri Azulay · law: 3:42 left ━ ^O answer ━" in desk.screen[1]


async def test_seconds_run_while_it_rings_and_not_after() -> None:
    async with talking() as desk:
        call = ring(desk)
        await desk.rest()
        await desk.wait(3)
        assert "RINGING 0:11" in desk.screen[1]
        now_is(desk, replace(call, state="abandoned", ended=desk.time.now()))
        await desk.rest()
        assert desk.screen[1].startswith("─────")
        assert desk.app.desk_screen.call_line.tick(desk.time.now()) is None


async def test_a_call_is_answered_held_muted_and_written_up() -> None:
    async with talking() as desk:
        call = ring(desk)
        await desk.rest()
        await desk.press("ctrl+o")
        await desk.wait(0.1)
        assert desk.shop.orders[-1] == CallAction("r1", "answer")
        now = desk.time.now()
        call = now_is(desk, replace(call, state="active", agent="noa", answered=now))
        await desk.rest()
        await desk.wait(5)
        assert "☎ 0:05" in desk.screen[1]
        now_is(desk, replace(call, muted=True))
        await desk.rest()
        assert "MUTED: you are not heard" in desk.screen[1]
        now_is(desk, replace(call, state="held"))
        await desk.rest()
        assert "ON HOLD" in desk.screen[1]
        now_is(desk, replace(call, state="ended", ended=now + 60_000))
        await desk.rest()
        assert "write up: " in desk.screen[1] and desk.screen[1].rstrip("━ ").endswith("C write up")
        await desk.press("escape", "escape", "colon")
        await type_text(desk, "call-write-up")
        await desk.press("enter")
        await type_text(desk, "promised: Thursday, by mail")
        await desk.press("enter")
        await desk.wait(1)
        written: object = desk.shop.orders[-1]
        assert written == WriteUp("r1", "promised", CustomerText("Thursday, by mail"))


async def test_digits_are_shown() -> None:
    async with talking() as desk:
        call = ring(desk, state="active", agent="noa", answered=desk.time.now(), keys="42")
        await desk.rest()
        assert "KEYPAD 42" in desk.screen[1]
        await desk.press("number_sign")
        assert desk.screen[1].rstrip().endswith("Esc out ━━")
        await desk.press("1")
        await desk.wait(0.1)
        assert desk.shop.orders[-1] == CallAction(call.id, "keys", "1")
        await desk.press("escape")
        assert "hang up" in desk.screen[1]


async def test_a_second_ring_is_told_during_a_call() -> None:
    async with talking() as desk:
        ring(desk, state="active", agent="noa", answered=desk.time.now())
        other = Call("r2", "c4472", "t", "ringing", desk.time.now() - 2_000, CustomerText("052-1"))
        desk.shop.changes(desk.shop.rows["c4472"], other)
        await desk.rest()
        assert "rings 0:02: Omar Haddad 052-1" in desk.screen[1]


async def test_calls_stand_in_the_timeline_with_length_and_outcome() -> None:
    async with talking(TalkShop()) as desk:
        assert any("they called · Rami, 6:12 · solved" in line for line in case_column(desk))


def test_an_outcome_may_be_followed_by_words() -> None:
    assert outcome_and_words("solved") == ("solved", "")
    assert outcome_and_words("wrong number, a florist") == ("wrong-number", "a florist")
    assert outcome_and_words("sold: two lamps") == ("sold", "two lamps")
    assert outcome_and_words("solvedly") == ("solvedly", "")


async def test_what_came_of_a_call_is_told_in_the_words_of_the_desk() -> None:
    async with talking(language=Catalogue("he")) as desk:
        await desk.press("home")
        assert "\u05e0\u05e4\u05ea\u05e8"[::-1] in desk.text and "solved" not in desk.text
