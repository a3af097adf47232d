"""A compositor that asks only the widgets that are seen where something is painted, and only for those rows.

Rests on private parts of Textual 8.2.8: of the compositor `_dirty_regions`, `_regions_to_spans`, `cuts`,
`visible_widgets`, `render_update`, `ChopsUpdate` and `LayoutUpdate`; and on `visible_screen_stack`.
`tests/terminal/test_private_parts.py` fails when an upgrade changes them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Any

from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual._context import visible_screen_stack
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip

Span = tuple[int, int, int]
"""(row, first column, column after the last)."""


class SeenCompositor(Compositor):
    """Textual asks every widget that reaches into the rows between the first and the last change, the screen behind
    them too, for all of those rows."""

    def render_partial_update(self) -> ChopsUpdate | None:
        dirty, self._dirty_regions = self._dirty_regions, set()
        if not dirty:
            return None
        spans = self._between_cuts(dirty)
        chops, ends = self._seen(_blocks(spans))
        return ChopsUpdate(chops, spans, ends)

    def render_update(
        self, full: bool = False, screen_stack: list[Screen[Any]] | None = None, simplify: bool = False
    ) -> Any:
        whole = self.size.region
        if full or whole not in self._dirty_regions:  # full: for a picture in a file
            return super().render_update(full, screen_stack, simplify)
        visible_screen_stack.set([] if screen_stack is None else screen_stack)
        self._dirty_regions.clear()
        chops, _ = self._seen([whole])
        return LayoutUpdate([[row[x] for x in sorted(row)] for row in chops], whole)

    def _seen(self, bare: list[Region]) -> tuple[list[dict[int, Strip]], list[list[int]]]:
        """What is to be seen in the regions `bare`: by row, strips by their column, and the columns after each."""
        chops: list[dict[int, Strip]] = [{} for _ in range(self.size.height)]
        ends: list[list[int]] = [[] for _ in range(self.size.height)]
        for widget, (region, clip) in self.visible_widgets.items():  # the foremost first
            seen = region.intersection(clip)
            still_bare: list[Region] = []
            for block in bare:
                shown = block.intersection(seen)
                if not shown:
                    still_bare.append(block)
                    continue
                for y, strip in enumerate(widget.render_lines(shown.translate((-region.x, -region.y))), shown.y):
                    chops[y][shown.x] = strip
                    ends[y].append(shown.right)
                still_bare += _around(shown, block)
            bare = still_bare
            if not bare:
                break
        return chops, ends

    def _between_cuts(self, dirty: set[Region]) -> list[Span]:
        """The dirty cells as spans, widened to where widgets begin and end: a wide character within is never cut."""
        spans: dict[Span, None] = {}
        for y, x1, x2 in self._regions_to_spans(dirty):
            if 0 <= y < self.size.height:
                cuts = self.cuts[y]
                left = cuts[max(0, bisect_right(cuts, x1) - 1)]
                right = cuts[min(len(cuts) - 1, bisect_left(cuts, x2))]
                spans[y, left, right] = None
        return list(spans)


def _blocks(spans: list[Span]) -> list[Region]:
    """Spans that stand under each other, as one region."""
    blocks: list[Region] = []
    for y, x1, x2 in spans:
        last = blocks[-1] if blocks else None
        if last is not None and last.bottom == y and last.column_span == (x1, x2):
            blocks[-1] = last.grow((0, 0, 1, 0))
        else:
            blocks.append(Region(x1, y, x2 - x1, 1))
    return blocks


def _around(inner: Region, outer: Region) -> Iterator[Region]:
    """What is left of `outer` without `inner`, which lies in it: above, below, left, right."""
    sides = (
        Region(outer.x, outer.y, outer.width, inner.y - outer.y),
        Region(outer.x, inner.bottom, outer.width, outer.bottom - inner.bottom),
        Region(outer.x, inner.y, inner.x - outer.x, inner.height),
        Region(inner.right, inner.y, outer.right - inner.right, inner.height),
    )
    return filter(None, sides)
