"""Themes and keymaps are tried on, kept, written down, and follow the terminal."""

from __future__ import annotations

from pathlib import Path

from agent_tui.language.catalogue import Catalogue
from agent_tui.wardrobe import Wardrobe
from tests.widgets.running import Running, running
from tests.widgets.talk import talking, type_text


def ground(desk: Running) -> str:
    """What the first blank cell of the screen is painted on."""
    style = next(iter(desk.app.screen._compositor.render_strips()[2])).style
    assert style is not None and style.bgcolor is not None
    return style.bgcolor.name


async def commanded(desk: Running, line: str) -> None:
    """Typed on the `:` line."""
    await desk.press("colon")
    await type_text(desk, line)
    await desk.press("enter")


async def test_a_theme_is_worn_while_the_cursor_is_on_it(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('# mine\ntheme = "dark"\n')
    async with running(wardrobe=Wardrobe("dark", config=config)) as desk:
        before = ground(desk)
        await commanded(desk, "theme")
        assert "Limestone" in desk.text and ground(desk) == before
        await desk.press("down")
        assert desk.app.theme == "haifa-night" and ground(desk) == "#0f1a24"
        await desk.press("escape")
        assert desk.app.theme == "dark" and ground(desk) == before
        await desk.press("g", "T", *"lime")
        assert ground(desk) == "#f6efe1"
        await desk.press("enter")
        assert "for how long?" in desk.text
        await desk.press("2")
        assert 'theme = "limestone" is written' in desk.screen[-2]
        assert config.read_text() == '# mine\ntheme = "limestone"\n'
        await commanded(desk, "theme no-such")
        assert "there is no theme no-such" in desk.screen[-2] and ground(desk) == "#f6efe1"
        await commanded(desk, "theme terminal")
        await desk.press("escape")
        assert desk.app.theme == "terminal" and ground(desk) == "default"


async def test_the_themes_that_come_along_are_called_in_the_agents_language() -> None:
    async with running(language=Catalogue("he")) as desk:
        await desk.press("g", "T")
        for name in Wardrobe().theme_names():
            theme = Wardrobe().themed(name)
            assert theme is not None and theme.title not in desk.text
        assert "הלילב הפיח" in desk.text  # in the order of the cells


async def test_other_keys_are_used_while_the_cursor_is_on_them() -> None:
    async with running() as desk:
        await desk.press("g", "K")
        assert "case-done d d" in desk.text and "case-done e" in desk.text
        await desk.press(*"vim", "escape", "d")
        assert len(desk.shop.orders) == 1  # d alone is done by the default keys
        await commanded(desk, "keymap vim")
        assert 'keymap = "vim", until you leave' in desk.screen[-2]
        await desk.press("d")
        assert len(desk.shop.orders) == 1
        await desk.wait(0.5)
        assert "d Done and next" in desk.text
        await desk.press("escape")
        await commanded(desk, "keymap vi")
        assert "there is no keymap vi: default, emacs, gmail, vim" in desk.screen[-2]


async def test_what_teaches_a_key_names_the_one_that_works() -> None:
    async with talking() as desk:
        assert " l new" in desk.text and " n new" in desk.text and "f opens" in desk.text
        await commanded(desk, "keymap vim")
        assert "g l new" in desk.text and "g n new" in desk.text and "f opens" in desk.text
        assert "blank lines" not in desk.text and "z a" in desk.text
        await commanded(desk, "keymap gmail")
        assert "g l new" not in desk.text and "W opens" in desk.text
    async with talking(keymap="vim", size=(80, 24)) as desk:
        assert "g i card" in desk.text


async def test_a_theme_follows_the_terminal() -> None:
    wardrobe = Wardrobe("auto haifa-night limestone")
    assert (wardrobe.first(light=False).name, wardrobe.first(light=True).name) == ("haifa-night", "limestone")
    async with running(theme="haifa-night", wardrobe=wardrobe) as desk:
        desk.app.terminal_ground(True)
        await desk.rest()
        assert ground(desk) == "#f6efe1"
        desk.app.terminal_ground(False)
        await desk.rest()
        assert ground(desk) == "#0f1a24"
        await commanded(desk, "theme high-contrast")
        desk.app.terminal_ground(True)
        await desk.rest()
        assert desk.app.theme == "high-contrast"  # chosen by name: it follows no more
        await commanded(desk, "theme auto")
        assert desk.app.theme == "light"


async def test_what_cannot_be_used_is_shown_and_the_rest_is(tmp_path: Path) -> None:
    keys = tmp_path / "keymap.toml"
    keys.write_text('[list]\nreply = "ctrl+c"\nnote = "%"\n')
    (tmp_path / "themes").mkdir()
    (tmp_path / "themes" / "bad.toml").write_text("name =\n")
    wardrobe = Wardrobe("nowhere", keys=keys, folder=tmp_path / "themes")
    keymap = wardrobe.keymap_of("")
    assert keymap.shown("note", ("list",)) == "%" and keymap.shown("reply", ("list",)) == "r"
    assert wardrobe.first(light=True).name == "dark"
    async with running(wardrobe=wardrobe) as desk:
        await commanded(desk, "problems")
        assert "keymap.toml:2" in desk.text and "never bound" in desk.text
        assert "bad.toml:1" in desk.text and "no such theme" in desk.text
