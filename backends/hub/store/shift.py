"""What an agent has in hand: open cases, promises to keep, and what others gave them since their last shift."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, select, text

from agent_tui.backends.hub.store import agents, cases, phone, promises, rows, talk
from agent_tui.backends.hub.store.schema import case_count, event, message, promise
from agent_tui.backends.hub.store.values import loads as read_json
from agent_tui.domain.brands import sees, works_with
from agent_tui.domain.model import Agent, AgentLoad, CaseRow, Handed, Promise, Stage
from agent_tui.domain.queries import RowsQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms
from agent_tui.domain.views import Section

MOST = 500
_OPEN: tuple[Stage, ...] = ("us", "customer", "later")
_B = bindparam
_GIVEN = (
    select(event.c.case_id, event.c.by, event.c.occurred, event.c.data)
    # a literal: the index holds these events only
    .where(event.c.kind == text("'case-changed'"), event.c.case_id.in_(_B("cases", expanding=True)))
    .where(event.c.occurred > _B("since"))
    .order_by(event.c.seq)
)
_SAID_WITH_IT = (
    select(message.c.id)
    .where(message.c.case_id == _B("case"), message.c.at == _B("at"))
    .where(message.c.kind == "note", message.c.author == _B("by"))
    .order_by(message.c.id.desc())
    .limit(1)
)
_HELD = select(case_count.c.owner, case_count.c.stage, case_count.c.brand, case_count.c.cases).where(
    case_count.c.owner != "", case_count.c.stage.in_(_OPEN)
)
_OWED = select(promise.c.id).where(text("promise.state = 'open'"), promise.c.agent == _B("agent"))


def in_hand(connection: Connection, agent: Agent) -> tuple[CaseRow, ...]:
    """The agent's open cases, those that need them first."""
    found: list[CaseRow] = []
    for stage in _OPEN:
        found += rows.page(connection, RowsQuery(Section("mine", stage), limit=MOST - len(found)), agent)[0]
        if len(found) >= MOST:
            break
    return tuple(found)


def owed(connection: Connection, agent: Agent, mine: Sequence[CaseRow]) -> tuple[Promise, ...]:
    """Open promises that are the agent's to keep, those that are due first before others."""
    found: dict[str, Promise] = {}
    for row in mine:
        for part in cases.parts(connection, row.id) if row.promise is not None else ():
            for one in promises.of_case(connection, part):
                if one.state == "open" and one.agent in ("", agent.id) and not (one.team and not one.agent):
                    found[one.id] = replace(one, case=row.id)
    for id in connection.execute(_OWED, {"agent": agent.id}).scalars():
        held = promises.find(connection, id)
        if held is not None and id not in found:
            found[id] = replace(held, case=cases.head_of(connection, held.case))
    return tuple(sorted(found.values(), key=lambda one: (one.due, one.id)))


def handed(connection: Connection, agent: Agent, mine: Sequence[CaseRow], since: Ms) -> tuple[Handed, ...]:
    """Which of the agent's cases others gave them after `since`, the newest first."""
    given: dict[str, Handed] = {}
    ids = [row.id for row in mine]
    for row in connection.execute(_GIVEN, {"cases": ids, "since": since}) if ids else ():
        data = read_json(row.data)
        if data["change"] == "assigned":
            given.pop(row.case_id, None)
            if data["detail"] == agent.id and row.by not in ("", agent.id):
                given[row.case_id] = Handed(row.case_id, row.by, row.occurred)
    return tuple(replace(one, note=_said(connection, one)) for one in reversed(given.values()))


def _said(connection: Connection, one: Handed) -> CustomerText:
    """A note that was written together with the giving."""
    id = connection.execute(_SAID_WITH_IT, {"case": one.case, "at": one.at, "by": one.by}).scalar()
    note = talk.find_message(connection, id) if id is not None else None
    return note.body if note is not None else CustomerText("")


def loads(connection: Connection, me: Agent, weights: Mapping[str, int]) -> tuple[AgentLoad, ...]:
    """What those have in hand who speak for brands that `me` may see, of these, by their names. `weights`: what all
    that they have weighs."""
    open_, need = Counter[str](), Counter[str]()
    for row in connection.execute(_HELD):
        if not sees(me, row.brand):
            continue
        open_[row.owner] += row.cases
        need[row.owner] += row.cases if row.stage == "us" else 0
    talking = phone.talking(connection)
    found = [
        AgentLoad(one, open_[one.id], need[one.id], one.id in talking, weights.get(one.id, 0))
        for one in agents.everyone(connection)
        if one.id == me.id or works_with(me, one)
    ]
    return tuple(sorted(found, key=lambda load: (load.agent.name.casefold(), load.agent.id)))
