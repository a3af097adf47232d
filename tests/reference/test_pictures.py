"""Every picture in README and docs is made by a demo in docs/demos, and is what the desk looks like now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent_tui.demo.demo_file import read_demo
from agent_tui.demo.kept import differences, made_by
from agent_tui.demo.player import play_demo

ROOT = Path(__file__).resolve().parents[2]
DEMOS = sorted((ROOT / "docs" / "demos").glob("*.demo.toml"))
QUICK = "small"
"""The one that is played in every run of the tests."""


def test_every_picture_is_made_by_a_demo() -> None:
    made = {ROOT / "docs" / "demos" / name for path in DEMOS for name in made_by(read_demo(path))}
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    shown = {
        (page.parent / target).resolve()
        for page in pages
        for target in re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    }
    assert len(shown) > 5
    assert shown - made == set(), "no demo makes it"
    kept = {path for path in (ROOT / "docs").rglob("*") if path.suffix in (".svg", ".cast", ".png")}
    assert kept - made == set(), "left over: no demo makes it any more"


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[] if path.name.startswith(f"{QUICK}.") else [pytest.mark.slow]) for path in DEMOS],
    ids=lambda path: path.name.partition(".")[0],
)
async def test_no_picture_is_stale(path: Path) -> None:
    stale = dict(differences(await play_demo(read_demo(path)), path.parent, 243))
    assert stale == {}, "run `make docs` and look at them:\n" + "\n".join(
        f"{name}\n" + "\n".join(lines) for name, lines in stale.items()
    )
