"""What a desk asks and the pages it gets. A page is as of one seq of the log.

`limit` is at most 500; a backend may give fewer rows than asked, never more.
"""

from __future__ import annotations

from typing import Literal

from agent_tui.domain.case_clocks import CaseClock
from agent_tui.domain.company_cards import CompanyCard
from agent_tui.domain.frozen import frozen
from agent_tui.domain.guided.place import ScriptTitle
from agent_tui.domain.guided.script import Script
from agent_tui.domain.incidents import Hearer, Incident
from agent_tui.domain.model import (
    EMPTY,
    Address,
    AgentLoad,
    Announcement,
    Call,
    CaseDetail,
    CaseRow,
    Conversation,
    Customer,
    Directory,
    ErasurePreview,
    Handed,
    JoinPreview,
    Met,
    PastCase,
    Promise,
)
from agent_tui.domain.orders import SavedDraft
from agent_tui.domain.past import PastEntry, PastSummary
from agent_tui.domain.queues import Assignment, QueueLine
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.suggested import SuggestedReply
from agent_tui.domain.text import CustomerText
from agent_tui.domain.views import Cursor, Section
from agent_tui.domain.wallboard import Board


@frozen
class RowsQuery:
    """Rows of one section. `anchor`: from the start, the end, or after/before `cursor` (exclusive), or `at` `index`.
    Pages come in order whatever the anchor."""

    section: Section
    channel: str = ""
    text: str = ""
    anchor: Literal["start", "end", "after", "before", "at"] = "start"
    cursor: Cursor | None = None
    index: int = 0
    limit: int = 200
    kind: Literal["rows"] = "rows"


@frozen
class TotalsQuery:
    """How many rows each section holds."""

    sections: tuple[Section, ...]
    channel: str = ""
    text: str = ""
    kind: Literal["totals"] = "totals"


@frozen
class CaseQuery:
    """An opened case, or with `before` (a message id) an older page of its timeline."""

    case: str
    before: str = ""
    limit: int = 100
    kind: Literal["case"] = "case"


@frozen
class HistoryQuery:
    """A customer and their earlier cases, newest first; `before`: id of the last case already held."""

    customer: str
    before: str = ""
    limit: int = 50
    kind: Literal["history"] = "history"


@frozen
class PastQuery:
    """Everything of a customer on one time line: the newest entries, those just before the place `before`, or those
    just after `after` (places of entries held already). `channel`: only what was said there."""

    customer: str
    channel: str = ""
    before: Cursor | None = None
    after: Cursor | None = None
    limit: int = 60
    kind: Literal["past"] = "past"


@frozen
class DirectoryQuery:
    """Colleagues, teams, labels, senders, canned replies."""

    kind: Literal["directory"] = "directory"


@frozen
class RepliesQuery:
    """Canned replies where the directory has not all of them: those from the `first` on. `version`: as the directory
    says, or as the page before."""

    version: str
    first: int = 0
    kind: Literal["replies"] = "replies"


@frozen
class LinkQuery:
    """A one-time expiring link: to fetch `blob`, or with `blob` "" to upload a file from the agent's own machine."""

    blob: str = ""
    name: str = ""
    case: str = ""
    kind: Literal["link"] = "link"


@frozen
class HeldQuery:
    """What I have under my hands: my drafts, of all my terminals, and the cases I handle; with `case` of that one."""

    case: str = ""
    kind: Literal["held"] = "held"


@frozen
class JoinQuery:
    """What joining two customers would do; or, with `join`, what taking that join back would."""

    one: str = ""
    other: str = ""
    join: str = ""
    kind: Literal["join"] = "join"


@frozen
class ErasureQuery:
    """What erasing a customer would take away; with `part`, erasing only that one of those that are one person. Only an
    admin is told."""

    customer: str
    part: str = ""
    kind: Literal["erasure"] = "erasure"


@frozen
class CustomersQuery:
    """Customers by name, case number or address, whoever fits best first; never `without` itself."""

    text: str
    without: str = ""
    limit: int = 20
    kind: Literal["customers"] = "customers"


@frozen
class SamePersonQuery:
    """The open cases of whoever has one of these addresses, as another server knows a person by them."""

    addresses: tuple[Address, ...]
    kind: Literal["same-person"] = "same-person"


@frozen
class SearchQuery:
    """Messages, notes and customers that match `text` as typed (see `domain/search.py`), newest first.

    `before`: the cursor of the page before. `zone_minutes`: the agent's zone east of UTC, for days. `prefixes`: Hebrew
    words are found under what Hebrew writes onto their start too. `limit` 0 asks for the number alone."""

    text: str
    before: str = ""
    limit: int = 50
    zone_minutes: int = 0
    prefixes: bool = True
    kind: Literal["search"] = "search"


@frozen
class WhyQuery:
    """How a case came to whom it is assigned."""

    case: str
    kind: Literal["why"] = "why"


@frozen
class QueuesQuery:
    """How the queues stand. `case`: said of each too, whether that one can be sent there."""

    case: str = ""
    kind: Literal["queues"] = "queues"


