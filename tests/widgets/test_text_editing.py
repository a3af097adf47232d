"""A text being written, as pure steps: graphemes, words, undo, fields, lines."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.widgets.cells import cell_len
from agent_tui.widgets.text.editing import EditText, cleaned
from agent_tui.widgets.text.layout import edit_spans


def test_a_step_is_a_grapheme() -> None:
    edit = EditText("a👩‍👩‍👧e\u0301")
    edit.left()
    assert edit.text[edit.caret :] == "e\u0301"
    edit.left()
    edit.backspace()
    assert edit.text == "👩‍👩‍👧e\u0301"
    edit.delete()
    assert edit.text == "e\u0301"


def test_typing_is_undone_word_by_word() -> None:
    edit = EditText()
    for letter in "one two":
        edit.insert(letter)
    edit.undo()
    assert edit.text == "one "
    edit.undo()
    assert edit.text == "one"
    edit.undo()
    assert edit.text == ""
    assert not edit.undo()


def test_fields_are_marked_one_after_the_other() -> None:
    edit = EditText("Hello {name}, by {day}.", 0)
    assert edit.next_field()
    edit.insert("Dana")
    assert edit.next_field()
    edit.insert("Thursday")
    assert edit.text == "Hello Dana, by Thursday."
    assert not edit.next_field()


def test_marked_text_is_replaced() -> None:
    edit = EditText("one two")
    edit.word_left(mark=True)
    edit.insert("3")
    assert edit.text == "one 3"


def test_deleting_to_the_start_of_a_line() -> None:
    edit = EditText("one\ntwo")
    edit.delete_line()
    assert edit.text == "one\n"
    edit.delete_line()
    assert edit.text == "one"


def test_controls_and_overrides_do_not_get_in() -> None:
    assert cleaned("a\x1b[2J\r\nb\x00\x9b\u202ec\ud800") == "a[2J\nbc"


def test_long_words_and_blanks_at_the_edge() -> None:
    def lines(text: str, width: int) -> list[str]:
        return [text[span.start : span.stop] for span in edit_spans(text, width)]

    assert lines("one two three", 8) == ["one two ", "three"]
    assert lines("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert lines("abcd efgh", 4) == ["abcd ", "efgh"]
    assert lines("", 4) == [""]
    assert lines("a\n", 4) == ["a", ""]


@given(st.text(max_size=200), st.integers(1, 40))
def test_every_character_has_its_line(text: str, width: int) -> None:
    text = cleaned(text)
    spans = edit_spans(text, width)
    assert spans[0].start == 0
    assert spans[-1].stop == len(text)
    for one, other in pairwise(spans):
        between = text[one.stop : other.start]
        assert between in ("", "\n")
    for span in spans:
        line = text[span.start : span.stop].rstrip(" ")
        assert cell_len(line) <= max(width, 2) or len(line) <= 1 or "\u200d" in line or not line.isascii()


@given(
    st.text(max_size=100), st.lists(st.sampled_from(["l", "r", "b", "d", "w", "k", "u", "x", "L", "R"]), max_size=40)
)
def test_no_sequence_of_keys_leaves_the_text(text: str, keys: list[str]) -> None:
    edit = EditText(cleaned(text))
    acts: dict[str, Callable[[], object]] = {
        "l": edit.left,
        "r": edit.right,
        "b": edit.backspace,
        "d": edit.delete,
        "w": edit.delete_word,
        "k": edit.delete_line,
        "u": edit.undo,
        "x": lambda: edit.insert("x"),
        "L": lambda: edit.left(True),
        "R": lambda: edit.word_right(True),
    }
    for key in keys:
        acts[key]()
        assert 0 <= edit.caret <= len(edit.text)
        assert 0 <= edit.anchor <= len(edit.text)


@pytest.mark.parametrize("deed", ["delete_word", "delete_line", "backspace", "delete"])
@pytest.mark.parametrize("backwards", [False, True])
def test_what_is_marked_is_what_is_deleted(deed: str, backwards: bool) -> None:
    edit = EditText("one two three\nfour five six")
    places = (18, 8) if backwards else (8, 18)
    edit.put_caret(places[0])
    edit.put_caret(places[1], mark=True)
    getattr(edit, deed)()
    assert edit.text == "one two  five six" and edit.caret == 8
    assert edit.undo() and edit.text == "one two three\nfour five six"
