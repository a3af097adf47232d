"""The things of the trade as frozen values: addresses, customers, conversations, messages, calls, clocks, cases."""

from __future__ import annotations

from typing import Literal

from agent_tui.domain.channel_hints import HintRule
from agent_tui.domain.channel_moves import ChannelMove
from agent_tui.domain.consents import Consent
from agent_tui.domain.frozen import frozen
from agent_tui.domain.guided.place import CaseScript
from agent_tui.domain.queues import QueueSetup, queue_of
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.templates import Template
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms
from agent_tui.domain.transfers import Transfer

Role = Literal["agent", "supervisor", "admin"]
MessageKind = Literal["in", "out", "note", "system"]
Delivery = Literal["received", "queued", "sending", "sent", "delivered", "read", "failed", "unknown"]
"""`unknown`: a crash hid whether the channel took it; only the agent repeats it."""
Stage = Literal["us", "customer", "later", "done", "spam", "joined"]
"""Who waits for whom: the case needs us, waits for the customer, is snoozed, is resolved, is spam; or it is part of
another case's row, and stands nowhere by itself."""
JoinOrigin = Literal["agent", "verified", "channel"]
"""Who joined two customers: an agent; an address that the channel or an imported list vouches for; the channel's own
word that both are one account."""
Reason = Literal["", "shared-phone", "similar-name", "same-handle", "phone-in-signature", "order-number"]
"""Why two customers may be one person."""
CallState = Literal["ringing", "active", "held", "ended", "abandoned", "written-up"]
Metric = Literal[
    "first",
    "next",
    "call",
    "write-up",
    "promise",
    "notice",
    "call-back",
    "update",
    "wait",
    "work",
    "solve",
    "total",
    "ours",
]
"""What a row's clock counts: what the channel or a policy promises, then a promise of ours. Of policies (docs/sla.md):
`first` and `next` response, `call` (pickup), `notice`, `call-back`, `update` (periodic), the customer's `wait`, our
`work`, `solve` (first resolution), `total` (resolution), `ours` (ownership by a team)."""
ClockState = Literal["running", "paused", "met", "breached"]
PromiseState = Literal["open", "kept", "dropped", "withdrawn"]
"""`dropped`: we do not keep it, for a reason; `withdrawn`: it was recorded by mistake."""

EMPTY = CustomerText("")
EVERY_BRAND = "*"
"""Granted to an agent who may see all brands, also those that are yet to come."""
CAPACITY = 4
"""Of an agent for whom nothing else was said."""


@frozen
class Address:
    """One way to reach a person: `scheme` (tel, mailto, wa, did ...) and canonical `value` without the scheme.
    `origin`: how it came to be theirs (inbound, call, agent, import, verified ...); `verified`: a channel or a list
    vouches for it; `at`: since when (Ms, 0 unknown)."""

    scheme: str
    value: CustomerText
    origin: str = ""
    verified: bool = False
    at: Ms = 0


@frozen
class Agent:
    """A person who works here, as colleagues see them. `brands`: whose cases they may see, beside those of no brand;
    `skills`: what cases that need it can be given to them for (`language:he`); `capacity`: what their cases can weigh
    together before a queue gives them no more. `presence`: whether they take new work, or why not; `since` (Ms, 0
    unknown); `then`: what it becomes when what they have in hand is finished, until which they take no new work."""

    id: str
    name: str
    role: Role = "agent"
    teams: tuple[str, ...] = ()
    presence: str = "offline"
    brands: tuple[str, ...] = (EVERY_BRAND,)
    skills: tuple[str, ...] = ()
    capacity: int = CAPACITY
    since: Ms = 0
    then: str = ""


@frozen
class Attachment:
    """A file of a message. `blob`: content address (sha256 hex) or "" when not kept; `media`: sniffed type;
    `claimed`: the type the sender gave, shown when it differs."""

    name: CustomerText
    media: str
    size: int
    blob: str = ""
    claimed: str = ""


