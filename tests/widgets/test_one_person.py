"""One person at two servers: one row, one story, and the answer goes to where they wrote last."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui.domain.orders import FileRef, LinkElsewhere
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MINUTE_MS
from tests.hub.fakes import chat, mail
from tests.widgets.picture import Picture, picture
from tests.widgets.shop import NOW
from tests.widgets.test_joining import House, drawn, house

__all__ = ["picture"]
PHONE = "+972541234567"


async def dana(desk: House) -> None:
    """Dana writes to the one and, later, to the other; Avi only to the first."""
    (yard,) = desk.others
    await desk.hears(mail("<0@x>", "hello", name="Avi Cohen", address="avi@example.com", at=NOW - 20 * MINUTE_MS))
    await desk.hears(chat("w1", "where is my lamp?", name="Dana Levi", address=PHONE, at=NOW - 9 * MINUTE_MS))
    await desk.hears(chat("y1", "איפה המנורה שלי?", name="דנה לוי", address=PHONE, at=NOW - 5 * MINUTE_MS), yard)


async def test_one_row_and_the_answer_goes_where_they_wrote_last(tmp_path: Path) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        await dana(desk)
        assert desk.rows == 2
        await desk.press("home", "enter")
        case = desk.workbench.desk.open_case
        assert case is not None and len(case.parts) == 2
        assert "where is my lamp?" in desk.text and "ALSO AT hub" in desk.text
        assert case.key.backend == "yard", "there they wrote last"
        await desk.press("enter")
        await desk.type("it comes")
        await desk.press("enter")
        await desk.wait(7)
        case = desk.workbench.desk.open_case
        assert case is not None
        said = {part.key.backend: [m.body.raw for m in part.messages if m.kind == "out"] for part in case.parts}
        assert said == {"hub": [], "yard": ["it comes"]}


async def test_words_follow_to_the_other_server(tmp_path: Path) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        await dana(desk)
        await desk.press("home", "enter", "enter")
        await desk.type("it comes")
        await desk.press("ctrl+t")
        assert "WhatsApp +972541234567" in desk.text and "hub · " in desk.text
        await desk.press("down", "enter")
        case = desk.workbench.desk.open_case
        assert case is not None and case.key.backend == "hub"
        writing = desk.app.desk_screen.case.composer.writing
        assert (writing.draft.key, writing.draft.body) == (case.key, "it comes")
        assert set(desk.workbench.desk.drafts) <= {case.key}, "no copy stays behind"
        await desk.press("enter")
        await desk.wait(7)
        said = {part.key.backend: [m.body.raw for m in part.messages if m.kind == "out"] for part in case.parts}
        assert said == {"hub": ["it comes"], "yard": []}


async def test_a_message_of_the_other_server_is_acted_on_there(tmp_path: Path) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        await dana(desk)
        await desk.press("home", "enter", "up")
        assert desk.workbench.desk.open_case is not None
        assert desk.workbench.desk.open_case.key.backend == "yard", "moving the cursor turns nothing"
        await desk.press("r")
        assert desk.workbench.desk.open_case.key.backend == "hub"
        await desk.type("from here")
        await desk.press("enter")
        await desk.wait(7)
        case = desk.workbench.desk.open_case
        assert case is not None
        said = {part.key.backend: [m.body.raw for m in part.messages if m.kind == "out"] for part in case.parts}
        assert said == {"hub": ["from here"], "yard": []}


async def test_what_comes_at_the_other_server_is_shown_before_a_reply_leaves(tmp_path: Path) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        await dana(desk)
        await desk.press("home", "enter", "enter")
        await desk.type("it comes")
        await desk.site.workspace.port.inbound(chat("w2", "found it!", name="Dana Levi", address=PHONE, at=NOW))
        await desk.rest()
        await desk.press("enter")
        assert "the customer wrote while you did" in desk.text
        case = desk.workbench.desk.open_case
        assert case is not None and case.key.backend == "yard", "a draft keeps its place"
        await desk.press("enter")
        await desk.wait(7)
        assert [m.body.raw for m in case.messages if m.kind == "out"] == ["it comes"]


async def test_a_note_that_was_begun_stays_a_note(tmp_path: Path) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        await dana(desk)
        await desk.press("home", "enter", "n")
        await desk.site.workspace.port.inbound(chat("w2", "found it!", name="Dana Levi", address=PHONE, at=NOW))
        await desk.rest()
        await desk.type("she lies")
        await desk.press("enter")
        await desk.wait(8)
        case = desk.workbench.desk.open_case
        assert case is not None
        said = {part.key.backend: [m.kind for m in part.messages if m.kind != "in"] for part in case.parts}
        assert said == {"hub": [], "yard": ["note"]}


async def test_a_forward_that_was_begun_stays_a_forward(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await desk.hears(mail("<1@x>", "where is my lamp?", name="Dana", address="d@example.com", at=NOW))
        await desk.press("home", "enter", "W")
        await desk.type("boss@example.com")
        await desk.press("enter")
        writing = desk.app.desk_screen.case.composer.writing
        assert writing.draft.forward_of
        await desk.site.workspace.port.inbound(mail("<2@x>", "found it", name="Dana", address="d@example.com", at=NOW))
        await desk.rest()
        assert writing.draft.forward_of


async def test_the_words_are_on_the_disk_at_every_moment_of_a_turn(tmp_path: Path) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        await dana(desk)
        await desk.press("home", "enter", "enter")
        await desk.type("it comes")
        await desk.wait(3)
        await desk.press("ctrl+t", "down", "enter")  # no timer has rung since
        case = desk.workbench.desk.open_case
        assert case is not None and case.key.backend == "hub"
        assert [(d.key, d.body) for d in desk.workbench._drafts.all()] == [(case.key, "it comes")]


async def test_files_that_are_at_the_other_server_are_told_of(tmp_path: Path) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        await dana(desk)
        await desk.press("home", "enter", "enter")
        await desk.type("it comes")
        writing = desk.app.desk_screen.case.composer.writing
        writing.change(files=(FileRef("b1", CustomerText("invoice.pdf"), "application/pdf", 10),))
        await desk.press("ctrl+t", "down", "enter")
        assert writing.draft.body == "it comes" and writing.draft.files == ()
        assert "attach it there once more: invoice.pdf" in desk.text


async def test_a_turn_to_who_was_parted_meanwhile_leaves_the_words(tmp_path: Path) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        await dana(desk)
        await desk.press("home", "enter", "enter")
        await desk.type("it comes")
        await desk.press("ctrl+t", "down")
        writing, case = desk.app.desk_screen.case.composer.writing, desk.workbench.desk.open_case
        before = writing.draft
        assert case is not None
        row = desk.workbench.desk.row(case.beside[0].key)
        assert row is not None
        (itself,) = [digest[1:] for digest in row.known_as if digest[0] == "@"]
        yard = desk.others[0]
        await yard.workspace.order(yard._avi, "x1", LinkElsewhere(case.key.case, itself, same=False))
        await desk.rest()
        assert case.beside == ()
        await desk.press("enter")
        after = writing.draft
        assert (after.key, after.body, after.conversation) == (before.key, "it comes", before.conversation)


async def test_h_shows_the_history_of_one_server_after_the_other(tmp_path: Path) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        await dana(desk)
        await desk.press("home", "enter", "h")
        assert "history at yard" in desk.text
        assert desk.workbench.desk.past is not None and desk.workbench.desk.past.backend == "yard"
        await desk.press("h")
        assert "history at hub" in desk.text
        assert desk.workbench.desk.past.backend == "hub" and "where is my lamp?" in desk.text
        await desk.press("h")
        assert desk.workbench.desk.past is None
        await desk.press("h", "h", "escape")
        assert desk.workbench.desk.past is None, "Esc leaves at once"


async def test_a_reply_to_a_certain_message_stays_where_that_is(tmp_path: Path) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        await dana(desk)
        await desk.press("home", "enter", "up", "r")
        (yard,) = desk.others
        await yard.workspace.port.inbound(chat("y2", "and?", name="דנה לוי", address=PHONE, at=NOW))
        await desk.rest()
        case = desk.workbench.desk.open_case
        assert case is not None and case.key.backend == "hub"


async def test_an_empty_composer_that_turns_says_so(tmp_path: Path) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        await dana(desk)
        await desk.press("home", "enter")
        assert "an answer goes there" not in desk.text
        await desk.site.workspace.port.inbound(chat("w2", "found it!", name="Dana Levi", address=PHONE, at=NOW))
        await desk.rest()
        await desk.rest()  # what is told while it is drawn
        case = desk.workbench.desk.open_case
        assert case is not None and case.key.backend == "hub"
        assert "they wrote at hub: an answer goes there" in desk.text


@pytest.mark.parametrize("keys", [("enter", "enter"), ("enter", "r")])
async def test_who_is_quick_answers_where_they_wrote_last_all_the_same(tmp_path: Path, keys: tuple[str, ...]) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        (yard,) = desk.others
        await desk.hears(chat("y1", "garage?", name="Avi M", address=PHONE, at=NOW - 9 * MINUTE_MS), yard)
        # nobody's, so that no section of the view holds it
        await desk.site.workspace.port.inbound(chat("w1", "and when?", name="Avi", address=PHONE, at=NOW - MINUTE_MS))
        await desk.rest()
        await desk.press("home")
        for key in keys:
            await desk.pilot.press(key)  # before the other server has answered
        await desk.rest()
        await desk.rest()
        case = desk.workbench.desk.open_case
        assert case is not None and len(case.parts) == 2
        assert case.key.backend == "hub"


async def test_a_reply_to_the_last_message_goes_to_its_server(tmp_path: Path) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        await dana(desk)
        await desk.press("home", "enter", "enter")
        await desk.type("one moment")
        await desk.press("escape")
        await desk.site.workspace.port.inbound(chat("w2", "found it!", name="Dana Levi", address=PHONE, at=NOW))
        await desk.rest()
        await desk.press("r")
        case = desk.workbench.desk.open_case
        assert case is not None and case.key.backend == "hub", "that is what stands under the cursor"
        assert [draft.body for draft in desk.workbench.desk.drafts.values()] == ["one moment"]


async def test_parting_and_joining_by_a_key(tmp_path: Path, picture: Picture) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        await dana(desk)
        await desk.press("home", "enter", "J")
        assert "part Dana Levi #1002" in desk.text and "at hub: they are two people" in desk.text
        picture(desk)
        await desk.press("enter")
        assert "part them?" in desk.text
        assert desk.rows == 2, "nothing is parted before it was asked"
        await desk.press("enter")
        await desk.wait(2)
        assert desk.rows == 3
        case = desk.workbench.desk.open_case
        assert case is not None and case.beside == ()
        assert drawn(desk) == [(3, 3)], "both stand there at once"
        await desk.press("escape", "z")
        await desk.wait(2)
        assert desk.rows == 2 and drawn(desk) == [(2, 2)]


async def test_a_like_name_at_another_server_is_offered_and_may_be_joined(tmp_path: Path) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        (yard,) = desk.others
        await desk.hears(chat("w1", "where is my lamp?", name="Dana Levi", address=PHONE, at=NOW - 9 * MINUTE_MS))
        await desk.hears(mail("<1@y>", "hello", name="Dana L.", address="dl@example.com", at=NOW), yard)
        assert desk.rows == 2
        await desk.press("home", "enter", "J")
        assert "join Dana L. #1001" in desk.text and "at yard, similar name" in desk.text
        await desk.press("enter", "enter")
        await desk.wait(2)
        assert desk.rows == 1
        case = desk.workbench.desk.open_case
        assert case is not None and [part.key.backend for part in case.parts] == ["hub", "yard"]


async def test_how_it_looks(tmp_path: Path, picture: Picture) -> None:
    async with house(tmp_path, elsewhere=["yard"]) as desk:
        await dana(desk)
        await desk.press("home", "enter")
        picture(desk)
