"""Which section of a view holds a case."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.domain.views import ALL, MINE, TEAM, Section, shows
from tests.widgets.shop import NOA, sketch_rows

ROW = replace(sketch_rows()[0], stage="us", team="billing", owner="")


@pytest.mark.parametrize(
    ("owner", "mine", "team"),
    [
        ("noa", Section("mine", "us"), None),
        ("avi", None, Section("team", "us")),
        ("", Section("unassigned", "us"), Section("unassigned", "us")),
    ],
)
def test_a_case_of_mine_is_with_no_colleague(owner: str, mine: Section | None, team: Section | None) -> None:
    row = replace(ROW, owner=owner)
    assert (shows(MINE, row, NOA), shows(TEAM, row, NOA)) == (mine, team)
    assert shows(ALL, row, NOA) == Section("all", "us")


def test_another_team_s_case_is_none_of_mine() -> None:
    assert shows(TEAM, replace(ROW, team="stock", owner="avi"), NOA) is None
