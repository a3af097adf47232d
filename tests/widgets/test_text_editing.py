"""A text being written, as pure steps: graphemes, words, undo, fields, lines."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.widgets.cells import cell_len
from agent_tui.widgets.text.editing import EditText, cleaned
from agent_tui.widgets.text.layout import edit_spans, graphemes


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
    edit = EditText("Hello {{ name }}, by {{ day }}.", 0)
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
    st.text(max_size=100),
    st.lists(st.sampled_from(["l", "r", "b", "d", "w", "k", "u", "y", "x", "L", "R"]), max_size=40),
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
        "y": edit.redo,
        "x": lambda: edit.insert("x"),
        "L": lambda: edit.left(True),
        "R": lambda: edit.word_right(True),
    }
    for key in keys:
        acts[key]()
        assert 0 <= edit.caret <= len(edit.text)
        assert 0 <= edit.anchor <= len(edit.text)


_LETTERS = st.text(
    alphabet="a \n\u05e9\u05b8\u0301\u200d\u2067\u2069\u1100\u11a8\u0915\u094d\U0001f1ee\U0001f468{}", max_size=12
)


@given(_LETTERS, st.lists(st.one_of(st.sampled_from("lrbdwkuyWLRVf"), _LETTERS, st.integers(0, 30)), max_size=25))
def test_the_caret_is_never_inside_a_letter(text: str, deeds: list[str | int]) -> None:
    edit = EditText(text)
    acts: dict[str, Callable[[], object]] = {
        "l": edit.left,
        "r": edit.right,
        "b": edit.backspace,
        "d": edit.delete,
        "w": edit.delete_word,
        "k": edit.delete_line,
        "u": edit.undo,
        "y": edit.redo,
        "W": edit.word_left,
        "L": lambda: edit.left(True),
        "R": lambda: edit.word_right(True),
        "V": edit.word_right,
        "f": edit.next_field,
    }
    for deed in deeds:
        if isinstance(deed, int):
            edit.put_caret(deed, mark=deed % 2 == 1)
        elif deed in acts:
            acts[deed]()
        else:
            edit.insert(deed)
        edges = {0, *accumulate(map(len, graphemes(edit.text)))}
        assert {edit.caret, edit.anchor} <= edges


@pytest.mark.parametrize(
    ("text", "caret", "deed", "left"),
    [
        ("\u0301bc", 0, "a", "bc"),
        ("a\n\u0301bc", 2, "", "bc"),
        ("\U0001f1f1x", 0, "\U0001f1ee", "x"),
    ],
)
def test_what_joins_the_letter_behind_it_takes_the_caret_along(text: str, caret: int, deed: str, left: str) -> None:
    edit = EditText(text, caret)
    if deed:
        edit.insert(deed)
    else:
        edit.backspace()
    assert edit.text[edit.caret :] == left


def test_a_point_that_is_typed_stands_on_its_letter() -> None:
    edit = EditText()
    for key in "\u05e9\u05c1\u05b8\u05dc":
        edit.insert(key)
    assert edit.text == "\u05e9\u05c1\u05b8\u05dc"
    edit.insert("\n")
    edit.insert("\u05b8")
    assert edit.text.endswith("\n\u25cc\u05b8")
    for _ in range(9):
        edit.insert("\u05b8")
    assert edit.text.endswith("\u25cc" + "\u05b8" * 4)


def test_word_by_word_over_a_blank_that_carries_a_mark() -> None:
    edit = EditText("one \u0301two")
    edit.word_left()
    assert edit.caret == 3
    edit.word_left()
    assert edit.caret == 0


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


def test_what_was_taken_back_is_made_again_until_something_else_is_written() -> None:
    edit = EditText("one")
    edit.insert(" two")
    edit.insert(" three")
    assert not edit.redo()
    assert edit.undo() and edit.undo() and edit.text == "one"
    assert edit.redo() and (edit.text, edit.caret) == ("one two", 7)
    assert edit.redo() and edit.text == "one two three"
    assert not edit.redo()
    assert edit.undo() and edit.text == "one two"
    edit.insert("!")
    assert not edit.redo() and edit.text == "one two!"


@given(st.lists(st.sampled_from(["a", "b c", "\b", "\n", "u", "y"]), max_size=40))
def test_redo_is_the_inverse_of_undo(deeds: list[str]) -> None:
    edit = EditText("שלום")
    for deed in deeds:
        if deed == "u":
            before = edit.text
            if edit.undo():
                assert edit.redo() and edit.text == before
                edit.undo()
        elif deed == "y":
            before = edit.text
            if edit.redo():
                assert edit.undo() and edit.text == before
                edit.redo()
        elif deed == "\b":
            edit.backspace()
        else:
            edit.insert(deed)
