"""Places in a text that are still to be filled: `{{ number }}`, as a canned reply leaves them where a value is
missing."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

FIELD: Final = re.compile(r"\{\{ ?([^\W\d]\w{0,39}(?:\.\w{1,40}){0,2}) ?\}\}")
"""A place that is filled; its name."""


def place_of(name: str) -> str:
    """How a missing value is written."""
    return f"{{{{ {name} }}}}"


def open_fields(words: str, data: Collection[str] = ()) -> list[str]:
    """Names of what is still to be filled, in order. `data`: values that were put in (a customer's name): braces in
    them are no field."""
    return FIELD.findall(without(words, data))


def without(words: str, data: Collection[str]) -> str:
    """The same length with blanks where `data` stands with braces in it."""
    for value in data:
        if "{{" in value:
            words = words.replace(value, " " * len(value))
    return words


_TAG: Final = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)


def own_words(text: str) -> str:
    """A template without what is filled in or decides: the words that are always its own."""
    return _TAG.sub(" ", text)


_OLD: Final = re.compile(r"(?<![{%#])\{([^\W\d][\w -]{0,39})\}(?!\})")
_SPELLED_NOW: Final = {"customer": "customer.name", "case": "case.number", "agent": "agent.name"}


def old_spelling(text: str) -> tuple[str, str] | None:
    """The first `{field}` as it was written before Jinja2, and how it is written now; None where there is none."""
    found = _OLD.search(text)
    if found is None:
        return None
    return found[1], place_of(_SPELLED_NOW.get(found[1], "_".join(found[1].replace("-", " ").split())))
