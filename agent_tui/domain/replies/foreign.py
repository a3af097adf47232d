"""Texts of other help desks as templates of ours: Chatwoot's `{{contact.name}}`, Zammad's
`#{ticket.customer.firstname}`. What is known there and not here becomes a field; whatever else looks like a template is
only text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from agent_tui.domain.replies.fields import place_of
from agent_tui.domain.replies.known import THINGS, WORDS

CHATWOOT: Final = {
    "contact.name": "customer.name",
    "contact.first_name": "customer.first_name",
    "contact.email": "customer.email",
    "contact.phone_number": "customer.phone",
    "agent.name": "agent.name",
    "agent.available_name": "agent.name",
    "agent.first_name": "agent.first_name",
    "conversation.display_id": "case.number",
    "account.name": "brand.name",
    "inbox.name": "brand.name",
}
ZAMMAD: Final = {
    "ticket.customer.fullname": "customer.name",
    "ticket.customer.firstname": "customer.first_name",
    "ticket.customer.email": "customer.email",
    "ticket.customer.phone": "customer.phone",
    "ticket.customer.mobile": "customer.phone",
    "ticket.number": "case.number",
    "ticket.id": "case.number",
    "ticket.title": "case.subject",
    "ticket.owner.fullname": "agent.name",
    "ticket.owner.firstname": "agent.first_name",
    "user.fullname": "agent.name",
    "user.firstname": "agent.first_name",
    "config.organization": "brand.name",
    "config.product_name": "brand.name",
}
_LIQUID: Final = re.compile(r"\{\{\s*([\w.]{1,80})\s*(?:\|[^{}]{0,80})?\}\}|\{[{%#]")
_HASH: Final = re.compile(r"#\{\s*([\w.]{1,80})\s*\}|\{[{%#]")
_TEMPLATE: Final = re.compile(r"\{[{%#]")
_NO_NAME: Final = re.compile(r"\W+")


def from_chatwoot(text: str) -> str:
    """A canned response of Chatwoot's (Liquid; what filters do there is left out)."""
    return _told(text, _LIQUID, CHATWOOT)


def from_zammad(text: str) -> str:
    """A text module of Zammad's, without its HTML."""
    return _told(text, _HASH, ZAMMAD)


def only_text(text: str) -> str:
    """A template that says just this."""
    return _TEMPLATE.sub(lambda found: f"{{{{ '{found[0]}' }}}}", text)


def _told(text: str, pattern: re.Pattern[str], names: Mapping[str, str]) -> str:
    def place(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return f"{{{{ '{found[0]}' }}}}"
        return place_of(names.get(name) or field_of(name))

    return pattern.sub(place, text)


def field_of(name: str) -> str:
    """A name of theirs as one of our fields."""
    made = _NO_NAME.sub("_", name).strip("_")[:40] or "field"
    made = f"field_{made}"[:40] if made[0].isdigit() else made
    return f"{made}_"[:40] if made in THINGS or made in WORDS else made
