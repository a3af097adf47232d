"""The customer beside the case: who, how to reach them, what was before; in one line where the screen is narrow."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Attachment, PastCase
from agent_tui.domain.text import CustomerText
from tests.widgets.talk import DANA, TalkShop, at, messages, talking


async def test_addresses_carry_their_channel_and_a_check_where_the_customer_wrote() -> None:
    async with talking() as desk:
        column = [line[90:].rstrip() for line in desk.screen]
        assert " WA 054-987-1234            ✓" in column
        assert " EM dana@example.co.il      ✓" in column
        assert " EM d.levi@example.com" in column


async def test_notes_and_history_are_there() -> None:
    async with talking() as desk:
        column = "\n".join(line[90:].rstrip() for line in desk.screen)
        assert "HISTORY 3" in column
        assert "12 Nov   EM refund         4" in column
        assert "Courier: the parcel" in column


async def test_a_note_that_is_a_file_is_named_and_words_end_before_the_edge() -> None:
    sent_up = Attachment(CustomerText("bill-of-the-lamp.pdf"), "application/pdf", 3, "b" * 64)
    note = replace(messages()[0], id="n9", body=CustomerText(""), attachments=(sent_up,))
    async with talking(TalkShop([*messages(), note])) as desk:
        column = [line[90:] for line in desk.screen]
        assert any("bill-of-the-lamp.pdf" in line for line in column)
        assert all(line[29:].strip() == "" for line in column[2:-3])


async def test_earlier_cases_page_on_to_the_first() -> None:
    shop = TalkShop()
    shop.past = tuple(
        PastCase(f"h{n}", 4400 - n, "email", CustomerText(f"question {n}"), at(n, 9, 0), 1, "done")
        for n in range(1, 121)
    )
    async with talking(shop) as desk:
        case = desk.workbench.desk.open_case
        assert case is not None and case.history is not None
        assert "HISTORY 50+" in desk.text and len(case.history) == 50
        await desk.press("i", "end")
        assert len(case.history) == 100
        await desk.press("end")
        assert [one.id for one in case.history] == [one.id for one in shop.past]
        await desk.press("end", "end")
        assert len(case.history) == 120 and not case.more_history
        assert "question 120" in desk.text and "page on" not in desk.text
        await desk.press("home")
        assert "HISTORY 120" in desk.text


async def test_an_earlier_case_is_opened_from_there() -> None:
    async with talking() as desk:
        await desk.press("i")
        for _ in range(4):
            await desk.press("j")
        await desk.press("enter")
        open_case = desk.workbench.desk.open_case
        assert open_case is not None
        assert open_case.key == CaseKey("hub", "h1")


async def test_enter_on_an_address_writes_there() -> None:
    async with talking() as desk:
        await desk.press("i", "j", "j", "enter")
        draft = desk.app.desk_screen.case.composer.writing.draft
        assert (draft.channel, draft.conversation) == ("email", "em")
        assert desk.app.desk_screen.case.composing


async def test_a_narrow_screen_has_one_line_and_a_card() -> None:
    async with talking(size=(80, 24)) as desk:
        assert "Dana Levi #4471  vip" in desk.screen[2]
        assert desk.screen[2].rstrip().endswith("i card")
        await desk.press("i")
        assert "HISTORY 3" in desk.text
        await desk.press("escape")
        assert desk.workbench.desk.open_case is not None
        assert desk.workbench.desk.open_case.key.case == DANA
        assert "HISTORY 3" not in desk.text
