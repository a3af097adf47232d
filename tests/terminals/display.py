"""An X server without a screen, and what it would show: pixels from its frame buffer, nothing in between."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SIZE = (1000, 700)
#: A picture counts as finished when it has not changed for so many looks, so many seconds apart.
LOOKS, BETWEEN = 4, 0.1


@dataclass(frozen=True, slots=True)
class Picture:
    """Rows of pixels, four bytes each."""

    width: int
    height: int
    pixels: bytes

    def crop(self, x: int, y: int, width: int, height: int) -> Picture:
        rows = (
            self.pixels[((y + row) * self.width + x) * 4 : ((y + row) * self.width + x + width) * 4]
            for row in range(height)
        )
        return Picture(width, height, b"".join(rows))

    @property
    def plain(self) -> bool:
        """Nothing on it."""
        return self.pixels == self.pixels[:4] * (self.width * self.height)

    def differs_within(self, other: Picture) -> tuple[int, int, int, int]:
        """The smallest rectangle that holds all that differs: x, y, width, height."""
        size = self.width * 4
        rows = [(self.pixels[at : at + size], other.pixels[at : at + size]) for at in range(0, len(self.pixels), size)]
        ys = [y for y, (mine, its) in enumerate(rows) if mine != its]
        xs = [at // 4 for y in ys for at, (mine, its) in enumerate(zip(*rows[y], strict=True)) if mine != its]
        return min(xs), ys[0], max(xs) - min(xs) + 1, ys[-1] - ys[0] + 1

    @property
    def name(self) -> str:
        return hashlib.sha256(self.pixels).hexdigest()[:12]

    def save(self, path: Path) -> None:
        """As PNG, for a person to look at."""
        from PIL import Image

        Image.frombytes("RGB", (self.width, self.height), self.pixels, "raw", "BGRX").save(path)


class Display:
    """A running X server with nothing but what is started on it."""

    def __init__(self, folder: Path, number: int) -> None:
        self._buffer = folder / "Xvfb_screen0"
        self.name = f":{number}"

    def look(self) -> Picture:
        """What is on the screen now."""
        raw = self._buffer.read_bytes()
        head = struct.unpack(">25I", raw[:100])  # XWDFileHeader
        start, width, height, row = head[0] + head[19] * 12, head[4], head[5], head[12]
        assert (head[11], row) == (32, width * 4), "four bytes a pixel and no padding"
        return Picture(width, height, raw[start : start + row * height])

    def finished(self, seconds: float = 15.0) -> Picture:
        """What is on the screen once it is not empty and changes no more."""
        end = time.monotonic() + seconds
        last, same = self.look(), 0
        while same < LOOKS or last.plain:
            if time.monotonic() > end:
                raise TimeoutError("the screen is empty, or does not come to rest")
            time.sleep(BETWEEN)
            now = self.look()
            same = same + 1 if now.pixels == last.pixels else 0
            last = now
        return last


@contextmanager
def display() -> Iterator[Display]:
    """A display of its own, on a number that is free; ended for certain."""
    xvfb = shutil.which("Xvfb")
    assert xvfb is not None
    with tempfile.TemporaryDirectory(prefix="agent-tui-display-") as name:
        reading, writing = os.pipe()
        words = ["-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-fbdir", name, "-nocursor", "-nolisten", "tcp", "-noreset"]
        server = subprocess.Popen(
            [xvfb, *words, "-displayfd", str(writing)], pass_fds=[writing], stderr=subprocess.DEVNULL
        )
        os.close(writing)
        try:
            with os.fdopen(reading) as told:
                number = told.readline()
            if not number.strip():
                raise RuntimeError("Xvfb did not start")
            yield Display(Path(name), int(number))
        finally:
            server.terminate()
            server.wait()
