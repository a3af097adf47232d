"""A terminal emulator to replay recordings into: which rows looked different after each chunk?"""

from __future__ import annotations

import codecs
import re

import pyte

#: What pyte 0.8.2 would print as letters: private CSI other than ?h and ?l, CSI with an intermediate, DCS/APC/PM/OSC 8.
_UNKNOWN = re.compile(
    r"\x1b\[[<=>][0-9;:]*[@-~]"
    r"|\x1b\[\?[0-9;:]*(?![hl])[@-~]"
    r"|\x1b\[[?<=>]?[0-9;:]*[ -/]+[@-~]"
    r"|\x1b[P_^X][^\x1b\x07]*(?:\x1b\\|\x07)"
    r"|\x1b\]8;[^\x1b\x07]*(?:\x1b\\|\x07)"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;:<=>?]*[ -/]*|[P_^X\]][^\x1b\x07]*\x1b?|[()#%]?)?$")
_SGR = re.compile(r"\x1b\[[0-9;:]*m")


class Emulator:
    """pyte, fed with bytes as they came."""

    def __init__(self, columns: int, rows: int) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._pending = ""
        self._looks: dict[int, int] = {}
        self._screen.dirty.clear()

    def feed(self, chunk: bytes) -> list[int]:
        """Replay a chunk; the rows in which a cell (character or colour) is another than before."""
        text = self._pending + self._decode(chunk)
        cut = _UNFINISHED.search(text)
        self._pending = text[cut.start() :] if cut else ""
        if cut:
            text = text[: cut.start()]
        text = _SGR.sub(lambda match: match[0].replace(":", ";"), text)
        self._stream.feed(_UNKNOWN.sub("", text))
        changed = []
        for row in sorted(self._screen.dirty):
            if row >= self._screen.lines:
                continue
            line = self._screen.buffer[row]
            look = hash(tuple(line[x] for x in range(self._screen.columns)))
            if self._looks.get(row) != look:
                self._looks[row] = look
                changed.append(row)
        self._screen.dirty.clear()
        return changed

    def row(self, number: int) -> str:
        line = self._screen.buffer[number]
        return "".join(line[x].data for x in range(self._screen.columns)).rstrip()

    @property
    def text(self) -> str:
        return "\n".join(self.row(y) for y in range(self._screen.lines)) + "\n"
