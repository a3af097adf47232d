"""The opened case: its timeline in time order, with what still waits in the outbox at its end."""

from __future__ import annotations

from dataclasses import dataclass, field

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.channel_moves import ChannelMove
from agent_tui.domain.company_cards import CompanyCard
from agent_tui.domain.events import Event
from agent_tui.domain.guided.place import CaseScript
from agent_tui.domain.model import (
    EMPTY,
    Breach,
    Call,
    CaseRow,
    Conversation,
    Customer,
    Disclosure,
    Message,
    PastCase,
    Promise,
)
from agent_tui.domain.presence import Watcher
from agent_tui.domain.suggested import SuggestedReply
from agent_tui.domain.text import CustomerText, SafeText
from agent_tui.domain.time import Ms
from agent_tui.domain.transfers import Transfer


@dataclass(slots=True)
class OpenCase:
    """`row`, `customer` None while nothing is known yet. `loading`: asked and not answered yet. `history` None: not
    asked yet; `more_history`: the backend has earlier ones. `missing`: the backend says there is no such case."""

    key: CaseKey
    row: CaseRow | None = None
    customer: Customer | None = None
    conversations: tuple[Conversation, ...] = ()
    messages: tuple[Message, ...] = ()
    calls: tuple[Call, ...] = ()
    more_before: bool = False
    loading: bool = True
    history: tuple[PastCase, ...] | None = None
    more_history: bool = False
    missing: bool = False
    watchers: tuple[Watcher, ...] = ()
    """Who else has it open now, at other desks."""
    missed: int = 0
    """Messages that came while the line was down, until something is sent; since `missed_since` (Ms)."""
    missed_since: Ms = 0
    disclosures: tuple[Disclosure, ...] = ()
    promises: tuple[Promise, ...] = ()
    breaches: tuple[Breach, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    cards: tuple[CompanyCard, ...] | None = None
    """What the company's systems know of the customer; None: not asked yet."""
    moves: tuple[ChannelMove, ...] = ()
    scripts: tuple[CaseScript, ...] = ()
    incident: CustomerText = EMPTY
    """What the incident was called that it was linked to when it was asked for."""
    suggested: tuple[SuggestedReply, ...] = ()
    """Canned replies for what the customer said last, the best first."""
    turns: tuple[Event, ...] = ()
    """What was done about its clocks while it was open: steps that were taken, breaches that were withdrawn."""
    sought: tuple[Ms, str] | None = None
    """The place of what the agent wants to see, until the timeline stands there: older pages are asked for until it is
    held."""
    beside: tuple[OpenCase, ...] = ()
    """What other servers have of the same person: one timeline with this one."""
    cards_asked: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Messages whose card numbers I asked for since the case was opened: who I am, and how often I had before."""

    @property
    def parts(self) -> tuple[OpenCase, ...]:
        """All that the person's timeline consists of, always in the same order."""
        return tuple(sorted((self, *self.beside), key=lambda part: part.key)) if self.beside else (self,)

    @property
    def seeking(self) -> bool:
        """Whether what is sought is older than what is held."""
        oldest = self.messages[0].at if self.messages else 0
        return self.sought is not None and self.more_before and self.sought[0] <= oldest

    @property
    def owed(self) -> tuple[Promise, ...]:
        """Its open promises, the first due first."""
        left = (promise for promise in self.promises if promise.state == "open")
        return tuple(sorted(left, key=lambda promise: (promise.due, promise.id)))

    def ask_card(self, message: str, me: str) -> None:
        """I ask for the card numbers of a message; they show when the backend has written that down."""
        self.cards_asked[message] = (me, self._shown_to(message, me))

    def shows_cards(self, message: str) -> bool:
        """Whether I asked for the card numbers of a message, and the backend has written it down."""
        me, before = self.cards_asked.get(message, ("", 0))
        return bool(me) and self._shown_to(message, me) > before

    def words_of(self, message: Message) -> SafeText:
        """A message's text as it is shown now."""
        return message.body.with_cards if self.shows_cards(message.id) else message.body.safe

    def _shown_to(self, message: str, agent: str) -> int:
        return sum((one.message, one.agent) == (message, agent) for one in self.disclosures)
