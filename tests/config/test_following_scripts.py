"""The hub's folder of guided scripts while it is edited: a bad file leaves out itself, and the hub goes on looking."""

from __future__ import annotations

from pathlib import Path

from agent_tui.hub_scripts import ScriptFolder
from tests.config.test_guided_files import GOOD, folder


def test_what_is_edited_is_read_once_it_stands_still(tmp_path: Path) -> None:
    held = ScriptFolder(folder(tmp_path / "", good=GOOD))
    before = held.load()["good"]
    assert held.changed() is None
    folder(tmp_path, good=GOOD.replace("Lost", "Missing"), torn="title = ")
    assert held.changed() is None, "it may be half written"
    after = held.changed()
    assert after is not None and list(after) == ["good"]
    assert after["good"].version != before.version
    assert "torn.toml:1: not TOML" in held.trouble
    assert held.changed() is None
    (tmp_path / "torn.toml").unlink()
    assert held.changed() is None and held.changed() is not None and held.trouble == ""


def test_a_folder_that_is_not_there_is_named_and_looked_for(tmp_path: Path) -> None:
    held = ScriptFolder(tmp_path / "later")
    assert held.load() == {} and "no folder of scripts" in held.trouble
    (tmp_path / "later").mkdir()
    folder(tmp_path / "later", good=GOOD)
    held.changed()
    assert list(held.changed() or ()) == ["good"] and held.trouble == ""
