"""Names of keys: Textual's own, how a keymap may write them, how a person reads them, which are never bound."""

from __future__ import annotations

from agent_tui.commands.spec import COMPOSER_NORMAL

_PUNCTUATION = {
    "!": "exclamation_mark",
    '"': "quotation_mark",
    "#": "number_sign",
    "$": "dollar_sign",
    "%": "percent_sign",
    "&": "ampersand",
    "'": "apostrophe",
    "(": "left_parenthesis",
    ")": "right_parenthesis",
    "*": "asterisk",
    "+": "plus",
    ",": "comma",
    "-": "minus",
    ".": "full_stop",
    "/": "slash",
    ":": "colon",
    ";": "semicolon",
    "<": "less_than_sign",
    "=": "equals_sign",
    ">": "greater_than_sign",
    "?": "question_mark",
    "@": "at",
    "[": "left_square_bracket",
    "\\": "backslash",
    "]": "right_square_bracket",
    "^": "circumflex_accent",
    "_": "underscore",
    "`": "grave_accent",
    "{": "left_curly_bracket",
    "|": "vertical_line",
    "}": "right_curly_bracket",
    "~": "tilde",
}
_CHARACTERS = {name: char for char, name in _PUNCTUATION.items()}
_SYNONYMS = {
    "return": "enter",
    "newline": "ctrl+j",
    "esc": "escape",
    "del": "delete",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "backtab": "shift+tab",
    " ": "space",
    # with kitty's keyboard protocol; other terminals send the second form by themselves
    "ctrl+shift+minus": "ctrl+underscore",
    "ctrl+minus": "ctrl+underscore",
    "shift+space": "space",
    "shift+backspace": "backspace",
}

_ARROWS = frozenset({"left", "right", "up", "down", "home", "end", "pageup", "pagedown"})
_NAMED = _ARROWS | {"enter", "escape", "tab", "space", "backspace", "delete", "insert"}
_FUNCTION = frozenset(f"f{number}" for number in range(1, 13))

_HEBREW = "the Hebrew layout types {} there"
_SCROLL = "terminals scroll with it"
_TABS = "terminals change tabs with it"
NEVER_BOUND: dict[str, str] = {
    "ctrl+c": "terminals use it to interrupt or to copy",
    "ctrl+z": "it suspends a program",
    "ctrl+s": "it stops the terminal's output",
    "ctrl+q": "it resumes the terminal's output",
    "ctrl+d": "it ends a session",
    "ctrl+backslash": "it kills a program",
    "ctrl+v": "terminals paste with it",
    "ctrl+y": "it suspends a program on some systems",
    "ctrl+h": "it is Backspace on many terminals",
    "ctrl+i": "it is Tab",
    "ctrl+m": "it is Enter",
    "ctrl+left_square_bracket": "it is Esc",
    "ctrl+a": "it is the prefix of screen",
    "ctrl+b": "it is the prefix of tmux",
    "ctrl+circumflex_accent": "it is the prefix of mosh",
    "f1": "terminals open their own help with it",
    "f10": "terminals open their menu with it",
    "f11": "terminals go full screen with it",
    "f12": "terminals and desktops take it",
    "shift+pageup": _SCROLL,
    "shift+pagedown": _SCROLL,
    "ctrl+shift+up": _SCROLL,
    "ctrl+shift+down": _SCROLL,
    "ctrl+pageup": _TABS,
    "ctrl+pagedown": _TABS,
    "ctrl+shift+left": _TABS,
    "ctrl+shift+right": _TABS,
    "ctrl+shift+pageup": _TABS,
    "ctrl+shift+pagedown": _TABS,
    "tilde": "it is the escape of ssh",
    "left_square_bracket": "it is mirrored under the Hebrew layout",
    "right_square_bracket": "it is mirrored under the Hebrew layout",
    "left_parenthesis": "it is mirrored under the Hebrew layout",
    "right_parenthesis": "it is mirrored under the Hebrew layout",
    "less_than_sign": "it is mirrored under the Hebrew layout",
    "greater_than_sign": "it is mirrored under the Hebrew layout",
    "q": _HEBREW.format("/"),
    "w": _HEBREW.format("'"),
    "full_stop": _HEBREW.format("a letter"),
    "comma": _HEBREW.format("a letter"),
    "apostrophe": _HEBREW.format("a comma"),
    "semicolon": _HEBREW.format("a letter"),
    "grave_accent": _HEBREW.format("a semicolon"),
}
"""Keys no keymap may bind, with why."""

_TOLD_APART = {COMPOSER_NORMAL: frozenset({"w"})}
"""Keys that another layout sends as a sign, in contexts where that sign means nothing else."""
_SAME = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+h": "backspace",
    "ctrl+left_square_bracket": "escape",
}
_FREE_CTRL = "efgjklnoprtuwx"
"""Letters that Ctrl may go with."""
_SENT_WITH_CTRL = {
    **dict.fromkeys("019", "the digit alone"),
    "2": "a NUL",
    "3": "Esc",
    "4": "^\\",
    "5": "^]",
    "6": "^^",
    "7": "^_",
    "8": "Backspace",
    "slash": "^_",
    "question_mark": "Backspace",
    "space": "a NUL",
    "at": "a NUL",
    "enter": "Enter",
    "tab": "Tab",
    "backspace": "Backspace or ^W",
    "escape": "Esc",
}
"""What most terminals send for Ctrl and a key that is no letter."""


