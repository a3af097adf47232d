"""The hub's folder of guided scripts while it is edited: a bad file leaves out itself, and the hub goes on looking."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from agent_tui.backends.hub.store import StoreError
from agent_tui.domain.guided.script import Script
from agent_tui.domain.time import VirtualTime
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


def test_a_link_that_leads_nowhere_hides_no_change_of_the_others(tmp_path: Path) -> None:
    (tmp_path / "gone.toml").symlink_to(tmp_path / "nowhere")
    held = ScriptFolder(folder(tmp_path, good=GOOD))
    assert list(held.load()) == ["good"] and "gone.toml: no such file" in held.trouble
    folder(tmp_path, other=GOOD)
    held.changed()
    assert list(held.changed() or ()) == ["good", "other"]


async def test_what_could_not_be_kept_is_offered_again(tmp_path: Path) -> None:
    time, held = VirtualTime(0), ScriptFolder(folder(tmp_path, good=GOOD))
    held.load()
    offered: list[list[str]] = []

    async def offer(scripts: Mapping[str, Script]) -> None:
        offered.append(list(scripts))
        if len(offered) == 1:
            raise StoreError("the disk is full")

    looking = asyncio.get_running_loop().create_task(held.follow(time, offer))
    folder(tmp_path, other=GOOD)
    while len(offered) < 2 and not looking.done():
        time.advance_to_next(time.now() + 10_000)
        await asyncio.sleep(0.001)
    looking.cancel()
    assert offered == [["good", "other"], ["good", "other"]]
