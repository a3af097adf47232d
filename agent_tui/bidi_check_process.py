"""Runs `bidi-check` on a terminal, and writes what was chosen."""

from __future__ import annotations

import os
import select
import termios
from codecs import getincrementaldecoder
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.config.paths import Paths
from agent_tui.terminal.bidi_check import BidiCheck, told

if TYPE_CHECKING:
    from agent_tui.terminal.terminal import Terminal


def run_bidi_check(
    terminal: Terminal | None,
    env: Mapping[str, str],
    config: Path | None,
    echo: Callable[[str], None],
    monotonic: Callable[[], float],
    woken: int,
) -> None:
    """Ask, and write; without a terminal only tell. `woken`: a descriptor that can be read once a signal has come,
    whose handler raises. Raises ConfigError when the settings cannot be read or written."""
    if terminal is None:
        echo(told(env))
        return
    from agent_tui.config.set_key import write_key
    from agent_tui.config.settings import Settings, load_settings
    from agent_tui.config.template import config_template, write_new

    path = config or Paths.from_env(env).config_file
    setting = load_settings(path, {}).settings.bidi if path.exists() else Settings().bidi
    check = BidiCheck(env, setting, str(path), terminal.measure())
    _look(terminal, check, monotonic, woken)
    if check.stage == "left":
        echo("Nothing was written.")
        return
    if not path.exists():
        write_new(path, config_template())
    write_key(path, "bidi", check.choice)
    echo(f'{path}: bidi = "{check.choice}"')
    if env.get("AGENT_TUI_BIDI"):
        echo(f"AGENT_TUI_BIDI={env['AGENT_TUI_BIDI']} in the environment wins over it.")


def _look(terminal: Terminal, check: BidiCheck, monotonic: Callable[[], float], woken: int) -> None:
    """Until the person has chosen or left; the terminal is as before afterwards."""
    fd = terminal.fd_in
    before = termios.tcgetattr(fd)
    raw = termios.tcgetattr(fd)
    raw[0] &= ~(termios.IXON | termios.ICRNL)
    raw[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
    raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
    decode = getincrementaldecoder("utf-8")("replace").decode
    try:
        termios.tcsetattr(fd, termios.TCSANOW, raw)
        _write(terminal.fd_out, check.start())
        while not check.over:
            check.size = terminal.measure()
            ready = select.select([fd, woken], [], [], check.wait(monotonic()))[0]
            if woken in ready:
                os.read(woken, 64)
            if fd in ready:
                if not (data := os.read(fd, 4096)):
                    break
                _write(terminal.fd_out, check.feed(decode(data), monotonic()))
            else:
                _write(terminal.fd_out, check.tick(monotonic()))
    finally:
        _write(terminal.fd_out, check.end())
        termios.tcsetattr(fd, termios.TCSAFLUSH, before)


def _write(fd: int, text: str) -> None:
    data = text.encode()
    while data:
        data = data[os.write(fd, data) :]
