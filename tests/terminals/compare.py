"""What is looked at on each terminal: that it shows what must be seen, and that the pictures would tell if not."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent_tui.domain.text import CustomerText
from agent_tui.domain.text_cells import cell_width
from agent_tui.domain.text_visual import Bidi, visual_line
from agent_tui.terminal.bidi_check import LINES as CALIBRATION
from agent_tui.terminal.bidi_check import BidiCheck
from agent_tui.terminal.bidi_mode import DESK_ORDERS
from tests.terminals.display import Display, Picture
from tests.terminals.letters import FIRST_ROW, LEFT, OTHER_SCREEN, placed, screen_of, screen_spelled, spelled
from tests.terminals.lines import DESK_SEES, LINES
from tests.terminals.windows import (
    COLUMNS,
    HERE,
    ROWS,
    TMUX,
    TMUX_IN_VTE,
    TMUX_IN_VTE_BARE,
    VTE,
    XTERM,
    Kind,
    Window,
    show,
    until,
    window,
)

SEEN = [line.seen for line in LINES]
STORED = [line.stored for line in LINES]


class Differs(AssertionError):
    """A terminal does not show what it must; the pictures are kept where `pictures` says, if it does."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is looked at, on one kind of terminal."""

    kind: Kind
    what: str
    look: Callable[[Kind, Display], None]

    @property
    def name(self) -> str:
        return f"{self.kind.name}: {self.what}"


def _drawn(mode: Bidi) -> list[str]:
    """The lines as the desk sends them in a mode."""
    return [str(visual_line(CustomerText(text).safe, mode).text) for text in STORED]


def _same(one: Picture, other: Picture, what: str, *, wanted: bool = True) -> None:
    if (one.pixels == other.pixels) is wanted:
        return
    if folder := os.environ.get("PICTURES"):
        for name, picture in (("one", one), ("other", other)):
            picture.save(Path(folder) / f"{what.replace(' ', '-')}-{name}.png")
    raise Differs(f"{what}: the pictures are {'different' if wanted else 'the same'} ({one.name}, {other.name})")


