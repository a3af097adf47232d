"""An address of mail with its name, as people write it and as it is taken apart again (RFC 5322 section 3.4)."""

from __future__ import annotations

import re

_IN_BRACKETS = re.compile(r"<([^<>]*)>")
_NEEDS_QUOTES = re.compile(r"[()\[\]:;@\\,.]")
"""`specials` of RFC 5322: a name with one of them stands in quotation marks."""
_ONE = re.compile(r'(?:"[^"]*"|[^,;])+')


def written(name: str, address: str) -> str:
    """`Name <address>`, or what there is of it."""
    if not name or not address:
        return address or name
    plain = name.replace("\\", "").replace('"', "'").replace("<", "(").replace(">", ")")
    return f'"{plain}" <{address}>' if _NEEDS_QUOTES.search(plain) else f"{plain} <{address}>"


def bare(one: str) -> str:
    """The address alone in small letters, for comparing."""
    found = _IN_BRACKETS.search(one)
    return (found[1] if found else one).strip().lower()


def apart(people: str) -> tuple[str, ...]:
    """`"Levi, Dana" <dana@example.org>, avi@example.org` as two: what stands in quotation marks divides nothing."""
    return tuple(one.strip() for one in _ONE.findall(people) if one.strip())
