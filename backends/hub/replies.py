"""Writing to customers: replies, new messages, forwards and retries, from the order to the outbound queue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.utils import parseaddr

from agent_tui.backends.hub import consents, outgoing, reminding
from agent_tui.backends.hub import filing as hub_filing
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import cases, ledger, outbound, people, picks, talk
from agent_tui.backends.hub.store.talk import Thread
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain import filing
from agent_tui.domain.brands import sees
from agent_tui.domain.channels import Channel, window_left
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.events import CaseChanged, MessageChanged
from agent_tui.domain.mail_address import bare
from agent_tui.domain.model import Agent, Attachment, Message
from agent_tui.domain.orders import FileRef, NewMessage, Reply, RetrySend
from agent_tui.domain.templates import UsedTemplate, filled, find
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import HOUR_MS, Ms
from agent_tui.domain.windows import last_heard

MAX_BODY = 512 * 1024


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that may go out, in its conversation."""

    message: Message
    thread: Thread
    template: UsedTemplate | None = None


def reply(tx: Tx, policy: HubPolicy, agent: Agent, order: Reply) -> str:
    """Queue a reply (or a forward); the message's id. It is the reply of the case that its conversation is of, whatever
    case leads the row. Raises Refused."""
    ready = prepared(tx, policy, agent, order)
    record = tx.case(ready.message.case)
    assert record is not None
    channel = ready.thread.shown.channel
    if not order.forward_of and reminding.is_drafted(tx, policy, record, agent.name, order.body.raw, channel):
        ready = replace(ready, message=replace(ready.message, auto="reminder"))
    queue(tx, policy, agent, order, ready)
    if order.canned and not order.forward_of:
        known = {one.key for one in policy.canned}
        picks.made_of(tx.connection, ready.message.id, [key for key in dict.fromkeys(order.canned) if key in known])
    return ready.message.id


def prepared(tx: Tx, policy: HubPolicy, agent: Agent, order: Reply) -> Ready:
    """The message that a reply makes. Raises Refused."""
    record = tx.case(order.case)
    if record is None:
        raise Refused("no-case", "There is no such case.")
    if tx.shown(order.case).stage == "spam":
        raise Refused("spam", "The case is spam: reopen it first (D).")
    profile = profile_of(order.channel)
    forward = bool(order.forward_of)
    if forward and not order.to:
        raise Refused("no-recipient", "Say to whom it goes.")
    if order.template is None:
        _check(profile, order.body.raw, order.files)
    thread = _thread(tx, policy, agent, order)
    row = [part.row.id for part in tx.parts(order.case)]
    if order.template is not None:
        order = _from_template(policy, thread, order, order.template)
        _check(profile, order.body.raw, order.files)
    if not forward:
        heard = consents.last_word(tx, thread, row)
        consents.check(tx, record.node, profile, heard)
        if order.template is None:
            _check_window(tx, profile, heard)
    if order.seen and not forward and talk.said_after(tx.connection, row, order.seen, agent.id):
        raise Refused("newer-message", "Something was written since you began: read it, then send again.")
    message = _message(tx, policy, agent, order, thread, order.subject.raw or thread.shown.subject.raw)
    return Ready(message, thread, order.template)


def queue(tx: Tx, policy: HubPolicy, agent: Agent, order: Reply, ready: Ready) -> None:
    """Put a message on its way, into the case and onto its clocks."""
    message, thread, account = ready.message, ready.thread, ready.thread.shown.account
    case, forward = message.case, bool(order.forward_of)
    if not forward:
        kind = outgoing.kind_of(message, templated=ready.template is not None)
        before, _ = tx.step(case, filing.Replied(tx.now, message.id, kind))
        if before.stage == "done":
            tx.append(CaseChanged("reopened"), case, by=agent.id)
    hub_filing.add_message(tx, message, thread, account, outgoing.channel_id(tx, policy, message, account), agent.id)
    if message.auto != outgoing.INVITATION:  # whoever answers the call has the case
        hub_filing.own(tx, case, agent)
    parent = order.in_reply_to if order.in_reply_to and not forward else ""
    outbound.add(tx.connection, message.id, account, tx.now, parent, ready.template)


