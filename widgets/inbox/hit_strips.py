"""How a hit looks: who and when, then what was said with the words that were looked for in bold."""

from __future__ import annotations

from itertools import groupby

from rich.style import Style
from textual.strip import Strip

from agent_tui.domain.channels import channel
from agent_tui.domain.queries import Hit
from agent_tui.domain.search import Sought, marks
from agent_tui.domain.text import SafeText, clean_line, compose, fixed, truncate, trusted
from agent_tui.widgets.called import called
from agent_tui.widgets.cells import cell_len, fit, in_cells
from agent_tui.widgets.inbox.row_strips import NAME
from agent_tui.widgets.mirror import turned
from agent_tui.widgets.paint import Paint
from agent_tui.widgets.text.edit_row import drawn, edit_row

WHEN = 9
"""Cells of the day or time, which ends one cell before the edge."""


def heading_strip(
    number: int, more: bool, aside: tuple[SafeText, bool], width: int, paint: Paint, base: Style
) -> Strip:
    """The line over the hits: how many are held, and beside it what must be known of them."""
    count = clean_line(f"{number}+" if more else f"{number}")
    heading = base + (paint["heading"] if number else paint["quiet"])
    name = in_cells(trusted("FOUND"), paint.bidi)
    tail = cell_len(count) + 1
    words, is_problem = aside
    rest = max(0, width - 2 - cell_len(name) - tail)
    beside = compose("  {aside}", aside=words) if words else words
    parts = [
        (" ", base),
        (str(name), heading),
        (fit(beside, rest, paint.bidi), base + paint["warning" if is_problem else "quiet"]),
        (fit(count, tail, paint.bidi, "end"), heading),
        (" ", base),
    ]
    return paint.strip(parts, width, base)


def hit_strip(hit: Hit, when: SafeText, cursor: bool, width: int, paint: Paint, base: Style) -> Strip:
    """The upper line: channel, who, and when it was said."""
    base = base + paint["cursor"] if cursor else base
    room = max(4, width - NAME - WHEN - 1)
    name = called(hit.row)
    parts = [
        ("▌", base + paint["here"]) if cursor else (" ", base),
        (fit(clean_line(channel(hit.row.channel).tag), 2, paint.bidi), base + paint["quiet"]),
        (" ", base),
        (fit(name, room, paint.bidi), base + paint["strong"] if cursor else base),
        (fit(when, WHEN, paint.bidi, "end"), base + paint["quiet"]),
        (" ", base),
    ]
    return paint.strip(parts, width, base)


def said_strip(hit: Hit, sought: Sought, cursor: bool, width: int, paint: Paint, base: Style) -> Strip:
    """The lower line: what was said, the words in it marked; text that reads the other way stands at the other side."""
    base = base + paint["cursor"] if cursor else base
    parts = [("▌", base + paint["here"]) if cursor else (" ", base), (" " * (NAME - 1), base)]
    room = max(0, width - NAME - 1)
    before = _before(hit)
    if before is not None:
        lead = in_cells(before, paint.bidi, max(0, room - 1))
        parts += [(str(lead), base + paint["quiet"]), (" ", base)]
        room -= cell_len(lead) + 1
    said = truncate(_from_the_find(hit.said.safe_line, sought, room), max(0, room))
    line = edit_row(str(said), 0, len(said), paint.bidi)
    found = marks(str(said), sought)
    looks = [(any(start <= letter.start < stop for start, stop in found), sign) for letter, sign in line.drawn]
    words = [
        (drawn("".join([sign for _, sign in run])), base + paint["here" if marked else "quiet"])
        for marked, run in groupby(looks, lambda look: look[0])
    ]
    if paint.from_right:
        words = turned(words)  # they stand as they are seen already, their blanks too: turned again with the line
    blank = (" " * max(0, room - line.cells), base)
    parts += [blank, *words] if line.right != paint.from_right else [*words, blank]
    parts.append((" ", base))
    return paint.strip(parts, width, base)


def _from_the_find(said: SafeText, sought: Sought, room: int) -> SafeText:
    """The text from where its first find stands in sight: where there is little room, the words before it give way."""
    found = marks(str(said), sought)
    if not found or cell_len(said[: found[0][1]]) <= room - 1:
        return said
    start = found[0][0]
    begin = str(said).rfind(" ", 0, max(0, start - room // 4)) + 1
    while begin < start and cell_len(said[begin : found[0][1]]) > room - 3:
        begin = str(said).find(" ", begin, start) + 1 or start
    return fixed(" ").join([fixed("…"), said[begin:]])


def _before(hit: Hit) -> SafeText | None:
    if hit.found == "note":
        return trusted("note:")
    return trusted("we:") if hit.by else None
