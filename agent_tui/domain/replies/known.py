"""What desk and hub fill in by themselves: names of variables, each with what it is. Everything else is a field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Values = Mapping[str, "str | Mapping[str, str]"]
"""What is known now: words, or a thing with words of its own; "" is missing."""

THINGS: Final[dict[str, dict[str, str]]] = {
    "customer": {
        "name": "how the customer is called",
        "first_name": "the first word of it",
        "phone": "a number of theirs",
        "email": "a mail address of theirs",
        "language": "two letters, where it is known",
    },
    "case": {
        "number": "the case's number",
        "subject": "what the mail is about",
        "channel": "where the reply goes: whatsapp, email, sms ...",
        "brand": "whose case it is, by its short name",
    },
    "agent": {"name": "who writes", "first_name": "the first word of it"},
    "brand": {"name": "whom the agent speaks for"},
}
WORDS: Final[dict[str, str]] = {
    "promised": "by when an answer is promised",
    "today": "the date, for the filter date",
    "now": "date and time, for the filter time",
}
CARD: Final = "card"
"""Of a customer, what the company's systems know: `card.shop.owed`, by the names of hub.toml (`-` is written `_`)."""
FILLED_BY_HUB: Final = frozenset({"customer.name", "customer.first_name", "customer.language", "case.number"})
"""What the hub knows when it writes by itself, beside what it is told with the occasion."""


def spelled() -> str:
    """Every variable, as it is written in a template."""
    things = [f"{thing}.{one}" for thing, parts in THINGS.items() for one in parts]
    return ", ".join([*things, *WORDS])


def first_word(name: str) -> str:
    """What a person is called among friends, as far as that can be told."""
    return name.split(maxsplit=1)[0] if name.strip() else ""
