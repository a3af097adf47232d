"""Nothing moves that the user did not move: reconcile the rows as shown with the rows as they truly stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from agent_tui.desk.keys import CaseKey
from agent_tui.desk.merging import Stretch


@dataclass(slots=True)
class Shown:
    """A section as displayed: rows `first`.. are `keys`, of `count` in all. `differs`: the true order is another."""

    first: int = 0
    keys: list[CaseKey] = field(default_factory=list)
    count: int = 0
    differs: bool = False

    @property
    def end(self) -> int:
        return self.first + len(self.keys)


def flowing(true: Stretch) -> Shown:
    """Shown just as it is."""
    return Shown(true.first, true.keys, true.count)


def held(
    shown: Shown,
    true: Stretch,
    floor: int,
    is_held: Callable[[CaseKey], bool],
    elsewhere: Callable[[CaseKey], bool],
    free: frozenset[CaseKey] = frozenset(),
) -> Shown:
    """`shown` with what may be added without moving a row at a display place below `floor`: a new row goes in only
    after that place; rows that take the place of gaps always may. Rows that left stay until the user settles.
    `is_held`: its content is still known; `elsewhere`: it is shown in another section (rows are never shown twice).
    `free`: rows that may go in anywhere."""
    first = shown.first
    begin = next((at for at, key in enumerate(shown.keys) if is_held(key)), len(shown.keys))
    first += begin
    keys = [key for key in shown.keys[begin:] if is_held(key)]
    if not keys:
        if floor and true.count and not shown.count and free.isdisjoint(true.keys):
            return Shown(0, [], 0, True)
        here = [key for key in true.keys if not elsewhere(key)]
        twice = len(true.keys) - len(here)
        return Shown(true.first, here, true.count - twice, bool(twice))
    if true.keys and (true.first >= shown.end or true.end <= shown.first) and set(keys).isdisjoint(true.keys):
        return flowing(true)
    gaps_after = max(0, shown.count - shown.end)
    place: dict[CaseKey, int] = {key: at for at, key in enumerate(keys)}
    inserts: dict[int, list[CaseKey]] = {}
    deferred = 0
    after = -1
    head: list[CaseKey] = []
    last = len(keys) - 1
    for key in true.keys:
        at = place.get(key)
        if at is not None:
            after = at
        elif elsewhere(key):
            deferred += 1
        elif after == -1 and first > len(head) and true.first < first:
            head.append(key)
        elif first + after + 1 >= floor or key in free:
            inserts.setdefault(after, []).append(key)
        elif after == last and gaps_after > 0:
            gaps_after -= 1
            inserts.setdefault(after, []).append(key)
        else:
            deferred += 1
    result = [*inserts.get(-1, ())]
    for at, key in enumerate(keys):
        result.append(key)
        result += inserts.get(at, ())
    truth = set(true.keys)
    ghosts = sum(key not in truth for key in keys)
    first -= len(head)
    out = Shown(first, head + result, true.count + ghosts - deferred)
    out.count = max(out.count, out.end)
    out.differs = bool(deferred or ghosts) or out.keys != true.keys
    return out
