"""Cards of customers: asked of the company's systems when a case is opened, kept for a while, in memory alone.

Who asks for the same at once shares one look-up, and only so many run at a time; no other answer of the hub waits for
them. What a system said last stays beside a later failure, with its age.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent_tui.backends.connectors.cards.answers import empty_card, read_card
from agent_tui.backends.connectors.cards.base import SECONDS, CardSource
from agent_tui.backends.hub.card_subject import Subject
from agent_tui.domain.card_requests import Values, chosen
from agent_tui.domain.company_cards import CardFailed, CardSetup, CardTrouble, CompanyCard
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, Ms, TimeSource

AT_ONCE = 8
WAITING = 64
"""Look-ups that may wait for their turn; what is asked for beyond them is told so."""
MOST_KEPT = 2_000
KEPT_MS = DAY_MS
"""No older answer stands beside a failure."""

log = logging.getLogger("agent_tui.hub")

Key = tuple[str, str, tuple[tuple[str, str], ...]]
"""Card, customer, and what its request is filled with."""


@dataclass(slots=True)
class _Kept:
    """The card as it was last told, and when it was last asked for."""

    card: CompanyCard
    tried: Ms


class Cards:
    """`setups`: the cards of hub.toml, in their order; `sources`: by the card's name; `spawn`: runs a look-up and
    tells of its end. Make it on a running loop."""

    def __init__(
        self,
        setups: Sequence[CardSetup],
        sources: Mapping[str, CardSource],
        time: TimeSource,
        spawn: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self._setups = tuple(setup for setup in setups if setup.name in sources)
        self._sources = sources
        self._time = time
        self._spawn = spawn
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._looking: dict[Key, asyncio.Future[CompanyCard]] = {}
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._forgotten = 0

    def __bool__(self) -> bool:
        """Whether there are any cards."""
        return bool(self._setups)

    async def stop(self) -> None:
        for source in self._sources.values():
            await source.stop()

    def forget(self) -> None:
        """A customer was erased. Everything goes, under whichever of their names it is kept; what is being looked up is
        not kept."""
        self._kept.clear()
        self._looking.clear()
        self._forgotten += 1

    async def of(self, subject: Subject, *, wait: bool, again: bool) -> tuple[CompanyCard, ...]:
        """The cards of a case: see `domain.queries.CardsQuery`."""
        setups = [setup for setup in self._setups if setup.fits(subject.brand, subject.channel)]
        begun = [self._begin(setup, subject, again=again) for setup in setups]
        if not wait:
            return tuple(card for card, _ in begun)
        return tuple([await asyncio.shield(looking) if looking is not None else card for card, looking in begun])

    def _begin(
        self, setup: CardSetup, subject: Subject, *, again: bool
    ) -> tuple[CompanyCard, asyncio.Future[CompanyCard] | None]:
        """What is known, and the look-up that is on its way."""
        try:
            values = chosen(setup.asks_by, subject.known)
        except CardFailed as failed:
            return replace(empty_card(setup), trouble=failed.trouble), None
        key = (setup.name, subject.customer, tuple(values.items()))
        now, kept = self._time.now(), self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            if now - kept.card.at >= KEPT_MS:
                kept.card = replace(empty_card(setup), trouble=kept.card.trouble)
        card = kept.card if kept is not None else empty_card(setup)
        looking = self._looking.get(key)
        if looking is None:
            if kept is not None and not again and now - kept.tried < setup.fresh_ms:
                return card, None
            if len(self._looking) >= AT_ONCE + WAITING:
                return replace(card, trouble=CardTrouble("busy")), None
            looking = self._looking[key] = asyncio.get_running_loop().create_future()
            self._spawn(self._look_up(setup, key, values, card, looking))
        return replace(card, looking=True), looking

    async def _look_up(
        self, setup: CardSetup, key: Key, values: Values, before: CompanyCard, told: asyncio.Future[CompanyCard]
    ) -> None:
        era, asked = self._forgotten, False
        try:
            async with asyncio.timeout(SECONDS), self._turn:
                asked = True
                content = await self._sources[setup.name].look_up(values)
            card = replace(read_card(setup, content), at=self._time.now())
        except CardFailed as failed:
            card = replace(before, trouble=failed.trouble)
        except TimeoutError:
            trouble = CardTrouble("late", CustomerText(f"{SECONDS:g}")) if asked else CardTrouble("busy")
            card = replace(before, trouble=trouble)
        except Exception:
            log.exception("card %s could not be looked up", setup.name)
            card = replace(before, trouble=CardTrouble("failed"))
        if era == self._forgotten:
            self._looking.pop(key, None)
            self._keep(key, card)
        if not told.done():
            told.set_result(card)

    def _keep(self, key: Key, card: CompanyCard) -> None:
        self._kept[key] = _Kept(card, self._time.now())
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
