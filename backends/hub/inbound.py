"""What customers send and what becomes of what we sent: filed once, whatever the channel repeats or reorders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent_tui.backends.connectors.base import Bounce, DeliveryUpdate, Inbound
from agent_tui.backends.hub import acknowledging, consents, likeness, suggesting
from agent_tui.backends.hub import filing as hub_filing
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import erasing, ledger, outbound, people, talk
from agent_tui.backends.hub.store.talk import Thread
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.consents import said as consent_words
from agent_tui.domain.events import CaseChanged, MessageChanged
from agent_tui.domain.filing import CustomerWrote, SendFailed, SendSettled, SignOfLife
from agent_tui.domain.mail_address import written
from agent_tui.domain.mail_subject import subject_key
from agent_tui.domain.model import Attachment, Delivery, Message
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms

_PROGRESS: tuple[Delivery, ...] = ("queued", "sending", "unknown", "sent", "delivered", "read")


def file_message(
    tx: Tx, policy: HubPolicy, got: Inbound, files: Sequence[Attachment], source: tuple[str, int] | None
) -> bool:
    """File a customer's message. False: it was known. `files` and `source` are on disk already."""
    if talk.by_channel_id(tx.connection, got.account, got.channel_id) is not None:
        return False
    if talk.by_channel_id(tx.connection, got.account, erasing.digest(got.account, got.channel_id)) is not None:
        return False
    at = min(got.at, tx.now)
    for file in files:
        ledger.index_blob(tx.connection, file.blob, file.size, file.media, tx.now)
    if source is not None:
        ledger.index_blob(tx.connection, source[0], source[1], "message/rfc822", tx.now)
    thread, case, opened = _place(tx, policy, got, at)
    record = tx.case(case)
    assert record is not None
    name = tx.customer(record.node).name
    if record.row.name != name:
        tx.put(replace(record.row, name=name))
    before, after = tx.step(case, CustomerWrote(at, got.channel, got.auto, opened))
    if before.stage != after.stage:
        woken = before.stage == "later"
        if woken or before.stage == "done":
            tx.append(CaseChanged("woken" if woken else "reopened"), case, occurred=at)
    message = Message(
        id=tx.message_id(),
        case=case,
        conversation=thread.shown.id,
        channel=got.channel,
        kind="in",
        at=at,
        body=CustomerText(got.body),
        sender=CustomerText(_writer(got)),
        subject=CustomerText(got.subject),
        folded=CustomerText(got.folded),
        to=tuple(CustomerText(value) for value in got.to),
        cc=tuple(CustomerText(value) for value in got.cc),
        attachments=tuple(files),
        auto=got.auto,
        problems=got.problems,
        source=source[0] if source is not None else "",
    )
    hub_filing.add_message(tx, message, thread, got.account, got.channel_id)
    if opened and not got.auto:
        acknowledging.acknowledge(tx, policy, case, thread.shown.id)
    if not got.auto:
        _consented(tx, record.node, got, at)
        written_too = f"{got.body}\n{got.folded}" if got.folded else got.body
        suggesting.look(tx, record.node, likeness.text_keys(written_too, policy.country), message.id)
    if got.verified:
        writer = people.find_address(tx.connection, got.scheme, got.address)
        suggesting.vouched(tx, writer.customer if writer is not None and writer.customer else record.node, got.verified)
    return True


def _consented(tx: Tx, node: str, got: Inbound, at: Ms) -> None:
    """What a word of theirs says of writing to them there. In a thread others may write too, who say nothing of it."""
    own = ((one.scheme, one.value.raw) for one in tx.customer(node).addresses)
    if (got.scheme, got.address) in own:
        consents.heard(tx, node, got.channel, got.body, at)


def _writer(got: Inbound) -> str:
    """Who wrote: of a mail with the address, since many may write in one thread, and a name is soon put on."""
    return written(got.name, got.address) if got.scheme == "mailto" else got.name or got.address


