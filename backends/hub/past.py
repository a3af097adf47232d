"""Pages of a customer's history: every case of the person that the agent may see, on one time line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select

from agent_tui.backends.hub import sight
from agent_tui.backends.hub.store import brands, joins, people, phone, promises, talk
from agent_tui.backends.hub.store import past as store
from agent_tui.backends.hub.store.past import Key
from agent_tui.domain.channels import channel
from agent_tui.domain.model import Agent
from agent_tui.domain.past import PastEntry, PastSummary
from agent_tui.domain.queries import PastPage, PastQuery
from agent_tui.domain.text import CustomerText


def page(connection: Connection, me: Agent, query: PastQuery, seq: int) -> PastPage:
    """One page, oldest entry first."""
    who = sight.person(connection, me, query.customer)
    if who is None:
        return PastPage(None, (), False, seq)
    nodes = tuple(brands.seen_customers(connection, people.nodes(connection, who.id), me))
    theirs = store.cases_of(nodes, me)
    limit = max(1, min(query.limit, 500))
    met = sight.joins_of(connection, me, nodes)
    late = store.late(connection, theirs)
    keys = store.keys(connection, theirs, met, late.values(), query.channel, query.before, query.after, limit + 1)
    entries = _entries(connection, keys[:limit], late)
    if query.after is None:
        entries.reverse()
    cases = list(dict.fromkeys(entry.case for entry in entries if entry.case))
    newest = query.before is None and query.after is None
    return PastPage(
        who,
        tuple(entries),
        len(keys) > limit,
        seq,
        talk.conversations(connection, cases),
        store.past_cases(connection, cases),
        tuple(dict.fromkeys((who.id, *nodes))),
        _summary(connection, theirs) if newest else None,
    )


def _entries(connection: Connection, keys: Sequence[Key], late: Mapping[str, PastEntry]) -> list[PastEntry]:
    def ids(what: str) -> list[str]:
        return [id for _, id, kind in keys if kind == what]

    messages = talk.find_messages(connection, ids("message")) if ids("message") else {}
    steps = store.steps(connection, ids("step")) if ids("step") else {}
    found = []
    for at, id, what in keys:
        if what == "message" and id in messages:
            found.append(PastEntry(at, id, messages[id].case, message=messages[id]))
        elif what == "late":
            found.append(late[id])
        elif what == "step" and id in steps:
            found.append(PastEntry(at, id, steps[id].case, step=steps[id]))
        elif what == "call" and (call := phone.find_call(connection, id)) is not None:
            found.append(PastEntry(at, id, call.case, call=call))
        elif what == "promise" and (promise := promises.find(connection, id)) is not None:
            found.append(PastEntry(at, id, promise.case, promise=promise))
        elif (join := joins.find(connection, id.partition("/")[0])) is not None:
            # as it was made: that it was taken back is an entry of its own
            made = replace(join, revoked=None, revoked_by="") if what == "join" else join
            found.append(PastEntry(at, id, join=made))
    return found


def _summary(connection: Connection, theirs: Select[Any]) -> PastSummary:
    cases, calls = store.figures(connection, theirs)
    said = store.messages_by_channel(connection, theirs)
    usual = max(said, key=lambda key: (said[key], key), default="")
    return PastSummary(
        cases,
        sum(number for key, number in said.items() if channel(key).kind != "voice"),
        calls,
        usual if said.get(usual) else "",
        store.answers_in(connection, theirs),
        CustomerText(store.topic(connection, theirs)),
    )
