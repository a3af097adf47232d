"""What the keys of a Latin (US) layout type under the Hebrew layout SI-1452, so that every binding works in both.

Shift with a letter types the Latin capital there, so capitals and digits need no alias.
Source: SI-1452 as X.Org's xkeyboard-config has it (`symbols/il`, variant basic).
"""

from __future__ import annotations

from itertools import product

_LETTERS = {
    "a": "ש",
    "b": "נ",
    "c": "ב",
    "d": "ג",
    "e": "ק",
    "f": "כ",
    "g": "ע",
    "h": "י",
    "i": "ן",
    "j": "ח",
    "k": "ל",
    "l": "ך",
    "m": "צ",
    "n": "מ",
    "o": "ם",
    "p": "פ",
    "r": "ר",
    "s": "ד",
    "t": "א",
    "u": "ו",
    "v": "ה",
    "x": "ס",
    "y": "ט",
    "z": "ז",
}
_OTHERS = {
    "q": "slash",
    "w": "apostrophe",
    "comma": "ת",
    "full_stop": "ץ",
    "semicolon": "ף",
    "slash": "full_stop",
    "apostrophe": "comma",
    "grave_accent": "semicolon",
    "left_square_bracket": "right_square_bracket",
    "right_square_bracket": "left_square_bracket",
    "left_curly_bracket": "right_curly_bracket",
    "right_curly_bracket": "left_curly_bracket",
    "left_parenthesis": "right_parenthesis",
    "right_parenthesis": "left_parenthesis",
    "less_than_sign": "greater_than_sign",
    "greater_than_sign": "less_than_sign",
}
UNDER_HEBREW: dict[str, str] = _LETTERS | _OTHERS
"""Key by Textual's name on a Latin layout -> the key that arrives from the same place under SI-1452."""


def hebrew_alias(key: str) -> str | None:
    """The key that arrives when `key` is pressed under the Hebrew layout; None where it is the same key.

    Ctrl with a letter may arrive as Ctrl with the Hebrew letter (kitty's protocol) or as the Latin one.
    """
    if key.startswith("ctrl+"):
        alias = UNDER_HEBREW.get(key[5:])
        return f"ctrl+{alias}" if alias else None
    return UNDER_HEBREW.get(key)


def spellings(keys: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Every way in which a sequence can arrive, the Latin one first."""
    each = [(key, alias) if (alias := hebrew_alias(key)) else (key,) for key in keys]
    return tuple(product(*each))


def hebrew_letters(keys: tuple[str, ...]) -> str:
    """The letters that stand on these keys of a Hebrew keyboard, `ע צ` for `g m`; "" where there are none to tell."""
    letters = [_LETTERS.get(key, "") for key in keys]
    return " ".join(letters) if all(letters) else ""
