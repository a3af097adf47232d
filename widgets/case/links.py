"""Links in a text that was written to us, and those of them that look like leading elsewhere than they do."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent_tui.domain.company_cards import CompanyCard
from agent_tui.domain.text import SafeText, clean_line, safe_link_host

_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s<>\"'\u2066-\u2069\u200e\u200f\u061c]+")
_TRAILING = ".,;:!?)]}"


def links_in(text: SafeText) -> list[SafeText]:
    """Links of a text that may be shown, in order."""
    found = (match.group().rstrip(_TRAILING) for match in _LINK.finditer(text.drawn()))
    return [clean_line(link) for link in found if safe_link_host(link) is not None]


def card_links(cards: Iterable[CompanyCard]) -> list[SafeText]:
    """The links that cards hold, of kinds that may be opened."""
    fields = (field for card in cards for row in (card.fields, *card.lines) for field in row)
    links = (field.value.safe_line.drawn() for field in fields if field.kind == "link")
    return [link for link in dict.fromkeys(links) if safe_link_host(link) is not None]


def disguised(text: SafeText) -> list[SafeText]:
    """The real hosts of links whose own words say another: in letters that are no ASCII, or behind a name and an @."""
    hosts = [
        host
        for link in links_in(text)
        if link.startswith("http") and (host := safe_link_host(link)) is not None
        if not link.lower().partition("://")[2].startswith(host)
    ]
    return list(dict.fromkeys(hosts))
