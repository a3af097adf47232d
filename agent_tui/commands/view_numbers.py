"""The views that have a number key, in the order the header counts them."""

from __future__ import annotations

from agent_tui.domain.text import Phrase, marked

NUMBERED_VIEWS: tuple[tuple[str, Phrase], ...] = (
    ("mine", marked("Mine")),
    ("team", marked("Team")),
    ("all", marked("All")),
    ("snoozed", marked("Snoozed")),
    ("done", marked("Done")),
    ("spam", marked("Spam")),
    ("promises", marked("Promises")),
)
"""(view name, what the header calls it); the number is the place, from 1."""
