"""The views that have a number key, in the order the header counts them."""

from __future__ import annotations

from agent_tui.domain.text import SafeText, trusted

NUMBERED_VIEWS: tuple[tuple[str, SafeText], ...] = (
    ("mine", trusted("Mine")),
    ("team", trusted("Team")),
    ("all", trusted("All")),
    ("snoozed", trusted("Snoozed")),
    ("done", trusted("Done")),
    ("spam", trusted("Spam")),
)
"""(view name, what the header calls it); the number is the place, from 1."""
