"""Lines and items of the inbox."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent_tui.widgets.inbox.geometry import Geometry


@given(st.booleans(), st.integers(0, 100_000))
def test_every_line_of_an_item_leads_back_to_it(two_lines: bool, index: int) -> None:
    geometry = Geometry(two_lines)
    for line in range(geometry.line_of(index), geometry.last_line_of(index) + 1):
        assert geometry.item_at(line)[0] == index
    assert geometry.line_of(index + 1) == geometry.last_line_of(index) + 1


@given(st.booleans(), st.integers(1, 1000), st.integers(0, 2000), st.integers(1, 60))
def test_the_items_in_sight_are_those_with_a_line_there(two_lines: bool, items: int, top: int, height: int) -> None:
    geometry = Geometry(two_lines)
    first, stop = geometry.items_between(top, height, items)
    seen = {geometry.item_at(line)[0] for line in range(top, top + height)}
    assert set(range(first, stop)) == {item for item in seen if item < items}
