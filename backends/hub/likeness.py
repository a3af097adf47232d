"""What two customers may have in common: numbers, words of a name, a handle. Bounded work for each message: only its
beginning and end are read, and only where a cheap look finds enough digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal

from agent_tui.domain.model import Reason

Kind = Literal["phone-address", "phone-text", "order", "handle", "name"]
READ = 3000
"""Characters that are read of a text: two thirds from its beginning, one from its end, where signatures are."""
MOST = 5
"""Numbers that are taken from one text."""
LIKE = 88
"""How like two names must be, of 100 (rapidfuzz, words in any order)."""

_NUMBER = re.compile(r"\d\D?\d\D?\d")
"""No text without this has any of the numbers below: most have none, and are done with quickly."""
_DIGITS = re.compile(r"\d(?:[\s().\-/]{0,2}\d){6,}")
_ORDER = re.compile(
    r"(?:\b(?:order|purchase|invoice|ref(?:erence)?|parcel|tracking)\b|הזמנה|הזמנתי|חשבונית|משלוח|חבילה|מעקב)"
    r"(?:\s+(?:no|nr|number|num|מספר|מס)\b)?['׳.:#\s]{0,5}#?([A-Z]{0,3}-?\d{4,14})\b",
    re.IGNORECASE,
)
_PHONES = frozenset(("tel", "wa", "sms", "signal", "viber", "rcs"))
_COMMON = frozenset(
    ("info", "office", "admin", "contact", "sales", "support", "service", "hello", "billing", "orders", "noreply")
)
"""Names of mailboxes that say nothing of who reads them; shorter ones are no sign in any case."""


@dataclass(frozen=True, slots=True)
class Key:
    """Something that a customer has; others with an equal `digest` have it too. The digest stands in for what may be
    personal."""

    kind: Kind
    digest: str


def _key(kind: Kind, word: str, text: str) -> Key:
    return Key(kind, blake2b(f"{word}:{text}".encode(), digest_size=16).hexdigest())


def address_keys(scheme: str, value: str, country: str) -> tuple[Key, ...]:
    """Of an address: its phone number, and its handle, which other services may know too."""
    if scheme in _PHONES:
        number = phone(value, country)
        return (_key("phone-address", "phone", number),) if number else ()
    handle = value.partition("@")[0] if scheme == "mailto" else value.lstrip("@").partition(":")[0]
    handle = handle.partition("+")[0].partition(".bsky.social")[0].casefold().replace(".", "").replace("_", "")
    if len(handle) < 5 or handle in _COMMON or handle.isdigit():
        return ()
    return (_key("handle", "handle", handle),)


def name_keys(name: str) -> tuple[Key, ...]:
    """Of a name of at least two words: one word alone is no sign."""
    words = [word for word in dict.fromkeys(re.findall(r"\w{2,}", name.casefold())) if not word.isdigit()]
    return tuple(_key("name", "name", word) for word in words[:MOST]) if len(words) >= 2 else ()


def text_keys(text: str, country: str) -> tuple[Key, ...]:
    """Of what a customer writes: phone numbers and numbers of orders."""
    if len(text) > READ:
        text = f"{text[: READ * 2 // 3]}\n{text[-READ // 3 :]}"
    if _NUMBER.search(text) is None:
        return ()
    found: dict[Key, None] = {}
    for match in list(_DIGITS.finditer(text))[: MOST * 2]:
        start = match.start() - 1 if match.start() and text[match.start() - 1] == "+" else match.start()
        number = phone(text[start : match.end()], country)
        if number:
            found[_key("phone-text", "phone", number)] = None
    for match in list(_ORDER.finditer(text))[:MOST]:
        found[_key("order", "order", match[1].upper().replace("-", ""))] = None
    return tuple(found)[: MOST * 2]


def phone(text: str, country: str) -> str:
    """A valid phone number as E.164, "" when it is none. `country`: of numbers without a country code."""
    import phonenumbers

    digits = "".join(c for c in text if c.isdigit())
    if not 7 <= len(digits) <= 15:
        return ""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        if text.lstrip().startswith(("+", "0")):
            return ""
        # channels write numbers with the country's code and without the plus
        try:
            number = phonenumbers.parse(f"+{digits}", None)
        except phonenumbers.NumberParseException:
            return ""
        if not phonenumbers.is_valid_number(number):
            return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def reason_for(one: str, other: str) -> Reason:
    """Why two customers with an equal key may be one, by what the key is to each (a `Kind`); "" when it is no sign (two
    who write of the same third one)."""
    match one, other:
        case "phone-address", "phone-address":
            return "shared-phone"
        case ("phone-text", "phone-address") | ("phone-address", "phone-text"):
            return "phone-in-signature"
        case "order", "order":
            return "order-number"
        case "handle", "handle":
            return "same-handle"
        case "name", "name":
            return "similar-name"
    return ""


def alike(one: str, other: str) -> bool:
    """Whether two names are of one person, as likely as not."""
    from rapidfuzz import fuzz

    return fuzz.token_sort_ratio(one.casefold(), other.casefold()) >= LIKE
