"""Whether the terminal is light or dark: what it answers about its ground, what its environment says. Without I/O."""

from __future__ import annotations

from collections.abc import Mapping

#: OSC 11 asks for the colour of the ground (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html).
ASK_GROUND = "\x1b]11;?\x1b\\"
#: The terminal tells from now on when it becomes dark or light, and no longer
#: (https://contour-terminal.org/vt-extensions/color-palette-update-notifications/).
WATCH_SCHEME, LEAVE_SCHEME = "\x1b[?2031h", "\x1b[?2031l"

_LIGHT_GROUNDS = frozenset({"7", *(f"{number}" for number in range(9, 16))})
"""Of the 16 colours, by number: white, and the bright ones but for grey."""


def light_by_environment(env: Mapping[str, str]) -> bool:
    """What rxvt, Konsole and others say in COLORFGBG, `15;0` or `0;default;15`: ink and ground. Dark without it."""
    return env.get("COLORFGBG", "").rpartition(";")[2] in _LIGHT_GROUNDS


def light_by_colour(words: str) -> bool | None:
    """`rgb:ffff/ffff/dddd`, each of 1 to 4 hexadecimal digits (X11, XParseColor); None where it is no colour."""
    kind, _, digits = words.partition(":")
    parts = digits.split("/")[:3]
    if kind not in ("rgb", "rgba") or len(parts) < 3:
        return None
    try:
        red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in parts)
    except (ValueError, ZeroDivisionError):
        return None
    return bool(0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5)
