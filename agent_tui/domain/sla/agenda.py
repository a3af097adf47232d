"""Which cases are to be looked at again when: of very many that are open only those whose time has come."""

from __future__ import annotations

import heapq

from agent_tui.domain.time import Ms


class Agenda:
    """One time for each case at most. Placing one takes the logarithm of how many there are, and so does each that is
    due; what was placed elsewhere before is passed over when its old time comes."""

    def __init__(self) -> None:
        self._times: dict[str, Ms] = {}
        self._heap: list[tuple[Ms, str]] = []

    def __len__(self) -> int:
        return len(self._times)

    def place(self, case: str, at: Ms | None) -> None:
        """Look at the case again at `at` and not before; None: not until something happens to it."""
        if at == self._times.get(case):
            return
        if at is None:
            del self._times[case]
        else:
            self._times[case] = at
            heapq.heappush(self._heap, (at, case))
        if len(self._heap) > 2 * len(self._times) + 1000:  # mostly what was placed elsewhere since
            self._heap = [(time, name) for name, time in self._times.items()]
            heapq.heapify(self._heap)

    def next(self) -> Ms | None:
        """When the first of them is due."""
        while self._heap and self._times.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now: Ms) -> list[str]:
        """Take out the cases whose time has come by `now`, those of one time by their name."""
        found = []
        while (first := self.next()) is not None and first <= now:
            _, case = heapq.heappop(self._heap)
            del self._times[case]
            found.append(case)
        return found
