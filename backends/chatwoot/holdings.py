"""The conversations an adapter holds: Chatwoot knows neither our sections nor our order, so rows are sorted here.

Held are all conversations that are not resolved, and the newest resolved ones, up to a bound.
"""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.chatwoot.convert import Json, row_of, updated_at
from agent_tui.domain.known_as import itself, known_as
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.queries import RowsPage, RowsQuery, SamePersonPage, SamePersonQuery, TotalsPage, TotalsQuery
from agent_tui.domain.views import Section, holds, sort_key

MAX_ROWS = 500
MAX_SAME = 20


class Holdings:
    """Rows by id, with the raw conversation each was made of. `seq` counts changes: this server has no log of its
    own."""

    def __init__(self) -> None:
        self.server = ""
        """Tells this account from others, whose contacts have the same numbers."""
        self.seq = 0
        self.watermark = 0.0
        """The newest server time seen, in seconds; what changed later is asked for after an outage."""
        self._rows: dict[str, CaseRow] = {}
        self._raw: dict[str, Json] = {}

    def row(self, case: str) -> CaseRow | None:
        return self._rows.get(case)

    def raw(self, case: str) -> Json | None:
        return self._raw.get(case)

    def take(self, conversation: Json) -> CaseRow | None:
        """A conversation as it is now; the changed row, or None when it is old news."""
        case = str(conversation.get("id"))
        held = self._raw.get(case)
        if held is not None:
            if updated_at(conversation) < updated_at(held):
                return None
            # a push has no such key, and what the REST answer had then is older than the push
            last = {"last_non_activity_message": conversation.get("last_non_activity_message")}
            conversation = {**held, **last, **conversation}
            if not conversation.get("messages"):
                conversation["messages"] = held.get("messages") or []
        self.watermark = max(self.watermark, updated_at(conversation))
        return self._keep(case, conversation)

    def patch(self, case: str, **fields: object) -> CaseRow | None:
        """Some fields of a held conversation changed; the changed row, or None."""
        held = self._raw.get(case)
        if held is None:
            return None
        return self._keep(case, {**held, **fields})

    def _keep(self, case: str, conversation: Json) -> CaseRow | None:
        self._raw[case] = conversation
        before = self._rows.get(case)
        row = row_of(conversation, before.version if before is not None else self.seq + 1)
        row = replace(row, known_as=(*row.known_as, itself(self.server, row.customer)))
        if row == before:
            return None
        self.seq += 1
        row = replace(row, version=self.seq)
        self._rows[case] = row
        return row

    def next_seq(self, case: str) -> int:
        """A new place in our log for an event of `case`, "" none; its row gets it as its version."""
        self.seq += 1
        if case:
            self._rows[case] = replace(self._rows[case], version=self.seq)
        return self.seq

    def cases_of(self, customer: str) -> list[str]:
        """The held conversations of a customer."""
        return [row.id for row in self._rows.values() if row.customer == customer]

    def same_person(self, query: SamePersonQuery) -> SamePersonPage:
        """Open conversations that came from one of the addresses."""
        wanted = {digest[1:] for digest in known_as(query.addresses)}
        found = [row for row in self._rows.values() if wanted & {digest[1:] for digest in row.known_as}]
        shown = [row for row in found if row.stage in ("us", "customer", "later")]
        shown.sort(key=lambda row: (row.stage != "us", sort_key(row)))
        return SamePersonPage(tuple(shown[:MAX_SAME]), self.seq)

    def rows(self, query: RowsQuery, me: Agent) -> RowsPage:
        """One page of a section."""
        rows = self._section(query.section, query.channel, query.text, me)
        limit = min(max(1, query.limit), MAX_ROWS)
        first = 0
        if query.anchor == "end":
            first = max(0, len(rows) - limit)
        elif query.anchor == "at":
            first = min(max(0, query.index), len(rows))
        elif query.anchor == "after" and query.cursor is not None:
            first = sum(sort_key(row) <= query.cursor for row in rows)
        elif query.anchor == "before" and query.cursor is not None:
            stop = sum(sort_key(row) < query.cursor for row in rows)
            first = max(0, stop - limit)
            limit = stop - first
        return RowsPage(query.section, tuple(rows[first : first + limit]), first, len(rows), self.seq)

    def totals(self, query: TotalsQuery, me: Agent) -> TotalsPage:
        """Rows per section."""
        counts = (len(self._section(section, query.channel, query.text, me)) for section in query.sections)
        return TotalsPage(tuple(counts), self.seq)

    def _section(self, section: Section, channel: str, text: str, me: Agent) -> list[CaseRow]:
        words = text.casefold().split()
        return sorted(
            (
                row
                for row in self._rows.values()
                if holds(section, row, me) and (not channel or channel == row.channel) and _matches(row, words)
            ),
            key=sort_key,
        )


def _matches(row: CaseRow, words: list[str]) -> bool:
    if not words:
        return True
    told = f"{row.name.raw} {row.subject.raw} {row.preview.raw} {row.number} {' '.join(row.labels)}".casefold()
    return all(word in told for word in words)
