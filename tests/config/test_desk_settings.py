"""What the screen is told of `config.toml`: each setting as a value, and how auto is decided."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from agent_tui.config.chosen import chosen_of
from agent_tui.config.settings import Settings, from_environment
from agent_tui.desk_process import screen_settings
from agent_tui.live import glyphs_named

FOLDER, HOME = Path("/etc/desk"), Path("/home/noa")
UTF8 = {"LANG": "en_GB.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor"}


@pytest.mark.parametrize(
    ("env", "glyphs"),
    [
        (UTF8, "unicode"),
        ({"LANG": "he_IL.utf8"}, "unicode"),
        ({"LANG": "C.UTF-8", "LC_ALL": "C"}, "ascii"),
        ({"LANG": "en_US.UTF-8", "LC_CTYPE": "POSIX"}, "ascii"),
        ({"LANG": "de_DE.ISO-8859-15@euro"}, "ascii"),
        ({"LANG": "he_IL.UTF-8@x"}, "unicode"),
        ({"LANG": "he_IL"}, "ascii"),
        ({"LC_CTYPE": "UTF-8"}, "unicode"),
        ({**UTF8, "TERM": "linux"}, "ascii"),
        ({**UTF8, "TERM": "dumb"}, "ascii"),
        ({"LANG": "", "TERM": "screen"}, "unicode"),
    ],
)
def test_auto_signs_go_by_locale_and_terminal(env: dict[str, str], glyphs: str) -> None:
    assert glyphs_named("auto", env) == glyphs
    assert glyphs_named("ascii", env) == "ascii"
    assert glyphs_named("unicode", env) == "unicode"


def test_the_screen_is_told_every_setting() -> None:
    told = screen_settings(chosen_of(Settings(), FOLDER, HOME), UTF8)
    assert (told.depth, told.attention, told.glyphs, told.preview) == ("truecolor", "bell", "unicode", False)
    assert (told.images, told.downloads, told.ask_above) == ("auto", HOME / "Downloads", 10_000_000)
    other = Settings(
        timezone="Asia/Jerusalem",
        colours="16",
        notifications="osc9",
        glyphs="ascii",
        preview="rest",
        images="off",
        downloads=Path("in"),
        ask_above_mb=0.5,
        signature="Noa\n",
    )
    told = screen_settings(chosen_of(other, FOLDER, HOME), UTF8)
    assert told.zone == ZoneInfo("Asia/Jerusalem")
    assert (told.depth, told.attention, told.glyphs, told.preview) == ("16", "osc9", "ascii", True)
    assert (told.images, told.downloads, told.ask_above) == ("off", FOLDER / "in", 500_000)
    assert told.signature == "Noa"


def test_without_a_file_the_environment_still_counts() -> None:
    assert from_environment({"AGENT_TUI_MOUSE": "off"}).mouse == "off"
    assert from_environment({}) == Settings()
