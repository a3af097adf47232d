"""What the terminal rooms reach by themselves: one list by the Line API and one line to type into, without a desk.

python -m bench.stand_in COUNT [--stock] [--events N]
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import signal
import sys

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input, Static

from agent_tui.terminal.app_base import TerminalApp
from agent_tui.terminal.terminal import Terminal
from bench.mails import mail

PAINTS_PER_SECOND = 10


class Rows(ScrollView, can_focus=True):
    """Mails as rows, drawn when seen."""

    DEFAULT_CSS = "Rows { height: 1fr; scrollbar-size-vertical: 1; }"

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.cursor = 0
        self.marks: dict[int, int] = {}
        self.virtual_size = Size(80, count)

    def render_line(self, y: int) -> Strip:
        number = y + self.scroll_offset.y
        if number >= self.count:
            return Strip.blank(self.size.width)
        one = mail(number)
        base = self.rich_style + Style(reverse=number == self.cursor)
        text = f" #{number:06d} {one.customer[:22]:<22} {one.subject[:60]:<60} {self.marks.get(number, 0) or '':>6}"
        return Strip([Segment(f" {one.channel:<9}", base + Style(bold=True)), Segment(text, base)]).adjust_cell_length(
            self.size.width, base
        )

    def go(self, cursor: int) -> None:
        old, self.cursor = self.cursor, max(0, min(self.count - 1, cursor))
        top, height = self.scroll_offset.y, self.size.height
        if not top <= self.cursor < top + height:
            self.scroll_to(y=self.cursor if self.cursor < top else self.cursor - height + 1, animate=False)
        for number in (old, self.cursor):
            self.refresh_row(number)

    def refresh_row(self, number: int) -> None:
        y = number - self.scroll_offset.y
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    async def _on_key(self, event: events.Key) -> None:
        moves = {"j": 1, "k": -1, "pagedown": self.size.height, "pageup": -self.size.height, "g": -self.count}
        if event.key in moves:
            event.stop()
            event.prevent_default()
            self.go(self.cursor + moves[event.key])


class StandIn(TerminalApp[None]):
    """Head, rows and a line to type into: i goes there, escape comes back."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, terminal: Terminal, count: int, events_per_second: int, diff_output: bool) -> None:
        super().__init__(terminal, diff_output=diff_output)
        self.count = count
        self.events_per_second = events_per_second

    def compose(self) -> ComposeResult:
        yield Static(f"inbox {self.count}")
        yield Rows(self.count)
        line = Input(compact=True)
        line.cursor_blink = False
        yield line

    def on_mount(self) -> None:
        self.query_one(Rows).focus()
        if self.events_per_second:
            self.run_worker(self.play())

    def on_key(self, event: events.Key) -> None:
        if event.key == "i":
            self.query_one(Input).focus()
        elif event.key == "escape":
            self.query_one(Input).value = ""
            self.query_one(Rows).focus()

    async def play(self) -> None:
        """Events on random rows among the first thousand, painted a few times a second."""
        rows, chance = self.query_one(Rows), random.Random(3)
        while True:
            await asyncio.sleep(1 / PAINTS_PER_SECOND)
            touched = {chance.randrange(1000) for _ in range(self.events_per_second // PAINTS_PER_SECOND)}
            for number in touched:
                rows.marks[number] = rows.marks.get(number, 0) + 1
                rows.refresh_row(number)


def settle() -> None:
    """What start-up made stays: full collections need not look at it again (13 to 26 ms each, seen as late keys)."""
    gc.collect()
    gc.freeze()


async def main(arguments: list[str]) -> None:
    busy = int(arguments[arguments.index("--events") + 1]) if "--events" in arguments else 0
    app = StandIn(Terminal(0, 1, env=dict(os.environ)), int(arguments[0]), busy, "--stock" not in arguments)
    running = asyncio.create_task(app.run_async(mouse=False))

    def winch() -> None:
        if app.terminal_driver is not None:
            app.terminal_driver.on_winch()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGWINCH, winch)
    loop.add_signal_handler(signal.SIGHUP, app.exit)
    loop.call_later(0.6, settle)
    await running


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
