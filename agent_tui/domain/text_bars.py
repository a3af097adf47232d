"""A row of bars, one cell each: how something went, hour by hour."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.domain.text_safe import SafeText, seal

BARS = "▁▂▃▄▅▆▇"
"""From nothing to the most; a whole cell would touch the line above."""


def sparkline(values: Sequence[float | None], most: float, *, from_right: bool = False) -> SafeText:
    """A bar for each value, in parts of `most`; a blank where there is none. The last one stands at the end of the
    line, which is at the left of one that is drawn `from_right`."""
    bars = "".join(" " if value is None else _bar(value, most) for value in values)
    return seal(bars[::-1] if from_right else bars)


def _bar(value: float, most: float) -> str:
    if value <= 0 or most <= 0:
        return BARS[0]
    # the least that there is shows as more than nothing
    return BARS[max(1, min(len(BARS) - 1, round(value / most * (len(BARS) - 1))))]
