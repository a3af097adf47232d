"""What is kept of laid out text does not grow with a shift: many short paragraphs, few long ones."""

from __future__ import annotations

from agent_tui.domain.text import SafeText, clean
from agent_tui.widgets.text.layout import LONG, lay_out


def _many(number: int, length: int) -> list[SafeText]:
    return [clean(f"{place} ".ljust(length, "x")) for place in range(number)]


def test_a_long_paragraph_is_kept_while_it_is_looked_at() -> None:
    text = _many(1, LONG)[0]
    assert lay_out(text, 60, "visual") is lay_out(text, 60, "visual")


def test_of_long_paragraphs_only_a_few_are_kept() -> None:
    first, *others = _many(60, LONG)
    laid = lay_out(first, 60, "visual")
    for text in others:
        lay_out(text, 60, "visual")
    assert lay_out(first, 60, "visual") is not laid


def test_short_paragraphs_are_kept_a_thousand_messages_long() -> None:
    first, *others = _many(1_000, 40)
    laid = lay_out(first, 60, "visual")
    for text in others:
        lay_out(text, 60, "visual")
    assert lay_out(first, 60, "visual") is laid
