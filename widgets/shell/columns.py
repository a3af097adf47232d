"""How wide the regions are: three columns from 110 cells, two from 80, one below. Pure.

The inbox stands at the start: at the left, and `mirrored` at the right for a language that is written from there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

THREE = 110
TWO = 80

Sight = Literal["inbox", "case", "card"]
"""What a screen with room for one shows; the card lies over the case where the customer has no column."""


@dataclass(frozen=True, slots=True)
class Box:
    """A place in cells, within the body."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each region stands; None: it is not shown. `joints`: where vertical rules meet the horizontal ones."""

    inbox: Box | None
    case: Box | None
    customer: Box | None
    two_lines: bool
    joints: tuple[int, ...]

    def mirrored(self, width: int) -> Columns:
        """The same regions in a body of `width` cells that begins at the right."""

        def turned(box: Box | None) -> Box | None:
            return replace(box, x=width - box.x - box.width) if box is not None else None

        joints = tuple(width - 1 - joint for joint in reversed(self.joints))
        inbox, case, customer = turned(self.inbox), turned(self.case), turned(self.customer)
        return Columns(inbox, case, customer, self.two_lines, joints)


FEWEST = 3
"""Lines that rows or hits have at least where both are shown."""


def shared(inbox: Box | None, rows: int, hits: int) -> tuple[Box | None, Box | None]:
    """The inbox's place for rows and, under them, for what was found; `rows`, `hits`: lines they would fill. Rows that
    match take no more than they need, and at most half where there are hits enough."""
    if inbox is None or not hits:
        return inbox, None
    half = inbox.height // 2
    upper = max(min(rows, max(half, inbox.height - hits)), min(FEWEST, half))
    lower = inbox.height - upper
    return replace(inbox, height=upper), replace(inbox, y=inbox.y + upper, height=lower) if lower else None


def columns(width: int, height: int, sight: Sight, has_case: bool) -> Columns:
    """The regions of a body of `width` x `height` cells."""
    if width >= THREE:
        left = min(56, 38 + max(0, width - 120) // 4) if width >= 120 else 36
        right = min(44, 31 + max(0, width - 120) // 6) if width >= 120 else 29
        middle = width - left - right
        return Columns(
            Box(0, 0, left, height),
            Box(left, 0, middle, height),
            Box(left + middle, 0, right, height),
            True,
            (left, left + middle),
        )
    if width >= TWO:
        left = 26 + (width - TWO) // 3
        rest = width - left
        inbox, joints = Box(0, 0, left, height), (left,)
        if sight == "card" and has_case:
            return Columns(inbox, None, Box(left, 0, rest, height), False, joints)
        top = 1 if has_case else 0
        customer = Box(left, 0, rest, 1) if has_case else None
        return Columns(inbox, Box(left, top, rest, height - top), customer, False, joints)
    if sight == "inbox" or not has_case:
        return Columns(Box(0, 0, width, height), None, None, False, ())
    if sight == "card":
        return Columns(None, None, Box(0, 0, width, height), False, ())
    return Columns(None, Box(0, 1, width, height - 1), Box(0, 0, width, 1), False, ())
