"""Cards: what the company's own systems know of a customer, as fields under a title, with when they said it.

A card's titles are the company's (from hub.toml); its values come from a system that may repeat what customers wrote,
and are customers' text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MINUTE_MS, Ms

CardKind = Literal["text", "date", "money", "link"]
TroubleKind = Literal[
    "late",
    "unreachable",
    "private",
    "status",
    "redirect",
    "type",
    "too-big",
    "not-json",
    "not-run",
    "ended",
    "lacks",
    "unfit",
    "busy",
    "failed",
]
"""Why a system gave nothing: no answer in time; no connection; its name leads into a private network; its HTTP status;
it sent us elsewhere; what it sent is no JSON by its type, too big, or none by its words; the command could not be run,
or ended with a status; the customer has no address to ask by, or one that cannot stand there; too much is asked for at
once; a fault of ours."""

Titles = tuple[tuple[str, str], ...]
"""Words by language, "" for every other one."""
Path = tuple[str | int, ...]
"""Where a value is in JSON: names of objects' members, places in lists (from 0), `EVERY` for each of a list."""
EVERY = -1


@frozen
class CardTrouble:
    """`detail`: which status, which line, which type: as it was found, so from outside."""

    kind: TroubleKind
    detail: CustomerText = CustomerText("")


class CardFailed(Exception):
    """A system gave nothing that can be shown."""

    def __init__(self, kind: TroubleKind, detail: str = "") -> None:
        self.trouble = CardTrouble(kind, CustomerText(detail))
        super().__init__(kind)


@frozen
class CardField:
    """One value. `unit`: what is written after an amount of money."""

    name: str
    titles: Titles
    kind: CardKind
    value: CustomerText
    unit: str = ""


@frozen
class CompanyCard:
    """One card of a customer. `lines`: each a row of values; `more`: how many lines are not told. `at`: when the system
    said this (Ms, 0: it never has). `trouble`: why the newest try gave nothing; the values are those of `at` then.
    `looking`: it is being asked."""

    name: str
    titles: Titles
    fields: tuple[CardField, ...] = ()
    lines: tuple[tuple[CardField, ...], ...] = ()
    more: int = 0
    at: Ms = 0
    trouble: CardTrouble | None = None
    looking: bool = False


@frozen
class CardFieldSetup:
    """Where a value is, and how it is called."""

    name: str
    titles: Titles
    path: Path
    kind: CardKind = "text"
    unit: str = ""


@frozen
class CardSetup:
    """A card of hub.toml. `asks_by`: what its request is filled with, each a choice of names, the first that the
    customer has: `("tel", "wa")`. `fields` are found from the top of the answer, `columns` from each entry of the list
    at `rows`, `most` of them. `brands`, `channels`: only for cases of these, none: of all. `fresh_ms`: so long an
    answer is not asked for again."""

    name: str
    titles: Titles
    asks_by: tuple[tuple[str, ...], ...] = ()
    fields: tuple[CardFieldSetup, ...] = ()
    rows: Path | None = None
    columns: tuple[CardFieldSetup, ...] = ()
    most: int = 5
    brands: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    fresh_ms: Ms = 5 * MINUTE_MS

    def fits(self, brand: str, channel: str) -> bool:
        """Whether a case of that brand and channel has it."""
        return (not self.brands or brand in self.brands) and (not self.channels or channel in self.channels)


def titled(titles: Titles, language: str) -> str:
    """The words for a language, else those for every one; "" when there are none."""
    known = dict(titles)
    return known.get(language) or known.get("", "")


def card_variables(cards: Iterable[CompanyCard]) -> Mapping[str, Mapping[str, CustomerText]]:
    """What canned replies and scripts can say of cards, by card and field: `card.shop.owed`. Of a list the first line's
    values, where no field of the card has that name. What no system has told is not in it."""
    told: dict[str, dict[str, CustomerText]] = {}
    for card in cards:
        found = {one.name: one.value for one in (*(card.lines[0] if card.lines else ()), *card.fields) if one.value}
        if found:
            told[card.name] = found
    return told
