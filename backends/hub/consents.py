"""Whether customers may be written to on a channel, as it follows from what they do and from what agents write down."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import consents as stored
from agent_tui.backends.hub.store import talk
from agent_tui.backends.hub.store.talk import Thread
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain import consents
from agent_tui.domain.channels import Channel
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.consents import Consent
from agent_tui.domain.events import CustomerChanged
from agent_tui.domain.mail_address import bare
from agent_tui.domain.model import Agent, Conversation, Message
from agent_tui.domain.orders import SetConsent
from agent_tui.domain.time import Ms
from agent_tui.domain.windows import last_heard


def heard(tx: Tx, customer: str, channel: str, body: str, at: Ms) -> None:
    """They wrote to us on a channel: that is their consent where nothing was said of it; STOP and START say it
    themselves, and nothing else takes a refusal back."""
    known = consents.of_channel(tx.customer(customer).consents, channel)
    word = consents.said(channel, body)
    given = True if word is None else word
    if known is not None and (word is None or known.given == given):
        return
    _keep(tx, customer, Consent(channel, given, at, "wrote" if word is None else "word"))
    tx.append(CustomerChanged(tx.person(customer)), occurred=at)


def first_heard(tx: Tx, customer: str, channel: str, at: Ms) -> None:
    """As `heard`, of a customer of whom desks are told in a moment."""
    _keep(tx, customer, Consent(channel, True, at, "wrote"))


def note(tx: Tx, agent: Agent, customer: str, channel: str, given: bool) -> None:
    """An agent says what a customer said."""
    _keep(tx, customer, Consent(channel, given, tx.now, "said", agent.id))
    tx.append(CustomerChanged(tx.person(customer)), by=agent.id)


def check(tx: Tx, customer: str, profile: Channel, heard: Ms | None) -> None:
    """Nobody is written to where they do not want it, unless they have written there since (`heard`, Ms). Raises
    Refused."""
    known = refusal(tx, customer, profile.key)
    if known is not None and (heard is None or heard <= known.at):
        words = f"They do not want to be written to on {profile.name}; if they changed their mind: :consent (g C)."
        raise Refused("consent-refused", words)


def agreed(tx: Tx, agent: Agent, customer: str, profile: Channel, talks: Sequence[Conversation], *, said: bool) -> None:
    """Who is written to first was asked, unless they wrote there themselves; `said`: the agent says that they agreed,
    which is written down. Raises Refused."""
    wrote = any(one.channel == profile.key and one.last_inbound is not None for one in talks)
    if consents.standing(tx.person(customer).consents, profile.key, wrote=wrote) != "unknown":
        return
    if not said:
        raise Refused("no-consent", f"Ask whether they agree to be written to on {profile.name}.")
    note(tx, agent, customer, profile.key, True)


def refusal(tx: Tx, customer: str, channel: str) -> Consent | None:
    """That a customer does not want to be written to on a channel; None where nobody said so."""
    known = consents.of_channel(stored.of(tx.connection, tx.nodes(customer)), channel)
    return known if known is not None and not known.given else None


def last_word(tx: Tx, thread: Thread, row: Sequence[str]) -> Ms | None:
    """When the customer of the cases of a row last wrote or called where a message of a conversation goes."""
    talks = (*talk.conversations(tx.connection, row), thread.shown)
    return last_heard(talks, thread.shown.channel, thread.shown.address)


def check_queued(tx: Tx, message: Message, thread: Thread) -> None:
    """They may have said no, been blocked or turned out to be spam since it was written: it may have waited for days.
    What goes to somebody else is not held up. Raises Refused."""
    record, profile = tx.case(message.case), profile_of(message.channel)
    if record is None:
        return
    blocked, spam = tx.customer(record.node).blocked, tx.shown(message.case).stage == "spam"
    if not blocked and not spam and refusal(tx, record.node, profile.key) is None:
        return
    theirs = {bare(one.value.safe_line) for one in tx.person(record.node).addresses}
    to = (*message.to, *message.cc, *message.bcc) or (thread.shown.address,)
    if profile.kind == "mail" and theirs.isdisjoint(bare(one.safe_line) for one in to):
        return
    if blocked:
        raise Refused("blocked", "That customer is blocked: reopen the case to take that back.")
    if spam:
        raise Refused("spam", "The case is spam: reopen it first (D).")
    check(tx, record.node, profile, last_word(tx, thread, [part.row.id for part in tx.parts(message.case)]))


def set_consent(tx: Tx, agent: Agent, order: SetConsent) -> str:
    """Write it down; of a person with several customers it holds for all. Raises Refused."""
    record = tx.case(order.case)
    if record is None:
        raise Refused("no-case", "There is no such case.")
    if not order.channel.isascii() or not order.channel.replace("-", "").isalnum() or len(order.channel) > 40:
        raise Refused("no-channel", "There is no such channel.")
    known = consents.of_channel(tx.person(record.node).consents, order.channel)
    if known is None if order.given is None else known is not None and known.given == order.given:
        return ""
    if order.given is not None:
        note(tx, agent, record.node, order.channel, order.given)
        return ""
    for id in tx.nodes(record.node):
        stored.forget(tx.connection, id, order.channel)
        tx.forget_customer(id)
    tx.append(CustomerChanged(tx.person(record.node)), by=agent.id)
    return ""


def _keep(tx: Tx, customer: str, consent: Consent) -> None:
    stored.keep(tx.connection, customer, consent)
    tx.forget_customer(customer)
