"""What the desk knows of a case for a canned reply: the customer, the case, who writes, for whom, by when."""

from __future__ import annotations

from datetime import tzinfo

from agent_tui.desk.drafts import Draft
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.company_cards import card_variables
from agent_tui.domain.model import Directory
from agent_tui.domain.phone_address import phone_of
from agent_tui.domain.promised_time import is_hebrew, promised_time
from agent_tui.domain.replies.known import CARD, Values, first_word
from agent_tui.domain.time import Ms, local_time


def values_of(
    case: OpenCase | None, draft: Draft, directory: Directory, me: str, now: Ms, zone: tzinfo, language: str = ""
) -> Values:
    """By the names that templates know (`domain.replies.known`); what nobody knows is "". `language`: that the reply is
    in, for what is told in words."""
    row = case.row if case is not None else None
    at = f"{local_time(now, zone):%Y-%m-%dT%H:%M}"
    values: dict[str, str | dict[str, str]] = {
        "agent": {"name": me, "first_name": first_word(me)},
        "brand": {"name": directory.brand_title(row.brand) if row is not None and row.brand else ""},
        "case": {"subject": draft.subject, "channel": draft.channel},
        "today": at[:10],
        "now": at,
    }
    if case is None or row is None:
        return values
    name = row.name.safe_line.drawn()
    customer = {"name": name, "first_name": first_word(name), "language": spoken_by(case)}
    addresses = case.customer.addresses if case.customer is not None else ()
    customer["phone"] = phone_of(addresses)
    customer["email"] = next((one.value.safe_line.drawn() for one in addresses if one.scheme == "mailto"), "")
    subject = draft.subject or row.subject.safe_line.drawn()
    values["customer"] = customer
    values["case"] = {"number": str(row.number), "subject": subject, "channel": draft.channel, "brand": row.brand}
    cards = card_variables(case.cards or ())
    values[CARD] = {
        f"{_written(card)}.{_written(name)}": said.safe_line.drawn()
        for card, fields in cards.items()
        for name, said in fields.items()
    }
    if row.promise is not None and row.promise.due > now:
        values["promised"] = promised_time(row.promise.due, now, zone, hebrew=language == "he")
    return values


def _written(name: str) -> str:
    """A name of hub.toml as a template can have it."""
    return name.replace("-", "_")


def spoken_by(case: OpenCase) -> str:
    """The customer's language, two letters: what is known of them, else by the letters they wrote last; "" nobody
    knows."""
    known = case.customer.language if case.customer is not None else ""
    if known:
        return known[:2].lower()
    said = next(
        (m.body.safe for part in case.parts for m in reversed(part.messages) if m.kind == "in" and m.body), None
    )
    return "" if said is None else "he" if is_hebrew(said) else ""
