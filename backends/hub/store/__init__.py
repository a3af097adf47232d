"""The hub's store: all SQL is in this package."""

from __future__ import annotations

from agent_tui.backends.hub.store.errors import (
    BlobTooLarge,
    DatabaseDamaged,
    DatabaseEmpty,
    DatabaseTooNew,
    StoreError,
    StoreFailed,
    StoreFull,
    StoreInUse,
)
from agent_tui.backends.hub.store.opened import Store

__all__ = [
    "BlobTooLarge",
    "DatabaseDamaged",
    "DatabaseEmpty",
    "DatabaseTooNew",
    "Store",
    "StoreError",
    "StoreFailed",
    "StoreFull",
    "StoreInUse",
]
