"""A wallboard as lines of cells: the queues with their figures, the agents, where it jams. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from agent_tui.commands.presences import presence_words
from agent_tui.domain.channels import channel
from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, listed, marked, plural, trusted
from agent_tui.domain.text_bars import sparkline
from agent_tui.domain.text_time import hours_and_minutes, span
from agent_tui.domain.time import HOUR_MS, MINUTE_MS, MS
from agent_tui.domain.wallboard import AgentStates, Bottleneck, QueueBoard
from agent_tui.widgets.cells import cell_len
from agent_tui.widgets.paint import Part

Titles = Sequence[tuple[str, str]]
NAME = 13
"""Cells of a queue's name, at least; what is left over is for it too, up to `LONGEST_NAME`."""
LONGEST_NAME = 30
LABEL = 12
_NOTHING = trusted("")
_BETWEEN: Final = " · "
_WAITING, _LONGEST, _SHARE, _GOAL, _AVERAGE, _AT_ONCE = 8, 8, 8, 5, 9, 9
_FIGURES = 2 + _WAITING + _LONGEST + _SHARE + _GOAL + _AVERAGE + _AT_ONCE
_HOURS = (24, 12, 8)
"""How many hours a sparkline can have, the most that fit."""
_HEADINGS: dict[str, Phrase] = {
    "queue": marked("QUEUES"),
    "waiting": marked("waiting", "column"),
    "longest": marked("longest", "column"),
    "share": marked("in time", "column"),
    "goal": marked("goal", "column"),
    "average": marked("handling", "column"),
    "at-once": marked("at once", "column"),
}


@frozen
class Cell:
    """Words in so many cells. `number`: figures, or what stands over them; their units stand under each other, at the
    right whichever side lines begin at, and a cell at the least is left before them."""

    text: SafeText
    cells: int
    part: Part = "text"
    number: bool = False


Line = tuple[Cell, ...]


@frozen
class Widths:
    """How wide the columns are that depend on the room. `hours`: of each sparkline, 0 without."""

    name: int
    hours: int


def widths(room: int) -> Widths:
    """The columns of a line of `room` cells."""
    for hours in _HOURS:
        left = room - _FIGURES - 2 * (hours + 1)
        if left >= NAME:
            return Widths(min(left, LONGEST_NAME), hours)
    return Widths(max(8, min(room - _FIGURES, LONGEST_NAME)), 0)


def headings(columns: Widths) -> Line:
    """Over the figures."""
    texts = {name: phrase.text for name, phrase in _HEADINGS.items()}

    def heading(name: str, cells: int) -> Cell:
        return Cell(texts[name], cells, "heading" if name == "queue" else "quiet", name != "queue")

    return (
        Cell(_NOTHING, 1),
        heading("queue", columns.name),
        heading("waiting", _WAITING),
        *_spark(_NOTHING, columns.hours),
        heading("longest", _LONGEST),
        heading("share", _SHARE),
        heading("goal", _GOAL),
        *_spark(_NOTHING, columns.hours),
        heading("average", _AVERAGE),
        heading("at-once", _AT_ONCE),
    )


def figures(queue: QueueBoard, name: SafeText, columns: Widths, now: int, *, whole: bool, from_right: bool) -> Line:
    """One queue, or the `whole` of them."""
    hours = queue.hours[len(queue.hours) - columns.hours :]
    waited = [slot.waiting for slot in hours]
    most = max((held for held in waited if held is not None), default=0)
    late = queue.kept is False
    waits = Cell(_number(queue.waiting), _WAITING, "strong" if queue.waiting else "quiet", True)
    longest = span(now - queue.oldest, live=True).text if queue.oldest is not None else _NOTHING
    goal = percent(queue.promised) if queue.promised else _NOTHING
    shares = [slot.percent for slot in hours]
    return (
        Cell(_NOTHING, 1),
        Cell(name, columns.name, "strong" if whole else "text"),
        waits,
        *_spark(sparkline(waited, most, from_right=from_right), columns.hours),
        Cell(longest, _LONGEST, "text", True),
        Cell(percent(queue.percent, late=late), _SHARE, "danger" if late else "text", True),
        Cell(goal, _GOAL, "quiet", True),
        *_spark(sparkline(shares, 100, from_right=from_right), columns.hours),
        Cell(_length(queue.average), _AVERAGE, "text", True),
        Cell(percent(queue.first_contact), _AT_ONCE, "text", True),
    )


