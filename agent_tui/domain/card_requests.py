"""What a system is asked, as hub.toml writes it with places to fill: an address or the words of a command.

`{tel}` is the customer's address of that scheme, `{tel|wa}` the first of these that they have; `{case}`, `{labels}`,
`{brand}` and `{language}` are the case's. A value is data in what it is filled into: in an address it is
percent-encoded and never the host, of a command it is one argument, and no option.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from agent_tui.domain.company_cards import CardFailed

PLACE: Final = re.compile(r"\{([a-z][a-z0-9+.-]*(?:\|[a-z][a-z0-9+.-]*)*)\}")
LONGEST_VALUE: Final = 500

Values = Mapping[str, str]
"""What the places of a request are filled with, by what stands between the braces."""


def places(texts: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """The places to fill, each once, as the choice of names that it is."""
    found = (match[1] for text in texts for match in PLACE.finditer(text))
    return tuple(tuple(place.split("|")) for place in dict.fromkeys(found))


def braces_left(text: str) -> bool:
    """Whether there are braces that are no place."""
    return any(brace in PLACE.sub("", text) for brace in "{}")


def chosen(asks_by: Iterable[tuple[str, ...]], known: Mapping[str, str]) -> Values:
    """What to fill each place with. Raises CardFailed where nothing is known for one, or what is known is no value."""
    values = {}
    for names in asks_by:
        value = next((known[name] for name in names if known.get(name)), "")
        if not value:
            raise CardFailed("lacks", names[0])
        if len(value) > LONGEST_VALUE or not value.isprintable():
            raise CardFailed("unfit", names[0])
        values["|".join(names)] = value
    return values


def filled_url(template: str, values: Values) -> str:
    """The address to ask. Raises CardFailed for a value that would be a step to another folder of the server."""
    url = PLACE.sub(lambda match: quote(values[match[1]], safe=""), template)
    before, after = urlsplit(template).path.split("/"), urlsplit(url).path.split("/")
    for plain, step in zip(before, after, strict=True):
        if plain != step and step in (".", ".."):
            raise CardFailed("unfit", PLACE.findall(plain)[0])
    return url


def filled_command(template: Iterable[str], values: Values) -> tuple[str, ...]:
    """The words of the command. Raises CardFailed for a value that would be an option."""
    words = []
    for text in template:
        word = PLACE.sub(lambda match: values[match[1]], text)
        if word.startswith("-") and not text.startswith("-"):
            raise CardFailed("unfit", PLACE.findall(text)[0])
        words.append(word)
    return tuple(words)
