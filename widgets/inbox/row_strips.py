"""How one item of the inbox looks: a group's header, a case in one line or two, a row that is not loaded yet."""

from __future__ import annotations

from collections.abc import Iterable

from rich.style import Style
from textual.strip import Strip

from agent_tui.desk.countdown import CELLS, SNOOZED, is_snoozed
from agent_tui.desk.inbox import InboxHeader, InboxRow
from agent_tui.domain.channels import channel
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import CaseRow, Metric, Stage
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, marked, trusted
from agent_tui.widgets.called import called
from agent_tui.widgets.cells import cell_len, fit, in_cells, shown
from agent_tui.widgets.inbox.groups import title_of
from agent_tui.widgets.paint import Paint, Part

_METRICS: dict[Metric, Phrase] = {
    "first": marked("first"),
    "next": marked("next"),
    "call": marked("call"),
    "write-up": marked("wrap"),
    "promise": marked("owed"),
    "notice": marked("tell", "clock"),
    "call-back": marked("back", "clock"),
    "update": marked("news", "clock"),
    "wait": marked("wait", "clock"),
    "work": marked("work", "clock"),
    "solve": marked("solve", "clock"),
    "total": marked("total", "clock"),
    "ours": marked("ours", "clock"),
}
"""In five cells at most, what the clock of a row counts."""
_COUNTED: tuple[Stage, ...] = ("us", "customer", "later")
"""Whose clocks are shown."""
_NOTHING = trusted("")
_DOT = trusted("·")

NAME = 4
"""The column at which names begin: mark, tag and a blank come before."""
CLOCK = CELLS
"""Cells of the countdown, which ends one cell before the edge."""
METRIC = 5
PREVIEW_FROM = 56
"""A line this wide shows the preview beside the name when rows have one line."""


@frozen
class RowLook:
    """How the list stands on a row. `here`: the list has the focus. `open`: the case is shown beside. `countdown`: the
    text of its clock. `soon`: it is nearly due. `handler`: the colleague who has the case now, "" none;
    `giver`: the one who hands it to me; `given`: I hand it to somebody, who has not said yes."""

    cursor: bool = False
    here: bool = True
    open: bool = False
    countdown: SafeText = _NOTHING
    soon: bool = False
    handler: SafeText = _NOTHING
    giver: SafeText = _NOTHING
    given: bool = False


NO_LOOK = RowLook()


def countdown_span(width: int) -> tuple[int, int]:
    """(first column from the start, cells) of all that a countdown's step can change in a line of `width`."""
    return max(0, width - 3 - CLOCK), CLOCK + 2


def header_strip(item: InboxHeader, width: int, paint: Paint, base: Style, aside: SafeText = _NOTHING) -> Strip:
    """A group's name and how many are in it; `aside` stands quietly after the name."""
    count = clean_line(f"{item.total:,}".replace(",", " "))
    room = width - 2 - CLOCK
    title = title_of(item.section, room)
    heading = paint["heading"] if item.total else paint["quiet"]
    name = in_cells(title, paint.bidi)
    parts = [(" ", base), (str(name), base + heading)]
    rest = width - 1 - cell_len(name) - CLOCK - 1
    beside = compose("  {aside}", aside=aside) if aside else _NOTHING
    parts.append((fit(beside, rest, paint.bidi), base + paint["quiet"]))
    parts.append((fit(count, CLOCK, paint.bidi, "end"), base + heading))
    parts.append((" ", base))
    return paint.strip(parts, width, base)


def gap_strip(width: int, paint: Paint, base: Style, cursor: bool) -> Strip:
    """A row that has not come yet."""
    mark = ("▌", base + paint["here"]) if cursor else (" ", base)
    return paint.strip([mark, ("·· ···", base + paint["rule"])], width, base)


def first_line(item: InboxRow, look: RowLook, width: int, paint: Paint, base: Style) -> Strip:
    """The upper line of two: who, what is promised and how long there is."""
    return _case_line(item, look, width, paint, base, metric=True, preview=False)


def only_line(item: InboxRow, look: RowLook, width: int, paint: Paint, base: Style) -> Strip:
    """The one line a case has where the inbox is narrow; a broad one shows the preview in its middle."""
    broad = width >= PREVIEW_FROM
    return _case_line(item, look, width, paint, base, metric=broad, preview=broad)


def second_line(item: InboxRow, look: RowLook, width: int, paint: Paint, base: Style) -> Strip:
    """The lower line of two: what was said last, and how much of it is unread."""
    base = base + paint["cursor"] if look.cursor else base
    unread = compose("{n}", n=item.row.unread) if item.row.unread else _NOTHING
    tail = max(3, cell_len(unread.drawn()) + 1)
    parts = [_mark(look, paint, base), (" " * (NAME - 1), base)]
    parts += _said(item, look, width - NAME - tail - 1, paint, base)
    parts += [(fit(unread, tail, paint.bidi, "end"), base + paint["here"]), (" ", base)]
    return paint.strip(parts, width, base)