def new_message(tx: Tx, policy: HubPolicy, agent: Agent, order: NewMessage) -> str:
    """Write to anyone, in their open case or a new one; the case's id. Raises Refused."""
    profile = profile_of(order.channel)
    _check(profile, order.body.raw, order.files)
    if not order.to:
        raise Refused("no-recipient", "Say to whom it goes.")
    account = _account(policy, agent, order.channel, order.account)
    name, value = recipient(profile, order.to[0].raw)
    met = hub_filing.meet(tx, profile.scheme, value, name, tx.now, origin="agent", country=policy.country)
    customer = tx.customer(met.customer)
    if customer.blocked:
        raise Refused("spam", "That customer is blocked: reopen their case first.")
    if profile.window_ms is not None:
        raise Refused("window-closed", f"{profile.name}: only a customer can begin; choose another channel (^T).")
    known = cases.of_customer(tx.connection, customer.id, policy.account_brand.get(account, ""))
    talks = talk.conversations(tx.connection, [id for id, _ in known])
    consents.check(tx, customer.id, profile, last_heard(talks, order.channel, CustomerText(value)))
    consents.agreed(tx, agent, customer.id, profile, talks, said=order.consent)
    case = next((id for id, state in known if state.stage not in ("done", "spam")), "")
    if not case:
        state = filing.CaseState(stage="customer", entered=tx.now, last_at=tx.now, patience=profile.next_ms)
        case = hub_filing.new_case(tx, policy, customer, order.channel, account, state)
    thread = hub_filing.new_thread(tx, case, order.channel, account, met.address, value, tx.now, order.subject.raw)
    as_reply = Reply(
        case,
        order.channel,
        order.body,
        thread.shown.id,
        account,
        order.subject,
        order.to,
        order.cc,
        order.bcc,
        order.files,
    )
    message = _message(tx, policy, agent, as_reply, thread, order.subject.raw)
    tx.case(case)
    tx.step(case, filing.Replied(tx.now, message.id))
    hub_filing.add_message(tx, message, thread, account, outgoing.channel_id(tx, policy, message, account), agent.id)
    hub_filing.own(tx, case, agent)
    outbound.add(tx.connection, message.id, account, tx.now, "")
    return case


def retry(tx: Tx, agent: Agent, order: RetrySend) -> str:
    """Send a failed message, or one of unknown outcome, again. Raises Refused."""
    held = talk.find_message(tx.connection, order.message)
    if held is None or held.kind != "out":
        raise Refused("no-message", "There is no such message.")
    if held.state not in ("failed", "unknown"):
        raise Refused("not-failed", "The message is on its way or has arrived.")
    if tx.case(held.case) is None or outbound.state_of(tx.connection, held.id) is None:
        raise Refused("no-message", "This message cannot be sent from here.")
    thread = talk.find_thread(tx.connection, held.conversation)
    assert thread is not None
    consents.check_queued(tx, held, thread)
    outbound.requeue(tx.connection, held.id, tx.now)
    talk.set_state(tx.connection, held.id, "queued", "")
    kind = outgoing.kind_of(held, templated=outbound.template_of(tx.connection, held.id) is not None)
    tx.step(held.case, filing.Replied(tx.now, held.id, kind))
    tx.append(MessageChanged(held.id, "queued", CustomerText("")), held.case, by=agent.id)
    return held.id


def _check(profile: Channel, body: str, files: tuple[FileRef, ...]) -> None:
    if profile.kind == "voice":
        raise Refused("no-text", "A call has no text: choose another channel (^T).")
    if not body.strip() and not files:
        raise Refused("empty", "There is nothing to send.")
    if profile.max_chars is not None and len(body) > profile.max_chars:
        raise Refused("too-long", f"{profile.name} takes at most {profile.max_chars} characters; shorten the text.")
    if len(body) > MAX_BODY:
        raise Refused("too-long", "The text is longer than 512 KiB; send it as a file.")
    if files and not profile.attachments:
        raise Refused("no-files", f"{profile.name} takes no files.")


def _check_window(tx: Tx, profile: Channel, heard: Ms | None) -> None:
    """Free words only while the customer's last word or call there is young enough."""
    if window_left(profile, heard, tx.now) == 0:
        hours = (profile.window_ms or 0) // HOUR_MS
        raise Refused(
            "window-closed",
            f"{profile.name}: more than {hours} h since the customer wrote; send a template or choose another channel "
            "(^T).",
        )


def _from_template(policy: HubPolicy, thread: Thread, order: Reply, used: UsedTemplate) -> Reply:
    """The reply in the words of an approved template of the account's."""
    sender = outgoing.sender(policy, thread.shown.account)
    template = find(sender.templates, used.name, used.language) if sender is not None else None
    if template is None:
        raise Refused("no-template", "There is no such template of this account.")
    if order.files:
        raise Refused("no-files", "A template takes no files.")
    try:
        body = filled(template, tuple(value.raw for value in used.values))
    except ValueError as error:
        raise Refused("template-values", f"The template {used.name}: {error}.") from None
    return replace(order, body=CustomerText(body))