def letters_stand_where_they_are_sent(kind: Kind, display: Display) -> None:
    """The yardstick itself: a letter of a line spelled out looks as it does alone on a row of its own, where no order
    can move it. Of two lines: a screen has room for a letter a row, and takes half a second."""
    empty, _ = show(kind, display, OTHER_SCREEN)
    block, _ = show(kind, display, f"{OTHER_SCREEN}\x1b[{ROWS // 2};{COLUMNS // 2}H\u2588")
    x, y, width, height = block.differs_within(empty)
    left, top = x - (COLUMNS // 2 - 1) * width, y - (ROWS // 2 - 1) * height
    whole, _ = show(kind, display, spelled(SEEN))
    for n in (1, 4):
        row_of_line = FIRST_ROW - 1 + 2 * n
        letters = list(enumerate(SEEN[n], LEFT - 1))
        assert all(cell_width(letter) == 1 for _, letter in letters)
        assert len(letters) <= ROWS
        text = "".join(f"\x1b[{row};{column + 1}H{letter}" for row, (column, letter) in enumerate(letters, 1))
        alone, _ = show(kind, display, OTHER_SCREEN + text)
        for row, (column, letter) in enumerate(letters):
            spot = whole.crop(left + column * width, top + row_of_line * height, width, height)
            _same(spot, alone.crop(left + column * width, top + row * height, width, height), f"{letter} of line {n}")
            if spot.plain is not (letter == " "):
                raise Differs(f"{kind.name}: {letter!r} of line {n} is not drawn")


def visual(kind: Kind, display: Display) -> None:
    """What the desk has put in order is seen as it must be."""
    reference, spelled_rows = show(kind, display, spelled(SEEN))
    shown, rows = show(kind, display, DESK_ORDERS + OTHER_SCREEN + placed(_drawn("visual")))
    _same(shown, reference, f"{kind.name} visual")
    if kind.tmux:
        held = [row.strip() for row in rows if row.strip()]
        if held != SEEN or spelled_rows != rows:
            raise Differs(f"{kind.name}: tmux holds {held}")


def told_late(kind: Kind, display: Display) -> None:
    """Told after it has shown something in its own order: what is drawn on the erased screen is right."""
    reference, _ = show(kind, display, spelled(SEEN))
    late = OTHER_SCREEN + placed(STORED) + DESK_ORDERS + "\x1b[2J" + placed(_drawn("visual"))
    shown, _ = show(kind, display, late)
    _same(shown, reference, f"{kind.name} told late")


def unordered(kind: Kind, display: Display) -> None:
    """Text in the order of reading is seen wrongly where the terminal does not reorder."""
    reference, _ = show(kind, display, spelled(SEEN))
    shown, _ = show(kind, display, DESK_ORDERS + OTHER_SCREEN + placed(_drawn("off")))
    _same(shown, reference, f"{kind.name} unordered", wanted=False)


def untold(kind: Kind, display: Display) -> None:
    """A terminal that reorders and is not told to leave it spoils what the desk has put in order."""
    reference, _ = show(kind, display, spelled(SEEN))
    shown, _ = show(kind, display, OTHER_SCREEN + placed(_drawn("visual")))
    _same(shown, reference, f"{kind.name} untold", wanted=False)


def needs_the_hint(kind: Kind, display: Display) -> None:
    """tmux that is not told so by its configuration keeps the desk's request from the terminal around it."""
    reference, _ = show(TMUX_IN_VTE, display, spelled(SEEN))
    shown, _ = show(kind, display, spelled(SEEN))
    _same(shown, reference, kind.name, wanted=False)


def terminal(kind: Kind, display: Display) -> None:
    """A terminal that reorders is given text as the mode `terminal` has it."""
    reference, _ = show(kind, display, spelled(SEEN))
    shown, _ = show(kind, display, OTHER_SCREEN + placed(_drawn("terminal")))
    _same(shown, reference, f"{kind.name} terminal")


def _calibration() -> str:
    return BidiCheck({"TERM": "xterm"}, "auto", "config.toml", (COLUMNS, ROWS)).start()


def calibration(kind: Kind, display: Display) -> None:
    """The screen of bidi-check on plain cells, or where a terminal leaves the order: its first line reads right."""
    reference, _ = show(kind, display, screen_spelled(screen_of(_calibration().encode(), COLUMNS, ROWS)))
    shown, _ = show(kind, display, _calibration())
    _same(shown, reference, f"{kind.name} calibration")


def calibration_reordered(kind: Kind, display: Display) -> None:
    """The same where the terminal reorders and cannot be told not to: it turns each line, so the second reads right."""
    turned = _calibration()
    for key, line in enumerate(CALIBRATION.values(), 1):
        turned = turned.replace(f"{key}   {line}", f"{key}   {line[::-1]}")
    reference, _ = show(kind, display, screen_spelled(screen_of(turned.encode(), COLUMNS, ROWS)))
    shown, _ = show(kind, display, _calibration().replace(DESK_ORDERS, ""))
    _same(shown, reference, f"{kind.name} calibration reordered")


@contextmanager
def _desk(kind: Kind, display: Display, *, deaf: bool) -> Iterator[tuple[Window, Callable[[], bytes]]]:
    """The demo's desk with its first case open, time standing nearly still; and what it has written so far."""
    with tempfile.TemporaryDirectory(prefix="agent-tui-desk-") as name:
        folder = Path(name)
        written, keys = folder / "written", folder / "keys"
        os.mkfifo(keys)
        written.touch()
        if deaf:
            (folder / "deaf").touch()
        command = [sys.executable, "-m", "agent_tui.cli", "demo", "--speed", "0.2"]
        with window(kind, display, sys.executable, str(HERE / "inside_record.py"), name, *command) as shown:
            until(lambda: _shows(written.read_bytes(), DESK_SEES[:1]), f"{kind.name}: the desk shows its inbox", 60)
            keys.write_bytes(b"\r")
            until(lambda: _shows(written.read_bytes(), DESK_SEES), f"{kind.name}: the desk shows a case", 60)
            yield shown, written.read_bytes


def _shows(written: bytes, words: Sequence[str]) -> bool:
    text = "\n".join(screen_of(written, COLUMNS, ROWS).display)
    return all(part in text for part in words)


def _desk_beside_its_cells(kind: Kind, display: Display, *, deaf: bool) -> tuple[Picture, Picture]:
    """The desk as the terminal shows it, and its cells letter by letter."""
    with _desk(kind, display, deaf=deaf) as (shown, written):
        before = b""
        while before != (before := written()):  # a picture of exactly what was written
            picture = shown.picture()
            held = shown.tmux_rows() if kind.tmux else []
    wanted = [row.rstrip() for row in screen_of(before, COLUMNS, ROWS).display]
    if held and held != wanted:
        raise Differs(f"{kind.name}: tmux holds {held}")
    reference, _ = show(kind, display, screen_spelled(screen_of(before, COLUMNS, ROWS)))
    return picture, reference


def desk(kind: Kind, display: Display) -> None:
    """The desk itself, finding out alone what it is on: Hebrew names, messages and numbers as they must be seen."""
    _same(*_desk_beside_its_cells(kind, display, deaf=False), f"{kind.name} desk")


def desk_unheard(kind: Kind, display: Display) -> None:
    """The same where the terminal is not told to leave the order to the desk: it is seen wrongly."""
    _same(*_desk_beside_its_cells(kind, display, deaf=True), f"{kind.name} desk unheard", wanted=False)


CHECKS = (
    *(
        Check(kind, what, look)
        for kind in (VTE, XTERM, TMUX)
        for what, look in (
            ("each letter stands where it is sent", letters_stand_where_they_are_sent),
            ("lines the desk has put in order", visual),
            ("not put in order they are seen to be wrong", unordered),
            ("the calibration's first line reads right", calibration),
            ("the desk itself", desk),
        )
    ),
    Check(VTE, "told late", told_late),
    Check(VTE, "not told it is seen to be wrong", untold),
    Check(VTE, "the order left to the terminal", terminal),
    Check(VTE, "the calibration's second line, the order left to the terminal", calibration_reordered),
    Check(VTE, "the desk not heard is seen to be wrong", desk_unheard),
    Check(TMUX_IN_VTE, "lines the desk has put in order", visual),
    Check(TMUX_IN_VTE, "the desk itself", desk),
    Check(TMUX_IN_VTE_BARE, "seen to be wrong", needs_the_hint),
)
