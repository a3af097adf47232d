"""The words that invite a customer to another channel, where no canned reply says them: in the customer's language,
with whom one speaks for and what is gone on with. Pure.

These are words to customers, so they follow the customer's language and not the desk's.
"""

from __future__ import annotations

from typing import Final, Literal

from agent_tui.domain.frozen import frozen

Before = Literal["call", "ringing", "mail", "chat", "post", "nothing"]

HEBREW: Final = "he"


@frozen
class Matter:
    """What an invitation speaks of. `customer`: how they are called, "" unknown; `agent`, `brand`: who writes, and for
    whom; `before`: what is gone on with; `time`: of it, as `14:02` or `14.11 14:02`."""

    customer: str
    agent: str
    brand: str
    before: Before
    time: str


def invitation(matter: Matter, language: str) -> str:
    """Two short sentences: who writes, and that the matter goes on here."""
    return _hebrew(matter) if language[:2].lower() == HEBREW else _english(matter)


def subject(matter: Matter, language: str) -> str:
    """Of a mail that invites."""
    if language[:2].lower() == HEBREW:
        return f"המשך הפנייה שלך אל {matter.brand}" if matter.brand else "המשך הפנייה שלך"
    return f"Your request to {matter.brand}" if matter.brand else "Your request"


def _english(matter: Matter) -> str:
    hello = f"Hello {matter.customer}, this is" if matter.customer else "Hello, this is"
    who = f"{hello} {matter.agent} from {matter.brand}." if matter.brand else f"{hello} {matter.agent}."
    at = f" of {matter.time}" if matter.time else ""
    goes_on = {
        "call": f"We go on here from our call{at}.",
        "ringing": "You are waiting on the phone: write to me here and you need not hold on.",
        "mail": f"We go on here from your mail{at}.",
        "chat": f"We go on here from our chat{at}.",
        "post": f"We go on here from your message{at}.",
        "nothing": "You can write to me here.",
    }[matter.before]
    return f"{who} {goes_on}"


def _hebrew(matter: Matter) -> str:
    hello = f"שלום {matter.customer}," if matter.customer else "שלום,"
    who = f"{hello} כאן {matter.agent} מ{matter.brand}." if matter.brand else f"{hello} כאן {matter.agent}."
    if matter.brand and not "א" <= matter.brand[0] <= "ת":
        who = f"{hello} כאן {matter.agent} מ-{matter.brand}."
    at = f" מ-{matter.time}" if matter.time else ""
    goes_on = {
        "call": f"ממשיכים כאן את השיחה שלנו{at}.",
        "ringing": "השיחה שלך ממתינה אצלנו: אפשר לכתוב לי כאן ולא להמתין על הקו.",
        "mail": f"ממשיכים כאן את ההתכתבות במייל{at}.",
        "chat": f"ממשיכים כאן את ההתכתבות שלנו{at}.",
        "post": f"ממשיכים כאן בעניין ההודעה שלך{at}.",
        "nothing": "אפשר לכתוב לי כאן.",
    }[matter.before]
    return f"{who} {goes_on}"