@frozen
class CallBacksQuery:
    """Who asked to be called back, and has not been."""

    kind: Literal["call-backs"] = "call-backs"


@frozen
class ShiftQuery:
    """What I have in hand, what was handed to me since my last shift, what is announced. `agent`: of another agent, for
    supervisors."""

    agent: str = ""
    kind: Literal["shift"] = "shift"


@frozen
class AgentsQuery:
    """Who works here and how much they have in hand; for supervisors."""

    kind: Literal["agents"] = "agents"


@frozen
class ClocksQuery:
    """All clocks that a case has had, with why each stands where it does."""

    case: str
    kind: Literal["clocks"] = "clocks"


@frozen
class WallboardQuery:
    """How the queues do that the asking agent may see, who is there, and where it jams."""

    kind: Literal["wallboard"] = "wallboard"


@frozen
class ScriptsQuery:
    """Which guided scripts there are."""

    kind: Literal["scripts"] = "scripts"


@frozen
class ScriptQuery:
    """A guided script with its parts in their places; `version`: the one that a run began with, "" the newest."""

    key: str
    version: str = ""
    kind: Literal["script"] = "script"


@frozen
class CardsQuery:
    """What the company's systems know of a case's customer. Without `wait` the answer comes at once, with what is known
    already and the rest being looked up; with it when all have answered, or 2 s have passed. `again`: whatever is
    known."""

    case: str
    wait: bool = False
    again: bool = False
    kind: Literal["cards"] = "cards"


@frozen
class IncidentsQuery:
    """The incidents that the asking agent may see: the open ones first, then the newest of those that are closed."""

    kind: Literal["incidents"] = "incidents"


@frozen
class ReachQuery:
    """Whom an update of an incident with these words would reach; without words: all else is said of it."""

    incident: str
    english: CustomerText = EMPTY
    hebrew: CustomerText = EMPTY
    kind: Literal["reach"] = "reach"


@frozen
class SuggestQuery:
    """Which canned replies fit what the case's customer said last, for a reply on `channel` in `language` ("" any)."""

    case: str
    channel: str = ""
    language: str = ""
    kind: Literal["suggest"] = "suggest"


Query = (
    RowsQuery
    | TotalsQuery
    | CaseQuery
    | HistoryQuery
    | PastQuery
    | DirectoryQuery
    | RepliesQuery
    | LinkQuery
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
    | CardsQuery
    | IncidentsQuery
    | ReachQuery
    | SuggestQuery
)


@frozen
class RowsPage:
    """`first`: index of the first row within its section; `total`: rows the section holds, as of `seq`."""

    section: Section
    rows: tuple[CaseRow, ...]
    first: int
    total: int
    seq: int
    kind: Literal["rows"] = "rows"


@frozen
class TotalsPage:
    """In the order asked."""

    totals: tuple[int, ...]
    seq: int
    kind: Literal["totals"] = "totals"


@frozen
class CasePage:
    """`detail` None: there is no such case for this agent."""

    detail: CaseDetail | None
    seq: int
    kind: Literal["case"] = "case"


@frozen
class HistoryPage:
    """Earlier cases, newest first."""

    customer: Customer | None
    cases: tuple[PastCase, ...]
    more: bool
    seq: int
    kind: Literal["history"] = "history"


@frozen
class PastPage:
    """Entries of a history, oldest first. `more`: there are others further on, older ones or with `after` newer ones.
    `conversations` and `cases`: those that the entries are of. `nodes`: all customers that are this person; rows name
    the person or one of them. `summary`: on the newest page only. `customer` None: there is no such customer."""

    customer: Customer | None
    entries: tuple[PastEntry, ...]
    more: bool
    seq: int
    conversations: tuple[Conversation, ...] = ()
    cases: tuple[PastCase, ...] = ()
    nodes: tuple[str, ...] = ()
    summary: PastSummary | None = None
    kind: Literal["past"] = "past"


@frozen
class DirectoryPage:
    """As of `seq`."""

    directory: Directory
    seq: int
    kind: Literal["directory"] = "directory"


@frozen
class RepliesPage:
    """Canned replies from the `first` on, of `total`. `version`: of all of them; where it is another one than was asked
    for they are others now, and these are the first."""

    replies: tuple[Canned, ...]
    first: int
    total: int
    version: str
    seq: int
    kind: Literal["replies"] = "replies"


@frozen
class LinkPage:
    """`url` works once, until `expires` (Ms)."""

    url: str
    expires: int
    seq: int
    kind: Literal["link"] = "link"


@frozen
class HeldPage:
    """Drafts with the newest first, at most 200; the rows of the cases that I handle; my parts of calls that were put
    through, as far as they are to be written up, the oldest first."""

    drafts: tuple[SavedDraft, ...]
    seq: int
    rows: tuple[CaseRow, ...] = ()
    parts: tuple[Call, ...] = ()
    kind: Literal["held"] = "held"


@frozen
class JoinPage:
    """`preview` None: there is no such customer or join, or they are one already."""

    preview: JoinPreview | None
    seq: int
    kind: Literal["join"] = "join"


@frozen
class ErasurePage:
    """`preview` None: there is no such customer, or they were erased already."""

    preview: ErasurePreview | None
    seq: int
    kind: Literal["erasure"] = "erasure"


