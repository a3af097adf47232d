"""The keys of vi on the desk: modes in the composer, counts, words of the `:` line, keys that are recorded."""

from __future__ import annotations

from agent_tui.domain.orders import Reply
from tests.widgets.running import Running
from tests.widgets.talk import TalkShop, talking, type_text


def text_of(desk: Running) -> str:
    return desk.app.desk_screen.case.composer.writing.edit.text


async def test_letters_are_commands_in_normal_and_words_in_insert() -> None:
    async with talking(keymap="vim") as desk:
        await desk.press("i")
        assert "── INSERT ─ to Dana" in desk.text
        await type_text(desk, "one two three")
        await desk.press("escape")
        assert "── NORMAL ─ to Dana" in desk.text
        assert "Enter send" not in desk.screen[-1] and "^G send" in desk.screen[-1] and "Esc out" in desk.screen[-1]
        await desk.press("0", "d", "w", "$", "x", "b", "i")
        await type_text(desk, "and ")
        assert text_of(desk) == "two and thre"
        await desk.press("escape", "ctrl+ע", "w", "q")  # a letter without a meaning is not written
        assert text_of(desk) in ("", "two and thre")
    async with talking(keymap="vim", language=None) as desk:
        await desk.press("ן")  # i under the Hebrew layout
        for line in ("one", "two", "three"):
            await type_text(desk, line)
            await desk.press("ctrl+j")
        await desk.press("backspace")
        await desk.press("escape", "ע", "ע", "2", "ג", "ג")
        assert text_of(desk) == "three"
        await desk.press("u", "u", "j", "y", "y", "p")
        assert text_of(desk) == "one\ntwo\ntwo\nthree"
        await desk.press("colon", "w", "enter")
        assert "the draft is kept" in desk.text and "NORMAL" in desk.text
        await desk.press("A")
        await type_text(desk, "!")
        assert text_of(desk) == "one\ntwo\ntwo!\nthree"
        await desk.press("escape", "escape")
        assert desk.app.ui.place == "timeline"
        await desk.press("i")
        assert "INSERT" in desk.text


async def test_the_line_sends_and_leaves() -> None:
    shop = TalkShop()
    async with talking(shop, keymap="vim") as desk:
        await desk.press("i")
        await type_text(desk, "On its way")
        await desk.press("escape", "colon", "x", "enter")
        await desk.wait(6)
        assert [order.body.raw for order in shop.orders if isinstance(order, Reply)] == ["On its way"]
        await desk.press("i")
        await type_text(desk, "later")
        await desk.press("escape", "colon", "q", "enter")
        assert desk.app.ui.place == "inbox" and desk.workbench.desk.open_case is None
        await desk.press("enter")
        assert text_of(desk) == "later"


async def test_a_number_repeats_what_moves_and_nothing_else() -> None:
    async with talking(keymap="vim") as desk:
        await desk.press("escape", "g", "g")
        first = desk.app.ui.key_in_list
        await desk.press("3", "j", "1")
        await desk.wait(0.5)
        assert "1" in desk.screen[-1] and "none of them" in desk.screen[-1]
        await desk.press("escape", "2", "k", "k")
        assert desk.app.ui.key_in_list == first
        orders = len(desk.shop.orders)
        await desk.press("2", "d", "d")
        assert "Done and next: a number does not go with it" in desk.screen[-2]
        assert len(desk.shop.orders) == orders


async def test_the_word_that_unlocks_is_never_recorded() -> None:
    async with talking(keymap="vim") as desk:
        for keys in (("L",), ("enter",), ("enter", "Q", "L"), ("enter", "Q")):
            await desk.press(*keys)
            if desk.app.locking.locked:
                await type_text(desk, "secret")
        assert not desk.app.locking.locked
        assert [key.key for key in desk.app.ui.hands._keys] == ["L"]


async def test_recorded_keys_are_played_until_something_is_refused() -> None:
    async with talking(keymap="vim") as desk:
        await desk.press("Q", "i")
        await type_text(desk, "ab ")
        await desk.press("escape", "Q")
        assert "5 keys are recorded" in desk.text
        await desk.press("escape", "2", "at")
        assert text_of(desk).count("ab") == 3
        await desk.press("escape", "Q", "at")
        assert "a recording does not play itself" in desk.text
        await desk.press("D", "j", "j", "Q", "escape", "g", "g")
        at = desk.app.ui.key_in_list
        await desk.press("at")
        assert "Reopen: it is open" in desk.screen[-2]
        assert desk.app.ui.key_in_list == at  # what followed the refused key was not pressed
