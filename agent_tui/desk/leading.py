"""Which case leads the row of another one: as far as events and pages have told."""

from __future__ import annotations

from collections.abc import Iterable

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.events import AnyBody, CaseChanged


class Leading:
    """Cases that stand in another case's row."""

    def __init__(self) -> None:
        self._heads: dict[CaseKey, CaseKey] = {}

    def told(self, key: CaseKey, body: AnyBody) -> bool:
        """A case was joined to another one's row, or stands by itself again; True when that is news."""
        if not isinstance(body, CaseChanged):
            return False
        if body.change == "joined" and body.detail:
            return self.led(key, CaseKey(key.backend, body.detail))
        if body.change == "parted":
            return self._heads.pop(key, None) is not None
        return False

    def led(self, key: CaseKey, head: CaseKey) -> bool:
        """`head` leads the row of `key`; True when that is news."""
        if key == head or self._heads.get(key) == head:
            return False
        self._heads.pop(head, None)
        self._heads[key] = head
        return True

    def head(self, key: CaseKey) -> CaseKey:
        """The case whose row shows this one: mostly itself."""
        seen = {key}
        while key in self._heads and self._heads[key] not in seen:
            key = self._heads[key]
            seen.add(key)
        return key

    def strayed(self, keys: Iterable[CaseKey | None]) -> list[tuple[CaseKey, CaseKey]]:
        """Those of `keys` whose row another case leads now, with that case."""
        return [(key, head) for key in keys if key is not None and (head := self.head(key)) != key]