@frozen
class SamePersonPage:
    """Their rows, the most urgent first; a server names a few at most."""

    rows: tuple[CaseRow, ...]
    seq: int
    kind: Literal["same-person"] = "same-person"


@frozen
class CustomersPage:
    """At most the limit asked."""

    found: tuple[Met, ...]
    seq: int
    kind: Literal["customers"] = "customers"


@frozen
class Hit:
    """One thing that was found. `row`: its case as it is now, for a customer the newest one. `message`: its id, "" for
    a customer. `said`: what to show of it, in which `domain.search.marks` finds the words again. `by`: the agent who
    wrote it, "" for the customer."""

    found: Literal["message", "note", "customer"]
    row: CaseRow
    message: str
    said: CustomerText
    at: int
    by: str = ""


MOST_COUNTED = 1000
"""A search counts no further."""


@frozen
class SearchPage:
    """Hits, newest first; customers come first on the first page. `more`: the cursor for what is older, "" when that
    was all; a page may be short and still have more, as a search looks at only so much at once: `reached` is how far
    back it has looked then (Ms), 0 where the last hit says it. `total`: how many messages there are, where `limit` 0
    asked; at most MOST_COUNTED. `indexed_from`: messages before (Ms) are not in the index yet, None when all are."""

    hits: tuple[Hit, ...]
    seq: int
    more: str = ""
    reached: int = 0
    total: int = 0
    indexed_from: int | None = None
    kind: Literal["search"] = "search"


@frozen
class WhyPage:
    """`assignment` None: it was never assigned, or there is no such case for the one who asks."""

    assignment: Assignment | None
    seq: int
    kind: Literal["why"] = "why"


@frozen
class CallBacksPage:
    """The most urgent first, 200 at most."""

    rows: tuple[CaseRow, ...]
    seq: int
    kind: Literal["call-backs"] = "call-backs"


@frozen
class QueuesPage:
    """In the order in which they are set up."""

    queues: tuple[QueueLine, ...]
    seq: int
    kind: Literal["queues"] = "queues"


@frozen
class ShiftPage:
    """`left`: the end of my shift before (Ms, 0 none). `cases`: my open ones, the most urgent first, at most 500.
    `promises`: open ones that I have to keep. `handed`: of my cases those that others gave me since `left`.
    `terminals`: how many of mine are connected, this one among them; 1 too where the server does not know."""

    left: int
    cases: tuple[CaseRow, ...]
    promises: tuple[Promise, ...]
    handed: tuple[Handed, ...]
    announcements: tuple[Announcement, ...]
    seq: int
    terminals: int = 1
    kind: Literal["shift"] = "shift"


@frozen
class AgentsPage:
    """All who may work here, by name."""

    agents: tuple[AgentLoad, ...]
    seq: int
    kind: Literal["agents"] = "agents"


@frozen
class ClocksPage:
    """By case, metric and start; empty where nothing is promised. `asked`: the instant they stand for (Ms)."""

    clocks: tuple[CaseClock, ...]
    asked: int
    seq: int
    kind: Literal["clocks"] = "clocks"


@frozen
class WallboardPage:
    """As of `board.now`."""

    board: Board
    seq: int
    kind: Literal["wallboard"] = "wallboard"


@frozen
class ScriptsPage:
    """Those that are for the asker's brands, by key."""

    scripts: tuple[ScriptTitle, ...]
    seq: int
    kind: Literal["scripts"] = "scripts"


@frozen
class ScriptPage:
    """`script` None: there is none of that key. Of a version that the server has no more it is the newest one."""

    script: Script | None
    seq: int
    kind: Literal["script"] = "script"


@frozen
class CardsPage:
    """In the order in which they are set up; none where the case has none, or is none for the one who asks."""

    cards: tuple[CompanyCard, ...]
    seq: int
    kind: Literal["cards"] = "cards"


@frozen
class IncidentsPage:
    """At most 100."""

    incidents: tuple[Incident, ...]
    seq: int
    kind: Literal["incidents"] = "incidents"


@frozen
class ReachPage:
    """One for each customer of the incident's cases, by case number; none where there is no such incident."""

    hearers: tuple[Hearer, ...]
    seq: int
    kind: Literal["reach"] = "reach"


@frozen
class SuggestPage:
    """The best first, a handful; none where nothing is known yet, or nothing waits for an answer."""

    suggested: tuple[SuggestedReply, ...]
    seq: int
    kind: Literal["suggest"] = "suggest"


Page = (
    RowsPage
    | TotalsPage
    | CasePage
    | HistoryPage
    | PastPage
    | DirectoryPage
    | RepliesPage
    | LinkPage
    | JoinPage
    | ErasurePage
    | CustomersPage
    | SamePersonPage
    | SearchPage
    | HeldPage
    | WhyPage
    | QueuesPage
    | CallBacksPage
    | ShiftPage
    | AgentsPage
    | ClocksPage
    | WallboardPage
    | ScriptsPage
    | ScriptPage
    | CardsPage
    | IncidentsPage
    | ReachPage
    | SuggestPage
)
