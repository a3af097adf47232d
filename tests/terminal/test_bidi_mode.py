"""Which terminals reorder Hebrew, and how each is told from the others."""

from __future__ import annotations

import pytest

from agent_tui.terminal.answers import Answers
from agent_tui.terminal.bidi_mode import BidiMode, BidiSetting, decide

XTERM = {"TERM": "xterm-256color"}


def said(mode8: int | None = None, version: str = "", *secondary: int) -> Answers:
    return Answers(mode8, version, secondary, complete=True)


#: What the terminal is, what it answers, what its programs find in the environment, what follows.
TERMINALS: list[tuple[str, Answers, dict[str, str], BidiMode, str]] = [
    ("GNOME Terminal", said(1, "VTE(7006)", 65, 7006, 1), XTERM | {"VTE_VERSION": "7006"}, "visual", "VTE(7006)"),
    ("GNOME Terminal, told already", said(2, "VTE(7006)", 65, 7006, 1), XTERM, "visual", "VTE(7006)"),
    ("VTE before it named itself", said(1, "", 65, 6003, 1), XTERM, "visual", "leave the order"),
    ("VTE that has not answered yet", Answers(), XTERM | {"VTE_VERSION": "7006"}, "visual", "VTE"),
    ("mintty", said(1, "mintty 3.7.1", 77, 30701, 0), XTERM | {"TERM_PROGRAM": "mintty"}, "visual", "mintty 3.7.1"),
    ("Konsole", said(0, "Konsole 23.08.1", 1, 115, 0), XTERM | {"KONSOLE_VERSION": "230801"}, "terminal", "Konsole"),
    ("Konsole over SSH", said(None, "Konsole 23.08.1", 1, 115, 0), XTERM, "terminal", "Konsole"),
    ("an old Konsole over SSH", said(None, "", 0, 115, 0), XTERM, "terminal", "Konsole"),
    ("mlterm", said(None, "mlterm(3.9.3)", 24, 279, 0), {"TERM": "mlterm"}, "terminal", "mlterm"),
    ("mlterm that has not answered yet", Answers(), {"TERM": "xterm", "MLTERM": "3.9.3"}, "terminal", "mlterm"),
    ("PuTTY", said(None, "", 0, 136, 0), {"TERM": "xterm"}, "terminal", "PuTTY"),
    ("PuTTY by its own TERM", Answers(), {"TERM": "putty-256color"}, "terminal", "PuTTY"),
    ("Terminal.app", said(None, "", 1, 95, 0), XTERM | {"TERM_PROGRAM": "Apple_Terminal"}, "terminal", "Terminal.app"),
    ("Terminal.app over SSH", said(None, "", 1, 95, 0), XTERM, "terminal", "Terminal.app"),
    ("iTerm2 3.7", said(0, "iTerm2 3.7.0"), XTERM, "terminal", "iTerm2 3.7.0"),
    ("iTerm2 3.10", said(0, "iTerm2 3.10.1"), XTERM, "terminal", "iTerm2 3.10.1"),
    ("iTerm2 3.6", said(0, "iTerm2 3.6.2"), XTERM, "visual", "iTerm2 3.6.2"),
    (
        "iTerm2 over SSH",
        said(),
        XTERM | {"LC_TERMINAL": "iTerm2", "LC_TERMINAL_VERSION": "3.7.1"},
        "terminal",
        "iTerm2 3.7.1",
    ),
    (
        "iTerm2 that has not answered yet",
        Answers(),
        XTERM | {"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.5.0"},
        "visual",
        "iTerm2 3.5.0",
    ),
    ("xterm", said(0, "XTerm(379)", 41, 379, 0), XTERM, "visual", "XTerm(379)"),
    ("Ghostty", said(0, "ghostty 1.1.0", 1, 10, 0), {"TERM": "xterm-ghostty"}, "visual", "ghostty"),
    ("alacritty", said(None, "", 0, 1700, 1), {"TERM": "alacritty"}, "visual", "alacritty"),
    ("foot", said(0, "foot(1.16.2)", 1, 11602, 0), {"TERM": "foot"}, "visual", "foot"),
    ("wezterm", said(0, "WezTerm 20240203", 1, 277, 0), XTERM | {"TERM_PROGRAM": "WezTerm"}, "visual", "WezTerm"),
    ("Windows Terminal", said(None, "", 0, 10, 1), XTERM | {"WT_SESSION": "5f"}, "visual", "Windows Terminal"),
    ("kitty", said(0, "kitty(0.35.2)", 1, 4000, 35), {"TERM": "xterm-kitty"}, "visual", "kitty"),
    ("VS Code", said(None, "", 0, 276, 0), XTERM | {"TERM_PROGRAM": "vscode"}, "visual", "vscode"),
    ("tmux", said(None, "tmux 3.4", 84, 0, 0), {"TERM": "tmux-256color", "TMUX": "/tmp/t,1,0"}, "visual", "tmux"),
    ("an old tmux", said(None, "", 84, 0, 0), {"TERM": "screen", "TMUX": "/tmp/t,1,0"}, "visual", "tmux"),
    ("SSH within tmux", said(None, "tmux 3.4"), XTERM, "visual", "tmux"),
    ("screen", said(None, "", 83, 40900, 0), {"TERM": "screen.xterm-256color", "STY": "1.x"}, "visual", "screen"),
    ("mosh", said(None, "", 1, 10, 0), XTERM | {"SSH_CONNECTION": "x"}, "visual", "mosh"),
    ("the Linux console", Answers(), {"TERM": "linux"}, "visual", "linux"),
    ("one that answers nothing", Answers(), XTERM, "visual", "Nothing says"),
    ("one that says it always reorders", said(3), XTERM, "terminal", "always"),
    ("one that says it never does", said(4), XTERM | {"KONSOLE_VERSION": "1"}, "visual", "never"),
    # The environment of the terminal it was started from
    ("xterm started from Konsole", said(0, "XTerm(379)"), XTERM | {"KONSOLE_VERSION": "230801"}, "visual", "XTerm"),
    ("xterm started from tmux", said(0, "XTerm(379)"), XTERM | {"TMUX": "x"}, "visual", "XTerm"),
    ("Konsole started from VTE", said(None, "Konsole 24"), XTERM | {"VTE_VERSION": "7006"}, "terminal", "Konsole"),
    ("tmux started in Konsole", said(None, "tmux 3.4"), XTERM | {"KONSOLE_VERSION": "230801"}, "visual", "tmux"),
]


@pytest.mark.parametrize(("name", "answers", "env", "mode", "why"), TERMINALS, ids=[row[0] for row in TERMINALS])
def test_a_terminal_is_known(name: str, answers: Answers, env: dict[str, str], mode: BidiMode, why: str) -> None:
    decision = decide("auto", answers, env)
    assert decision.mode == mode
    assert why in decision.reason
    assert decision.reason.endswith(".")


@pytest.mark.parametrize("setting", ["visual", "terminal", "off"])
def test_the_setting_wins(setting: BidiSetting) -> None:
    for answers in (Answers(), said(1, "VTE(7006)"), said(None, "Konsole 24")):
        decision = decide(setting, answers, XTERM)
        assert decision.mode == setting
        assert f'bidi = "{setting}"' in decision.reason


def test_what_the_person_can_do_is_said() -> None:
    assert r"smcup=\E[8l" in decide("auto", said(None, "tmux 3.4"), XTERM).hint
    assert "force_ltr yes" in decide("auto", said(0, "kitty(0.35.2)"), XTERM).hint
    assert "columns" in decide("auto", said(None, "", 0, 136, 0), XTERM).hint
    assert decide("auto", said(1, "VTE(7006)"), XTERM).hint == ""