def _case_line(
    item: InboxRow, look: RowLook, width: int, paint: Paint, base: Style, *, metric: bool, preview: bool
) -> Strip:
    row = item.row
    base = base + paint["cursor"] if look.cursor else base
    snoozed = _sleeps(row, look)
    countdown = (look.countdown[len(SNOOZED) + 1 :] or trusted("reply", "snoozed until")) if snoozed else look.countdown
    promise = _promise(row, snoozed) if metric else _NOTHING
    left = in_cells(countdown, paint.bidi, CLOCK)
    clock = CLOCK if metric or cell_len(left) >= CLOCK else CLOCK - 1
    right = 1 + (METRIC + 1 if metric else 0) + clock + 1
    room = max(4, width - NAME - right)
    name = min(24, max(14, room * 2 // 5)) if preview else room
    bold = row.unread > 0 or look.cursor
    parts = [
        _mark(look, paint, base),
        _tag(row, paint, base),
        ("+", base + paint["here"]) if item.marked else (" ", base),
    ]
    style = base + paint["strong"] if bold else base
    if who := _NOTHING if metric else _beside(item, look, name, paint):
        room_of_name = name - cell_len(in_cells(who, paint.bidi))
        parts += [(fit(called(row), room_of_name, paint.bidi), style), (" ", base)]
        parts.append((str(in_cells(who, paint.bidi)), base + paint["quiet"]))
    else:
        parts += [(fit(called(row), name - 1, paint.bidi), style), (" ", base)]
        if preview:
            parts += _said(item, look, room - name, paint, base)
        parts.append(_sign(item, look, paint, base))
    if metric:
        parts.append((" " + fit(promise, METRIC, paint.bidi), base + paint["quiet"]))
    parts.append((" " * (clock - cell_len(left)), base))
    parts.append((str(left), base + paint[_urgency(row, look)]))
    parts.append((" ", base))
    return paint.strip(parts, width, base)


def _mark(look: RowLook, paint: Paint, base: Style) -> tuple[str, Style]:
    if look.cursor:
        return "▌", base + paint["here" if look.here else "quiet"]
    return ("▏", base + paint["quiet"]) if look.open else (" ", base)


def _tag(row: CaseRow, paint: Paint, base: Style) -> tuple[str, Style]:
    if row.call is not None and row.call.state in ("ringing", "active", "held"):
        return "☎ ", base + paint["here"]
    return fit(clean_line(channel(row.channel).tag), 2, paint.bidi), base + paint["quiet"]


def _beside(item: InboxRow, look: RowLook, cells: int, paint: Paint) -> SafeText:
    """Who has the case, where that stands beside the customer's whole name and nothing else has to; else ""."""
    if not look.handler or look.giver or item.row.failed or item.draft:
        return _NOTHING
    who = compose("@{who}", who=look.handler)
    fits = cell_len(in_cells(called(item.row), paint.bidi)) + cell_len(in_cells(who, paint.bidi)) <= cells
    return who if fits else _NOTHING


def _sign(item: InboxRow, look: RowLook, paint: Paint, base: Style) -> tuple[str, Style]:
    if item.row.failed:
        return "!", base + paint["danger"]
    if item.draft:
        return "*", base + paint["here"]
    if look.giver:
        return ">", base + paint["here"]
    if look.given:
        return ">", base + paint["quiet"]
    if look.handler:
        return "@", base + paint["quiet"]
    return ("=", base + paint["quiet"]) if item.row.incident else (" ", base)


def _sleeps(row: CaseRow, look: RowLook) -> bool:
    """It is snoozed, and no promise is nearly due meanwhile."""
    return is_snoozed(row) and look.countdown.startswith(SNOOZED)


def _promise(row: CaseRow, snoozed: bool) -> SafeText:
    if snoozed:
        return SNOOZED
    clock = row.clock
    if clock is None or clock.state == "met" or row.stage not in _COUNTED:
        return _NOTHING
    return _METRICS[clock.metric].text


def _urgency(row: CaseRow, look: RowLook) -> Part:
    if "-" in look.countdown:
        return "danger"
    if row.call is not None and row.call.comes:
        return "here"
    clock = row.clock
    if row.stage not in _COUNTED or _sleeps(row, look) or clock is None or clock.state in ("paused", "met"):
        return "quiet"
    return "warning" if look.soon else "text"


def _said(item: InboxRow, look: RowLook, cells: int, paint: Paint, base: Style) -> list[tuple[str, Style]]:
    """What was said last, with what must be known before it, in exactly `cells` cells."""
    row, parts = item.row, []
    said = row.preview.safe_line
    if row.subject.raw and channel(row.channel).kind == "mail":
        subject = row.subject.safe_line
        said = compose("{subject} · {said}", subject=subject, said=said) if said else subject
    before = list(_before(item, look))
    if not said and before and before[-1][0] is _DOT:
        before.pop()
    for words, part in before:
        lead = str(in_cells(words, paint.bidi, max(0, cells - 1)))
        parts += [(lead, base + paint[part]), (" ", base)]
        cells -= cell_len(lead) + 1
    away = shown(said, paint.bidi).right != paint.from_right  # what reads the other way stands at the other side
    parts.append((fit(said, cells, paint.bidi, "end" if away else "start"), base + paint["quiet"]))
    return parts


def _before(item: InboxRow, look: RowLook = NO_LOOK) -> Iterable[tuple[SafeText, Part]]:
    row = item.row
    if row.failed:
        yield trusted("not sent"), "danger"
    elif item.pending:
        yield trusted("sending"), "quiet"
    if look.giver:
        yield compose("{who} hands it to you", who=look.giver), "strong"
        yield _DOT, "strong"
    elif look.handler:
        yield compose("{who} has it", who=look.handler), "quiet"
        yield _DOT, "quiet"
    if item.brand:
        yield clean_line(item.brand), "label"
    if item.queue:
        yield clean_line(item.queue), "label"
    if row.promise is not None and row.clock is not None and row.clock.metric == "promise":
        yield compose("promised: {what}", what=row.promise.what.safe_line), "strong"
        yield _DOT, "strong"
    if row.priority >= 3:
        yield trusted("URGENT"), "warning"
    elif row.priority == 2:
        yield trusted("HIGH"), "strong"
    if channel(row.channel).kind == "public" and row.stage == "us":
        yield trusted("PUBLIC"), "strong"
    if row.preview_kind == "out":
        yield trusted("we:"), "quiet"
    elif row.preview_kind == "note":
        yield trusted("note:"), "quiet"