def queue_name(queue: QueueBoard) -> SafeText:
    """A queue, or the channel where there are none; what is in none."""
    if queue.title:
        return clean_line(queue.title)
    return channel(queue.id).title if queue.id else trusted("in no queue")


def agents_words(states: AgentStates, titles: Titles) -> list[SafeText]:
    """`5 ready`, `3 busy`, `2 on a break`, `1 at a meal`, `1 away`."""
    words = [compose("{n} ready", n=states.ready), compose("{n} busy", n=states.busy)]
    words += [compose("{n} {reason}", n=n, reason=presence_words(reason, titles)) for reason, n in states.not_ready]
    return [*words, compose("{n} away", n=states.away)] if states.away else words


def foot(label: SafeText, words: Sequence[SafeText], width: int) -> Iterator[Line]:
    """Words under the queues, on as many lines as they need."""
    room, held = max(1, width - 2 - LABEL), list[SafeText]()
    for word in words:
        if held and cell_len(listed(_BETWEEN, [*held, word])) > room:
            yield _foot_line(label, held, room)
            label, held = _NOTHING, []
        held.append(word)
    yield _foot_line(label, held, room)


def _foot_line(label: SafeText, held: Sequence[SafeText], room: int) -> Line:
    return (Cell(_NOTHING, 1), Cell(label, LABEL, "heading"), Cell(listed(_BETWEEN, held), room), Cell(_NOTHING, 1))


def bottleneck_words(found: Bottleneck | None, name: Callable[[str], SafeText]) -> list[SafeText]:
    """`Mail: 14 wait, 9 more than an hour ago`, `5 of 12 first answers were late`."""
    if found is None:
        return [trusted("in the last hour it got worse nowhere")]
    parts = [compose("{queue}: {words}", queue=name(found.queue), words=_waits(found))]
    if found.late:
        parts.append(
            plural(
                "{late} of {n} first answer was late",
                "{late} of {n} first answers were late",
                n=found.of,
                late=found.late,
            )
        )
    return parts


def _waits(found: Bottleneck) -> SafeText:
    waits = plural("{n} waits", "{n} wait", n=found.waiting)
    if found.more > 0:
        return compose("{waits}, {more} more than an hour ago", waits=waits, more=found.more)
    if found.more < 0:
        return compose("{waits}, {fewer} fewer than an hour ago", waits=waits, fewer=-found.more)
    return compose("{waits}, as an hour ago", waits=waits)


def percent(share: float | None, *, late: bool = False) -> SafeText:
    """Rounded down, so that 100% is all of them. `late`: with the sign that it is too little, before it, so that the
    units stay under each other whichever side lines begin at."""
    if share is None:
        return _NOTHING
    return clean_line(f"{'!' if late else ''}{int(share)}%")


def _number(n: int) -> SafeText:
    return clean_line(f"{n}")


def _length(ms: int | None) -> SafeText:
    """`4:10`, `1h05`."""
    if ms is None:
        return _NOTHING
    if ms >= HOUR_MS:
        return hours_and_minutes(ms // MINUTE_MS)
    return clean_line(f"{ms // MINUTE_MS}:{ms % MINUTE_MS // MS:02}")


def _spark(bars: SafeText, hours: int) -> Iterator[Cell]:
    """A sparkline after a figure, where there is room for it."""
    if hours:
        yield Cell(_NOTHING, 1)
        yield Cell(bars, hours, "rule")
