"""Runs inside a terminal, between it and a program: notes all that the program writes, and types for a person.

inside_record.py FOLDER COMMAND... : `written` in FOLDER grows by what is written; what is put into the named pipe
`keys` is typed; with a file `deaf` the terminal is not told who reorders (BDSM is left out of what it gets).
"""

from __future__ import annotations

import os
import pty
import select
import shutil
import sys
import termios
import tty
from pathlib import Path


def main(folder: str, *command: str) -> None:
    place = Path(folder)
    deaf = (place / "deaf").exists()
    size = shutil.get_terminal_size()
    child, master = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    termios.tcsetwinsize(master, (size.lines, size.columns))
    before = termios.tcgetattr(0)
    tty.setraw(0)
    keys = os.open(place / "keys", os.O_RDWR)
    try:
        with (place / "written").open("ab", buffering=0) as written:
            while True:
                ready = select.select([0, master, keys], [], [])[0]
                if master in ready:
                    text = os.read(master, 65536)
                    written.write(text)
                    out = text.replace(b"\x1b[8l", b"") if deaf else text
                    while out:
                        out = out[os.write(1, out) :]
                for source in (0, keys):
                    if source in ready:
                        typed = os.read(source, 4096)
                        if not typed:
                            return
                        os.write(master, typed)
    except OSError:  # one of both sides has gone
        return
    finally:
        termios.tcsetattr(0, termios.TCSANOW, before)


main(*sys.argv[1:])
