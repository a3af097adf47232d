"""Answers to what desks ask, each as of one seq of the log."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from agent_tui.backends.base import QueryRefused
from agent_tui.backends.hub import (
    clock_pages,
    elsewhere,
    erasing,
    incidents,
    past,
    persons,
    placing,
    reply_pages,
    routing,
    scripts,
    sight,
    wallboard,
)
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.rules import RulesInForce, reasons_of
from agent_tui.backends.hub.standings import SUPERVISORS
from agent_tui.backends.hub.store import (
    agents,
    announcements,
    call_backs,
    cases,
    drafts,
    leases,
    log,
    people,
    phone,
    promises,
    rows,
    search,
    shift,
    sla,
    talk,
    transfers,
    waiting,
)
from agent_tui.domain.brands import sees, sees_every
from agent_tui.domain.model import Agent, CaseDetail, Directory, PastCase
from agent_tui.domain.queries import (
    AgentsPage,
    AgentsQuery,
    CallBacksPage,
    CallBacksQuery,
    CasePage,
    CaseQuery,
    ClocksPage,
    ClocksQuery,
    CustomersPage,
    CustomersQuery,
    DirectoryPage,
    DirectoryQuery,
    ErasurePage,
    ErasureQuery,
    HeldPage,
    HeldQuery,
    HistoryPage,
    HistoryQuery,
    IncidentsPage,
    IncidentsQuery,
    JoinPage,
    JoinQuery,
    Page,
    PastQuery,
    QueuesPage,
    QueuesQuery,
    ReachPage,
    ReachQuery,
    RepliesQuery,
    RowsPage,
    RowsQuery,
    SamePersonPage,
    SamePersonQuery,
    ScriptPage,
    ScriptQuery,
    ScriptsPage,
    ScriptsQuery,
    SearchPage,
    SearchQuery,
    ShiftPage,
    ShiftQuery,
    TotalsPage,
    TotalsQuery,
    WallboardPage,
    WallboardQuery,
    WhyPage,
    WhyQuery,
)
from agent_tui.domain.queues import Assignment, QueueLine
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.search import SearchError, parse
from agent_tui.domain.time import Ms

Answerable = (
    RowsQuery
    | TotalsQuery
    | CaseQuery
    | HistoryQuery
    | PastQuery
    | DirectoryQuery
    | RepliesQuery
    | JoinQuery
    | ErasureQuery
    | CustomersQuery
    | SamePersonQuery
    | SearchQuery
    | HeldQuery
    | WhyQuery
    | QueuesQuery
    | CallBacksQuery
    | ShiftQuery
    | AgentsQuery
    | ClocksQuery
    | WallboardQuery
    | ScriptsQuery
    | ScriptQuery
    | IncidentsQuery
    | ReachQuery
)

MOST_CALL_BACKS = 200


def answer(
    connection: Connection,
    policy: HubPolicy,
    agent: Agent,
    query: Answerable,
    now: Ms,
    rules: RulesInForce | None = None,
) -> Page:
    """One snapshot, one page. Raises QueryRefused."""
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
            return CasePage(_detail(connection, me, query), seq)
        case HistoryQuery():
            return _history(connection, me, query, seq)
        case PastQuery():
            return past.page(connection, me, query, seq)
        case JoinQuery():
            return JoinPage(persons.preview(connection, me, query), seq)
        case ErasureQuery():
            return ErasurePage(erasing.preview(connection, me, query), seq)
        case CustomersQuery():
            return CustomersPage(persons.found(connection, me, query), seq)
        case SamePersonQuery():
            return SamePersonPage(elsewhere.same_person(connection, me, query), seq)
        case DirectoryQuery():
            return DirectoryPage(_directory(connection, me, policy, rules), seq)
        case RepliesQuery():
            return reply_pages.page(_canned(me, policy), policy.replies, query, seq)
        case SearchQuery():
            return _search(connection, query, me, seq, now)
        case HeldQuery():
            return _held(connection, me, query, seq)
        case WhyQuery():
            return WhyPage(_why(connection, me, query.case), seq)
        case QueuesQuery():
            lines = routing.lines(connection, policy.queues, me)
            if rules is not None:
                lines = tuple(
                    replace(line, opens=rules.opens(setup, now))
                    for line, setup in zip(lines, policy.queues, strict=True)
                )
            return QueuesPage(_fitting(connection, policy, me, query.case, lines), seq)
        case CallBacksQuery():
            asked = dict.fromkeys(cases.head_of(connection, id) for id in call_backs.asked(connection, MOST_CALL_BACKS))
            found_rows = (log.case_row(connection, id) for id in asked if sight.sees_case(connection, me, id))
            return CallBacksPage(tuple(row for row in found_rows if row is not None), seq)
        case ShiftQuery():
            return _shift(connection, me, _whose(connection, me, query.agent), seq, now)
        case ClocksQuery():
            return ClocksPage(clock_pages.clocks_of(connection, rules, me, query.case, now), now, seq)
        case WallboardQuery():
            return WallboardPage(wallboard.wallboard(connection, policy.queues, me, seq, now), seq)
        case ScriptsQuery():
            return ScriptsPage(scripts.titles(policy, me), seq)
        case ScriptQuery():
            return ScriptPage(scripts.script(connection, policy, me, query.key, query.version), seq)
        case IncidentsQuery():
            return IncidentsPage(incidents.page(connection, me), seq)
        case ReachQuery():
            return ReachPage(incidents.reach(connection, me, query.incident, query.english, query.hebrew, now), seq)
        case AgentsQuery():
            if me.role not in SUPERVISORS:
                raise QueryRefused("only a supervisor sees what everybody has in hand")
            return AgentsPage(shift.loads(connection, me, routing.weights(connection, policy.queues)), seq)


def _whose(connection: Connection, me: Agent, agent: str) -> Agent:
    """The agent asked about: oneself, or for a supervisor another one."""
    if agent in ("", me.id):
        return me
    if me.role not in SUPERVISORS:
        raise QueryRefused("only a supervisor sees what another agent has in hand")
    found = agents.find(connection, agent)
    if found is None:
        raise QueryRefused("there is no such agent")
    return found


def _shift(connection: Connection, me: Agent, whose: Agent, seq: int, now: Ms) -> ShiftPage:
    """What `whose` has in hand, as far as I may see it."""
    held = agents.standing(connection, whose.id)
    left = held.left if held is not None else 0
    mine = tuple(row for row in shift.in_hand(connection, whose) if sees(me, row.brand))
    return ShiftPage(
        left,
        mine,
        tuple(one for one in shift.owed(connection, whose, mine) if sight.sees_case(connection, me, one.case)),
        shift.handed(connection, whose, mine, left),
        announcements.holding(connection, now),
        seq,
    )


def _search(connection: Connection, query: SearchQuery, me: Agent, seq: int, now: Ms) -> SearchPage:
    try:
        sought = parse(query.text, now, query.zone_minutes)
    except SearchError as error:
        raise QueryRefused(str(error)) from error
    return search.page(connection, query, sought, me, seq)


def _why(connection: Connection, me: Agent, case: str) -> Assignment | None:
    head = cases.head_of(connection, case)
    if not sight.sees_case(connection, me, head):
        return None
    return waiting.last_assignment(connection, cases.parts(connection, head))


def _detail(connection: Connection, me: Agent, query: CaseQuery) -> CaseDetail | None:
    """The row that the case is in, whichever of its cases was asked for."""
    head = cases.head_of(connection, query.case)
    row = log.case_row(connection, head)
    if row is None or not sees(me, row.brand):
        return None
    customer = sight.person(connection, me, row.customer)
    if customer is None:
        return None
    limit = max(1, min(query.limit, 500))
    parts = cases.parts(connection, head)
    messages, more = talk.timeline(connection, parts, query.before, limit)
    owed = [replace(one, case=head) for part in parts for one in promises.of_case(connection, part)]
    moved = [replace(one, case=head) for part in parts for one in transfers.of_case(connection, part)]
    return CaseDetail(
        row,
        customer,
        talk.conversations(connection, parts),
        messages,
        tuple(replace(call, case=head) for call in phone.calls(connection, parts)),
        more,
        log.disclosures(connection, parts),
        tuple(sorted(owed, key=lambda one: (one.at, one.id))),
        sla.breaches(connection, parts),
        tuple(sorted(moved, key=lambda one: (one.at, one.id))),
        scripts.of_cases(connection, parts, head),
        log.moves(connection, parts),
        incidents.title(connection, row.incident),
    )


def _fitting(
    connection: Connection, policy: HubPolicy, me: Agent, case: str, lines: tuple[QueueLine, ...]
) -> tuple[QueueLine, ...]:
    """With whether a case can be sent there."""
    row = None
    if case and sight.sees_case(connection, me, case):
        row = log.case_row(connection, cases.head_of(connection, case))
    if row is None:
        return lines
    told = (placing.misfit(policy, row, setup) for setup in policy.queues)
    return tuple(replace(line, misfit=why, earlier=earlier) for line, (why, earlier) in zip(lines, told, strict=True))


def _held(connection: Connection, me: Agent, query: HeldQuery, seq: int) -> HeldPage:
    head = cases.head_of(connection, query.case) if query.case else ""
    handled = [case for case in leases.of_agent(connection, me.id) if head in ("", case)]
    found = (log.case_row(connection, case) for case in handled if sight.sees_case(connection, me, case))
    kept = (draft for draft in drafts.of_agent(connection, me.id, head) if sight.sees_case(connection, me, draft.case))
    parts = phone.parts_to_write_up(connection, me)
    return HeldPage(tuple(kept), seq, tuple(row for row in found if row is not None), parts)


def _history(connection: Connection, me: Agent, query: HistoryQuery, seq: int) -> HistoryPage:
    customer = sight.person(connection, me, query.customer)
    if customer is None:
        return HistoryPage(None, (), False, seq)
    limit = max(1, min(query.limit, 500))
    members = people.nodes(connection, customer.id)
    found = cases.history(connection, members, query.before, limit + 1, None if sees_every(me) else me.brands)
    shown = found[:limit]
    led = {row.id: cases.parts(connection, row.id) for row in shown} if len(members) > 1 else {}
    every = [part for row in shown for part in led.get(row.id, (row.id,))]
    counts = talk.count_messages(connection, every) if shown else {}
    past = tuple(
        PastCase(
            row.id,
            row.number,
            row.channel,
            row.subject,
            row.last_at,
            sum(counts.get(part, 0) for part in led.get(row.id, (row.id,))),
            row.stage,
        )
        for row in shown
    )
    return HistoryPage(customer, past, len(found) > limit, seq)


def _directory(connection: Connection, me: Agent, policy: HubPolicy, rules: RulesInForce | None) -> Directory:
    return Directory(
        agents=agents.everyone(connection),
        teams=agents.teams(connection),
        labels=cases.labels(connection),
        senders=tuple(one for one in policy.senders if sees(me, policy.account_brand.get(one.account, ""))),
        canned=() if policy.replies else _canned(me, policy),
        team_titles=policy.team_titles,
        brand_titles=tuple(named for named in policy.brand_titles if sees(me, named[0])),
        queues=policy.queues,
        reasons=policy.reasons,
        breach_reasons=reasons_of(rules),
        replies=policy.replies,
        hints=policy.hints,
        puts_through=tuple(sorted(policy.puts_through)),
    )


def _canned(me: Agent, policy: HubPolicy) -> tuple[Canned, ...]:
    return tuple(one for one in policy.canned if sees(me, one.brand))
