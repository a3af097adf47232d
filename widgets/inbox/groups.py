"""What the groups of the inbox are called: they say who waits for whom."""

from __future__ import annotations

from agent_tui.domain.text import SafeText, trusted
from agent_tui.domain.views import Section

_TITLES: dict[Section, tuple[SafeText, SafeText]] = {
    Section("mine", "us"): (trusted("NEEDS ME"), trusted("NEEDS ME")),
    Section("mine", "customer"): (trusted("WAITING FOR THE CUSTOMER"), trusted("WAITING")),
    Section("mine", "later"): (trusted("LATER"), trusted("LATER")),
    Section("unassigned", "us"): (trusted("MY TEAM, unassigned"), trusted("TEAM, unassigned")),
    Section("team", "us"): (trusted("MY TEAM, with a colleague"), trusted("TEAM, taken")),
    Section("unassigned", "customer"): (
        trusted("UNASSIGNED, waiting for the customer"),
        trusted("UNASSIGNED, waiting"),
    ),
    Section("team", "customer"): (trusted("TEAM, waiting for the customer"), trusted("TEAM, waiting")),
    Section("all", "us"): (trusted("NEED US"), trusted("NEED US")),
    Section("all", "customer"): (trusted("WAITING FOR THE CUSTOMER"), trusted("WAITING")),
    Section("all", "later"): (trusted("LATER"), trusted("LATER")),
    Section("all", "done"): (trusted("DONE"), trusted("DONE")),
    Section("all", "spam"): (trusted("SPAM"), trusted("SPAM")),
}


def title_of(section: Section, cells: int) -> SafeText:
    """The group's name, the short one where the long one does not fit in `cells`."""
    long, short = _TITLES.get(section, (trusted("OTHER"), trusted("OTHER")))
    return long if len(long) <= cells else short
