"""What a desk has on its own disk of a customer who was erased: it goes as soon as the desk hears of it, and is looked
for when a desk begins, which may have been away meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from agent_tui.desk.changes import Changes, Notice
from agent_tui.desk.desk import Desk
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.queries import CasePage, CaseQuery, Page, Query
from agent_tui.domain.text import clean_line, plural, trusted
from agent_tui.services.downloads import Downloads
from agent_tui.services.draft_copies import DraftCopies
from agent_tui.services.drafts import Drafts
from agent_tui.services.outbox import Outbox
from agent_tui.services.saved_views import SavedViews
from agent_tui.services.state import State, StateError


class Forgetting:
    """Takes drafts, waiting orders, fetched files and saved views from the state folder."""

    def __init__(
        self,
        desk: Desk,
        state: State,
        drafts: Drafts,
        outbox: Outbox,
        copies: DraftCopies,
        downloads: Downloads,
        views: SavedViews,
        changed: Callable[[Changes], None],
    ) -> None:
        self._desk = desk
        self._state = state
        self._drafts = drafts
        self._outbox = outbox
        self._copies = copies
        self._downloads = downloads
        self._views = views
        self._changed = changed

    def cases(self, gone: Mapping[CaseKey, frozenset[str]]) -> Changes:
        """These cases' customers were erased; the words are what named them."""
        changes, texts = Changes(), 0
        try:
            for key in gone:
                texts += self._drafts.forget(key) + self._outbox.remove_case(key)
                self._copies.forget(key)
            for backend in {key.backend for key in gone}:
                self._downloads.forget(backend)
            self._state.rewrite()
            self._forget_views(frozenset[str]().union(*gone.values()), changes)
        except (StateError, OSError) as error:
            changes.notices.append(Notice(clean_line(str(error)), "failure"))
        for key in gone:
            changes |= self._desk.drop_draft(key)
        changes |= self._desk.outbox_changed(self._outbox.entries)
        if texts:
            words = plural(
                "{n} unsent text was for a customer who was erased: it is gone",
                "{n} unsent texts were for a customer who was erased: they are gone",
                n=texts,
            )
            changes.notices.append(Notice(words, "warning"))
        return changes

    def _forget_views(self, words: frozenset[str], changes: Changes) -> None:
        """Saved views that name them, as far as the desk knew what they are called."""
        from agent_tui.domain.naming import names  # not for the first screen

        kept = tuple(view for view in self._views.views if not names(f"{view.name}\n{view.text}", words))
        if len(kept) < len(self._views.views):
            self._views.keep(kept)
            self._desk.saved.take(kept)
            changes.header = True
            changes.notices.append(
                Notice(trusted("a saved view named a customer who was erased: it is gone"), "warning")
            )

    def begin(self, backend: str, resumed: bool, inquire: Callable[[str, Query, Callable[[Page], None]], None]) -> None:
        """The line is up. A desk that was not told of all that happened asks for the cases it has something of."""
        if resumed:
            return
        self._downloads.forget(backend)
        held = [draft.key for draft in self._drafts.all()] + [entry.key for entry in self._outbox.entries]
        held += self._drafts.asides
        for key in dict.fromkeys(held):
            if key is not None and key.backend == backend and key.case:
                inquire(backend, CaseQuery(key.case, limit=1), partial(self._look, key))

    def _look(self, key: CaseKey, page: Page) -> None:
        if isinstance(page, CasePage) and page.detail is not None and page.detail.row.erased:
            self._changed(Changes(erased={key: frozenset()}))
