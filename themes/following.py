"""The setting by which the theme follows the terminal."""

from __future__ import annotations

AUTO = "auto"
"""The theme that follows the terminal; words after it name the dark and the light one."""


def following(setting: str) -> tuple[str, str] | None:
    """The dark and the light theme of `auto`, or `auto haifa-night limestone`; None of a theme by name."""
    words = setting.split()
    if not words or words[0] != AUTO or len(words) not in (1, 3):
        return None
    return (words[1], words[2]) if len(words) == 3 else ("dark", "light")