def _account(policy: HubPolicy, agent: Agent, channel: str, wanted: str, brand: str = "") -> str:
    """The account to write from: with none wanted one of the brand, else one that the agent may speak for at all.
    Raises Refused."""
    whose = policy.account_brand
    named = [sender.account for sender in policy.senders if sender.channel == channel]
    fitting = [account for account in named if sees(agent, whose.get(account, ""))]
    fitting.sort(key=lambda account: whose.get(account, "") != brand)
    if wanted:
        if wanted in fitting:
            return wanted
        raise Refused("no-account", f"This hub cannot write from {wanted} on {profile_of(channel).name}.")
    if not fitting:
        raise Refused("no-account", f"This hub has no {profile_of(channel).name} account to write from.")
    return fitting[0]


def _thread(tx: Tx, policy: HubPolicy, agent: Agent, order: Reply) -> Thread:
    """The conversation to write in: the one named, else the row's newest on that channel, else a new one."""
    parts = [part.row.id for part in tx.parts(order.case)]
    if order.conversation:
        thread = talk.find_thread(tx.connection, order.conversation)
        if thread is None or thread.shown.case not in parts:
            raise Refused("no-conversation", "That conversation is not of this case.")
        if thread.shown.channel != order.channel:
            raise Refused("no-conversation", "That conversation is on another channel.")
        _account(policy, agent, order.channel, thread.shown.account)
        return thread
    known = [c for c in talk.conversations(tx.connection, parts) if c.channel == order.channel]
    if order.account:
        known = [c for c in known if c.account == order.account]
    profile = profile_of(order.channel)
    if order.to and profile.kind != "mail":
        named = bare(order.to[0].safe_line)
        known = [c for c in known if bare(c.address.safe_line) == named]
    if known and profile.kind != "mail":
        thread = talk.find_thread(tx.connection, known[-1].id)
        assert thread is not None
        return thread
    of = tx.case(order.case)
    account = _account(policy, agent, order.channel, order.account, of.row.brand if of is not None else "")
    value = order.to[0].raw if order.to else ""
    if value:
        value = recipient(profile, value)[1]
    else:
        record = tx.case(order.case)
        assert record is not None
        addresses = tx.person(record.node).addresses
        value = next((a.value.raw for a in addresses if a.scheme == profile.scheme), "")
    if not value:
        raise Refused("no-address", f"No {profile.name} address of this customer is known: name one with ^T.")
    known_address = people.find_address(tx.connection, profile.scheme, value)
    address = known_address.address if known_address else hub_filing.address_only(tx, profile.scheme, value)
    case = _case_at(tx, policy, order, known_address.customer if known_address else "", account)
    return hub_filing.new_thread(tx, case, order.channel, account, address, value, tx.now, order.subject.raw)


def _case_at(tx: Tx, policy: HubPolicy, order: Reply, customer: str, account: str) -> str:
    """The case that a new conversation is of: of joined customers that of the one whose address it is, so that it is
    theirs if they are parted again."""
    leader = tx.leader(order.case)
    assert leader is not None
    parts = tx.parts(order.case)
    if len(tx.nodes(leader.node)) == 1 or customer not in tx.nodes(leader.node):
        return leader.row.id
    own = next((part.row.id for part in parts if part.node == customer), "")
    return own or hub_filing.case_for(tx, policy, tx.customer(customer), order.channel, account, tx.now)[0]


def recipient(profile: Channel, text: str) -> tuple[str, str]:
    """Name and canonical address of what an agent typed. Raises Refused."""
    if profile.kind == "mail":
        name, value = parseaddr(text)
        local, at, domain = value.rpartition("@")
        if not at or not local or not domain or any(c.isspace() for c in value):
            raise Refused("bad-address", "That is no e-mail address: it needs the form name@example.com.")
        return name, f"{local}@{domain}".lower()
    value = "".join(text.split())
    if profile.scheme == "tel":
        value = "".join(c for c in value if c.isdigit() or c in "+*")
    if not value:
        raise Refused("bad-address", f"That is no {profile.name} address.")
    return "", value


def _message(tx: Tx, policy: HubPolicy, agent: Agent, order: Reply, thread: Thread, subject: str) -> Message:
    files: list[Attachment] = []
    for file in order.files:
        held = ledger.find_blob(tx.connection, file.blob)
        if held is None:
            raise Refused("no-file", f"A file is not at the hub any more: attach it again ({len(files) + 1}).")
        files.append(Attachment(file.name, file.media or held[1], held[0], file.blob))
    sender = outgoing.sender(policy, thread.shown.account)
    name = sender.name if sender is not None and sender.name else agent.name
    mail = profile_of(order.channel).kind == "mail"
    return Message(
        id=tx.message_id(),
        case=thread.shown.case,
        conversation=thread.shown.id,
        channel=order.channel,
        kind="out",
        at=tx.now,
        body=order.body,
        state="queued",
        author=agent.id,
        sender=CustomerText(name),
        subject=CustomerText(subject) if mail else CustomerText(""),
        to=order.to or ((thread.shown.address,) if mail else ()),
        cc=order.cc,
        bcc=order.bcc,
        attachments=tuple(files),
    )
