"""Writing Hebrew: typing sessions, and where the caret stands after each key. Texts stand as escapes here, since an
editor would put them in order itself. `|` before a letter of a drawn line: the caret is on it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from agent_tui.themes.loader import BUILT_IN, load_themes
from agent_tui.widgets.paint import Paint
from agent_tui.widgets.text.edit_row import edit_row
from agent_tui.widgets.text.edit_view import EditView
from agent_tui.widgets.text.editing import cleaned
from agent_tui.widgets.text.layout import graphemes
from tests.domain.text_strategies import hostile

ABC = "\u05d0\u05d1\u05d2"
CBA = ABC[::-1]
WIDTH = 14
"""Twelve cells for text, one at either side."""


class Session:
    """A person at a composer of `WIDTH` cells."""

    def __init__(self, text: str = "", caret: int | None = None) -> None:
        self.paint = Paint(load_themes((BUILT_IN,))[0]["dark"], "truecolor")
        self.view = EditView()
        self.view.put(text, caret)
        self._look()

    def type(self, text: str) -> Session:
        for letter in text:
            self.view.edit.insert(letter)
        self._look()
        return self

    def press(self, *keys: str) -> Session:
        for key in keys:
            if key == "backspace":
                self.view.edit.backspace()
            elif key == "delete":
                self.view.edit.delete()
            elif key == "undo":
                self.view.edit.undo()
            else:
                assert self.view.move(key.removeprefix("shift+"), mark=key.startswith("shift+"))
            self._look()
        return self

    def click(self, column: int, line: int = 0) -> Session:
        self.view.put_caret_at(column, line)
        return self

    @property
    def caret(self) -> int:
        return self.view.edit.caret

    def lines(self) -> list[str]:
        """The lines as drawn, blanks at the right left out."""
        caret, base = self.paint["caret"], Style()
        drawn = []
        for line in range(self.view.shown):
            strip = self.view.strip(line, WIDTH, self.paint, base, base, caret=True)
            drawn.append("".join(f"|{s.text}" if s.style == caret else s.text for s in strip).rstrip())
            assert strip.cell_length == WIDTH
        return drawn

    def marked(self) -> str:
        """The cells drawn as marked, line by line, `.` for the others; the caret's cell is not among them."""
        look = self.paint["selection"]
        strip = self.view.strip(0, WIDTH, self.paint, Style(), Style(), caret=False)
        return "".join(s.text if s.style == look else "." * len(s.text) for s in strip)

    def _look(self) -> None:
        self.view.fit(self.view.wrap(WIDTH))


def test_hebrew_is_written_from_the_right() -> None:
    session = Session().type("\u05d0")
    assert session.lines() == ["           | \u05d0"]
    assert session.type("\u05d1\u05d2").lines() == [f"         | {CBA}"]
    assert session.type(" ab.").lines() == [f"     | .ab {CBA}"]
    assert session.view.edit.text == f"{ABC} ab."


def test_the_arrows_go_where_they_point() -> None:
    """Through a line in both directions, cell by cell, from one edge to the other and back."""
    session = Session(f"{ABC} ab 12 {ABC}", 0)
    seen = [(session.view.row, session.view.caret_cell[0])]
    for _ in range(13):
        session.press("left")
        seen.append((session.view.row, session.view.caret_cell[0]))
    assert seen == [(0, column) for column in range(12, 2, -1)] + [(1, column) for column in (12, 11, 10, 9)]
    narrow = Session(f"ab {ABC} cd", 0)
    columns = [narrow.view.caret_cell[0]]
    for _ in range(9):
        columns.append(narrow.press("right").view.caret_cell[0])
    assert columns == list(range(1, 11))
    for _ in range(9):
        columns.append(narrow.press("left").view.caret_cell[0])
    assert columns[10:] == list(range(9, 0, -1))
    assert narrow.caret == 0


def test_left_goes_on_and_right_goes_back_in_hebrew() -> None:
    session = Session(ABC, 0)
    assert session.lines() == [f"          {CBA[:2]}|{CBA[2]}"]
    assert session.press("left").caret == 1
    assert session.press("left", "left").caret == 3
    assert session.press("left").caret == 3
    assert session.press("right").caret == 2
    assert session.press("end").caret == 3 and session.press("home").caret == 0


@pytest.mark.parametrize("letter", ["\u05e9\u05c1\u05b8", "e\u0301", "\U0001f469\u200d\U0001f467"])
def test_the_end_of_a_line_that_goes_on_is_before_its_last_letter_and_not_within(letter: str) -> None:
    session = Session(letter * 14, 0)
    assert len(session.view._spans) > 1
    at = session.view._spans[0].stop - len(letter)
    assert session.press("end").caret == at
    session.click(1 if session.view._row(0).right else 13)
    assert session.caret == at
    assert session.press("backspace").view.edit.text == letter * 13


def test_a_line_s_edge_leads_to_the_next() -> None:
    session = Session(f"{ABC}\nab\n{ABC}", 3)
    assert session.press("left").caret == 4, "past the end, which is at the left"
    assert session.press("right", "right").caret == 6
    assert session.press("right").caret == 7, "onward is to the right in the English line"
    assert session.press("right").caret == 6, "back is to the right in the Hebrew one"
    wrapped = Session(f"{ABC} {ABC} {ABC} {ABC}", 11)
    assert wrapped.press("left").caret == 12 and wrapped.view.row == 1
    assert wrapped.press("right").caret == 11 and wrapped.view.row == 0


