"""Lines as they are stored and as they must look, cell by cell from the left. Written by hand, by UAX #9, not computed.

Escapes, because an editor would turn them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """`stored` in the order of reading; `seen` from the leftmost cell to the rightmost."""

    stored: str
    seen: str


_SHALOM, _MOLAHS = "\u05e9\u05dc\u05d5\u05dd", "\u05dd\u05d5\u05dc\u05e9"
_HAZMANA, _ANAMZAH = "\u05d4\u05d6\u05de\u05e0\u05d4", "\u05d4\u05e0\u05de\u05d6\u05d4"

LINES = (
    # Hebrew alone; then with a number and Latin letters; then with brackets, which are mirrored
    Line(f"{_SHALOM} \u05e2\u05d5\u05dc\u05dd", f"\u05dd\u05dc\u05d5\u05e2 {_MOLAHS}"),
    Line(f"{_HAZMANA} 1234 ABC {_SHALOM}", f"{_MOLAHS} ABC 1234 {_ANAMZAH}"),
    Line(f"{_SHALOM} ({_HAZMANA})", f"({_ANAMZAH}) {_MOLAHS}"),
    # A full stop belongs to the left end of what begins at the right
    Line(f"{_SHALOM}, {_HAZMANA}.", f".{_ANAMZAH} ,{_MOLAHS}"),
    # A telephone number keeps its order, its plus at the left
    Line(f"{_SHALOM} +972-54-222-8181", f"+972-54-222-8181 {_MOLAHS}"),
    # English with a Hebrew name in it
    Line(f"Order of {_SHALOM} {_HAZMANA}, late", f"Order of {_ANAMZAH} {_MOLAHS}, late"),
    # Niqqud stays with its letter
    Line(
        "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd \u05d0\u05b6\u05d7\u05b8\u05d3",
        "\u05d3\u05d7\u05b8\u05d0\u05b6 \u05dd\u05d5\u05b9\u05dc\u05e9\u05c1\u05b8",
    ),
    # Arabic, with digits
    Line("\u0645\u0631\u062d\u0628\u0627 25", "25 \u0627\u0628\u062d\u0631\u0645"),
    # Latin alone
    Line("plain (text) 12.", "plain (text) 12."),
)

#: What the demo's first case shows of what was written, as it must look.
DESK_SEES = (
    "\u05e7\u05e8\u05d1 \u05dc\u05e2\u05d9",  # the customer's name in the inbox
    "?\u05e9\u05d3\u05d7 \u05e9\u05d9",
    ".\u05d4\u05e2\u05d9\u05d2\u05d4 \u05d0\u05dc \u05d4\u05e0\u05de\u05d6\u05d4\u05d4",
    ".\u05dd\u05d9\u05d7\u05d5\u05dc\u05e9\u05de\u05d4 \u05ea\u05e8\u05d1\u05d7 \u05dc\u05d5\u05de",
)
