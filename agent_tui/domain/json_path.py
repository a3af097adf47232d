"""Where a value is in JSON, as a person writes it: `customer.orders[0].number`, `orders[*].total`. Nothing is run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from agent_tui.domain.company_cards import EVERY, Path

EXPECTED: Final = "names with dots and places in lists: customer.orders[0].number, orders[*].total"
MOST_STEPS: Final = 12
MOST_FOUND: Final = 100
"""Values of one path at most."""
_STEP = re.compile(r"\.?([^.\[\]\s]+)|\[(\d{1,6}|\*)\]")


def parse(text: str) -> Path:
    """Raises ValueError for what is no path."""
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or (at == 0 and text.startswith(".")) or (at and found[1] and text[at] != "."):
            raise ValueError("not a path")
        steps.append(found[1] if found[1] else EVERY if found[2] == "*" else int(found[2]))
        at = found.end()
    if not steps or len(steps) > MOST_STEPS:
        raise ValueError("not a path")
    return tuple(steps)


def found(value: object, path: Path) -> list[object]:
    """What stands there, in its order: nothing, one value, or with `EVERY` many. Never raises."""
    at = [value]
    for step in path:
        further: list[object] = []
        for one in at:
            if isinstance(step, str):
                if isinstance(one, Mapping) and step in one:
                    further.append(one[step])
            elif isinstance(one, list):
                further += one[:MOST_FOUND] if step == EVERY else one[step : step + 1]
        at = further[:MOST_FOUND]
    return at
