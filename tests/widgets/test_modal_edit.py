"""Editing by commands on a text alone: what each does, and that none of them leaves the text or the caret astray."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.commands.ids_keys import EDITS
from agent_tui.widgets.text.edit_view import EditView
from agent_tui.widgets.text.modal_edit import ModalEdit


def edited(text: str, caret: int, *acts: str) -> tuple[str, int, bool]:
    """Text, caret and whether letters are commands, after `acts` in NORMAL mode."""
    view = EditView()
    view.put(text, caret)
    view.wrap(40)
    editing = ModalEdit(view)
    editing.modal = editing.normal = True
    for act in acts:
        assert editing.act(act)
        view.wrap(40)
    return view.edit.text, view.edit.caret, editing.normal


@pytest.mark.parametrize(
    ("text", "caret", "acts", "after"),
    [
        ("one two", 0, ("word-next",), ("one two", 4, True)),
        ("one two", 5, ("word-back",), ("one two", 4, True)),
        ("one two", 0, ("word-end",), ("one two", 2, True)),
        ("one two", 2, ("word-end",), ("one two", 6, True)),
        ("one two", 3, ("line-end",), ("one two", 6, True)),
        ("  one", 4, ("first-letter",), ("  one", 2, True)),
        ("a\nb", 2, ("text-start",), ("a\nb", 0, True)),
        ("abc", 1, ("delete-letter",), ("ac", 1, True)),
        ("a\nb", 1, ("delete-letter",), ("a\nb", 1, True)),
        ("one two", 0, ("delete-word",), ("two", 0, True)),
        ("one\ntwo", 1, ("delete-word",), ("o\ntwo", 1, True)),
        ("one two", 3, ("delete-to-end",), ("one", 3, True)),
        ("a\nb\nc", 2, ("delete-line",), ("a\nc", 2, True)),
        ("a\nb", 2, ("delete-line",), ("a", 0, True)),
        ("a", 0, ("delete-line", "put-before"), ("a\n", 0, True)),
        ("a\nb", 0, ("delete-line", "put-after"), ("b\na", 2, True)),
        ("a\nb", 0, ("copy-line", "down", "put-after"), ("a\nb\na", 4, True)),
        ("one two", 0, ("delete-word", "line-end", "put-after"), ("twoone ", 7, True)),
        ("one", 1, ("append",), ("one", 2, False)),
        ("one", 1, ("append-last",), ("one", 3, False)),
        ("a\nb", 0, ("open-below",), ("a\n\nb", 2, False)),
        ("a\nb", 2, ("open-above",), ("a\n\nb", 2, False)),
        ("one two", 0, ("change-word",), (" two", 0, False)),
        ("a b\nc", 1, ("change-line",), ("\nc", 0, False)),
        ("a\nb\nc", 2, ("delete-line", "undo"), ("a\nb\nc", 2, True)),
        ("שלום עולם", 0, ("delete-word",), ("עולם", 0, True)),
    ],
)
def test_what_each_does(text: str, caret: int, acts: tuple[str, ...], after: tuple[str, int, bool]) -> None:
    assert edited(text, caret, *acts) == after


def test_normal_is_only_where_the_keymap_has_it() -> None:
    view = EditView()
    editing = ModalEdit(view)
    assert not editing.act("normal") and not editing.normal
    editing.modal = True
    assert editing.act("normal") and editing.normal


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.sampled_from("ab \nשe\u0301👍🏽"), max_size=20),
    st.integers(0, 20),
    st.lists(st.sampled_from([act for act in EDITS if act not in ("redo",)]), max_size=12),
)
def test_no_act_leaves_the_caret_within_a_letter_and_undo_leads_back(text: str, caret: int, acts: list[str]) -> None:
    view = EditView()
    view.put(text, min(caret, len(text)))
    view.wrap(20)
    editing = ModalEdit(view)
    editing.modal = True
    for act in acts:
        editing.act(act)
        view.wrap(20)
        edit = view.edit
        assert edit.caret == edit.anchor == edit._edge(edit.caret)
    while view.edit.undo():
        pass
    assert view.edit.text == text
