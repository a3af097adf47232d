"""Views of the inbox: which sections they have, which rows a section holds, and in what order.

A section is a scope (whose) and a stage (who waits for whom); rows stand by (`sort_at`, `id`). The same rule is SQL in
the hub's store and this predicate in a desk, so a desk can place a changed row in its windows without asking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import Agent, CaseRow, Stage

Scope = Literal["mine", "unassigned", "team", "all", "promised", "promised-others", "followed"]


@dataclass(frozen=True, slots=True, order=True)
class Section:
    """`mine`: I own it, or a colleague hands it to me; `unassigned`: nobody owns it, and its team is mine (or none);
    `team`: a colleague does, and its team is mine (or none); `all`; `promised`: its next promise is mine to keep;
    `promised-others`: it has one that is not; `followed`: I follow it. Sections of one view never overlap."""

    scope: Scope
    stage: Stage


@frozen
class View:
    """A named list of sections, narrowed to one channel ("" = all) and to rows matching `text` (as typed)."""

    name: str
    sections: tuple[Section, ...]
    channel: str = ""
    text: str = ""


MINE = View(
    "mine",
    (
        Section("mine", "us"),
        Section("mine", "customer"),
        Section("mine", "later"),
        Section("unassigned", "us"),
    ),
)
TEAM = View(
    "team",
    (
        Section("unassigned", "us"),
        Section("team", "us"),
        Section("unassigned", "customer"),
        Section("team", "customer"),
    ),
)
ALL = View("all", (Section("all", "us"), Section("all", "customer"), Section("all", "later")))
SNOOZED = View("snoozed", (Section("all", "later"),))
DONE = View("done", (Section("all", "done"),))
SPAM = View("spam", (Section("all", "spam"),))
PROMISES = View(
    "promises",
    (
        Section("promised", "us"),
        Section("promised", "later"),
        Section("promised-others", "us"),
        Section("promised-others", "later"),
    ),
)
FOLLOWED = View("followed", tuple(Section("followed", stage) for stage in ("us", "customer", "later", "done")))
VIEWS: dict[str, View] = {view.name: view for view in (MINE, TEAM, ALL, SNOOZED, DONE, SPAM, PROMISES, FOLLOWED)}


def holds(section: Section, row: CaseRow, me: Agent) -> bool:
    """Whether `row` belongs to `section` as `me` sees it (channel and text filters come on top)."""
    if row.stage != section.stage:
        return False
    if section.scope == "mine":
        return row.owner == me.id or is_handed(row, me.id)
    if section.scope == "unassigned":
        return not row.owner and (not row.team or row.team in me.teams)
    if section.scope == "team":
        return row.owner not in ("", me.id) and (not row.team or row.team in me.teams)
    if section.scope == "followed":
        return me.id in row.followers
    if section.scope in ("promised", "promised-others"):
        return row.promise is not None and (whose_promise(row) == me.id) == (section.scope == "promised")
    return True


def is_handed(row: CaseRow, agent: str) -> bool:
    """Whether a colleague offers the case to this agent, or has asked them to it."""
    return row.transfer is not None and row.transfer.open and row.transfer.agent == agent and row.owner != agent


def whose_promise(row: CaseRow) -> str:
    """The agent who must keep the row's next promise: its own, the case's where it is nobody's in particular; "" for a
    team's, and where there is none."""
    if row.promise is None:
        return ""
    return row.promise.agent or ("" if row.promise.team else row.owner)


def shows(view: View, row: CaseRow, me: Agent) -> Section | None:
    """The first section of `view` that holds `row`, by channel but not by text; None when none does."""
    if view.channel and view.channel not in (row.channels or (row.channel,)):
        return None
    return next((section for section in view.sections if holds(section, row, me)), None)


def sort_key(row: CaseRow) -> tuple[int, str]:
    """Place within a section."""
    return (row.sort_at, row.id)


Cursor = tuple[int, str]
"""A row's sort key; pages start after or before one."""
