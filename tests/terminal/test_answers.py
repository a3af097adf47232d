"""What a terminal answers is read, however it comes, and is never a key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key, Paste
from textual.message import Message

from agent_tui.terminal.answers import KEY, LONGEST, REST, AnswerReader, Answers, questions
from agent_tui.terminal.ground import ASK_GROUND, WATCH_SCHEME, light_by_colour, light_by_environment
from agent_tui.terminal.keys_in import KeyParser

FOUR = ("\x1b[8;2$y", "\x1bP>|VTE(7006)\x1b\\", "\x1b[>65;7006;1c", "\x1b[?65;1;9c")
VTE = "".join(FOUR)
ALL = Answers(2, "VTE(7006)", (65, 7006, 1), True)


class Line:
    """A parser at the end of a line, and a clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0
        self.reader = AnswerReader()
        self.parser = KeyParser(self.reader, lambda: self.now)
        self.got: list[Message] = []

    def comes(self, text: str, after: float = 0.0) -> None:
        """`after` seconds in which nothing came."""
        end = self.now + after
        while (wait := self.reader.wait(self.now)) is not None and self.now + wait <= end:
            self.now += wait
            self.got += self.parser.tick()
        self.now = end
        self.got += self.parser.feed(text.encode())

    def typed(self) -> str:
        """Keys, with Escape as `^`."""
        return "".join("^" if m.key == "escape" else m.character or m.key for m in self.got if isinstance(m, Key))


@pytest.mark.parametrize("step", [1, 2, 3, 7, 100])
def test_answers_are_read_and_keys_between_them_stay(step: int) -> None:
    line = Line()
    text = "a" + FOUR[0] + "b" + "".join(FOUR[1:]) + "c"
    for at in range(0, len(text), step):
        line.comes(text[at : at + step])
    assert line.reader.answers == ALL
    assert line.typed() == "abc"


@pytest.mark.parametrize("cut", range(1, len(VTE)))
def test_an_answer_cut_anywhere_and_going_on_late_is_no_key(cut: int) -> None:
    """A second is far beyond what Escape waits: that key comes of it if the cut is right behind ESC, and no other."""
    line = Line()
    line.comes(VTE[:cut])
    line.comes(VTE[cut:], after=1.0)
    line.comes("x")
    assert line.reader.answers == ALL
    assert line.typed() == ("^x" if VTE[cut - 1] == "\x1b" and VTE[cut] != "\\" else "x")


@pytest.mark.parametrize("step", [1, 2, 5, 100])
@pytest.mark.parametrize("end", ["\x1b\\", "\x07"])
def test_the_ground_is_read_however_it_ends(step: int, end: str) -> None:
    line = Line()
    text = f"a\x1b]11;rgb:fafa/f9f9/f6f6{end}b{VTE}c"
    for at in range(0, len(text), step):
        line.comes(text[at : at + step])
    assert line.reader.answers.light is True and line.reader.answers.complete
    assert line.typed() == "abc"


@pytest.mark.parametrize("cut", [0, *range(3, len("\x1b[?997;2n") + 1)])
def test_a_terminal_that_becomes_light_later_is_heard(cut: int) -> None:
    """The report comes at any time, cut anywhere but where a key could begin so."""
    line = Line()
    line.comes("\x1b]11;rgb:00/00/00\x07" + VTE)
    assert line.reader.answers.light is False
    report = "\x1b[?997;2n"
    line.comes(report[:cut])
    line.comes(report[cut:] + "x", after=1.0)
    assert line.typed() == "x"
    assert line.reader.answers.light is True


def test_an_answer_that_is_no_colour_says_nothing() -> None:
    line = Line()
    line.comes("\x1b]11;rgb:zz/00/00\x07\x1b]11;?\x07" + VTE + "x")
    assert line.reader.answers.light is None and line.typed() == "x"


@pytest.mark.parametrize(
    ("words", "light"),
    [
        ("rgb:ffff/ffff/ffff", True),
        ("rgb:0/0/0", False),
        ("rgba:f/f/d/0", True),
        ("rgb:15/18/1c", False),
        ("rgb:ff/ff", None),
        ("rgb:/1/1", None),
        ("red", None),
    ],
)
def test_which_colours_are_light(words: str, light: bool | None) -> None:
    assert light_by_colour(words) is light


@pytest.mark.parametrize(
    ("value", "light"),
    [("15;0", False), ("0;15", True), ("0;default;7", True), ("0;8", False), ("", False), ("0;x", False)],
)
def test_what_the_environment_says_of_the_ground(value: str, light: bool) -> None:
    assert light_by_environment({"COLORFGBG": value}) is light


def test_the_rest_that_never_comes_costs_no_key_after_it() -> None:
    line = Line()
    line.comes("\x1bP>|VTE(70")
    line.comes("j", after=REST + 0.1)
    assert line.typed() == "j"
    assert line.reader.answers == Answers()


