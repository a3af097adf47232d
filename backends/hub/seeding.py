"""Filling an empty or small store with many cases at once, for benches, demos and tests: the same rules and tables as
real filing, in large batches and without a sync for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection

from agent_tui.backends.hub.filing import preview_of
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store, bulk, log, people, talk
from agent_tui.backends.hub.store.cases import CaseRecord
from agent_tui.backends.hub.store.elsewhere import SERVER
from agent_tui.backends.hub.store.talk import Thread
from agent_tui.domain import filing, joining
from agent_tui.domain.events import CaseChanged, CustomerChanged, Event, MessageAdded
from agent_tui.domain.filing import CaseState, Fact
from agent_tui.domain.known_as import itself, known_as
from agent_tui.domain.mail_subject import subject_key
from agent_tui.domain.model import Address, CaseRow, Conversation, Customer, Message, MessageKind
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms

BATCH = 2000


@dataclass(frozen=True, slots=True)
class SeedMessage:
    """A message, note included, oldest first in its case. `author`: agent id of ours."""

    kind: MessageKind
    at: Ms
    body: str
    author: str = ""


@dataclass(frozen=True, slots=True)
class SeedCase:
    """One customer with one case and one conversation. `then`: facts after the messages (snoozed, done ...)."""

    name: str
    scheme: str
    address: str
    channel: str
    account: str
    messages: tuple[SeedMessage, ...]
    subject: str = ""
    owner: str = ""
    team: str = ""
    brand: str = ""
    priority: int = 1
    labels: tuple[str, ...] = ()
    read: bool = False
    then: tuple[Fact, ...] = ()
    thread: str = ""
    """The channel's own name of the conversation; a case whose conversation is there already is left out."""


def bulk_load(store: Store, cases: Iterable[SeedCase], now: Ms, ids: Ids | None = None) -> int:
    """Load cases; how many. Those of one address are of one customer, whom the store may know already. No hub may run
    on the store then."""
    ids = ids or Ids()
    known = _Known(store)
    waiting = iter(cases)
    loaded = 0
    while batch := list(islice(waiting, BATCH)):
        with store.writer.begin() as connection:
            seq, number = log.lock_head(connection)
            rows = bulk.Batch()
            for seed in batch:
                if seed.thread and not known.is_new_thread(connection, seed):
                    continue
                number += 1
                loaded += 1
                seq = _add(rows, seed, ids, seq, number, now, known.whose(connection, seed))
            rows.write(connection)
            log.advance(connection, seq, number)
    return loaded


class _Known:
    """Customers by address and conversations by thread, as they are in the store and were loaded."""

    def __init__(self, store: Store) -> None:
        with store.read() as connection:
            self._empty = log.read_head(connection) == 0
        self._whose: dict[tuple[str, str], _Person] = {}
        self._threads: set[tuple[str, str]] = set()

    def whose(self, connection: Connection, seed: SeedCase) -> _Person:
        """Whose address it is; without an id where nobody's so far, for the caller to fill in."""
        key = (seed.scheme, seed.address)
        found = self._whose.get(key)
        if found is None:
            found = self._whose[key] = _Person()
            held = None if self._empty else people.find_address(connection, seed.scheme, seed.address)
            owner = people.find(connection, held.customer) if held is not None and held.customer else None
            if held is not None and owner is not None:
                found.customer, found.address = owner, held.address
        return found

    def is_new_thread(self, connection: Connection, seed: SeedCase) -> bool:
        key = (seed.account, seed.thread)
        new = key not in self._threads and (self._empty or not talk.by_thread(connection, seed.account, seed.thread))
        self._threads.add(key)
        return new


@dataclass(slots=True)
class _Person:
    customer: Customer | None = None
    address: str = ""


def _add(rows: bulk.Batch, seed: SeedCase, ids: Ids, seq: int, number: int, now: Ms, person: _Person) -> int:
    begun = seed.messages[0].at if seed.messages else now
    case, thread_id, known = ids.new("c"), ids.new("t"), person.customer
    customer = known or Customer(
        ids.new("p"), CustomerText(seed.name), (Address(seed.scheme, CustomerText(seed.address)),), begun
    )
    address = person.address = person.address or ids.new("a")
    person.customer = customer
    events: list[Event] = []

    def tell(body: CustomerChanged | CaseChanged | MessageAdded, at: Ms, by: str = "") -> None:
        place = seq + len(events) + 1
        of = "" if isinstance(body, CustomerChanged) else case
        events.append(Event(place, place - 1, min(at, now), now, body, of, by))

    if known is None:
        tell(CustomerChanged(customer), begun)
    tell(CaseChanged("opened"), begun)
    state = CaseState(entered=begun, last_at=begun)
    last: SeedMessage | None = None
    messages: list[Message] = []
    for index, said in enumerate(seed.messages):
        message = Message(
            id=f"m_{seq + len(events) + 1:011x}{index % 0xFFFFF:05x}",
            case=case,
            conversation=thread_id if said.kind in ("in", "out") else "",
            channel=seed.channel,
            kind=said.kind,
            at=said.at,
            body=CustomerText(said.body),
            state="received" if said.kind != "out" else "sent",
            author=said.author,
            sender=CustomerText(seed.name if said.kind == "in" else said.author),
            subject=CustomerText(seed.subject if said.kind in ("in", "out") else ""),
        )
        messages.append(message)
        tell(MessageAdded(message), said.at, said.author)
        if said.kind == "in":
            state = filing.step(state, filing.CustomerWrote(said.at, seed.channel))
        elif said.kind == "out":
            state = filing.step(state, filing.Replied(said.at, message.id))
        if said.kind in ("in", "out"):
            last = said
    if seed.read:
        state = filing.step(state, filing.Read(begun))
    for fact in seed.then:
        state = filing.step(state, fact)
    visible = [said for said in seed.messages if said.kind in ("in", "out")]
    last_in = max((said.at for said in visible if said.kind == "in"), default=None)
    shown = Conversation(
        thread_id,
        case,
        seed.channel,
        seed.account,
        CustomerText(seed.address),
        begun,
        CustomerText(seed.subject),
        last_in,
        len(visible),
    )
    elsewhere = (*known_as(customer.addresses), itself(SERVER, customer.id))
    row = CaseRow(
        id=case,
        number=number,
        customer=customer.id,
        name=customer.name,
        channel=seed.channel,
        stage=state.stage,
        sort_at=0,
        version=seq + len(events),
        channels=(seed.channel,),
        brand=seed.brand,
        owner=seed.owner,
        team=seed.team,
        preview=preview_of(last.body) if last is not None else CustomerText(""),
        preview_kind=last.kind if last is not None else "in",
        subject=CustomerText(seed.subject),
        priority=seed.priority,
        labels=seed.labels,
        known_as=elsewhere if state.stage not in joining.CLOSED else (),
    )
    if known is None:
        rows.customer(customer, address, ids.new("l"))
    rows.case(CaseRecord(filing.show(row, state), state), (seed.address,))
    rows.thread(Thread(shown, seed.thread, address, state.last_at), subject_key(seed.subject))
    for message in messages:
        rows.message(message, seed.account)
    rows.events(events)
    return seq + len(events)
