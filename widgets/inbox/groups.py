"""What the groups of the inbox are called: they say who waits for whom."""

from __future__ import annotations

from agent_tui.domain.text import Phrase, SafeText, cell_width, marked
from agent_tui.domain.views import Section

_TITLES: dict[Section, tuple[Phrase, Phrase]] = {
    Section("mine", "us"): (marked("NEEDS ME"), marked("NEEDS ME")),
    Section("mine", "customer"): (marked("WAITING FOR THE CUSTOMER"), marked("WAITING")),
    Section("mine", "later"): (marked("LATER"), marked("LATER")),
    Section("unassigned", "us"): (marked("MY TEAM, unassigned"), marked("TEAM, unassigned")),
    Section("team", "us"): (marked("MY TEAM, with a colleague"), marked("TEAM, taken")),
    Section("unassigned", "customer"): (
        marked("UNASSIGNED, waiting for the customer"),
        marked("UNASSIGNED, waiting"),
    ),
    Section("team", "customer"): (marked("TEAM, waiting for the customer"), marked("TEAM, waiting")),
    Section("all", "us"): (marked("NEED US"), marked("NEED US")),
    Section("all", "customer"): (marked("WAITING FOR THE CUSTOMER"), marked("WAITING")),
    Section("all", "later"): (marked("LATER"), marked("LATER")),
    Section("all", "done"): (marked("DONE"), marked("DONE")),
    Section("all", "spam"): (marked("SPAM"), marked("SPAM")),
    Section("followed", "us"): (marked("FOLLOWED, need us"), marked("FOLLOWED")),
    Section("followed", "customer"): (marked("FOLLOWED, wait for the customer"), marked("FOLLOWED, waiting")),
    Section("followed", "later"): (marked("FOLLOWED, put away"), marked("FOLLOWED, later")),
    Section("followed", "done"): (marked("FOLLOWED, done"), marked("FOLLOWED, done")),
    Section("promised", "us"): (marked("I PROMISED"), marked("I PROMISED")),
    Section("promised", "later"): (marked("I PROMISED, put away"), marked("I PROMISED, later")),
    Section("promised-others", "us"): (marked("PROMISED BY OTHERS"), marked("BY OTHERS")),
    Section("promised-others", "later"): (marked("PROMISED BY OTHERS, put away"), marked("BY OTHERS, later")),
}
_OTHER = marked("OTHER")


def title_of(section: Section, cells: int) -> SafeText:
    """The group's name, the short one where the long one does not fit in `cells`."""
    long, short = _TITLES.get(section, (_OTHER, _OTHER))
    return long.text if cell_width(long.text) <= cells else short.text
