"""What a system answered, as the values of a card."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from agent_tui.domain import json_path
from agent_tui.domain.company_cards import CardFailed, CardField, CardFieldSetup, CardSetup, CompanyCard
from agent_tui.domain.text import CustomerText

LONGEST = 300
"""Characters of one value."""
_IN_MS = 10**11
"""Seconds since 1970 are less for 3,000 years."""


def read_card(setup: CardSetup, content: bytes) -> CompanyCard:
    """The card that an answer makes, without its age. Raises CardFailed for what is no JSON."""
    answer = _parsed(content)
    rows = json_path.found(answer, setup.rows) if setup.rows is not None else []
    if len(rows) == 1 and isinstance(rows[0], list):
        rows = rows[0]
    lines = [fields for row in rows[: setup.most] if (fields := _fields(setup.columns, row))]
    return CompanyCard(
        setup.name,
        setup.titles,
        _fields(setup.fields, answer),
        tuple(lines),
        max(0, len(rows) - setup.most),
    )


def empty_card(setup: CardSetup) -> CompanyCard:
    """The card of which nothing is known yet."""
    return CompanyCard(setup.name, setup.titles)


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise CardFailed("not-json", "1") from None
    except json.JSONDecodeError as error:
        raise CardFailed("not-json", str(error.lineno)) from None
    except (ValueError, RecursionError):
        raise CardFailed("not-json") from None


def _no_number(word: str) -> object:
    raise ValueError(f"{word} is no JSON")


def _fields(setups: Iterable[CardFieldSetup], top: object) -> tuple[CardField, ...]:
    """Those that are there and say something."""
    found = []
    for setup in setups:
        words = [word for value in json_path.found(top, setup.path) if (word := _word(setup, value))]
        if words:
            value = CustomerText(", ".join(words)[:LONGEST])
            found.append(CardField(setup.name, setup.titles, setup.kind, value, setup.unit))
    return tuple(found)


def _word(setup: CardFieldSetup, value: object) -> str:
    """A value as text; "" for what is none: null, objects, lists."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if setup.kind == "date" and isinstance(value, int | Decimal):
        return _instant(value)
    if setup.kind == "money" and isinstance(value, int | Decimal | str):
        return _amount(value)
    if isinstance(value, str):
        return value.strip()[:LONGEST]
    return str(value)[:LONGEST] if isinstance(value, int | Decimal) else ""


def _amount(value: int | Decimal | str) -> str:
    try:
        amount = Decimal(value)
        return f"{amount:.2f}" if amount.is_finite() and abs(amount) < 10**15 else str(value)[:LONGEST]
    except (ArithmeticError, ValueError):
        return str(value).strip()[:LONGEST]


def _instant(value: int | Decimal) -> str:
    try:
        seconds = float(value)
        if abs(seconds) >= _IN_MS:
            seconds /= 1000
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (OverflowError, OSError, ValueError):
        return ""