def test_words() -> None:
    session = Session(f"{ABC} {ABC}", 0)
    assert session.press("ctrl+left").caret == 3
    assert session.press("ctrl+right").caret == 0
    session.view.edit.put_caret(7)
    session.view.edit.delete_word()
    assert session.view.edit.text == f"{ABC} "


def test_up_and_down_keep_the_column_that_is_seen() -> None:
    session = Session(f"{ABC}{ABC}\nabcdefghijkl\n{ABC}{ABC}", 2)
    column = session.view.caret_cell[0]
    assert session.press("down").view.caret_cell == (column, 1)
    assert session.press("down").view.caret_cell == (column, 2)
    assert session.press("up", "up").caret == 2
    session = Session(f"abc\n{ABC}{ABC}", 0)
    assert session.press("down").caret == 4 + 6, "left of the Hebrew line is its end"


def test_a_click_puts_the_caret_on_the_letter() -> None:
    session = Session(f"{ABC} ab")
    assert session.lines() == [f"      | ab {CBA}"]
    for column, place in ((12, 0), (11, 1), (10, 2), (9, 3), (7, 4), (8, 5), (6, 6), (0, 6), (13, 0)):
        assert session.click(column).caret == place
        if 6 <= column <= 12:
            assert session.view.caret_cell == (column, 0)


def test_marking_follows_the_reading() -> None:
    session = Session(f"{ABC} {ABC}", 1).press("shift+left", "shift+left")
    assert session.view.edit.marked == (1, 3)
    assert session.marked() == "." * 10 + CBA[:2] + ".."
    assert session.press("left").caret == 3, "the end of what was marked is at its left"
    session.view.edit.put_caret(2)
    assert session.press("shift+right", "right").caret == 1


def test_marked_cells_of_a_mixed_line_may_stand_apart() -> None:
    session = Session(f"ab {ABC} cd", 0)
    session.view.edit.put_caret(1)
    session.view.edit.put_caret(4, mark=True)
    assert session.marked() == ".." + "b " + ".." + ABC[0] + "." * 7


def test_points_and_emoji_are_one_letter() -> None:
    session = Session("\u05e9\u05c1\u05b8\u05dc \U0001f468\u200d\U0001f469\u200d\U0001f467")
    assert session.lines()[0].endswith("\U0001f468\u200d\U0001f469\u200d\U0001f467 \u05dc\u05e9\u05c1\u05b8")
    assert session.press("backspace").view.edit.text == "\u05e9\u05c1\u05b8\u05dc "
    assert session.press("home", "left").caret == 3
    assert session.press("backspace").view.edit.text == "\u05dc "
    assert session.press("undo").view.edit.text == "\u05e9\u05c1\u05b8\u05dc "


def test_what_steers_and_is_not_seen_takes_no_step() -> None:
    session = Session(f"{ABC} \u2066a-1\u2069", 0)
    assert session.lines() == [f"      a-1 {CBA[:2]}|{CBA[2]}"]
    assert session.press("left", "left", "left", "left").view.caret_cell[0] == 8
    assert session.press(*["right"] * 4).caret == 0


def test_brackets_turn_and_numbers_stay() -> None:
    assert Session(f"({ABC}) 054-1").lines() == [f" | 054-1 ({CBA})"]


def test_typing_is_undone_in_the_order_it_was_read() -> None:
    session = Session().type(f"{ABC} {ABC}")
    assert session.press("undo").view.edit.text == f"{ABC} "
    assert session.press("undo", "undo").view.edit.text == ""


@pytest.mark.parametrize("bidi", ["terminal", "off"])
def test_other_orders(bidi: str) -> None:
    session = Session(f"{ABC} ab.")
    session.view.wrap(WIDTH, bidi)  # type: ignore[arg-type]
    expected = {"terminal": f"     | .ab {ABC}", "off": f" {ABC} ab.|"}[bidi]
    assert session.lines() == [expected]


@given(hostile.map(cleaned), st.integers(0, 60))
def test_every_letter_has_its_cells_and_its_place(text: str, cut: int) -> None:
    for paragraph in text.split("\n"):
        stop = len("".join(list(graphemes(paragraph))[:cut]))
        row = edit_row(paragraph, 0, stop, "visual")
        assert sorted((letter.start, letter.stop) for letter in row.letters) == [
            (letter.start, letter.stop) for letter in sorted(row.letters, key=lambda one: one.start)
        ]
        assert sum(letter.stop - letter.start for letter in row.letters) == stop
        for letter in row.letters:
            if letter.cells:
                assert row.place_at(row.cell_of(letter.start)) == letter.start
        assert row.place_at(row.cell_of(stop)) == stop
        place, walked = (stop if row.right else next((one.start for one in row.letters if one.cells), stop)), 0
        while (onward := row.beside(place, 1)) is not None:
            assert row.cell_of(onward) > row.cell_of(place)
            assert row.beside(onward, -1) == place
            place, walked = onward, walked + 1
        assert walked == sum(1 for letter in row.letters if letter.cells)
