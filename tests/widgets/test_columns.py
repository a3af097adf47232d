"""Where the regions stand at every width."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent_tui.widgets.shell.columns import Box, Sight, columns

SIGHTS: tuple[Sight, ...] = ("inbox", "case", "card")


def test_three_two_and_one() -> None:
    assert columns(120, 35, "inbox", False).joints == (38, 89)
    assert columns(110, 35, "case", True).customer is not None
    two = columns(80, 19, "case", True)
    assert two.joints == (26,) and two.customer == Box(26, 0, 54, 1) and not two.two_lines
    assert columns(79, 19, "inbox", True).case is None
    assert columns(60, 15, "case", True).inbox is None


@given(st.integers(20, 300), st.integers(1, 100), st.sampled_from(SIGHTS), st.booleans())
def test_regions_fill_the_body_and_never_overlap(width: int, height: int, sight: Sight, has_case: bool) -> None:
    layout = columns(width, height, sight, has_case)
    boxes = [box for box in (layout.inbox, layout.case, layout.customer) if box is not None and box.height > 0]
    cells = [(x, y) for b in boxes for x in (b.x, b.x + b.width - 1) for y in (b.y, b.y + b.height - 1)]
    assert all(0 <= x < width and 0 <= y < height for x, y in cells)
    assert sum(box.width * box.height for box in boxes) == width * height