def _place(tx: Tx, policy: HubPolicy, got: Inbound, at: Ms) -> tuple[Thread, str, bool]:
    """The conversation and case of a message, and whether the case is new. A thread keeps its customer whoever of its
    people writes, unless one of them is blocked; else only outside any thread does the address decide."""
    found = ""
    if got.thread:
        found = talk.by_thread(tx.connection, got.account, got.thread)
    if not found and got.references:
        found = talk.by_references(tx.connection, got.account, got.references)
    thread = talk.find_thread(tx.connection, found) if found else None
    if thread is not None and not got.thread and _held_otherwise(tx, got, thread):
        thread = None
    if thread is not None:
        record = tx.case(thread.shown.case)
        assert record is not None
        case, opened = hub_filing.case_for(tx, policy, tx.customer(record.node), got.channel, got.account, at)
        return thread, case, opened
    # who gives no address is somebody of their own each time, not one person with all others who gave none
    value = got.address or f"unknown-{got.channel_id}"
    wrote_on = "" if got.auto or consent_words(got.channel, got.body) is not None else got.channel
    met = hub_filing.meet(tx, got.scheme, value, got.name, at, got.language, country=policy.country, wrote_on=wrote_on)
    address = met.address
    if got.reply_to and got.reply_to != got.address:
        address, value = hub_filing.address_only(tx, got.scheme, got.reply_to), got.reply_to
    key = subject_key(got.subject)
    if key and not got.thread and profile_of(got.channel).kind == "mail":
        found = talk.by_subject(tx.connection, got.account, address, key, at - policy.subject_ms)
        thread = talk.find_thread(tx.connection, found) if found else None
    if got.thread:
        # one that we began, before the channel gave it a key
        found = talk.take_up(tx.connection, got.account, address, got.thread)
        thread = talk.find_thread(tx.connection, found) if found else None
    customer = tx.customer(met.customer)
    case, opened = hub_filing.case_for(tx, policy, customer, got.channel, got.account, at)
    if thread is None:
        thread = hub_filing.new_thread(tx, case, got.channel, got.account, address, value, at, got.subject, got.thread)
    return thread, case, opened


def _held_otherwise(tx: Tx, got: Inbound, thread: Thread) -> bool:
    """Whether one of the writer and the thread's customer is blocked and the other is not: then the writer's own cases
    take it. A blocked one is not heard through somebody else's thread, and who is not blocked is heard."""
    known = people.find_address(tx.connection, got.scheme, got.address)
    record = tx.case(thread.shown.case)
    if known is None or not known.customer or record is None or known.customer == record.node:
        return False
    return tx.customer(known.customer).blocked != tx.customer(record.node).blocked


def file_bounce(tx: Tx, bounce: Bounce) -> None:
    """What we sent came back: shown on the message with the reason, and the case is ours again."""
    known = talk.by_channel_id(tx.connection, bounce.account, bounce.channel_id)
    if known is None or known[2] != "out":
        return
    if not ledger.first_time(tx.connection, bounce.account, f"report:{bounce.report_id or bounce.channel_id}", tx.now):
        return
    if bounce.permanent:
        fail(tx, known[0], bounce.reason, bounce.at)


def fail(tx: Tx, message: str, reason: str, at: Ms, *, certain: bool = True) -> None:
    """A message of ours did not arrive (or, not `certain`, nobody knows)."""
    held = talk.find_message(tx.connection, message)
    if held is None or (held.state in ("failed", "delivered", "read") and not certain):
        return
    state: Delivery = "failed" if certain else "unknown"
    talk.set_state(tx.connection, message, state, reason)
    tried = outbound.state_of(tx.connection, message)
    if tried is not None:
        outbound.set_state(tx.connection, message, "failed" if certain else "unknown", 0, 0)
    tx.case(held.case)
    tx.step(held.case, SendFailed(min(at, tx.now), message, certain))
    tx.append(MessageChanged(message, state, CustomerText(reason)), held.case, occurred=at)


def file_delivery(tx: Tx, update: DeliveryUpdate) -> None:
    """How a message of ours fares; late and repeated reports never take it back."""
    known = talk.by_channel_id(tx.connection, update.account, update.channel_id)
    if known is None or known[2] != "out":
        return
    held = talk.find_message(tx.connection, known[0])
    assert held is not None
    if update.state == "failed":
        if held.state not in ("failed", "read"):
            fail(tx, held.id, update.reason, update.at)
        return
    if update.state not in _PROGRESS or held.state not in _PROGRESS:
        return
    if _PROGRESS.index(update.state) <= _PROGRESS.index(held.state):
        return
    if held.state in ("unknown", "queued", "sending"):
        outbound.set_state(tx.connection, held.id, "sent", 1, 0)
    talk.set_state(tx.connection, held.id, update.state, "")
    at = min(update.at, tx.now)
    tx.step(held.case, SendSettled(at, held.id))
    if update.state == "read":
        tx.note(held.case, SignOfLife(at))
    tx.append(MessageChanged(held.id, update.state, CustomerText("")), held.case, occurred=update.at)
