"""Answers to what desks ask, each as of one seq of the log."""

from __future__ import annotations

from sqlalchemy import Connection

from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import agents, cases, log, people, phone, promises, rows, talk
from agent_tui.domain.model import Agent, CaseDetail, Directory, PastCase
from agent_tui.domain.queries import (
    CasePage,
    CaseQuery,
    DirectoryPage,
    DirectoryQuery,
    HistoryPage,
    HistoryQuery,
    Page,
    RowsPage,
    RowsQuery,
    TotalsPage,
    TotalsQuery,
)

Answerable = RowsQuery | TotalsQuery | CaseQuery | HistoryQuery | DirectoryQuery


def answer(connection: Connection, policy: HubPolicy, agent: Agent, query: Answerable) -> Page:
    """One snapshot, one page."""
    seq = log.read_head(connection)
    me = agents.find(connection, agent.id) or agent
    match query:
        case RowsQuery():
            found, first, total = rows.page(connection, query, me)
            return RowsPage(query.section, found, first, total, seq)
        case TotalsQuery():
            totals = (rows.total(connection, s, query.channel, query.text, me) for s in query.sections[:50])
            return TotalsPage(tuple(totals), seq)
        case CaseQuery():
            return CasePage(_detail(connection, query), seq)
        case HistoryQuery():
            return _history(connection, query, seq)
        case DirectoryQuery():
            return DirectoryPage(_directory(connection, policy), seq)


def _detail(connection: Connection, query: CaseQuery) -> CaseDetail | None:
    row = log.case_row(connection, query.case)
    if row is None:
        return None
    customer = people.find(connection, row.customer)
    if customer is None:
        return None
    limit = max(1, min(query.limit, 500))
    messages, more = talk.timeline(connection, query.case, query.before, limit)
    return CaseDetail(
        row,
        customer,
        talk.conversations(connection, query.case),
        messages,
        phone.calls(connection, query.case),
        more,
        log.disclosures(connection, query.case),
        promises.of_case(connection, query.case),
    )


def _history(connection: Connection, query: HistoryQuery, seq: int) -> HistoryPage:
    customer = people.find(connection, query.customer)
    if customer is None:
        return HistoryPage(None, (), False, seq)
    limit = max(1, min(query.limit, 500))
    found = cases.history(connection, query.customer, query.before, limit + 1)
    shown = found[:limit]
    counts = talk.count_messages(connection, [row.id for row in shown]) if shown else {}
    past = tuple(
        PastCase(row.id, row.number, row.channel, row.subject, row.last_at, counts.get(row.id, 0), row.stage)
        for row in shown
    )
    return HistoryPage(customer, past, len(found) > limit, seq)


def _directory(connection: Connection, policy: HubPolicy) -> Directory:
    return Directory(
        agents=agents.everyone(connection),
        teams=agents.teams(connection),
        labels=cases.labels(connection),
        senders=policy.senders,
        canned=policy.canned,
        team_titles=policy.team_titles,
    )
