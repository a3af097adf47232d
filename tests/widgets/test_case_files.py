"""Files of customers: seen in the terminal, asked about when they look wrong, saved safely; links are copied."""

from __future__ import annotations

import asyncio
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.domain.language import speak
from agent_tui.domain.model import Attachment, Message
from agent_tui.domain.text import CustomerText, safe_filename
from agent_tui.domain.text_visual import visual_line
from agent_tui.language.catalogue import Catalogue
from agent_tui.widgets.case.composer_asks import PathAsking
from agent_tui.widgets.case.files import claims_otherwise, save_copy, sniffed
from agent_tui.widgets.case.links import links_in
from agent_tui.widgets.case.preview import NoPicture, picture_strips, read_pixels
from tests.widgets.running import Running
from tests.widgets.talk import DANA, PICTURE, TalkShop, at, messages, picture, talking, type_text


async def until_shown(desk: Running, words: str) -> None:
    """Fetching and scaling take real time on a thread."""
    for _ in range(200):
        await desk.rest()
        if words in desk.text:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{words!r} never came:\n{desk.text}")


async def test_a_picture_is_seen_in_half_blocks_after_the_question() -> None:
    async with talking() as desk:
        for _ in range(6):
            await desk.press("k")
        await desk.press("f", "enter")
        assert "it says image/jpeg and is image/png" in desk.text
        await desk.press("enter")
        await until_shown(desk, "▀")
        assert "lamp.jpg" in desk.text
        await desk.press("escape")
        assert "▀" not in desk.text
        assert desk.app.desk_screen.focused is desk.app.desk_screen.case.timeline


async def test_a_big_file_is_asked_about_and_not_fetched_before() -> None:
    shop = TalkShop()
    shop.files.clear()
    async with talking(shop) as desk:
        for _ in range(6):
            await desk.press("k")
        await desk.press("f", "down", "enter")
        assert "it has 18 MB" in desk.text
        await desk.press("escape")
        assert "not done" not in desk.text


async def test_what_is_no_picture_is_said(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"not a picture")
    with pytest.raises(NoPicture):
        read_pixels(file, 10, 10)
    shop = TalkShop()
    shop.files[PICTURE] = b"not a picture"
    async with talking(shop) as desk:
        for _ in range(6):
            await desk.press("k")
        await desk.press("f", "enter", "enter")
        await until_shown(desk, "cannot be read as a picture")


async def test_a_file_is_saved_for_its_owner_alone(tmp_path: Path) -> None:
    said = messages()
    said.append(
        Message("f", DANA, "wa", "whatsapp", "in", at(0, 9, 40), CustomerText("bill"),
                attachments=(Attachment(CustomerText("../.bill\x1b[2J.txt"), "text/plain", 3, "d" * 64),))
    )  # fmt: skip
    shop = TalkShop(said)
    shop.files["d" * 64] = b"120"
    async with talking(shop) as desk:
        await desk.press("f", "enter", "down", "enter")
        await desk.press("ctrl+u")
        await type_text(desk, str(tmp_path))
        await desk.press("enter")
        await until_shown(desk, "saved: ")
    saved = [*tmp_path.iterdir()]  # noqa: ASYNC240  # the desk is closed already
    assert [path.read_bytes() for path in saved] == [b"120"]
    assert stat.S_IMODE(saved[0].stat().st_mode) == 0o600
    assert not saved[0].name.startswith(".")


async def test_a_link_of_a_message_is_copied_not_opened() -> None:
    said = messages()
    said.append(
        Message("l", DANA, "wa", "whatsapp", "in", at(0, 9, 40), CustomerText("see https://example.org/a?b=1."))
    )
    async with talking(TalkShop(said)) as desk:
        await desk.press("f")
        await type_text(desk, "example.org")
        await desk.press("enter")
        assert "copied: https://example.org/a?b=1" in desk.text


async def test_a_one_time_link_is_given_for_what_cannot_be_shown() -> None:
    shop = TalkShop(
        [replace(messages()[1], attachments=(Attachment(CustomerText("a.zip"), "application/zip", 9, "e" * 64),))]
    )
    async with talking(shop) as desk:
        await desk.press("f", "enter", "enter")
        await until_shown(desk, "works once, copied: https://hub.example/once")


def test_a_copy_never_overwrites(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"new")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"old")
    (folder / "a (2).txt").symlink_to(tmp_path / "elsewhere")
    assert save_copy(source, folder, "a.txt").name == "a (3).txt"
    assert (folder / "a.txt").read_bytes() == b"old"
    assert not (tmp_path / "elsewhere").exists()


def test_few_colours_give_signs_instead_of_blocks(tmp_path: Path) -> None:
    path = tmp_path / "lamp.png"
    path.write_bytes(picture())
    pixels = read_pixels(path, 20, 10)
    assert len(pixels) <= 20
    assert len(pixels[0]) <= 20
    assert all(segment.text == "▀" for strip in picture_strips(pixels, half_blocks=True) for segment in strip)
    text = "".join(segment.text for strip in picture_strips(pixels, half_blocks=False) for segment in strip)
    assert len(set(text)) > 2
    assert "▀" not in text


def test_types_are_told_by_the_first_bytes() -> None:
    assert sniffed(picture()[:2048], "lamp.txt") == "image/png"
    assert claims_otherwise(Attachment(CustomerText("a"), "text/html", 1, "", "image/png"))
    assert not claims_otherwise(Attachment(CustomerText("a"), "image/png", 1, "", "image/png; name=a"))
    assert safe_filename("../../etc/passwd") == "passwd"


def test_disguised_links_are_not_offered() -> None:
    text = CustomerText("javascript:alert(1) https://good.example/x) file:///etc/passwd http://a\u202eb.example").safe
    assert links_in(text)[0] == "https://good.example/x"
    assert all(link.startswith("http") for link in links_in(text))


async def test_a_file_sent_up_by_link_goes_along_with_the_draft_that_asked() -> None:
    shop = TalkShop()
    async with talking(shop) as desk:
        await desk.press("enter")
        await type_text(desk, "here it is")
        await desk.press("ctrl+f", "enter")
        await until_shown(desk, "upload there, copied")
        sent = Attachment(CustomerText("offer.pdf"), "application/pdf", 2_000, "a" * 64)
        me = shop.me.id
        shop.says(
            Message("m-up", DANA, "", "note", "note", at(0, 9, 40), CustomerText(""), author=me, attachments=(sent,))
        )
        await desk.rest()
        draft = desk.app.desk_screen.case.composer.writing.draft
        assert [file.name.raw for file in draft.files if not hasattr(file, "path")] == ["offer.pdf"]
        assert "offer.pdf goes along" in desk.text
        # what another agent sends up, or I without having asked, stays where it is
        shop.says(
            Message("m-2", DANA, "", "note", "note", at(0, 9, 40), CustomerText(""), author="avi", attachments=(sent,))
        )
        await desk.rest()
        assert len(desk.app.desk_screen.case.composer.writing.draft.files) == 1


async def test_a_paste_that_is_too_long_is_not_cut_in_silence() -> None:
    from textual import events

    async with talking() as desk:
        await desk.press("enter")
        desk.app.desk_screen.case.composer.post_message(events.Paste("word " * 40_000))
        await desk.rest()
        assert "cut: a text holds 100000 characters at most" in desk.text


def test_a_folder_keeps_its_slash_behind_it_on_a_hebrew_desk(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    speak(Catalogue("he"))
    try:
        (offer,) = PathAsking(tmp_path, lambda path: None, None).offers("")
    finally:
        speak(None)
    assert visual_line(offer.title, "visual").text == "docs/"