@frozen
class Message:
    """One entry of a timeline. `at`: when it occurred on the channel. `folded`: quotes and signature, kept and folded.
    `problems`: named decoding problems. `auto`: "", "auto-reply", "bounce", "list" or "loop" (never answered
    automatically); of ours "reminder" or "acknowledgement" (the hub wrote it by itself), "invitation" (an
    agent asked a caller who waits to write instead, which answers nothing), "incident" (what an agent told all
    customers of an incident)."""

    id: str
    case: str
    conversation: str
    channel: str
    kind: MessageKind
    at: Ms
    body: CustomerText
    state: Delivery = "received"
    author: str = ""
    sender: CustomerText = EMPTY
    subject: CustomerText = EMPTY
    folded: CustomerText = EMPTY
    to: tuple[CustomerText, ...] = ()
    cc: tuple[CustomerText, ...] = ()
    bcc: tuple[CustomerText, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    error: CustomerText = EMPTY
    auto: str = ""
    problems: tuple[str, ...] = ()
    source: str = ""
    """Blob of the raw original, "" when there is none."""


@frozen
class Conversation:
    """One thread on one channel. `last_inbound`: when the customer last wrote or called; the reply window runs from
    it."""

    id: str
    case: str
    channel: str
    account: str
    address: CustomerText
    started: Ms
    subject: CustomerText = EMPTY
    last_inbound: Ms | None = None
    count: int = 0


@frozen
class Call:
    """A conversation on a voice channel. Times are Ms or None when not reached; `law_due`: a human answer is owed by
    then."""

    id: str
    case: str
    conversation: str
    state: CallState
    since: Ms
    caller: CustomerText
    queue: str = ""
    direction: Literal["in", "out"] = "in"
    agent: str = ""
    answered: Ms | None = None
    ended: Ms | None = None
    law_due: Ms | None = None
    muted: bool = False
    keys: str = ""
    """Digits the agent has sent to the far end."""
    outcome: str = ""
    """What came of it; of a call of ours that nobody answered `busy`, `no-answer`, `failed` or `unknown`."""
    part_of: str = ""
    """The call that this is an earlier agent's part of, from when they had it until it was put through; "" of a call
    itself."""
    passed: Ms | None = None
    """Since when `agent` has it, where it was put through to them."""

    @property
    def comes(self) -> bool:
        """A customer waits for an answer."""
        return self.state == "ringing" and self.direction == "in"

    @property
    def goes(self) -> bool:
        """We ring the customer, who has not answered yet."""
        return self.state == "ringing" and self.direction == "out"

    @property
    def talks(self) -> bool:
        """An agent has the customer on the line, or on hold."""
        return self.state in ("active", "held")


@frozen
class Clock:
    """One running promise of time on a case: `since` .. `due`. `estimated`: our own computation where the server
    gives none. `warn`: from then on (Ms) it is nearly due, 0 where nothing says when that begins. `left`: working ms
    that are left of a paused one, whose `due` says nothing."""

    metric: Metric
    since: Ms
    due: Ms
    state: ClockState = "running"
    estimated: bool = False
    warn: Ms = 0
    left: int = 0


@frozen
class Breach:
    """A promise of time that was broken: at `due`, of the clock that began at `started`. `key`: the call or team it is
    about. `reason`: why, one of the workspace's codes, "" while nobody has said; by whom and when (Ms)."""

    metric: Metric
    started: Ms
    due: Ms
    key: str = ""
    reason: str = ""
    by: str = ""
    at: Ms = 0


@frozen
class Lease:
    """One agent, and no other, handles the case now. `desk`: which of their terminals, "" where it was handed to them
    and none has taken it yet. `fence`: seq of the event that granted it. `taken`, `until`, `away`: the hub's Ms; it
    ends at `until` unless the holder's line is back (0: no end is set), which is down since `away` (0: it is up)."""

    agent: str
    desk: str
    fence: int
    taken: Ms
    until: Ms = 0
    away: Ms = 0


@frozen
class Promise:
    """What we owe a customer: `what`, by `due`, and whose it is: `agent` (an id), else `team`, else whoever has the
    case. `at` and `by`: when and by whom it was given. `settled`, `settled_by`: when and by whom it was kept or
    dropped; `reason`: why it is not kept."""

    id: str
    case: str
    what: CustomerText
    due: Ms
    at: Ms
    by: str
    agent: str = ""
    team: str = ""
    state: PromiseState = "open"
    settled: Ms | None = None
    settled_by: str = ""
    reason: CustomerText = EMPTY


@frozen
class CaseRow:
    """A case as one row of an inbox. `version`: seq of the last event in it; rows order by (`sort_at`, `id`) within
    a section.
    `owner`: agent id or ""; `snoozed`: wakes at that Ms, 0 = at the customer's next word, None = not snoozed."""

    id: str
    number: int
    customer: str
    name: CustomerText
    channel: str
    stage: Stage
    sort_at: int
    version: int
    channels: tuple[str, ...] = ()
    brand: str = ""
    owner: str = ""
    team: str = ""
    unread: int = 0
    preview: CustomerText = EMPTY
    preview_kind: MessageKind = "in"
    subject: CustomerText = EMPTY
    last_at: Ms = 0
    priority: int = 0
    labels: tuple[str, ...] = ()
    snoozed: Ms | None = None
    clock: Clock | None = None
    call: Call | None = None
    failed: int = 0
    """Sends that failed or whose outcome is unknown, until retried or dismissed."""
    lease: Lease | None = None
    """Who handles it now; None: nobody, or the server has no leases."""
    promise: Promise | None = None
    """Of the open promises the one that is due first."""
    erased: bool = False
    """Its customer was erased: none of their words is left, here or in what the case holds."""
    known_as: tuple[str, ...] = ()
    """By what other servers know its customer too: see `domain.known_as`."""
    transfer: Transfer | None = None
    """The one that is open: offered to somebody, or both are at it."""
    followers: tuple[str, ...] = ()
    """Agents who want to hear what becomes of it."""
    incident: str = ""
    """Id of the incident that it is linked to, open or closed."""


@frozen
class Join:
    """Two customers are one person since `at`. `by`: agent id, "" the hub itself; `reason`: of a suggestion that was
    accepted, or "". `revoked`: taken back, by whom."""

    id: str
    one: str
    other: str
    origin: JoinOrigin
    at: Ms
    by: str = ""
    reason: Reason = ""
    names: tuple[CustomerText, ...] = ()
    """What the two sides were called, `one` first."""
    revoked: Ms | None = None
    revoked_by: str = ""


@frozen
class Suggestion:
    """Somebody who may be the same person, and why. `one`: the customer's own node, `other`: the other's; `name` and
    `address` are the other's."""

    id: str
    one: str
    other: str
    reason: Reason
    at: Ms
    name: CustomerText
    address: CustomerText = EMPTY
    scheme: str = ""


@frozen
class Customer:
    """A person as the desk shows one. `addresses` with the newest first; `blocked`: their messages go to spam. `joins`:
    those in force that made them one, oldest first; `suggestions`: open ones."""

    id: str
    name: CustomerText
    addresses: tuple[Address, ...] = ()
    since: Ms = 0
    language: str = ""
    blocked: bool = False
    joins: tuple[Join, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    preferences: CustomerText = EMPTY
    """How they want to be dealt with, in an agent's words: no calls, evenings only."""
    erased: Ms = 0
    """When all that was personal of them was erased, 0 never. Nothing that comes later is theirs."""
    consents: tuple[Consent, ...] = ()
    """Whether they may be written to, by channel; one that is not here is not known."""


@frozen
class JoinSide:
    """One side of a join: the person, their open cases as rows, and how many earlier cases they have."""

    customer: Customer
    rows: tuple[CaseRow, ...] = ()
    past: int = 0


@frozen
class JoinPreview:
    """What a join would make of two customers, or what taking it back would. `row`: the row they are when joined, None
    where neither has an open case."""

    one: JoinSide
    other: JoinSide
    row: CaseRow | None = None
    join: Join | None = None
    """The join that would be taken back."""


@frozen
class ErasurePart:
    """One customer of those that are one person, as somebody chooses which of them to erase."""

    id: str
    name: CustomerText
    address: CustomerText = EMPTY


@frozen
class ErasurePreview:
    """What erasing a customer takes away. `parts`: the customers that go; `all`: all that are one person, these among
    them. `notes` and `calls` are not in `messages`; `files` are those that nobody else has, `shared` those that stay
    for others. `unsent`: messages that still wait to be sent and then will not be; `drafts`: agents' texts at the
    server; `blocked`: their block goes with them. `live`: a call with them is under way, which must end first.
    `incidents`: titles of those whose title or updates name them, which stay as they are."""

    parts: tuple[ErasurePart, ...]
    all: tuple[ErasurePart, ...]
    cases: int = 0
    conversations: int = 0
    messages: int = 0
    calls: int = 0
    notes: int = 0
    files: int = 0
    shared: int = 0
    promises: int = 0
    unsent: int = 0
    drafts: int = 0
    blocked: bool = False
    live: bool = False
    incidents: tuple[CustomerText, ...] = ()


@frozen
class Met:
    """A customer that a search found: by name, case number or address."""

    id: str
    name: CustomerText
    address: CustomerText = EMPTY
    scheme: str = ""
    number: int = 0
    """Of their newest case, 0 none."""
    last_at: Ms = 0


@frozen
class Disclosure:
    """An agent was shown the card numbers of a message, at their own asking."""

    message: str
    agent: str
    at: Ms


@frozen
class CaseDetail:
    """An opened case: its row, customer, conversations and the newest page of its timeline, oldest first.
    `disclosures`, `promises`, `breaches`, `transfers`, `scripts` and `moves`: all of the case, oldest first."""

    row: CaseRow
    customer: Customer
    conversations: tuple[Conversation, ...]
    messages: tuple[Message, ...]
    calls: tuple[Call, ...] = ()
    more_before: bool = False
    disclosures: tuple[Disclosure, ...] = ()
    promises: tuple[Promise, ...] = ()
    breaches: tuple[Breach, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    scripts: tuple[CaseScript, ...] = ()
    moves: tuple[ChannelMove, ...] = ()
    incident: CustomerText = EMPTY
    """What the incident of the row is called."""


@frozen
class PastCase:
    """An earlier case of a customer, as a line of the history pane."""

    id: str
    number: int
    channel: str
    subject: CustomerText
    last_at: Ms
    count: int
    stage: Stage


@frozen
class AgentLoad:
    """What an agent has in hand: open cases, how many of them need the agent, whether they are in a call, and what it
    all weighs beside their capacity."""

    agent: Agent
    open: int = 0
    need: int = 0
    talks: bool = False
    weight: int = 0


@frozen
class Announcement:
    """What a supervisor tells all who work here, until `until` (Ms)."""

    id: str
    body: CustomerText
    by: str
    at: Ms
    until: Ms


@frozen
class Handed:
    """A case that another agent gave to me, and what they said with it."""

    case: str
    by: str
    at: Ms
    note: CustomerText = EMPTY


@frozen
class Sender:
    """An account we can write from: a channel, the brand it speaks for, and its own address (mail) or name."""

    account: str
    channel: str
    brand: str
    address: str
    name: str = ""
    signature: str = ""
    templates: tuple[Template, ...] = ()
    """What it may write where the channel's window is closed."""


@frozen
class Directory:
    """Who and what a desk can name: colleagues, teams, labels in use, accounts to write from, canned replies by key."""

    agents: tuple[Agent, ...] = ()
    teams: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    senders: tuple[Sender, ...] = ()
    canned: tuple[Canned, ...] = ()
    team_titles: tuple[tuple[str, str], ...] = ()
    brand_titles: tuple[tuple[str, str], ...] = ()
    queues: tuple[QueueSetup, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    """Why an agent may be not ready: short names and, where the workspace has its own, titles."""
    breach_reasons: tuple[tuple[str, str], ...] = ()
    """Why a promise of time was broken, as agents may say: codes with titles ("" where the code says it)."""
    replies: str = ""
    """Where there are more canned replies than `canned` has: the version of those to ask for (`replies` query)."""
    hints: tuple[HintRule, ...] = ()
    """Which channel suits a case better."""
    puts_through: tuple[str, ...] = ()
    """Accounts whose calls can be put through to a colleague."""

    @property
    def names(self) -> dict[str, str]:
        """What agents are called, by id; teams, brands and queues by `team:`, `brand:` or `queue:` and their short
        name."""
        teams = {f"team:{team}": self.team_title(team) for team in self.teams}
        brands = {f"brand:{brand}": title for brand, title in self.brand_titles}
        queues = {f"queue:{queue.id}": queue.name for queue in self.queues}
        return {agent.id: agent.name for agent in self.agents} | teams | brands | queues

    def queue_of(self, row: CaseRow) -> QueueSetup | None:
        """Where a case waits, or would if nobody had it."""
        return queue_of(self.queues, team=row.team, channel=row.channel, brand=row.brand, labels=row.labels)

    def queue_title(self, queue: str) -> str:
        """A queue's name as agents read it; its short name where it is not known any more."""
        return next((setup.name for setup in self.queues if setup.id == queue), queue)

    def team_title(self, team: str) -> str:
        """A team's name as agents read it; its short name where it has no other."""
        return dict(self.team_titles).get(team, team)

    def brand_title(self, brand: str) -> str:
        """A brand's name as customers and agents read it; its short name where it has no other."""
        return dict(self.brand_titles).get(brand, brand)
