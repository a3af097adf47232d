"""Desks of different languages side by side in one process: each speaks its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from agent_tui.domain.language import Language
from agent_tui.language.catalogue import Catalogue
from tests.widgets.running import Running, running


def _words(desk: Running) -> set[str]:
    return {word for word in desk.text.replace("│", " ").split() if word.isalpha()}


def _is_hebrew(text: str) -> bool:
    return any("\u05d0" <= letter <= "\u05ea" for letter in text)


Look = Callable[[Running], Awaitable[None]]


async def _side_by_side(hebrew: Look, english: Look) -> None:
    """Each in a task of its own, as two runs of a desk in one process are; neither goes before both stand."""
    both_stand = asyncio.Barrier(2)

    async def run(language: Language | None, look: Look) -> None:
        async with running(language=language) as desk:
            await both_stand.wait()
            await look(desk)
            await both_stand.wait()

    await asyncio.gather(run(Catalogue("he"), hebrew), run(None, english))


async def test_two_desks_of_one_process_speak_two_languages() -> None:
    async def speaks_hebrew(desk: Running) -> None:
        await desk.press("j", "k")
        await desk.wait(60)
        assert _is_hebrew(desk.screen[0])
        await desk.press("question_mark")
        assert "העונת" in _words(desk), "read from the right, so the last letter stands first"
        assert not {"Moving", "LATER", "leave", "next"} & _words(desk)

    async def speaks_english(desk: Running) -> None:
        await desk.press("j", "k")
        await desk.wait(60)
        assert {"LATER", "next"} <= _words(desk)
        await desk.press("question_mark")
        assert {"Moving", "leave"} <= _words(desk)
        assert not _is_hebrew(desk.screen[0] + desk.screen[-1])

    await _side_by_side(speaks_hebrew, speaks_english)


async def test_the_hebrew_desk_is_the_mirror_of_the_english_one() -> None:
    """Columns, rules, joints and the cursor's mark stand where the English ones do, counted from the other side."""
    seen: dict[str, list[list[int]]] = {}

    async def look(desk: Running) -> None:
        await desk.press("enter")
        from_right = desk.app.paint.from_right
        for line, signs in ((1, "┬"), (10, "│"), (-3, "┴"), (3, "▌▐")):
            found = [at for at, cell in enumerate(desk.screen[line]) if cell in signs]
            counted = [119 - at for at in reversed(found)] if from_right else found
            seen.setdefault("he" if from_right else "en", []).append(counted)

    await _side_by_side(look, look)
    assert seen["he"] == seen["en"]
    assert [len(row) for row in seen["en"]] == [2, 2, 2, 1]


async def test_a_click_on_the_same_row_from_the_other_side_opens_the_same_case() -> None:
    found: list[object] = []

    async def click(desk: Running) -> None:
        await desk.pilot.click(offset=(100 if desk.app.paint.from_right else 19, 5))
        await desk.rest()
        found.append(desk.app.desk_screen.inbox.key)

    await _side_by_side(click, click)
    assert found[0] is not None
    assert found[0] == found[1]
