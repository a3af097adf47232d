"""Who puts Hebrew and Arabic in order on this terminal: the setting, what the terminal answers, its environment.

The facts are those of the terminals' own documents and sources; `tests/terminal/test_bidi_mode.py` has them as a table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from agent_tui.domain.frozen import frozen
from agent_tui.terminal.answers import Answers

BidiMode = Literal["visual", "terminal", "off"]
"""`visual`: the desk reorders, the terminal shows cells as they are sent. `terminal`: it reorders, the desk sends text
as it is read. `off`: nobody reorders."""
BidiSetting = Literal["auto", "visual", "terminal", "off"]

#: The terminal is to leave the order to the desk, and to see to it itself again
#: (BDSM, https://terminal-wg.pages.freedesktop.org/bidi/recommendation/escape-sequences.html). Terminals that reorder
#: and know it obey, all others ignore it. VTE keeps it with every row: it counts for rows that are made after it.
DESK_ORDERS, TERMINAL_ORDERS = "\x1b[8l", "\x1b[8h"

TMUX_HINT = r"""tmux keeps the desk's request to itself. In GNOME Terminal (VTE) or mintty put into ~/.tmux.conf:
set -as terminal-overrides ',*:smcup=\E[8l\E[?1049h:rmcup=\E[?1049l\E[8h'
and attach anew."""
SCREEN_HINT = r"""screen keeps the desk's request to itself. In GNOME Terminal (VTE) or mintty run this before screen:
printf '\033[8l'"""
MOSH_HINT = r"""mosh keeps the desk's request to itself. In GNOME Terminal (VTE) or mintty run this before mosh:
printf '\033[8l'"""
KITTY_HINT = "kitty turns the letters of a word by itself: put force_ltr yes into kitty.conf."
COLUMNS_HINT = "It turns whole rows, so columns change places. Where it can be told not to, do so and use visual."
_PUTTY_HINT = (
    "It turns whole rows, so columns change places: switch bidirectional text off under Terminal, Features, use visual."
)


@frozen
class Decision:
    """How Hebrew is drawn, why (one sentence), and what the person can do about the terminal."""

    mode: BidiMode
    reason: str
    hint: str = ""


def decide(setting: BidiSetting, answers: Answers, env: Mapping[str, str]) -> Decision:
    """`env` is the environment of the person at the terminal, which outlives terminals: an answer counts for more."""
    if setting != "auto":
        return Decision(setting, f'The settings say bidi = "{setting}".')
    if answers.mode8 in (1, 2):
        name = answers.version or "The terminal"
        return Decision("visual", f"{name} can leave the order to the desk, and is told to.")
    if answers.mode8 == 3:
        return Decision("terminal", "The terminal says that it always reorders.")
    if answers.mode8 == 4:
        return Decision("visual", "The terminal says that it never reorders.")
    return (
        _by_version(answers.version)
        or _by_secondary(answers.secondary)
        or _by_environment(env)
        or Decision("visual", "Nothing says that this terminal reorders.")
    )


def _plain(name: str) -> Decision:
    return Decision("visual", f"{name} shows cells as they are sent.")


def _reorders(name: str, hint: str = "") -> Decision:
    return Decision("terminal", f"{name} reorders, and cannot be told not to.", hint)


def _iterm(version: str) -> Decision:
    """iTerm2 reorders from 3.7 on."""
    found = re.match(r"(\d+)\.(\d+)", version)
    if found is not None and (int(found[1]), int(found[2])) >= (3, 7):
        return _reorders(f"iTerm2 {version}")
    return _plain(f"iTerm2 {version}".rstrip())


_TMUX = Decision("visual", "tmux shows cells as they are sent.", TMUX_HINT)
_SCREEN = Decision("visual", "screen shows cells as they are sent.", SCREEN_HINT)
_MOSH = Decision("visual", "mosh shows cells as they are sent.", MOSH_HINT)
_KITTY = Decision("visual", "kitty shows words in the order sent.", KITTY_HINT)
_KONSOLE = _reorders("Konsole")
_MLTERM = _reorders("mlterm", COLUMNS_HINT)
_PUTTY = _reorders("PuTTY", _PUTTY_HINT)
_APPLE = _reorders("Terminal.app", COLUMNS_HINT)


def _by_version(version: str) -> Decision | None:
    """By the answer to XTVERSION, such as `XTerm(379)`, `tmux 3.4`, `Konsole 23.08.1`."""
    if not version:
        return None
    name = re.split(r"[ (/]", version, maxsplit=1)[0].lower()
    if name == "iterm2":
        return _iterm(version[len(name) :].strip())
    known = {"tmux": _TMUX, "screen": _SCREEN, "kitty": _KITTY, "konsole": _KONSOLE, "mlterm": _MLTERM, "putty": _PUTTY}
    return known.get(name) or _plain(version)


def _by_secondary(secondary: tuple[int, ...]) -> Decision | None:
    """By the answer to DA2: terminals that answer no XTVERSION have numbers of their own there."""
    if secondary[:1] == (83,):
        return _SCREEN
    if secondary[:1] == (84,):
        return _TMUX
    known: dict[tuple[int, ...], Decision] = {
        (0, 136): _PUTTY,
        (0, 115): _KONSOLE,
        (1, 115): _KONSOLE,
        (1, 95): _APPLE,
        (1, 10): _MOSH,
    }
    return known.get(secondary[:2])


def _by_environment(env: Mapping[str, str]) -> Decision | None:
    """What sits nearest first: a multiplexer, then TERM, which terminals set for their own, then what children
    inherit."""
    term, program = env.get("TERM", ""), env.get("TERM_PROGRAM", "")
    if env.get("TMUX") or term.startswith("tmux") or program == "tmux":
        return _TMUX
    if env.get("STY") or term.startswith("screen"):
        return _SCREEN
    for start, decision in (("xterm-kitty", _KITTY), ("mlterm", _MLTERM), ("putty", _PUTTY), ("konsole", _KONSOLE)):
        if term.startswith(start):
            return decision
    if term.startswith(("alacritty", "foot", "xterm-ghostty", "wezterm", "mintty", "rxvt", "linux")):
        return _plain(term)
    if program == "Apple_Terminal":
        return _APPLE
    if program == "iTerm.app":
        return _iterm(env.get("TERM_PROGRAM_VERSION", ""))
    if env.get("LC_TERMINAL") == "iTerm2":  # goes along over SSH
        return _iterm(env.get("LC_TERMINAL_VERSION", ""))
    if program:
        return _plain(program)
    inherited = {
        "WT_SESSION": _plain("Windows Terminal"),
        "KITTY_WINDOW_ID": _KITTY,
        "MLTERM": _MLTERM,
        "KONSOLE_VERSION": _KONSOLE,
        "VTE_VERSION": Decision("visual", "A VTE terminal can leave the order to the desk, and is told to."),
    }
    return next((decision for name, decision in inherited.items() if env.get(name)), None)
