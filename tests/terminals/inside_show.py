"""Runs inside a terminal: writes a file to it as it is, makes sure that the terminal has read it all, and stays.

inside_show.py FILE DONE
"""

from __future__ import annotations

import os
import sys
import termios
import tty
from pathlib import Path


def main(file: str, done: str) -> None:
    before = termios.tcgetattr(0)
    tty.setraw(0)
    try:
        text = Path(file).read_bytes()
        while text:
            text = text[os.write(1, text) :]
        os.write(1, b"\x1b[5n")  # DSR: it answers in its turn
        answer = b""
        while not answer.endswith(b"\x1b[0n"):
            if not (more := os.read(0, 100)):
                return
            answer += more
        Path(done).touch()
        while os.read(0, 100):
            pass
    finally:
        termios.tcsetattr(0, termios.TCSANOW, before)


main(*sys.argv[1:])
