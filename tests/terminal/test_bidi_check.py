"""The calibration screen: what it shows, what keys do, what it leaves behind."""

from __future__ import annotations

import pyte
import pytest

from agent_tui.domain.bidi import resolve
from agent_tui.terminal.bidi_check import LINES, BidiCheck, told
from agent_tui.terminal.bidi_mode import BidiMode, BidiSetting

XTERM = {"TERM": "xterm-256color"}
VTE = "\x1b[8;2$y\x1bP>|VTE(7006)\x1b\\\x1b[>65;7006;1c\x1b[?65;1;9c"
TMUX = "\x1bP>|tmux 3.4\x1b\\\x1b[>84;0;0c\x1b[?1;2c"


class Person:
    """Sits at an 80x24 terminal of plain cells."""

    def __init__(self, env: dict[str, str] | None = None, setting: BidiSetting = "auto", columns: int = 80) -> None:
        self.check = BidiCheck(XTERM if env is None else env, setting, "~/config.toml", (columns, 24))
        self._screen = pyte.Screen(columns, 24)
        self._stream = pyte.Stream(self._screen)
        self._see(self.check.start())

    def comes(self, text: str) -> None:
        self._see(self.check.feed(text, 0.0))

    def _see(self, text: str) -> None:
        self._stream.feed(text.replace("\x1b[8$p", ""))

    @property
    def seen(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)


def test_the_lines_are_what_each_mode_makes_of_one_sentence() -> None:
    logical = LINES["terminal"]
    levels = resolve(logical).levels
    assert set(levels) == {1}  # one run, so visual order is the reverse
    assert LINES["visual"] == logical[::-1]
    assert LINES["visual"][-1] == "ש"
    assert LINES["visual"][0] == "ר"
    assert LINES["off"].split() == logical.split()[::-1]
    assert len(set(LINES.values())) == 3


def test_on_plain_cells_the_first_line_reads_right_and_no_other() -> None:
    person = Person()
    shown = {line.split()[0]: line for line in person.seen.splitlines() if line[:3] in ("  1", "  2", "  3")}
    assert set(shown) == {"1", "2", "3"}
    assert [key for key, line in shown.items() if line.rstrip().endswith("ש") and "   ר" in line] == ["1"]


@pytest.mark.parametrize(("key", "mode"), [("1", "visual"), ("2", "terminal"), ("3", "off")])
def test_a_line_is_chosen_and_its_setting_offered(key: str, mode: BidiMode) -> None:
    person = Person()
    person.comes(key)
    assert f'Write bidi = "{mode}" into ~/config.toml?' in person.seen
    person.comes("y")
    assert (person.check.stage, person.check.choice) == ("chosen", mode)


@pytest.mark.parametrize("keys", ["q", "1n", "1q", "\x03", "/", "2מ", "3\r"])
def test_leaving_chooses_nothing(keys: str) -> None:
    person = Person()
    for key in keys:
        person.comes(key)
    assert person.check.stage == "left"


def test_escape_leaves_and_an_arrow_does_not() -> None:
    person = Person()
    person.comes("\x1b[A")
    person.comes("\x1b")
    assert not person.check.over
    wait = person.check.wait(0.0)
    assert wait is not None
    person.check.tick(wait)
    assert person.check.stage == "left"


@pytest.mark.parametrize("step", [1, 4, 100])
def test_answers_name_the_terminal_and_press_no_key(step: int) -> None:
    """They hold digits, and a y."""
    person = Person()
    for at in range(0, len(VTE), step):
        person.comes(VTE[at : at + step])
    assert "visual. VTE(7006) can leave the order to the desk" in " ".join(person.seen.split())
    assert person.check.stage == "choosing"


@pytest.mark.parametrize("columns", [80, 132])
def test_everything_fits_and_nothing_is_coloured(columns: int) -> None:
    for env in (XTERM, {"TERM": "putty"}, {"TERM": "xterm-kitty"}, {"TERM": "screen", "STY": "1"}):
        for keys in ("", "1", "3"):
            person = Person(env, columns=columns)
            person.comes(TMUX if env is XTERM else "")
            person.comes(keys)
            assert ("Press y or n." if keys else "Press 1, 2 or 3; q leaves.") in person.seen
            assert "m" not in {part[-1:] for part in person.check.screen().split("\x1b[")}
            if env is XTERM:
                assert r"set -as terminal-overrides ',*:smcup=\E[8l\E[?1049h:rmcup=\E[?1049l\E[8h'" in person.seen


def test_what_needs_no_writing_is_said() -> None:
    person = Person()
    person.comes("1")
    assert "no need to write" in person.seen
    person = Person(setting="off")
    person.comes("3")
    assert 'says bidi = "off" already' in person.seen


def test_the_terminal_is_told_that_the_desk_orders_and_told_otherwise_in_the_end() -> None:
    check = BidiCheck(XTERM, "auto", "f", (80, 24))
    assert check.start().startswith("\x1b[8l\x1b[?1049h")
    assert check.end().find("\x1b[?1049l") < check.end().find("\x1b[8h")


def test_without_a_terminal_it_says_what_it_would_take() -> None:
    assert "bidi: terminal\nKonsole" in told({"KONSOLE_VERSION": "230801"})
    assert "bidi: visual\ntmux" in told({"TMUX": "x"})
    assert "terminal-overrides" in told({"TMUX": "x"})
