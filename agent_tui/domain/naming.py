"""Whether words name a customer: by the whole name, an address or a number."""

from __future__ import annotations

from collections.abc import Iterable

from agent_tui.domain import folding

LEAST_LETTERS = 4
"""A shorter name in a view says too little to be somebody's."""
NUMBER = 8
"""Digits at the end of two numbers that are alike where the numbers are."""


def names(text: str, known: Iterable[str]) -> bool:
    """Whether a text has one of the names, addresses and numbers that are known."""
    said, digits = folding.fold(text), folding.digits_of(text)
    for word in known:
        number = folding.digits_of(word)[-NUMBER:]
        if len(number) == NUMBER and number in digits:
            return True
        if len(word) >= LEAST_LETTERS and not word.lstrip("+").isdigit() and _plain(word) in said:
            return True
    return False


def _plain(text: str) -> str:
    return " ".join(word.folded for word in folding.words(text))
