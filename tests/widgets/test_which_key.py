"""A begun sequence is explained when it rests, not before, and is gone with its last key."""

from __future__ import annotations

import re

import pytest

from agent_tui.commands.registry import REGISTRY
from agent_tui.keymaps.loader import load_keymap
from agent_tui.language.catalogue import Catalogue
from tests.widgets.running import Running, running


def but_for_clocks(desk: Running) -> list[str]:
    """The screen, whose countdowns run on."""
    return [re.sub(r"\d+:\d\d", "0:00", line) for line in desk.screen]


async def test_nothing_is_drawn_before_it_rests_and_nothing_stays_after() -> None:
    async with running() as desk:
        before = but_for_clocks(desk)
        await desk.press("g")
        await desk.wait(0.39)
        assert but_for_clocks(desk) == before
        await desk.wait(0.02)
        assert "── g ──" in desk.text and "m My cases" in desk.text
        assert desk.screen[-1].startswith(" g  Backspace one key back")
        assert "Esc none of them" in desk.screen[-1]
        await desk.press("t")
        assert desk.workbench.desk.inbox.view.name == "team"
        assert "── g ──" not in desk.text and "Backspace" not in desk.screen[-1]
        await desk.press("g", "m")
        await desk.wait(1)
        assert desk.workbench.desk.inbox.view.name == "mine"
        assert but_for_clocks(desk) == before  # who is quick sees none of it


async def test_escape_and_backspace() -> None:
    async with running(keymap="vim") as desk:
        before = but_for_clocks(desk)
        await desk.press("2")
        await desk.wait(0.5)
        assert desk.screen[-1].startswith(" 2 ")
        await desk.press("y")
        await desk.wait(0.5)
        assert "── 2y ──" in desk.text and "y Copy message" in desk.text
        await desk.press("backspace", "g")
        await desk.wait(0.5)
        assert "── g ──" in desk.text
        await desk.press("escape")
        assert but_for_clocks(desk) == before
        await desk.press("g", "escape")
        await desk.wait(1)
        assert but_for_clocks(desk) == before


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_all_that_works_is_shown_and_what_does_not_says_why(size: tuple[int, int]) -> None:
    async with running(size=size) as desk:
        await desk.press("g")
        await desk.wait(0.5)
        context = desk.app.keys.context()
        begun = [binding for binding in load_keymap()[0].bindings if binding.keys[0] == "g" and len(binding.keys) > 1]
        works = [binding for binding in begun if REGISTRY[binding.command].why_not(context) is None]
        off = [binding for binding in begun if binding not in works]
        assert works and off
        if size >= (80, 24):
            for binding in works:
                assert f" {REGISTRY[binding.command].spec.title[:12]}" in desk.text, binding
        if size >= (120, 40):
            for binding in off:
                assert str(REGISTRY[binding.command].why_not(context)) in desk.text, binding
        assert "NEEDS ME" in desk.text  # most of the body stays in sight


async def test_in_hebrew_the_letters_of_both_keyboards_are_taught() -> None:
    async with running(language=Catalogue("he")) as desk:
        await desk.press("ע")
        await desk.wait(0.5)
        assert "צ m" in desk.text or "m צ" in desk.text
        await desk.press("צ")
        assert "צ m" not in desk.text
