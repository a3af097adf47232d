"""What is asked about the opened case: its newest page, older ones, what is sought further back, the customer's
earlier cases, and what the company's systems know of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.queries import (
    CardsPage,
    CardsQuery,
    CaseQuery,
    HistoryPage,
    HistoryQuery,
    SuggestPage,
    SuggestQuery,
)

SEEK_MESSAGES = 500
"""Messages of one older page while a certain one is looked for."""


class CaseAsks:
    """Of one timeline; `oldest`: the id of its oldest message, "" when there is none. `stale`: the newest page is
    wanted again; `older`: the agent wants an older one; `history`: a further page of earlier cases is wanted;
    `cards_again`: the agent wants them looked up, whatever is known."""

    def __init__(self, case: OpenCase, oldest: Callable[[], str]) -> None:
        self._case = case
        self._oldest = oldest
        self.stale = False
        self.older = False
        self.history = False
        self.cards_again = False
        self._suggest: SuggestQuery | None = None
        self._suggested_for = ("", "", "")

    def queries(self, *, cards: bool) -> Iterator[CaseQuery | HistoryQuery | CardsQuery | SuggestQuery]:
        """All that is wanted now; who asks knows what was asked already. `cards`: the server can be asked for them."""
        case = self._case
        if case.loading or self.stale:
            yield CaseQuery(case.key.case)
        elif (self.older or case.seeking) and case.more_before:
            oldest = self._oldest()
            if oldest:
                query = CaseQuery(case.key.case, before=oldest)
                yield replace(query, limit=SEEK_MESSAGES) if case.seeking else query
        if case.customer is not None and case.history is None:
            yield HistoryQuery(case.customer.id)
        elif case.customer is not None and case.history and self.history and case.more_history:
            yield HistoryQuery(case.customer.id, before=case.history[-1].id)

        if cards:
            yield from self._cards()
        if self._suggest is not None:
            yield self._suggest

    def _cards(self) -> Iterator[CardsQuery]:
        """First what is known at once, then what takes its time."""
        case = self._case
        if case.cards is None:
            yield CardsQuery(case.key.case)
        elif self.cards_again:
            yield CardsQuery(case.key.case, wait=True, again=True)
        elif any(card.looking for card in case.cards):
            yield CardsQuery(case.key.case, wait=True)

    def suggest(self, channel: str, language: str) -> bool:
        """A reply on `channel` in `language` is begun: what fits is asked for once for each word of the customer's.
        Whether that changes anything."""
        case, said = self._case, ""
        spoken = next((one for one in reversed(case.messages) if one.kind in ("in", "out")), None)
        if spoken is not None and spoken.kind == "in":
            said = spoken.id
        if (said, channel, language) == self._suggested_for:
            return False
        self._suggested_for = (said, channel, language)
        self._suggest = SuggestQuery(case.key.case, channel, language) if said else None
        case.suggested = ()
        return True

    def suggestions_arrived(self, query: SuggestQuery, page: SuggestPage | None) -> None:
        """What fits, None where the server would not say."""
        if query == self._suggest:
            self._suggest = None
            self._case.suggested = page.suggested if page is not None else ()

    def look_up_again(self) -> None:
        """The agent wants the cards as they are now."""
        self.cards_again = self._case.cards is not None
        self._case.cards = tuple(replace(card, looking=True) for card in self._case.cards or ()) or None

    def cards_arrived(self, query: CardsQuery, page: CardsPage) -> None:
        """What is known of the customer, or after `wait` what was found out."""
        if query.again:
            self.cards_again = False
        elif self.cards_again:
            return
        self._case.cards = page.cards

    def cards_refused(self) -> None:
        """They are not told: what is held stays, and nothing more is asked for by itself."""
        self.cards_again = False
        self._case.cards = tuple(replace(card, looking=False) for card in self._case.cards or ())

    def refused(self) -> None:
        """The case is not told: nothing more of it is asked for by itself."""
        self.older = self.stale = False
        self._case.loading = False

    def history_arrived(self, query: HistoryQuery, page: HistoryPage) -> bool:
        """A page of earlier cases; False when it is of another customer or another place."""
        case = self._case
        if case.customer is None or case.customer.id != query.customer:
            return False
        earlier = case.history or ()
        if query.before:
            self.history = False
            if not earlier or earlier[-1].id != query.before:
                return False
        case.history = (*earlier, *page.cases) if query.before else page.cases
        case.more_history = page.more
        return True
