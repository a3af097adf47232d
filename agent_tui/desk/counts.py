"""The numbers in the header: how many cases are mine, wait for the team, are there at all. Asked for, never guessed."""

from __future__ import annotations

from collections.abc import Mapping

from agent_tui.domain.queries import TotalsQuery
from agent_tui.domain.views import ALL, MINE, TEAM, Section

NEEDS_ME = Section("mine", "us")
COUNTED: dict[str, tuple[Section, ...]] = {
    "mine": tuple(section for section in MINE.sections if section.scope == "mine"),
    "team": tuple(section for section in TEAM.sections if section.scope == "unassigned"),
    "all": ALL.sections,
}
SECTIONS: tuple[Section, ...] = tuple(dict.fromkeys(section for sections in COUNTED.values() for section in sections))
"""The sections that the header needs."""


class Counts:
    """Totals of each backend's sections, unfiltered; `doubtful` backends are asked again."""

    def __init__(self) -> None:
        self._totals: dict[str, dict[Section, int]] = {}
        self.doubtful: set[str] = set()

    def told(self, backend: str, query: TotalsQuery, totals: tuple[int, ...]) -> bool:
        """The answer to an unfiltered query; True when a number changed."""
        held = self._totals.setdefault(backend, {})
        before = dict(held)
        held.update(zip(query.sections, totals, strict=False))
        return held != before

    def needing(self, twice: Mapping[Section, int]) -> int:
        """Rows that need me, whatever view is shown."""
        return self._of(NEEDS_ME) - twice.get(NEEDS_ME, 0)

    def _of(self, section: Section) -> int:
        """Cases of one of the counted sections, all backends together."""
        return sum(totals.get(section, 0) for totals in self._totals.values())

    def all(self, twice: Mapping[Section, int]) -> tuple[tuple[str, int], ...]:
        """(view name, rows), all backends together. `twice`: cases of the view that stand in another server's row."""
        found = []
        for name, sections in COUNTED.items():
            cases = sum(self._of(section) for section in sections)
            # whatever stands in one row of a view does so among all
            found.append((name, cases - sum(n for of, n in twice.items() if name == "all" or of in sections)))
        return tuple(found)
