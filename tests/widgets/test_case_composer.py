"""Writing as an agent does it: drafts, sending, taking back, notes, mail fields, canned replies, files."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events

from agent_tui.backends.base import Disconnected
from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Message
from agent_tui.domain.orders import NewMessage, Note, Reply
from agent_tui.domain.queries import CaseQuery, Page, Query
from agent_tui.domain.text import CustomerText
from agent_tui.language.catalogue import Catalogue
from agent_tui.widgets.case import drafting
from tests.widgets.running import running
from tests.widgets.talk import DANA, WA, TalkShop, at, case_column, messages, talking, type_text

KEY = CaseKey("hub", DANA)


async def test_a_reply_begun_before_its_case_is_there_goes_where_the_customer_wrote() -> None:
    class Slow(TalkShop):
        def __init__(self) -> None:
            super().__init__()
            self.there = asyncio.Event()

        async def query(self, query: Query) -> Page:
            if isinstance(query, CaseQuery):
                await self.there.wait()
            return await super().query(query)

    shop = Slow()
    async with running(shop) as desk:
        await desk.pilot.press("enter", "enter", *"Hi!")
        composer = desk.app.desk_screen.case.composer
        assert (composer.writing.edit.text, composer.writing.draft.conversation) == ("Hi!", "")
        shop.there.set()
        await desk.rest()
        assert (composer.writing.edit.text, composer.writing.draft.conversation) == ("Hi!", "wa")
        assert "window closed" not in desk.text
        await desk.press("enter")
        assert "somebody answered while you wrote" in desk.screen[-2]  # what was said before was not seen either
        await desk.press("enter")
        await desk.wait(6)
        assert [order.conversation for order in shop.orders if isinstance(order, Reply)] == ["wa"]


async def test_enter_sends_and_the_words_stand_in_the_timeline_at_once() -> None:
    async with talking() as desk:
        await desk.press("enter")
        await type_text(desk, "Good morning")
        await desk.press("enter")
        assert "sent to Dana Levi on WhatsApp" in desk.text
        assert any(line.endswith("...") and "Good morning" in line for line in case_column(desk))
        assert desk.shop.orders[-1].name != "reply"  # still held
        await desk.wait(6)
        sent = desk.shop.orders[-1]
        assert isinstance(sent, Reply)
        assert (sent.body.raw, sent.channel, sent.conversation) == ("Good morning", "whatsapp", "wa")


async def test_the_way_out_of_the_composer_is_taught_before_the_last_case() -> None:
    async with talking(size=(100, 30)) as desk:
        await desk.press("ctrl+n", "enter")
        assert "Esc out" in desk.screen[-1]


async def test_without_a_line_the_desk_says_that_the_reply_is_kept() -> None:
    async with talking() as desk:
        await desk.press("enter")
        await type_text(desk, "Good morning")
        desk.shop.happens(Disconnected("no route", 5.0))
        await desk.rest()
        await desk.press("enter")
        assert "kept: goes to Dana Levi on WhatsApp when the line is back" in desk.text
        assert "sent to" not in desk.text


async def test_a_send_is_taken_back_with_what_was_typed_since() -> None:
    async with talking() as desk:
        await desk.press("enter")
        await type_text(desk, "first")
        await desk.press("enter")
        await type_text(desk, "second")
        await desk.press("ctrl+r")
        assert desk.app.desk_screen.case.composer.writing.draft.body == "first\n\nsecond"
        await desk.wait(10)
        assert not any(isinstance(order, Reply) for order in desk.shop.orders)


async def test_a_draft_stays_with_its_case() -> None:
    async with talking() as desk:
        await desk.press("enter")
        await type_text(desk, "half a sen")
        await desk.press("escape", "escape", "j", "enter")
        assert desk.app.desk_screen.case.composer.writing.draft.body == ""
        assert desk.workbench.desk.drafts[KEY].body == "half a sen"
        await desk.press("x", "enter")
        await type_text(desk, "tence")
        assert desk.app.desk_screen.case.composer.writing.draft.body == "half a sentence"


async def test_a_draft_is_kept_half_a_second_after_the_last_key() -> None:
    async with talking() as desk:
        await desk.press("enter")
        await type_text(desk, "abc")
        assert KEY not in desk.workbench.desk.drafts
        await desk.wait(0.6)
        assert desk.workbench.desk.drafts[KEY].body == "abc"
        for _ in range(3):
            await desk.press("backspace")
        await desk.wait(0.6)
        assert KEY not in desk.workbench.desk.drafts


async def test_a_paste_never_sends_and_is_cleaned() -> None:
    async with talking() as desk:
        await desk.press("enter")
        desk.app.desk_screen.case.composer.post_message(events.Paste("one\r\ntwo\x1b[31m\x07\u202e\tthree\n"))
        await desk.rest()
        assert desk.app.desk_screen.case.composer.writing.draft.body == "one\ntwo[31m    three\n"
        await desk.wait(6)
        assert not any(isinstance(order, Reply) for order in desk.shop.orders)


async def test_a_note_stays_in_the_house_and_the_next_words_do_not_go_to_the_customer() -> None:
    async with talking() as desk:
        await desk.press("n")
        await type_text(desk, "Courier called")
        assert "── note, stays here ──" in desk.text
        await desk.press("enter")
        assert not desk.app.desk_screen.case.composing
        await desk.wait(6)
        assert isinstance(desk.shop.orders[-1], Note)


async def test_a_note_beside_a_begun_reply_never_goes_into_the_reply() -> None:
    async with talking() as desk:
        await desk.press("enter")
        await type_text(desk, "Dear Dana")
        await desk.press("escape", "n")
        assert desk.screen[-2].startswith(" : note")
        await type_text(desk, "she is angry")
        await desk.press("enter")
        assert desk.shop.orders[-1] == Note(DANA, CustomerText("she is angry"))
        assert desk.app.desk_screen.case.composer.writing.draft.body == "Dear Dana"


async def test_mail_shows_its_fields_and_enter_begins_a_new_line() -> None:
    async with talking() as desk:
        await desk.press("enter", "ctrl+t")
        await type_text(desk, "dana@")
        await desk.press("enter")
        assert "Subject  Re: Refund for 88102" in desk.text
        assert "To       dana@example.co.il" in desk.text
        await type_text(desk, "Dear Dana")
        await desk.press("enter")
        await type_text(desk, "all is well")
        await desk.press("ctrl+t")
        await type_text(desk, "cc")
        await desk.press("enter")
        await type_text(desk, "avi@home.example")
        await desk.press("enter", "ctrl+g")
        await desk.wait(6)
        sent = desk.shop.orders[-1]
        assert isinstance(sent, Reply)
        assert sent.body.raw == "Dear Dana\nall is well\n\n-- \nNoa, Nofar Home"
        assert (sent.subject.raw, sent.in_reply_to) == ("Re: Refund for 88102", "m1")
        assert [one.raw for one in sent.cc] == ["avi@home.example"]


async def test_reply_to_all_leaves_our_own_address_out() -> None:
    async with talking() as desk:
        for _ in range(6):
            await desk.press("k")
        await desk.press("colon")
        await type_text(desk, "reply-all")
        await desk.press("enter")
        draft = desk.app.desk_screen.case.composer.writing.draft
        assert [one.raw for one in draft.to] == ["Dana Levi <dana@example.co.il>"]
        assert [one.raw for one in draft.cc] == ["avi@home.example"]


async def test_forward_quotes_and_takes_the_files_along() -> None:
    async with talking() as desk:
        for _ in range(6):
            await desk.press("k")
        await desk.press("colon")
        await type_text(desk, "forward lamps@maker.example")
        await desk.press("enter", "ctrl+g")
        await desk.wait(6)
        sent = desk.shop.orders[-1]
        assert isinstance(sent, Reply)
        assert sent.forward_of == "m1"
        assert "> The lamp came broken, see photo." in sent.body.raw
        assert re.search(r"^Date: \d+ [A-Z][a-z]{2} 20\d\d, 14:02$", sent.body.raw, re.MULTILINE)
        assert [file.name.raw for file in sent.files] == ["lamp.jpg", "bill.pdf"]
        assert sent.subject.raw == "Fwd: Refund for 88102"


async def test_a_new_message_goes_to_anyone() -> None:
    async with talking() as desk:
        await desk.press("escape", "escape", "colon")
        await type_text(desk, "message-new")
        await desk.press("enter")
        await type_text(desk, "new@one.example")
        await desk.press("enter")
        await type_text(desk, "Hello")
        before = len(desk.shop.orders)
        await desk.press("ctrl+g")
        assert "it has no subject: ^T writes one; sending again sends it without" in desk.text
        assert desk.app.desk_screen.case.composer.writing.draft.body.startswith("Hello")
        await desk.wait(6)
        assert len(desk.shop.orders) == before
        await desk.press("ctrl+g")
        await desk.wait(6)
        sent = desk.shop.orders[-1]
        assert isinstance(sent, NewMessage)
        assert [one.raw for one in sent.to] == ["new@one.example"]
        assert (sent.channel, sent.account) == ("email", "main")


async def test_who_is_written_to_first_was_asked_and_the_words_are_kept() -> None:
    shop = TalkShop()
    shop.wants_consent = True
    async with talking(shop) as desk:
        before = len(desk.shop.orders)
        await desk.press("N")
        await type_text(desk, "new@one.example")
        await desk.press("enter")
        await type_text(desk, "Hello")
        await desk.press("ctrl+g", "ctrl+g")
        await desk.wait(6)
        assert "it is a draft again: Ask whether they agree to be written to on mail" in desk.text
        await desk.press("N", "ctrl+g")
        assert "they agreed to be written to on e-mail?" in desk.text
        await desk.press("down", "enter")
        assert not any(isinstance(one, NewMessage) for one in desk.shop.orders[before:])
        assert desk.app.desk_screen.case.composer.writing.draft.body.startswith("Hello")
        await desk.press("ctrl+g", "enter")
        await desk.press("ctrl+g")
        await desk.wait(6)
        (sent,) = (one for one in desk.shop.orders[before:] if isinstance(one, NewMessage))
        assert sent.consent and sent.body.raw.startswith("Hello")
        assert [one.raw for one in sent.to] == ["new@one.example"]


async def test_whether_others_agreed_is_asked_anew() -> None:
    async with talking() as desk:
        await desk.press("N")
        await type_text(desk, "new@one.example")
        await desk.press("enter")
        writing = desk.app.desk_screen.case.composer.writing
        writing.change(consent="ask")
        held = [writing.draft.consent]
        writing.change(to=(CustomerText("other@one.example"),))
        assert [*held, writing.draft.consent] == ["ask", ""]


async def test_a_subject_that_is_written_after_all_is_sent_and_a_reply_is_never_asked_for_one() -> None:
    async with talking() as desk:
        await desk.press("N")
        await type_text(desk, "new@one.example")
        await desk.press("enter")
        await type_text(desk, "Hello")
        await desk.press("ctrl+g", "ctrl+t")
        await type_text(desk, "subj")
        await desk.press("enter")
        await type_text(desk, "Your lamp")
        await desk.press("enter", "ctrl+g")
        await desk.wait(6)
        sent = desk.shop.orders[-1]
        assert isinstance(sent, NewMessage) and sent.subject.raw == "Your lamp"
    answer = Draft(CaseKey("hub", "c1"), "email", "em", body="yes", in_reply_to="m1")
    assert not drafting.lacks_subject(answer)
    assert drafting.lacks_subject(replace(answer, in_reply_to=""))
    assert not drafting.lacks_subject(replace(answer, in_reply_to="", channel="whatsapp"))
    assert not drafting.lacks_subject(replace(answer, in_reply_to="", note=True))


async def test_after_a_new_message_nothing_is_typed_to_the_customer_of_the_open_case() -> None:
    async with talking() as desk:
        await desk.press("N")
        await type_text(desk, "new@one.example")
        await desk.press("enter")
        await type_text(desk, "Hello")
        await desk.press("ctrl+g", "ctrl+g")
        assert not desk.app.desk_screen.case.composing
        assert desk.app.desk_screen.case.composer.writing.blank


async def test_canned_replies_leave_their_fields_to_be_filled() -> None:
    async with talking() as desk:
        await desk.press("enter", "slash")
        await type_text(desk, "late")
        await desk.press("enter")
        assert "type what name is; Tab goes to the next field" in desk.text
        await type_text(desk, "Dana")
        composer = desk.app.desk_screen.case.composer
        assert composer.writing.draft.body == "Hello Dana, parcel {{ number }} is on its way."
        await desk.press("enter")
        assert "number is still to be filled" in desk.text
        await type_text(desk, "88213")
        await desk.press("enter")
        await desk.wait(6)
        sent = desk.shop.orders[-1]
        assert isinstance(sent, Reply)
        assert sent.body.raw == "Hello Dana, parcel 88213 is on its way."


async def test_a_canned_reply_stands_apart_from_the_word_before_it() -> None:
    async with talking() as desk:
        composer = desk.app.desk_screen.case.composer
        await desk.press("enter")
        await type_text(desk, "One moment.")
        await desk.press("f2")
        await type_text(desk, "thanks")
        await desk.press("enter")
        assert composer.writing.draft.body == "One moment. Thank you for waiting!"
        assert "Tab goes" not in desk.text
        await desk.press("ctrl+j", "f2")
        await type_text(desk, "thanks")
        await desk.press("enter")
        assert composer.writing.draft.body == "One moment. Thank you for waiting!\nThank you for waiting!"


async def test_a_slash_that_was_meant_is_typed_by_leaving_the_picker() -> None:
    async with talking() as desk:
        await desk.press("enter", "slash", "e", "t", "c", "escape")
        assert desk.app.desk_screen.case.composer.writing.draft.body == "/etc"
        assert desk.app.desk_screen.case.composing


async def test_a_closed_window_is_said_before_sending() -> None:
    shop = TalkShop()
    closed = replace(WA, last_inbound=at(2, 9, 0))
    shop.talks = (closed,)
    async with talking(shop) as desk:
        assert "! window closed" in desk.text
        await desk.press("enter")
        await type_text(desk, "hi")
        await desk.press("enter")
        assert "WhatsApp is closed" in desk.text
        assert desk.app.desk_screen.case.composer.writing.draft.body == "hi"


async def test_too_long_is_said_before_sending() -> None:
    async with talking() as desk:
        await desk.press("enter")
        desk.app.desk_screen.case.composer.insert("x" * 5000)
        await desk.press("enter")
        assert "too long by 904: WhatsApp takes 4096" in desk.text
        assert "5000/4096" in desk.text


async def test_the_window_runs_down_in_its_rule() -> None:
    async with talking() as desk:
        assert "23h49 left" in desk.text
        await desk.wait(60)
        assert "23h48 left" in desk.text


async def test_a_colleague_who_answered_meanwhile_is_pointed_out_once() -> None:
    shop = TalkShop()
    async with talking(shop) as desk:
        await desk.press("enter")
        await type_text(desk, "hi")
        shop.says(Message("c1", DANA, "wa", "whatsapp", "out", at(0, 9, 42), CustomerText("done"), "sent", "avi"))
        await desk.rest()
        await desk.press("enter")
        assert "somebody answered while you wrote" in desk.text
        await desk.press("enter")
        assert "sent to Dana Levi" in desk.text


async def test_a_file_goes_along(tmp_path: Path) -> None:
    bill = tmp_path / "bill.txt"
    bill.write_text("120")
    async with talking() as desk:
        await desk.press("enter", "ctrl+f")
        await type_text(desk, str(bill))
        await desk.press("enter")
        assert "File 1   bill.txt  3 B" in desk.text
        await type_text(desk, "see the bill")
        await desk.press("enter")
        await desk.wait(6)
        sent = desk.shop.orders[-1]
        assert isinstance(sent, Reply)
        assert [file.name.raw for file in sent.files] == ["bill.txt"]


async def test_the_link_to_upload_from_the_agents_own_machine_is_copied() -> None:
    async with talking() as desk:
        await desk.press("enter", "ctrl+f", "enter")
        await desk.wait(0.1)
        assert "upload there, copied: https://hub.example/once" in desk.text


async def test_a_link_to_upload_needs_a_case() -> None:
    async with talking() as desk:
        await desk.press("escape", "escape", "colon")
        await type_text(desk, "message-new new@one.example")
        await desk.press("enter", "ctrl+f", "enter")
        await desk.wait(0.1)
        assert "a link needs a case; a path here works in a new message too" in desk.text


async def test_undo_takes_typing_back() -> None:
    async with talking() as desk:
        await desk.press("enter")
        await type_text(desk, "one two")
        await desk.press("ctrl+w")
        assert desk.app.desk_screen.case.composer.writing.draft.body == "one "
        await desk.press("ctrl+underscore")
        assert desk.app.desk_screen.case.composer.writing.draft.body == "one two"


async def test_writing_is_possible_before_the_messages_came() -> None:
    async with talking(TalkShop(messages()[:0])) as desk:
        await desk.press("enter")
        await type_text(desk, "first word")
        await desk.press("enter")
        await desk.wait(6)
        assert isinstance(desk.shop.orders[-1], Reply)


async def test_what_was_undone_is_typed_again() -> None:
    async with talking() as desk:
        await desk.press("enter")
        await type_text(desk, "one two")
        await desk.press("ctrl+w", "ctrl+underscore", "ctrl+k")
        assert desk.app.desk_screen.case.composer.writing.draft.body == "one "
        await desk.press("ctrl+k")
        assert "nothing was taken back in the text" in desk.text


@pytest.mark.parametrize(
    ("language", "words", "marked"),
    [(None, "one two three", "two"), ("he", "שלום לך דנה", "לך")],
    ids=["en", "he"],
)
async def test_what_the_mouse_is_drawn_over_is_marked(language: str | None, words: str, marked: str) -> None:
    async with talking(language=Catalogue("he") if language else None) as desk:
        await desk.press("enter")
        await type_text(desk, words)
        composer = desk.app.desk_screen.case.composer
        line = composer._head
        edit = composer.writing.edit
        edit.put_caret(words.index(marked))
        start = composer.writing.view.caret_cell[0]
        edit.put_caret(words.index(marked) + len(marked))
        stop = composer.writing.view.caret_cell[0]
        edit.put_caret(0)
        await desk.pilot.mouse_down(composer, offset=(start, line))
        await desk.pilot.hover(composer, offset=(stop, line))
        await desk.pilot.mouse_up(composer, offset=(stop, line))
        await desk.rest()
        assert edit.text[slice(*edit.marked)] == marked
        await desk.pilot.hover(composer, offset=(1, line))
        assert edit.text[slice(*edit.marked)] == marked, "the button is up"
        await desk.press("x")
        assert edit.text == words.replace(marked, "x")


async def test_a_mouse_that_leaves_the_text_marks_to_its_end() -> None:
    async with talking() as desk:
        await desk.press("enter")
        await type_text(desk, "one")
        await desk.press("ctrl+j")
        await type_text(desk, "two")
        composer = desk.app.desk_screen.case.composer
        await desk.pilot.mouse_down(composer, offset=(1, composer._head))
        await desk.pilot.hover("StatusLine", offset=(90, 0))
        await desk.pilot.mouse_up("StatusLine", offset=(90, 0))
        assert composer.writing.edit.marked == (0, 7)
