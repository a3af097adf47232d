"""What a workspace is told by its configuration: times, accounts to write from, canned replies, where files are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from agent_tui.backends.hub.reply_pages import version_of
from agent_tui.domain.channel_hints import HintRule
from agent_tui.domain.company_cards import CardSetup
from agent_tui.domain.guided.script import Script
from agent_tui.domain.model import Sender
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.standing import REASONS
from agent_tui.domain.templates import Template
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, MS


@dataclass(frozen=True, slots=True)
class AlertTarget:
    """Who is told about clocks: by mail to `mail` from the mail account `account`, and with `webhook` by the hook that
    the workspace has under the same name."""

    name: str
    mail: tuple[str, ...] = ()
    account: str = ""
    webhook: bool = False


@dataclass(frozen=True, slots=True)
class WrapUpTarget:
    """A system that is told when a case of these brands (none: of any) is done; `notes`: with the case's notes."""

    name: str
    notes: bool = False
    brands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HubPolicy:
    """`grace_ms`: a customer who writes within it after "done" reopens the case. `subject_ms`: how long an equal
    subject from one address still means one thread. `account_team`, `account_brand`: the team that a new case of that
    account falls to, and the brand that it is of. `templates`: approved ones, by account.
    `lines`: accounts that calls are made from, with their channels; `puts_through`: those that can put a call through.
    `hints`: which channel suits better.
    `backoff_s`: seconds before each further try of a send that failed for now; the last repeats until `give_up_ms`.
    `lease_ms`: how long a case stays with an agent whose line broke; None: as the case's channel says.
    `country`: of phone numbers without a country code (ISO 3166).
    `login`: the presence that a shift begins with. `away_ms`: how long a lost line changes no presence. `reasons`: why
    agents may be not ready, with titles where the workspace has its own.
    `transfer_ms`: how long an agent has to answer when a case is offered to them; `queue_transfer_ms`: how long a case
    that was sent to a queue waits there before it comes back.
    `scripts`: guided scripts by key, with their parts in their places.
    `blob_url`: base of the hub's HTTP side, without a closing slash; "" while files are not served."""

    grace_ms: int = 72 * HOUR_MS
    subject_ms: int = 30 * DAY_MS
    senders: tuple[Sender, ...] = ()
    canned: tuple[Canned, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    puts_through: frozenset[str] = frozenset()
    hints: tuple[HintRule, ...] = ()
    templates: Mapping[str, tuple[Template, ...]] = field(default_factory=dict)
    team_titles: tuple[tuple[str, str], ...] = ()
    brand_titles: tuple[tuple[str, str], ...] = ()
    queues: tuple[QueueSetup, ...] = ()
    account_team: Mapping[str, str] = field(default_factory=dict)
    account_brand: Mapping[str, str] = field(default_factory=dict)
    backoff_s: tuple[float, ...] = (5, 30, 120, 600, 1800)
    give_up_ms: int = 2 * DAY_MS
    link_ms: int = 15 * MINUTE_MS
    lease_ms: int | None = None
    country: str = "IL"
    login: str = "available"
    away_ms: int = 90 * MS
    reasons: tuple[tuple[str, str], ...] = tuple((name, "") for name in REASONS)
    transfer_ms: int = 2 * MINUTE_MS
    queue_transfer_ms: int = 30 * MINUTE_MS
    scripts: Mapping[str, Script] = field(default_factory=dict)
    blob_url: str = ""
    alerts: tuple[AlertTarget, ...] = ()
    wrap_ups: tuple[WrapUpTarget, ...] = ()
    cards: tuple[CardSetup, ...] = ()
    replies: str = ""
    """Version of `canned` where they are too many to be told with the directory."""

    def stocked(self, canned: tuple[Canned, ...]) -> HubPolicy:
        """The same with other canned replies."""
        return replace(self, canned=canned, replies=version_of(canned))
