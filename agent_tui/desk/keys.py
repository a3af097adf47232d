"""How a desk names a case: ids are unique within a backend only."""

from __future__ import annotations

from typing import NamedTuple

MessageKey = tuple[str, str]
"""One message: its backend, and its id there."""


class CaseKey(NamedTuple):
    """One case of one backend."""

    backend: str
    case: str
