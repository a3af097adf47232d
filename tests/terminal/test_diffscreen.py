"""The differing output leaves a terminal exactly as Textual's own output does."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pyte
import pytest
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.geometry import Region, Size
from textual.screen import ModalScreen, Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input, Static
from wcwidth import wcwidth

from agent_tui.terminal.app_base import console_for
from agent_tui.terminal.cells import GlyphTable
from agent_tui.terminal.diffscreen import MOST_STRIPS, DiffScreen
from agent_tui.terminal.painter import changed_span

COLUMNS, ROWS = 70, 18
WORDS = [
    "refund",
    "order",
    "שלום",
    "תודה",
    "日本語",
    "注文",
    "한국어",
    "cafe\u0301",
    "a\u0308b",
    "x",
    "12",
    "─│█",
    "été",
]
STYLES = [
    None,
    Style(),
    Style(bold=True),
    Style(color="red"),
    Style(color="#336699", bgcolor="#112233"),
    Style(bgcolor="#112233"),
    Style(reverse=True, underline=True),
    Style(color="bright_blue", italic=True, bgcolor="blue"),
    Style(strike=True),
    Style(link="https://example.com/a"),
]


def emulator() -> tuple[pyte.Screen, pyte.Stream]:
    screen = pyte.Screen(COLUMNS, ROWS)
    screen.reset_mode(7, private=True)  # no line wrap, as the driver sets it
    return screen, pyte.Stream(screen)


def picture(screen: pyte.Screen) -> list[list[Any]]:
    """All cells; of a blank only what shows. Half a wide character is a blank (terminals do that, pyte keeps it)."""
    rows: list[list[Any]] = []
    for y in range(screen.lines):
        row: list[Any] = []
        for x in range(screen.columns):
            cell = screen.buffer[y][x]
            following = screen.buffer[y][x + 1].data if x + 1 < screen.columns else " "
            cut_lead = wcwidth(cell.data[:1] or " ") == 2 and following != ""
            if cut_lead or (cell.data == "" and wcwidth(row[-1].data[:1] or " ") != 2):
                cell = cell._replace(data=" ")
            if cell.data == " " and not (cell.underscore or cell.reverse or cell.strikethrough):
                cell = cell._replace(fg="default", bold=False, italics=False, blink=False)
            row.append(cell)
        rows.append(row)
    return rows


def strip_osc(text: str) -> str:
    """pyte 0.8.2 prints what follows OSC 8."""
    while (start := text.find("\x1b]8;")) >= 0:
        end = text.index("\x1b\\", start)
        text = text[:start] + text[end + 2 :]
    return text


def drop_leading_marks(strip: Strip) -> None:
    """Textual cuts between a letter and its mark, and the mark then lands on the border beside. We drop it."""
    for index, (text, style, control) in enumerate(strip._segments):
        rest = text.lstrip("\u0301\u0308")
        strip._segments[index] = Segment(rest, style, control)
        if rest:
            return


def uncache(update: CompositorUpdate) -> None:
    """Textual keeps the colours of the first terminal it drew a style or strip for; a process may have several."""
    strips: list[Strip | None] = []
    if isinstance(update, LayoutUpdate):
        update.strips = [list(line) for line in update.strips]
        strips = [strip for line in update.strips for strip in line]
    elif isinstance(update, ChopsUpdate):
        strips = [strip for line in update.chops for strip in line.values()]
    for strip in strips:
        if strip is not None:
            strip._render_cache = None
            drop_leading_marks(strip)
            strip._crop_cache.clear()
            for segment in strip:
                if segment.style is not None:
                    segment.style._ansi = None


class Lines(ScrollView):
    """Rows that change, scroll and are refreshed one by one."""

    can_focus = True

    def __init__(self, seed: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.random = random.Random(seed)
        self.rows = [self.make() for _ in range(200)]
        self.virtual_size = Size(40, 200)

    def make(self) -> Strip:
        segments = [
            Segment(" ".join(self.random.choices(WORDS, k=self.random.randint(0, 4))), self.random.choice(STYLES))
            for _ in range(self.random.randint(0, 4))
        ]
        return Strip(segments)

    def render_line(self, y: int) -> Strip:
        strip = self.rows[(y + self.scroll_offset.y) % 200]
        return strip.crop_extend(self.scroll_offset.x, self.scroll_offset.x + self.size.width, self.rich_style)


class Dialog(ModalScreen[None]):
    CSS = "Dialog { align: center middle; } Dialog Static { width: 20; height: 5; border: round red; }"

    def compose(self) -> ComposeResult:
        yield Static("注文 dialog")


class Sample(App[None]):
    CSS = """
    #left { width: 40; border: round green; } #right { width: 1fr; background: ansi_default; }
    Lines { scrollbar-size-vertical: 1; }
    """

    def __init__(self, seen: Callable[[CompositorUpdate, App[None]], None], seed: int) -> None:
        super().__init__()
        self.seen = seen
        self.seed = seed

    def compose(self) -> ComposeResult:
        yield Static("head", id="head")
        with Horizontal():
            yield Lines(self.seed, id="left")
            yield Lines(self.seed + 1, id="right")
        yield Input()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, CompositorUpdate) and not self._batch_count:
            self.seen(renderable, self)
        super()._display(screen, renderable)


class Both:
    """Both ways into an emulator each."""

    def __init__(self, console: Console, bce: bool = True, late: random.Random | None = None) -> None:
        self.console = console
        self.diff = DiffScreen(console, bce)
        self.stock_screen, self.stock = emulator()
        self.diff_screen, self.stream = emulator()
        self.late = late
        self.bytes_stock = self.bytes_diff = self.updates = 0
        self.owing = False

    def __call__(self, update: CompositorUpdate, app: App[None]) -> None:
        x, y = app.screen.outer_size.clamp_offset(app.cursor_position)
        uncache(update)
        old = update.render_segments(self.console) + f"\x1b[{y + 1};{x + 1}H"
        held = self.late is not None and self.late.random() < 0.4
        new = self.diff.frame(update, (COLUMNS, ROWS), (x, y), held=held)
        assert new is not None
        self.updates += 1
        self.bytes_stock += len(old)
        self.bytes_diff += len(new)
        self.stock.feed(strip_osc(old))
        self.stream.feed(strip_osc(new))
        self.owing = held
        if not held:
            self.check()

    def check(self) -> None:
        stock, diff = picture(self.stock_screen), picture(self.diff_screen)
        different = [
            (x, y, stock[y][x], diff[y][x]) for y in range(ROWS) for x in range(COLUMNS) if stock[y][x] != diff[y][x]
        ]
        assert not different, different[:3]
        assert self.stock_screen.cursor.x == self.diff_screen.cursor.x
        assert self.stock_screen.cursor.y == self.diff_screen.cursor.y


def deeds(app: App[None], chance: random.Random) -> Iterator[Callable[[], object]]:
    base = app.screen
    left, right = base.query_one("#left", Lines), base.query_one("#right", Lines)
    for _ in range(40):
        lines = chance.choice([left, right])
        step = chance.choice([1, 1, 1, -1, 2, -3, 7, 30, -60])
        column = chance.randint(0, 30)

        def change(lines: Lines = lines) -> None:
            y = chance.randrange(200)
            lines.rows[y] = lines.make()
            lines.refresh()

        def cells(lines: Lines = lines, column: int = column) -> None:
            y = chance.randrange(12)
            lines.rows[(y + lines.scroll_offset.y) % 200] = lines.make()
            lines.refresh(Region(column // 2, y, chance.randint(1, 9), chance.randint(1, 2)))

        def scroll(lines: Lines = lines, step: int = step) -> None:
            lines.scroll_to(y=max(0, lines.scroll_offset.y + step), animate=False, force=True)

        def aside(lines: Lines = lines, column: int = column) -> None:
            lines.scroll_to(x=column // 6, animate=False, force=True)

        choices: list[Callable[[], object]] = [
            change,
            cells,
            cells,
            scroll,
            scroll,
            scroll,
            aside,
            lambda: base.query_one("#head", Static).update(" ".join(chance.choices([w for w in WORDS if w], k=5))),
            lambda: setattr(base.query_one(Input), "value", chance.choice(WORDS)),
            lambda: app.push_screen(Dialog()) if len(app.screen_stack) == 1 else app.pop_screen(),
            lambda: setattr(left.styles, "width", chance.randint(20, 50)),
            app.refresh,
        ]
        yield chance.choice(choices)


TRUECOLOUR = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


@pytest.mark.parametrize(
    ("seed", "env"),
    [*((seed, TRUECOLOUR) for seed in range(5)), (5, {"TERM": "xterm-256color"}), (6, {"TERM": "xterm"})],
)
async def test_random_changes_leave_the_same_screen(seed: int, env: dict[str, str]) -> None:
    chance = random.Random(seed)
    both = Both(console_for(env), bce=seed % 3 != 2, late=random.Random(seed) if seed % 2 else None)
    app = Sample(both, seed)
    async with app.run_test(size=(COLUMNS, ROWS)) as pilot:
        for deed in deeds(app, chance):
            deed()
            await pilot.pause()
        both.stream.feed(strip_osc(both.diff.catch_up((both.stock_screen.cursor.x, both.stock_screen.cursor.y))))
        both.check()
    assert both.updates > 30
    assert both.bytes_diff < both.bytes_stock


@pytest.mark.parametrize("length", [1, 2, 7, 120])
def test_the_span_that_changed_is_found_to_the_cell(length: int) -> None:
    for first in range(length):
        for last in range(first, length):
            old = "a" * length
            new = [*old]
            new[first] = new[last] = "b"
            assert changed_span(old, "".join(new)) == (first, last + 1)


def layout(rows: list[list[Segment]]) -> LayoutUpdate:
    strips = [[Strip(row).extend_cell_length(COLUMNS) if row else Strip.blank(COLUMNS)] for row in rows]
    blanks = [[Strip.blank(COLUMNS)] for _ in range(ROWS - len(rows))]
    return LayoutUpdate([*strips, *blanks], Region(0, 0, COLUMNS, ROWS))


SIZE = (COLUMNS, ROWS)
CONSOLE = console_for(TRUECOLOUR)


def test_nothing_changed_writes_nothing() -> None:
    diff = DiffScreen(CONSOLE, True)
    update = layout([[Segment("hello")]])
    assert diff.frame(update, SIZE, (0, 0))
    assert diff.frame(update, SIZE, (0, 0)) == ""


def test_after_forget_every_cell_is_written_again() -> None:
    diff = DiffScreen(CONSOLE, True)
    update = layout([[Segment("hello")]])
    first = diff.frame(update, SIZE, (0, 0))
    diff.forget()
    screen, stream = emulator()
    stream.feed("junk\r\n" * 30)
    again = diff.frame(update, SIZE, (0, 0))
    assert first and again
    stream.feed(again)
    assert [line.rstrip() for line in screen.display] == ["hello"] + [""] * (ROWS - 1)


def test_scrolling_a_full_width_list_moves_it_inside_the_terminal() -> None:
    diff = DiffScreen(CONSOLE, True)
    rows = [[Segment(f"row {n} " + "word " * (5 + n % 3))] for n in range(60)]
    diff.frame(layout(rows[:ROWS]), SIZE, (0, 0))
    frame = diff.frame(layout(rows[1 : ROWS + 1]), SIZE, (0, 0))
    assert frame is not None
    assert len(frame) < 80
    back = diff.frame(layout(rows[:ROWS]), SIZE, (0, 0))
    assert back is not None
    assert "\x1bM" in back
    assert len(back) < 80


def test_a_line_that_moved_is_not_taken_apart_again(monkeypatch: pytest.MonkeyPatch) -> None:
    diff = DiffScreen(CONSOLE, True)
    lines = [[Strip([Segment(f"row {n}")]).extend_cell_length(COLUMNS)] for n in range(1000)]
    region = Region(0, 0, *SIZE)
    diff.frame(LayoutUpdate([*lines[:ROWS]], region), SIZE, (0, 0))
    taken: list[str] = []
    cells = GlyphTable.cells

    def counting(table: GlyphTable, text: str, style: Style | None) -> str | None:
        taken.append(text)
        return cells(table, text, style)

    monkeypatch.setattr(GlyphTable, "cells", counting)
    diff.frame(LayoutUpdate([*lines[1 : ROWS + 1]], region), SIZE, (0, 0))
    assert [text for text in taken if text.strip()] == [f"row {ROWS}"]
    for top in range(0, 1000 - ROWS, ROWS):
        diff.frame(LayoutUpdate([*lines[top : top + ROWS]], region), SIZE, (0, 0))
    assert len(diff._strips) <= MOST_STRIPS


def test_without_background_erase_blanks_are_written_out() -> None:
    diff = DiffScreen(CONSOLE, False)
    frame = diff.frame(layout([[Segment(" " * COLUMNS, Style(bgcolor="red"))]]), SIZE, (0, 0))
    assert frame is not None
    assert " " * COLUMNS in frame


def test_an_unknown_update_is_left_to_the_stock_way() -> None:
    diff = DiffScreen(CONSOLE, True)
    assert diff.frame("text", SIZE, (0, 0)) is None
    assert diff.frame(ChopsUpdate([], [], []), SIZE, (0, 0)) is None  # no layout seen yet


def test_a_picture_goes_through_and_is_covered_later() -> None:
    diff = DiffScreen(CONSOLE, True)
    sixel = Strip([Segment("\x1bPq#0~~\x1b\\", None, [(1, 2)])], 4)  # type: ignore[list-item]
    rows: list[list[Strip]] = [[Strip.blank(COLUMNS)] for _ in range(ROWS)]
    diff.frame(LayoutUpdate([*rows], Region(0, 0, *SIZE)), SIZE, (0, 0))
    chops: list[dict[int, Strip | None]] = [{} for _ in range(ROWS)]
    chops[2] = {5: sixel}
    ends = [[9] for _ in range(ROWS)]
    frame = diff.frame(ChopsUpdate(chops, [(2, 5, 9)], ends), SIZE, (0, 0))
    assert frame is not None
    assert "\x1b[3;6H\x1bPq#0~~\x1b\\" in frame
    chops[2] = {5: Strip.blank(4)}
    covered = diff.frame(ChopsUpdate(chops, [(2, 5, 9)], ends), SIZE, (0, 0))
    assert covered is not None
    assert "\x1b[3;6H" in covered


def test_a_picture_that_could_not_be_written_is_asked_for_again() -> None:
    diff = DiffScreen(CONSOLE, True)
    strip = Strip([Segment("\x1bPq\x1b\\", None, [(1, 2)])], 4)  # type: ignore[list-item]
    rows: list[list[Strip]] = [[Strip.blank(COLUMNS)] for _ in range(ROWS - 1)]
    assert diff.frame(LayoutUpdate([[strip], *rows], Region(0, 0, *SIZE)), SIZE, (0, 0), held=True) == ""
    assert diff.picture_lost


def test_a_wide_character_cut_in_two_leaves_a_blank() -> None:
    diff = DiffScreen(CONSOLE, True)
    diff.frame(layout([[Segment("日本語")]]), SIZE, (0, 0))
    chops: list[dict[int, Strip | None]] = [{} for _ in range(ROWS)]
    chops[0] = {1: Strip([Segment("ab")])}
    frame = diff.frame(ChopsUpdate(chops, [(0, 1, 3)], [[3] for _ in range(ROWS)]), SIZE, (0, 0))
    assert frame is not None
    screen, stream = emulator()
    stream.feed("日本語\r" + frame)
    assert screen.display[0].startswith(" ab 語")


def test_a_mark_parted_from_its_letter_does_not_land_on_the_neighbour() -> None:
    diff = DiffScreen(CONSOLE, True)
    rows = [[Strip([Segment("│")]), Strip([Segment("\u0308b")]), Strip.blank(COLUMNS - 2)]]
    rows += [[Strip.blank(COLUMNS)] for _ in range(ROWS - 1)]
    frame = diff.frame(LayoutUpdate([*rows], Region(0, 0, *SIZE)), SIZE, (0, 0))
    assert frame is not None
    assert "│b" in frame


def test_a_mark_in_the_next_segment_stays_with_its_letter() -> None:
    diff = DiffScreen(CONSOLE, True)
    frame = diff.frame(layout([[Segment("a"), Segment("\u0308b", Style(bold=True))]]), SIZE, (0, 0))
    assert frame is not None
    screen, stream = emulator()
    stream.feed(frame)
    assert screen.display[0].startswith("äb")
