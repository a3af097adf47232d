"""Which lines an item of the inbox has: two a case where the list is broad, one where it is narrow. Pure.

With two lines every item has two, a group's header a blank one above its name; only the first header has no blank.
"""

from __future__ import annotations

from agent_tui.domain.frozen import frozen


@frozen
class Geometry:
    """From items to lines of the whole list and back."""

    two_lines: bool

    @property
    def height(self) -> int:
        """Lines of an item."""
        return 2 if self.two_lines else 1

    def lines(self, items: int) -> int:
        """Lines of a list of `items`."""
        return max(0, 2 * items - 1) if self.two_lines else items

    def line_of(self, index: int) -> int:
        """The first line of an item."""
        return max(0, 2 * index - 1) if self.two_lines else index

    def last_line_of(self, index: int) -> int:
        """The last line of an item."""
        return 2 * index if self.two_lines else index

    def item_at(self, line: int) -> tuple[int, int]:
        """(item, which of its lines)."""
        return divmod(line + 1, 2) if self.two_lines else (line, 0)

    def items_between(self, top: int, height: int, items: int) -> tuple[int, int]:
        """The items (first, stop) that have a line among `height` lines from `top`."""
        first, _ = self.item_at(top)
        last, _ = self.item_at(top + max(1, height) - 1)
        return min(first, items), min(last + 1, items)
