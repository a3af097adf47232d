"""Approved templates: what a channel takes when its window is closed, with places to fill. Pure.

WhatsApp names the places `{{1}}`, `{{2}}` ... (Meta, Cloud API, message templates); what is put in may not be empty and
has no line breaks, tabs or more than four spaces together.
"""

from __future__ import annotations

import re
from typing import Final

from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import CustomerText

_PLACE: Final = re.compile(r"\{\{(\d{1,2})\}\}")
_NOT_IN_A_VALUE: Final = re.compile(r"[\n\r\t]| {5,}")
MOST_VALUE = 1024
"""Characters of one value."""


@frozen
class Template:
    """A text that the channel has approved under `name` and `language` (`he`, `en_US`). `variables`: what its places
    hold, in their order, by names that the desk knows (`customer`, `case`, `agent`, `brand`) or asks for."""

    name: str
    language: str
    text: str
    variables: tuple[str, ...] = ()


@frozen
class UsedTemplate:
    """A template that goes out. `values`: what stands in its places, in their order."""

    name: str
    language: str
    values: tuple[CustomerText, ...] = ()


def places(text: str) -> tuple[int, ...]:
    """The numbers of the places in a text, each once, in order."""
    return tuple(sorted({int(number) for number in _PLACE.findall(text)}))


def trouble(template: Template) -> str:
    """What is wrong with a template, "" when it is well: places are numbered from 1 without a gap, each has a name."""
    held = places(template.text)
    if held != tuple(range(1, len(held) + 1)):
        return "places are numbered {{1}}, {{2}} ... without a gap"
    if len(held) != len(template.variables):
        return f"it has {len(held)} places and {len(template.variables)} variables"
    return ""


def filled(template: Template, values: tuple[str, ...]) -> str:
    """The text as the customer reads it. Raises ValueError where the values are not as many as the places, or one of
    them is nothing that a template takes."""
    if len(values) != len(template.variables):
        raise ValueError(f"{len(template.variables)} values are needed")
    for number, value in enumerate(values, 1):
        if not value.strip() or len(value) > MOST_VALUE or _NOT_IN_A_VALUE.search(value):
            raise ValueError(f"value {number} must be one line of words")
    return _PLACE.sub(lambda found: values[int(found[1]) - 1], template.text)


def words_of(template: Template, used: UsedTemplate) -> str:
    """What a template says with the values that are put in."""
    values = [value.safe.drawn() for value in used.values]
    return _PLACE.sub(lambda found: values[int(found[1]) - 1] if int(found[1]) <= len(values) else "", template.text)


def find(templates: tuple[Template, ...], name: str, language: str) -> Template | None:
    """The template of that name in that language."""
    return next((one for one in templates if (one.name, one.language) == (name, language)), None)
