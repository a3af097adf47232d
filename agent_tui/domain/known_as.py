"""By what two servers know one person: digests of addresses that mean the same everywhere.

A mail address, a phone number and the names of public networks are the same wherever they are written; what a channel
calls somebody within one account (a web chat's visitor, a page's follower) says nothing elsewhere and has no digest. A
digest is compared, never shown, so that a row carries no address.

Each begins with a sign. `=`: one person has this address; `~`: several may share it, a phone that nobody vouches for;
`@`: who the customer is at their own server; `+` and `-`: agents say that whoever is `@` this at another server is the
same person, or is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from agent_tui.domain.model import Address

PHONES = frozenset(("tel", "wa", "sms", "signal", "viber", "rcs"))
"""Schemes whose values are phone numbers."""
_VOUCHED_PHONES = PHONES - {"tel", "sms"}
"""The service has made sure that the number is theirs."""
_NAMES = frozenset(("mailto", "did", "acct"))
SURE, SHARED, ITSELF, SAME, OTHER = "=", "~", "@", "+", "-"
_SHORTEST_PHONE = 7


def known_as(addresses: Iterable[Address]) -> tuple[str, ...]:
    """The digests of somebody's addresses, each once, in a fixed order. A customer's own words give none: only what
    they wrote from, or what is vouched for, may stand in `addresses`."""
    # a desk compares digests; it makes some only for a server that gives none
    from agent_tui.domain.folding import digits_of

    found: dict[str, str] = {}
    for one in addresses:
        if one.scheme in PHONES:
            digits = digits_of(one.value.raw).removeprefix("00")
            if len(digits) >= _SHORTEST_PHONE:
                digest = _digest("tel", digits)
                sure = one.verified or one.scheme in _VOUCHED_PHONES
                found[digest] = SURE if sure or found.get(digest) == SURE else SHARED
        elif one.scheme in _NAMES and one.value.raw.strip():
            found[_digest(one.scheme, one.value.raw.strip().lstrip("@").casefold())] = SURE
    return tuple(sorted(kind + digest for digest, kind in found.items()))


def itself(server: str, customer: str) -> str:
    """Who a customer is at their own server; `server` tells servers apart whose customers may have equal ids."""
    return ITSELF + _digest("at", f"{server}\0{customer}")


def _digest(scheme: str, value: str) -> str:
    return blake2b(f"{scheme}:{value}".encode(errors="replace"), digest_size=8).hexdigest()


def name_of(known: Iterable[str]) -> str:
    """Who somebody calls themselves at their own server, without its sign; "" where the server does not say."""
    return next((digest[1:] for digest in known if digest[:1] == ITSELF), "")
