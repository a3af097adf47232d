"""The terminals that are looked at: how each is started, and whether it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent_tui.terminal.bidi_mode import TMUX_HINT
from tests.terminals.display import Display, Picture

HERE = Path(__file__).parent
COLUMNS, ROWS = 80, 24
SYSTEM_PYTHON = "/usr/bin/python3"
FONT = "FreeMono"
INK_AND_GROUND = ("#d0d0d0", "#202020")
"""The ground is another than that of the display, so that one sees where a window is."""
#: Bold and slanted letters of xterm stand out of their cells, so that pictures depend on which was written first.
_NO_OVERHANG = ("-xrm", "XTerm*allowBoldFonts: false", "-xrm", "XTerm*colorITMode: true")


@dataclass(frozen=True, slots=True)
class Kind:
    """A terminal: its window, and what runs between the window and the desk."""

    name: str
    window: str
    tmux: str = ""
    """The line of tmux.conf; empty: no tmux."""

    def lacks(self) -> str:
        """What is not installed; empty if nothing."""
        for program in ("Xvfb", self.window if self.window == "xterm" else "", "tmux" if self.tmux else ""):
            if program and shutil.which(program) is None:
                return f"{program} is not installed"
        if self.window == "vte" and not _has_vte():
            return "gir1.2-vte-2.91 and python3-gi are not installed"
        return "" if _has_font() else f"the font {FONT} is not installed"

    def command(self, words: Sequence[str], socket: str) -> list[str]:
        if self.tmux:
            conf = f"set -g status off\nset -g default-terminal tmux-256color\nset -s escape-time 0\n{self.tmux}\n"
            Path(f"{socket}.conf").write_text(conf)
            words = ["tmux", "-u", "-S", socket, "-f", f"{socket}.conf", "new-session", *words]
        if self.window == "vte":
            return [
                SYSTEM_PYTHON,
                str(HERE / "vte_window.py"),
                str(COLUMNS),
                str(ROWS),
                f"{FONT} 12",
                *INK_AND_GROUND,
                *words,
            ]
        size = ["-geometry", f"{COLUMNS}x{ROWS}+0+0", "-fa", FONT, "-fs", "12", "-b", "0", "-bw", "0", "+sb"]
        colours = ["-bg", INK_AND_GROUND[1], "-fg", INK_AND_GROUND[0]]
        return ["xterm", "-u8", "+bc", *size, *colours, *_NO_OVERHANG, "-e", *words]


#: tmux needs some line, even where it needs no hint.
_NO_HINT = "set -g set-titles off"
VTE = Kind("VTE", "vte")
XTERM = Kind("xterm", "xterm")
TMUX = Kind("tmux in xterm", "xterm", _NO_HINT)
TMUX_IN_VTE = Kind("tmux in VTE, with the hint", "vte", next(x for x in TMUX_HINT.splitlines() if x.startswith("set")))
TMUX_IN_VTE_BARE = Kind("tmux in VTE, without the hint", "vte", _NO_HINT)


def _has_vte() -> bool:
    try:
        ask = "import gi; gi.require_version('Vte', '2.91'); gi.require_version('Gtk', '3.0')"
        return subprocess.run([SYSTEM_PYTHON, "-c", ask], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _has_font() -> bool:
    try:
        found = subprocess.run(["fc-list", FONT], capture_output=True, check=False)
    except OSError:
        return False
    return bool(found.stdout.strip())


def environment(home: Path, display: Display) -> dict[str, str]:
    """Nothing of the person's who runs this; an environment variable can say what terminal one is on."""
    own = {"HOME": str(home), "LANG": "C.UTF-8", "DISPLAY": display.name, "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
    more = {"PYTHONPATH": str(HERE.parents[1]), "GSETTINGS_BACKEND": "memory", "SHELL": "/bin/sh"}
    return {"PATH": os.environ.get("PATH", os.defpath), **own, **more}


class Window:
    """A terminal's window, with a program in it."""

    def __init__(self, display: Display, socket: str) -> None:
        self._display = display
        self._socket = socket

    def picture(self) -> Picture:
        return self._display.finished()

    def tmux_rows(self) -> list[str]:
        """What tmux holds of its screen."""
        words = ["tmux", "-S", self._socket, "capture-pane", "-p"]
        return subprocess.run(words, capture_output=True, check=True, text=True).stdout.splitlines()


@contextmanager
def window(kind: Kind, display: Display, *words: str) -> Iterator[Window]:
    """`words` run in a new window, the only one on the display; both ended for certain."""
    with tempfile.TemporaryDirectory(prefix="agent-tui-window-") as name:
        home = Path(name)
        env, socket = environment(home, display), str(home / "tmux")
        child = subprocess.Popen(
            kind.command(words, socket),
            env=env,
            cwd=name,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield Window(display, socket)
        finally:
            if kind.tmux:
                subprocess.run(["tmux", "-S", socket, "kill-server"], capture_output=True, check=False)
            child.terminate()
            child.wait()
            until(lambda: display.look().plain, "the window goes away")


def show(kind: Kind, display: Display, text: str) -> tuple[Picture, list[str]]:
    """What a terminal makes of `text`: the picture, and the rows as tmux has them where there is one."""
    with tempfile.TemporaryDirectory(prefix="agent-tui-shown-") as name:
        file, done = Path(name) / "text", Path(name) / "done"
        file.write_text(text, encoding="utf-8")
        with window(kind, display, sys.executable, str(HERE / "inside_show.py"), str(file), str(done)) as shown:
            until(done.exists, f"{kind.name} has read everything")
            return shown.picture(), shown.tmux_rows() if kind.tmux else []


def until(true: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds:g} s: {what}")
        time.sleep(0.02)
