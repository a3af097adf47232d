"""A customer's history at the desk, on a real hub: one time line over all their cases, folded, narrowed, quoted, and
opened where something was said.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui.domain.language import spoken
from agent_tui.domain.orders import Assign, JoinCustomers, Note, Prefer, Resolve
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, MINUTE_MS
from agent_tui.language.catalogue import Catalogue
from tests.hub.fakes import chat, mail
from tests.widgets.picture import Picture, picture
from tests.widgets.shop import NOW
from tests.widgets.test_joining import House, house

__all__ = ["picture"]  # a fixture

LONG_AGO = NOW - 40 * DAY_MS


async def tell(desk: House) -> None:
    """Dana mailed a month ago, which was done; now she writes on WhatsApp, where she is one with the other."""
    port, order, avi = desk.site.workspace.port, desk.site.workspace.order, desk.site._avi
    for number in range(3):
        await port.inbound(
            mail(f"<{number}@x>", f"the lamp, part {number}", at=LONG_AGO + number * MINUTE_MS, references=("<0@x>",))
        )
    await desk.rest()
    rows = [event.row for event in await desk.site.workspace.replay(avi, 0, 100) or () if event.row is not None]
    old = rows[0]
    await order(avi, "n1", Note(old.id, CustomerText("she is right")))
    await order(avi, "a1", Assign(old.id, "avi"))
    await order(avi, "d1", Resolve(old.id))
    for number in range(2):
        await desk.hears(chat(f"w{number}", f"hello {number}", at=NOW - 5 * MINUTE_MS + number))
    new = next(row for _, _, row in desk.workbench.desk.inbox.rows())
    await order(avi, "j1", JoinCustomers(old.customer, new.customer))
    await order(avi, "p1", Prefer(new.id, CustomerText("no calls")))
    await desk.wait(2)


def column(desk: House) -> str:
    return "\n".join(line[38:90] for line in desk.text.split("\n"))


async def test_h_shows_everything_and_h_leads_back(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await tell(desk)
        await desk.press("enter")
        assert "the lamp, part 0" not in column(desk)
        await desk.press("h")
        text = column(desk)
        for words in ("the lamp, part 0", "the lamp, part 2", "hello 1", "she is right", "given to Avi", "done"):
            assert words in text, words
        assert "joined: Dana + Dana" in text
        assert "2 cases · 5 messages" in text
        assert "no calls" in text
        assert "EM · " in text and "Lamp · #1001" in text
        assert desk.app.desk_screen.case.in_history
        await desk.press("h")
        assert "the lamp, part 0" not in column(desk)
        await desk.press("h", "escape")
        assert desk.app.desk_screen.case.screen.focused is desk.app.desk_screen.case.timeline


async def test_conversations_fold_one_by_one_and_all(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await tell(desk)
        await desk.press("enter", "h", "home", "j")
        await desk.press("F")
        assert "the lamp, part 1" not in column(desk)
        assert "+ 3 messages F" in column(desk)
        assert "hello 1" in column(desk)
        await desk.press("F")
        assert "the lamp, part 1" in column(desk)
        await desk.press("colon")
        await desk.type("fold all")
        await desk.press("enter")
        text = column(desk)
        assert "hello 1" not in text and "part 1" not in text
        assert "+ 3 messages F" in text and "+ 2 messages F" in text


async def test_one_channel_only(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await tell(desk)
        await desk.press("enter", "h", "g", "h")
        await desk.type("mail")
        await desk.press("enter")
        text = column(desk)
        assert "only E-mail" in text or "only e-mail" in text or "only Mail" in text, text
        assert "part 2" in text and "hello 1" not in text
        assert len(list(desk.workbench.desk.inbox.rows())) > 0, "the inbox is as it was"


async def test_enter_opens_the_case_at_the_message(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await tell(desk)
        await desk.press("enter", "h", "home", "j", "j")
        assert desk.app.desk_screen.case.message_under_cursor().body.raw == "the lamp, part 1"  # type: ignore[union-attr]
        await desk.press("enter")
        assert desk.workbench.desk.past is None
        assert desk.app.ui.place == "timeline"
        found = desk.app.desk_screen.case.timeline.chosen
        assert found is not None
        assert found.body.raw == "the lamp, part 1"


async def test_a_message_is_quoted_into_the_reply_but_no_note(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await tell(desk)
        await desk.press("enter", "h", "home", "j", "j")
        await desk.press("quotation_mark")
        writing = desk.app.desk_screen.case.composer.writing
        assert writing.edit.text == "> the lamp, part 1\n"
        assert desk.app.desk_screen.case.composing
        assert "the lamp, part 2" in column(desk), "the history stays beside it"
        await desk.type("yes")
        await desk.press("escape")
        assert desk.app.ui.place == "history"
        while desk.app.desk_screen.case.message_under_cursor() is None or (
            desk.app.desk_screen.case.message_under_cursor().kind != "note"  # type: ignore[union-attr]
        ):
            await desk.press("j")
        await desk.press("quotation_mark")
        assert "for the house only" in desk.text
        assert writing.edit.text == "> the lamp, part 1\nyes"


async def test_what_is_said_meanwhile_comes_below(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await tell(desk)
        await desk.press("enter", "h")
        await desk.site.workspace.port.inbound(chat("w9", "and one more", at=NOW))
        await desk.wait(1)
        assert "and one more" in column(desk)
        late = mail("<late@x>", "long on its way", at=LONG_AGO + 90_000, references=("<0@x>",))
        await desk.site.workspace.port.inbound(late)
        await desk.wait(1)
        text = column(desk)
        assert text.index("part 1") < text.index("long on its way") < text.index("part 2")


async def test_older_pages_move_nothing(tmp_path: Path) -> None:
    async with house(tmp_path, size=(80, 24)) as desk:
        port = desk.site.workspace.port
        for number in range(400):
            at = NOW - DAY_MS + number * 1000
            await port.inbound(chat(f"w{number}", f"word {number:03}", at=at))
        await desk.wait(2)
        await desk.press("enter", "h")
        history = desk.app.desk_screen.case.history
        past = desk.workbench.desk.past
        assert past is not None
        seen: list[str] = []
        for _ in range(80):
            words = [line.split("word ")[1][:3] for line in desk.text.split("\n") if " word " in line]
            assert words == sorted(words)
            seen = [*(word for word in words if word not in seen), *seen]
            top = history.scroll_offset.y
            await desk.press("pageup")
            if history.scroll_offset.y == top == 0 and not past.more:
                break
        assert sorted(set(seen)) == [f"{number:03}" for number in range(400)]
        assert len(past.chunks) > 3


async def test_what_they_prefer_is_written_down_from_the_desk(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await tell(desk)
        await desk.press("enter", "I")
        assert "prefer no calls" in desk.text
        await desk.type(" but mails")
        await desk.press("enter")
        await desk.wait(1)
        case = desk.workbench.desk.open_case
        assert case is not None and case.customer is not None
        assert case.customer.preferences.raw == "no calls but mails"
        assert "no calls but mails" in desk.text


@pytest.mark.parametrize("code", ["en", "he"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_how_it_looks(size: tuple[int, int], code: str, tmp_path: Path, picture: Picture) -> None:
    with spoken(Catalogue(code) if code != "en" else None):
        async with house(tmp_path, size) as desk:
            await tell(desk)
            await desk.press("enter", "h", "home", "F")
            picture(desk)
