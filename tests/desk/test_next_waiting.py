"""The next case that waits: mine, what a colleague hands to me among it, before what is nobody's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.domain.transfers import Transfer
from agent_tui.domain.views import ALL, MINE, TEAM, View
from tests.desk.test_hold import desk_with, happens
from tests.desk.world import NOW, key, row, settle_questions


@pytest.mark.parametrize("view", [MINE, TEAM, ALL])
def test_what_is_handed_to_me_is_mine(view: View) -> None:
    world, desk = desk_with()
    desk.set_view(view)
    settle_questions(desk, {"hub": world}, 0, 40)
    happens(world, desk, world.put(row("nobodys", 1, owner="")))
    happens(world, desk, world.put(row("avis", 2, owner="avi")))
    handed = replace(row("handed", 3, owner="avi"), transfer=Transfer("t1", "handed", "avi", NOW, "noa"))
    happens(world, desk, world.put(handed))
    assert desk.next_waiting(None) == key(world, "handed")
    assert desk.next_waiting(key(world, "handed")) == key(world, "nobodys")
