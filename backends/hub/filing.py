"""Finding or making the customer, the case and the conversation that something belongs to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agent_tui.backends.hub import consents, likeness, suggesting
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import agents, cases, people, talk
from agent_tui.backends.hub.store.talk import Thread
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain import filing
from agent_tui.domain.events import CaseChanged, CustomerChanged, MessageAdded
from agent_tui.domain.filing import CaseState, Noted
from agent_tui.domain.mail_subject import subject_key
from agent_tui.domain.model import Agent, CaseRow, Conversation, Customer, Message, MessageKind
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody at an address: the address's id and the customer it links to."""

    address: str
    customer: str


def meet(
    tx: Tx,
    scheme: str,
    value: str,
    name: str,
    at: Ms,
    language: str = "",
    origin: str = "inbound",
    country: str = "",
    wrote_on: str = "",
) -> Met:
    """The customer an address links to; a new one when it links to nobody. Only an exact address makes them the same;
    who is like them otherwise is suggested. `country`: of phone numbers; `wrote_on`: the channel on which they write
    or call, so that they may be written to there."""
    known = people.find_address(tx.connection, scheme, value)
    if known is not None and known.customer:
        _learn_name(tx, known.customer, value, name)
        return Met(known.address, known.customer)
    address = known.address if known is not None else tx.ids.new("a")
    if known is None:
        people.add_address(tx.connection, address, scheme, value)
    customer = tx.ids.new("p")
    people.add_customer(tx.connection, customer, name.strip() or value, at, language)
    people.link(tx.connection, tx.ids.new("l"), address, customer, origin, at)
    if wrote_on:
        consents.first_heard(tx, customer, wrote_on, at)
    tx.append(CustomerChanged(tx.person(customer)), occurred=at)
    keys = likeness.address_keys(scheme, value, country)
    if name.strip() != value:
        keys += likeness.name_keys(name)
    suggesting.look(tx, customer, keys)
    return Met(address, customer)


def _learn_name(tx: Tx, customer: str, value: str, name: str) -> None:
    """A customer known by address only gets the name they write under."""
    if name.strip() and name.strip() != value and tx.customer(customer).name.raw == value:
        people.rename(tx.connection, customer, name.strip())
        tx.forget_customer(customer)
        tx.append(CustomerChanged(tx.person(customer)))
        suggesting.look(tx, customer, likeness.name_keys(name))


def address_only(tx: Tx, scheme: str, value: str) -> str:
    """The id of an address that need not be anybody's."""
    known = people.find_address(tx.connection, scheme, value)
    if known is not None:
        return known.address
    address = tx.ids.new("a")
    people.add_address(tx.connection, address, scheme, value)
    return address


def belongs(tx: Tx, scheme: str, value: str, customer: str, country: str = "") -> None:
    """An address that nobody has is this customer's from now on, as an agent says. `country`: of phone numbers."""
    people.link(tx.connection, tx.ids.new("l"), address_only(tx, scheme, value), customer, "agent", tx.now)
    tx.forget_customer(customer)
    suggesting.look(tx, customer, likeness.address_keys(scheme, value, country))


def case_for(tx: Tx, policy: HubPolicy, customer: Customer, channel: str, account: str, at: Ms) -> tuple[str, bool]:
    """The case that a word of this customer belongs to, and whether it is new (without any state yet): always one of
    the customer's own, whoever they are joined with, and of the account's brand."""
    known = cases.of_customer(tx.connection, customer.id, policy.account_brand.get(account, ""))
    if customer.blocked:
        known = [(id, state) for id, state in known if state.stage == "spam" and state.held_as != "spam"]
    else:
        known = [(id, state) for id, state in known if state.stage != "spam"]
    chosen = filing.choose_case(known, at, policy.grace_ms)
    if chosen:
        return chosen, False
    stage = filing.CaseState(
        stage="spam" if customer.blocked else "us",
        held_as="blocked" if customer.blocked else "",
        entered=at,
        last_at=at,
    )
    return new_case(tx, policy, customer, channel, account, stage), True


