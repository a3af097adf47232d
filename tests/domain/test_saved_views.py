"""What a saved view may be called."""

from __future__ import annotations

import pytest

from agent_tui.domain.saved_views import good_name


@pytest.mark.parametrize(
    ("name", "good"),
    [("lost", True), ("משלוחים", True), ("3", False), ("mine", False), ("save", False), ("two words", False)],
)
def test_a_name_is_one_word_that_means_nothing_else(name: str, good: bool) -> None:
    assert good_name(name) is good
