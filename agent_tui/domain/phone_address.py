"""Phone numbers among a person's addresses."""

from __future__ import annotations

from collections.abc import Iterable

from agent_tui.domain.model import Address
from agent_tui.domain.text import CustomerText


def whole_number(value: CustomerText) -> str:
    """A whole phone number (E.164: 7 to 15 digits) without its plus, "" for what is none. WhatsApp's addresses are
    numbers as a rule, but people who hide theirs have an id instead."""
    digits = value.safe_line.drawn().lstrip("+")
    return digits if digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15 else ""


def reachable(value: CustomerText) -> bool:
    """Callers who withhold their number have no address."""
    return bool(value) and not value.safe_line.startswith(("withheld-", "unknown-"))


def phone_of(addresses: Iterable[Address]) -> str:
    """Where a person can be called: the first of their phone numbers, else the number that they use WhatsApp with; ""
    where neither is known."""
    held = tuple(addresses)
    phones = (one.value.safe_line.drawn() for one in held if one.scheme == "tel" and reachable(one.value))
    chats = (f"+{number}" for one in held if one.scheme == "wa" and (number := whole_number(one.value)))
    return next(phones, "") or next(chats, "")
