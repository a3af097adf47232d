"""Settings of a real desk on a terminal, seen in what it writes there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.end_to_end.hub_run import own_env
from tests.end_to_end.window import Window, window

BACKEND = '[[backends]]\nname = "home"\nurl = "ws://127.0.0.1:9"\ntoken_env = "TOKEN"\n'


async def started(folder: Path, settings: str, env: Mapping[str, str] | None = None) -> Window:
    """The desk after its first screen; it has ended when this returns."""
    (folder / "config.toml").write_text(f"{settings}\n{BACKEND}")
    more = {"TOKEN": "a.b", **(env or {})}
    run = ("run", "--config", "config.toml", "--state", str(folder / "state"))
    async with window(*run, folder=folder, env=own_env(folder, more)) as desk:
        await desk.shows("home ")
        await desk.shows("^P all")
    return desk


@pytest.mark.parametrize(
    ("mouse", "asked", "not_asked"),
    [
        ("off", (), (b"\x1b[?1000h", b"\x1b[?1002h", b"\x1b[?1003h")),
        ("click", (b"\x1b[?1000h", b"\x1b[?1002h"), (b"\x1b[?1003h",)),
        ("motion", (b"\x1b[?1000h", b"\x1b[?1003h"), (b"\x1b[?1002h",)),
    ],
)
async def test_the_mouse_reports_what_it_is_asked_for(
    tmp_path: Path, mouse: str, asked: tuple[bytes, ...], not_asked: tuple[bytes, ...]
) -> None:
    desk = await started(tmp_path, f'mouse = "{mouse}"')
    assert all(mode in desk.written for mode in asked)
    assert not any(mode in desk.written for mode in not_asked)


@pytest.mark.parametrize(
    ("glyphs", "env", "ascii"),
    [
        ("auto", {}, False),
        ("auto", {"LANG": "en_US.ISO-8859-1"}, True),
        ("ascii", {}, True),
        ("unicode", {"LC_ALL": "C"}, False),
    ],
)
async def test_the_signs_are_those_of_the_terminal(
    tmp_path: Path, glyphs: str, env: Mapping[str, str], ascii: bool
) -> None:
    desk = await started(tmp_path, f'glyphs = "{glyphs}"\nlanguage = "en"', env)
    assert desk.text.isascii() == ascii
    assert ("---" if ascii else "───") in desk.text