def new_case(tx: Tx, policy: HubPolicy, customer: Customer, channel: str, account: str, state: CaseState) -> str:
    """Open a case; tells so."""
    row = CaseRow(
        id=tx.ids.new("c"),
        number=0,
        customer=customer.id,
        name=customer.name,
        channel=channel,
        stage=state.stage,
        sort_at=0,
        version=0,
        channels=(channel,),
        brand=policy.account_brand.get(account, ""),
        team=policy.account_team.get(account, ""),
        priority=1,
    )
    tx.open_case(row, state)
    tx.append(CaseChanged("opened"), row.id, occurred=state.entered)
    return row.id


def new_thread(
    tx: Tx, case: str, channel: str, account: str, address: str, value: str, at: Ms, subject: str = "", key: str = ""
) -> Thread:
    """Begin a conversation. `key`: the channel's own thread key."""
    shown = Conversation(
        tx.ids.new("t"), case, channel, account, CustomerText(value), at, CustomerText(subject.strip())
    )
    thread = Thread(shown, key, address, at)
    talk.add_thread(tx.connection, thread, subject_key(subject))
    return thread


def add_message(
    tx: Tx, message: Message, thread: Thread | None, account: str, channel_id: str | None, by: str = ""
) -> None:
    """Put a message into its case and conversation, show it on the row, and tell."""
    shown = None
    if thread is not None:
        last_inbound = thread.shown.last_inbound
        if message.kind == "in":
            last_inbound = max(last_inbound or 0, message.at)
        visible = 1 if message.kind in ("in", "out") else 0
        shown = replace(thread.shown, case=message.case, last_inbound=last_inbound, count=thread.shown.count + visible)
        last_at = max(thread.last_at, message.at)
        talk.touch_thread(tx.connection, shown.id, message.case, last_inbound, last_at, visible)
    talk.add_message(tx.connection, message, account, channel_id)
    if message.kind == "note":
        tx.note(message.case, Noted(message.at, message.id))
    record = tx.case(message.case)
    if record is not None and message.kind in ("in", "out"):
        tx.put(_with_message(record.row, message))
    tx.append(MessageAdded(message, shown), message.case, occurred=message.at, by=by)


def preview_of(body: str) -> CustomerText:
    """The first words of a text, as one line of at most 200 characters."""
    return CustomerText(" ".join(body[:1000].split())[:200])


def _with_message(row: CaseRow, message: Message) -> CaseRow:
    """The row with its last customer-visible message; one that comes late (by its time) changes no preview."""
    channels = row.channels if message.channel in row.channels else (*row.channels, message.channel)
    subject = row.subject if row.subject.raw or not message.subject.raw else preview_of(message.subject.raw)
    row = replace(row, channels=channels, subject=subject)
    late = message.at < row.last_at and row.preview.raw
    if late or message.auto == "acknowledgement":  # the customer's word is what an agent has to see
        return row
    preview = preview_of(message.body.raw)
    if not preview.raw and message.attachments:
        preview = message.attachments[0].name
    if not preview.raw:
        preview = preview_of(message.subject.raw)
    return replace(row, preview=preview, preview_kind=message.kind, channel=message.channel)


def note_or_line(tx: Tx, kind: MessageKind, case: str, body: str, agent: Agent | None, at: Ms) -> Message:
    """A note or system line: part of the timeline, never of a conversation."""
    record = tx.case(case)
    return Message(
        id=tx.message_id(),
        case=case,
        conversation="",
        channel=record.row.channel if record is not None else "",
        kind=kind,
        at=at,
        body=CustomerText(body),
        author=agent.id if agent is not None else "",
        sender=CustomerText(agent.name if agent is not None else ""),
    )


def own(tx: Tx, case: str, agent: Agent) -> None:
    """A row that nobody owns becomes the one's who answers it: it would vanish from their inbox otherwise."""
    record = tx.leader(case)
    if record is not None and not record.row.owner and agents.exists(tx.connection, agent.id):
        tx.put(replace(record.row, owner=agent.id))
        tx.append(CaseChanged("assigned", agent.id), record.row.id, by=agent.id)
