"""Canned replies: `{customer}`, `{case}` and `{agent}` are filled in by who uses one; any other `{word}` is a field
that an agent fills."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

FIELD: Final = re.compile(r"\{[^{}\n]{1,40}\}")
"""A place that is filled."""


def fill(words: str, known: Mapping[str, str]) -> str:
    """With what is known in place of its fields, by their names without braces; what is not known (or empty) stays.
    All at once: braces in what is put in are no further field."""
    return FIELD.sub(lambda field: known.get(field[0][1:-1]) or field[0], words)


def open_fields(words: str) -> list[str]:
    """What is still to be filled, braces and all."""
    return FIELD.findall(words)