def _instead(key: str) -> str:
    """What may be bound in place of a key that never is."""
    if key in _SAME:
        return f"{_SAME[key]}, if that is meant"
    if key.startswith("ctrl+") and len(key) == 6:
        return f"Ctrl with one of {' '.join(_FREE_CTRL)}, or f2 to f9"
    if key in _FUNCTION:
        return "f2 to f9"
    if "+" in key:
        return "the key without Shift and Ctrl, or a letter"
    if key in ("q", "w"):
        return f"{key.upper()}, or another letter"
    return "a letter, or one of ! # $ % & * + - / : = ? @ ^ _ | and the double quote"


def textual_name(key: str) -> str:
    """The one name of a key that arrives as a bare character or by another of its names."""
    if len(key) == 7 and key.startswith("shift+"):
        return key[6:].upper()
    return _PUNCTUATION.get(key) or _SYNONYMS.get(key, key)


def is_key(written: str) -> bool:
    """Whether keyboards have it, also where it is never bound."""
    *modifiers, key = [*written[:-2].split("+"), "+"] if written.endswith("++") else written.split("+")
    name = textual_name(key.lower()).rpartition("+")[2]
    known = len(key) == 1 or name in _NAMED or name in _FUNCTION or name in _CHARACTERS
    return len(written) == 1 or (known and all(one in ("ctrl", "shift", "alt") for one in modifiers))


def parse_key(written: str, context: str = "") -> str:
    """The Textual name of a key as a keymap writes it in a context: `/` or `slash`, `G` or `shift+g`, `ctrl+g`, `f2`.

    Raises ValueError saying what is wrong with it, and where it is known what to write instead, for a name that does
    not exist, that terminals do not tell apart from another, or that is never bound.
    """
    if written == "+":
        return "plus"
    *modifiers, key = [*written[:-2].split("+"), "plus"] if written.endswith("++") else written.split("+")
    modifiers = [modifier.lower() for modifier in modifiers]
    if len(key) > 1:
        key = key.lower()
    name = textual_name(key)
    if "+" in name:
        more, _, name = name.rpartition("+")
        modifiers = [*modifiers, *more.split("+")]
    for modifier in modifiers:
        if modifier in ("alt", "meta", "option"):
            raise ValueError("Alt keys are never bound: terminals and window systems take them", "Ctrl, or no modifier")
        if modifier not in ("ctrl", "shift"):
            raise ValueError(f"{modifier!r} is not a modifier; use ctrl or shift")
    if "ctrl" in modifiers:
        full = _with_ctrl(written, name, "shift" in modifiers)
    elif "shift" in modifiers:
        full = _with_shift(written, name)
    else:
        full = _plain(written, name)
    if full in _TOLD_APART.get(context, ()):
        return full
    if reason := NEVER_BOUND.get(full):
        raise ValueError(f"{show_key(full)} is never bound: {reason}", _instead(full))
    return full


def _plain(written: str, name: str) -> str:
    if len(name) == 1 and name.isascii() and name.isalnum():
        return name
    if name in _NAMED or name in _FUNCTION or name in _CHARACTERS:
        return name
    if len(name) == 1 and "\u05d0" <= name <= "\u05ea":
        raise ValueError(f"{written!r} is a Hebrew letter; bind the Latin letter of that key and both work")
    raise ValueError(f"{written!r} is no key")


def _with_shift(written: str, name: str) -> str:
    if len(name) == 1 and name.isascii() and name.isalpha():
        return name.upper()
    if name == "tab" or name in _ARROWS:
        return f"shift+{name}"
    raise ValueError(f"{written!r}: Shift goes with letters, Tab and arrows only; write the character itself")


def _with_ctrl(written: str, name: str, shift: bool) -> str:
    if name in _ARROWS:
        return f"ctrl+shift+{name}" if shift else f"ctrl+{name}"
    if shift and name == "minus":
        return "ctrl+underscore"
    if shift:
        raise ValueError(f"{written!r}: most terminals do not tell Ctrl+Shift from Ctrl", "Ctrl or Shift alone")
    if len(name) == 1 and name.isascii() and name.isalpha():
        return f"ctrl+{name.lower()}"
    if name in ("underscore", "backslash", "left_square_bracket", "circumflex_accent"):
        return f"ctrl+{name}"
    if sent := _SENT_WITH_CTRL.get(name):
        raise ValueError(f"{written!r}: most terminals send {sent} for it", "Ctrl with a letter, or f2 to f9")
    raise ValueError(f"{written!r}: terminals send Ctrl with letters, arrows and _ only", "a letter, or f2 to f9")


def types_itself(key: str) -> bool:
    """Whether this key (by Textual's name) writes a character into text that is being typed."""
    return len(key) == 1 or key == "space" or key in _CHARACTERS


_SHOWN = {
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "space": "Space",
    "backspace": "Backspace",
    "delete": "Del",
    "insert": "Ins",
    "home": "Home",
    "end": "End",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
}


def show_key(key: str) -> str:
    """How the key sheet and the bottom line write a key: `^G`, `F2`, `/`, `Shift+Tab`. ASCII only."""
    modifiers, _, name = key.rpartition("+")
    shown = _CHARACTERS.get(name) or _SHOWN.get(name) or (name.upper() if name in _FUNCTION else name)
    if modifiers == "ctrl" and (len(shown) == 1):
        return f"^{shown.upper()}"
    return "".join(f"{modifier.capitalize()}+" for modifier in modifiers.split("+") if modifier) + shown


def show_keys(keys: tuple[str, ...]) -> str:
    """A sequence as a person reads it: `g m`."""
    return " ".join(show_key(key) for key in keys)
