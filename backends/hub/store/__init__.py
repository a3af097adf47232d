"""The hub's store: all SQL is in this package."""

from __future__ import annotations


class Store:
    """An opened store."""
