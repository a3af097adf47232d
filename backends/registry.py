"""Which backends there are: entry points of the group `agent_tui.backends`, listed without importing any of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

GROUP = "agent_tui.backends"


@dataclass(frozen=True, slots=True)
class Broken:
    """A backend that could not be loaded, and why, in one line for a person."""

    name: str
    source: str
    reason: str


class UnknownBackend(LookupError):
    """No backend of that name is installed; the message lists those that are."""


class Registry:
    """The installed backends. Nothing is imported before `load`."""

    def __init__(self, found: Iterable[EntryPoint] | None = None) -> None:
        points = entry_points(group=GROUP) if found is None else found
        # Sorted, so that two packages claiming one name are decided the same way on every start.
        self._points = {point.name: point for point in sorted(points, key=lambda p: (p.name, p.value), reverse=True)}

    def names(self) -> tuple[str, ...]:
        """Names as used in `config.toml`, sorted."""
        return tuple(sorted(self._points))

    def load(self, name: str) -> type[Any]:
        """The backend's class. Raises UnknownBackend, or whatever its module raises on import."""
        point = self._points.get(name)
        if point is None:
            raise UnknownBackend(f"there is no backend {name!r}; installed: {', '.join(self.names()) or 'none'}")
        loaded = point.load()
        if not isinstance(loaded, type):
            raise TypeError(f"{point.value} is no class")
        return loaded

    def load_all(self, names: Iterable[str] | None = None) -> tuple[dict[str, type[Any]], tuple[Broken, ...]]:
        """Load each of `names` (all, when None) by itself: a broken one is named, the rest go on."""
        loaded: dict[str, type[Any]] = {}
        broken: list[Broken] = []
        for name in self.names() if names is None else names:
            point = self._points.get(name)
            source = "" if point is None else point.value
            try:
                loaded[name] = self.load(name)
            except Exception as error:  # whatever a third party's module does on import
                broken.append(Broken(name, source, f"{type(error).__name__}: {error}".splitlines()[0]))
        return loaded, tuple(broken)