def test_escape_is_a_key_after_a_tenth_of_a_second() -> None:
    line = Line()
    line.comes("\x1b")
    assert (line.parser.wait or 0) == pytest.approx(KEY, abs=0.01)
    line.comes("", after=KEY)
    assert line.typed() == "^"
    assert line.parser.wait is None


@pytest.mark.parametrize("after", [KEY + 0.01, 1.0, REST + 1.0])
@pytest.mark.parametrize("key", ["P", "8", "Pa", "Px>"])
def test_a_key_after_escape_is_a_key_on_a_terminal_that_never_answers(key: str, after: float) -> None:
    line = Line()
    line.comes("\x1b")
    for char in key:
        line.comes(char, after=after)
        after = 0.01
    line.comes("", after=REST + 1.0)
    line.got += line.parser.feed(b"j")
    assert line.typed() == f"^{key}j"


def test_one_bracket_after_escape_is_held_no_longer_than_a_key() -> None:
    reader = AnswerReader()
    assert (reader.take("\x1b", 0.0), reader.tick(KEY)) == ("", "\x1b")
    assert reader.take("[", 1.0) == ""
    assert reader.wait(1.0) == pytest.approx(KEY)
    assert reader.tick(1.01 + KEY) == "["


def test_nothing_is_held_back_where_nothing_was_asked() -> None:
    reader = AnswerReader(asked=False)
    assert [reader.take(text, 0.0) for text in ("\x1b", "P", "\x1bP", "\x1b[")] == ["\x1b", "P", "\x1bP", "\x1b["]
    assert reader.wait(0.0) is None


def test_a_terminal_that_answered_all_is_read_as_if_never_asked() -> None:
    line = Line()
    line.comes(VTE)
    assert line.reader.take("\x1b", 0.0) == "\x1b"
    line.comes(VTE)
    assert line.typed() == ""


@pytest.mark.parametrize(
    ("sent", "keys"),
    [("\x1b[A", ["up"]), ("\x1b[8~", ["end"]), ("\x1bOP", ["f1"]), ("\x1b[200~x\x1b[201~", []), ("\x1bPj", None)],
)
@pytest.mark.parametrize("step", [1, 2, 100])
def test_keys_that_begin_as_answers_do_are_keys(sent: str, keys: list[str] | None, step: int) -> None:
    line, without = Line(), KeyParser()
    expected: list[Message] = []
    for at in range(0, len(sent), step):
        line.comes(sent[at : at + step])
    without._answers.answers = Answers(complete=True)
    expected += without.feed(sent.encode())
    assert [getattr(m, "key", None) for m in line.got] == [getattr(m, "key", None) for m in expected]
    if keys:
        assert [m.key for m in line.got if isinstance(m, Key)] == keys


def test_another_report_cut_late_falls_not_apart() -> None:
    """The answer on synchronized output, which Textual reads."""
    line = Line()
    line.comes("\x1b[?2026;")
    line.comes("2$yj", after=1.0)
    assert line.typed() == "j"
    assert [type(m).__name__ for m in line.got] == ["TerminalSupportsSynchronizedOutput", "Key"]


def test_a_paste_cannot_play_the_terminal() -> None:
    line = Line()
    line.comes("\x1b[200~" + VTE + "\x1bP>|\x1b[201~j")
    assert line.reader.answers == Answers()
    assert [type(m) for m in line.got] == [Paste, Key]


def test_a_name_without_end_swallows_nothing_more() -> None:
    line = Line()
    line.comes("\x1bP>|" + "v" * LONGEST)
    line.comes("\x1b[Aj")
    assert [m.key for m in line.got if isinstance(m, Key)] == ["up", "j"]


@given(st.lists(st.sampled_from(["j", "\x1b[A", *FOUR[:3], "ש"])), st.integers(1, 5))
def test_in_any_order_and_any_pieces_only_keys_are_keys(parts: list[str], step: int) -> None:
    line = Line()
    text = "".join(parts) + FOUR[3]
    for at in range(0, len(text), step):
        line.comes(text[at : at + step])
    keys = [m.character if m.is_printable else m.key for m in line.got if isinstance(m, Key)]
    assert keys == [{"\x1b[A": "up"}.get(part, part) for part in parts if part in ("j", "\x1b[A", "ש")]


def test_nothing_is_asked_of_a_terminal_that_would_print_it() -> None:
    assert questions({"TERM": "linux"}) == ""
    assert questions({}) == ""
    assert "$p" not in questions({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"})
    assert questions({"TERM": "xterm-256color"}).startswith("\x1b[8$p")
    assert questions({"TERM": "xterm-256color"}).endswith("\x1b[c")


def test_the_ground_is_asked_for_only_where_it_is_wanted() -> None:
    xterm = {"TERM": "xterm-256color"}
    assert ASK_GROUND not in questions(xterm)
    assert questions(xterm, order=False, ground=True) == f"{ASK_GROUND}{WATCH_SCHEME}\x1b[c"
    assert questions(xterm, order=False) == questions({"TERM": "linux"}, ground=True) == ""
