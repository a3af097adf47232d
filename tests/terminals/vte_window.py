"""A window with one VTE terminal, as GNOME Terminal has it. Run by the system's Python, which has python3-gi:

vte_window.py COLUMNS ROWS FONT INK GROUND COMMAND...
"""

import sys
from typing import Any

import gi  # type: ignore[import-not-found]

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
gi.require_version("Vte", "2.91")
from gi.repository import Gdk, GLib, Gtk, Pango, Vte  # type: ignore[import-not-found]  # noqa: E402


def _colour(name: str) -> Any:
    colour = Gdk.RGBA()
    colour.parse(name)
    return colour


def main(columns: str, rows: str, font: str, ink: str, ground: str, *command: str) -> None:
    window = Gtk.Window()
    terminal: Any = Vte.Terminal()
    terminal.set_size(int(columns), int(rows))
    terminal.set_font(Pango.FontDescription(font))
    terminal.set_cursor_blink_mode(Vte.CursorBlinkMode.OFF)
    terminal.set_color_background(_colour(ground))
    terminal.set_color_foreground(_colour(ink))
    terminal.set_enable_bidi(True)  # as it is by default
    terminal.connect("child-exited", lambda *_: Gtk.main_quit())
    window.connect("destroy", lambda *_: Gtk.main_quit())
    window.add(terminal)
    window.show_all()
    terminal.spawn_async(
        Vte.PtyFlags.DEFAULT, None, list(command), None, GLib.SpawnFlags.SEARCH_PATH, None, None, -1, None, None
    )
    Gtk.main()


main(*sys.argv[1:])
