"""The agent's saved views and how much each of them holds. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from agent_tui.desk.backend_state import BackendState
from agent_tui.domain.queries import Query, SearchPage, SearchQuery, TotalsPage, TotalsQuery
from agent_tui.domain.saved_views import SavedView


class Saved:
    """`views` in the order in which they were saved. A view with words counts what its search finds, another its
    rows."""

    def __init__(self) -> None:
        self.views: tuple[SavedView, ...] = ()
        self._counts: dict[str, dict[str, int]] = {}
        self._asked: dict[tuple[str, Query], str] = {}

    def take(self, views: Iterable[SavedView]) -> None:
        """The views as they are kept now."""
        self.views = tuple(views)
        names = {view.name for view in self.views}
        self._counts = {name: counts for name, counts in self._counts.items() if name in names}

    def find(self, name: str) -> SavedView | None:
        """The view of this name, or the only one whose name begins so."""
        exact = [view for view in self.views if view.name == name]
        found = exact or [view for view in self.views if view.name.casefold().startswith(name.casefold())]
        return found[0] if len(found) == 1 else None

    def count(self, name: str) -> int | None:
        """How much a view holds at all backends; None when nobody said yet."""
        counts = self._counts.get(name)
        return sum(counts.values()) if counts else None

    def asks(self, backends: Mapping[str, BackendState], zone_minutes: int) -> list[tuple[str, Query]]:
        """What to ask for the counts; marks it as asked."""
        out: list[tuple[str, Query]] = []
        for name, state in backends.items():
            for view in self.views if state.state == "up" else ():
                query: Query = TotalsQuery(view.view.sections, view.channel)
                if view.text:
                    if not state.capabilities.search:
                        continue
                    query = SearchQuery(view.text, limit=0, zone_minutes=zone_minutes)
                if (name, query) not in self._asked:
                    self._asked[name, query] = view.name
                    out.append((name, query))
        return out

    def arrived(self, backend: str, query: Query, page: object) -> bool | None:
        """An answer: whether a count is another now; None when the question was not from here."""
        view = self._asked.pop((backend, query), None)
        if view is None:
            return None
        if isinstance(page, SearchPage):
            number = page.total
        elif isinstance(page, TotalsPage):
            number = sum(page.totals)
        else:
            return False
        counts = self._counts.setdefault(view, {})
        changed = counts.get(backend) != number
        counts[backend] = number
        return changed

    def unanswered(self, backend: str, query: Query) -> bool:
        """No answer will come. Whether the question was from here."""
        return self._asked.pop((backend, query), None) is not None
