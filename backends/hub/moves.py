"""Going on with a customer on another channel: one order that checks, notes what was done, invites them and says so."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.hub import consents, notes, outgoing, replies
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.reaching import address_of
from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import talk
from agent_tui.backends.hub.store.cases import CaseRecord
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain import filing
from agent_tui.domain.channel_moves import AGAIN_AFTER_MS
from agent_tui.domain.channels import Channel
from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.events import ChannelMoved
from agent_tui.domain.model import Agent, Conversation
from agent_tui.domain.orders import MoveChannel, Reply
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import MINUTE_MS


def move(tx: Tx, policy: HubPolicy, agent: Agent, order: MoveChannel) -> str:
    """Invite the customer of a case to another channel; the invitation's id. Raises Refused."""
    leader = tx.leader(order.case)
    if leader is None:
        raise Refused("no-case", "There is no such case.")
    if not order.note.raw.strip():
        raise Refused("no-note", "Say what was done and what is promised: it goes with the case.")
    profile = profile_of(order.channel)
    if tx.person(leader.node).blocked:
        raise Refused("blocked", "That customer is blocked: reopen the case to take that back.")
    rung = any(filing.rings(part.state) for part in tx.parts(leader.row.id))
    _check_moved(tx, leader, profile)
    _check_consent(tx, agent, leader, profile, order, rung=rung)
    wanted = replies.recipient(profile, order.to.raw)[1] if order.to.raw.strip() else ""
    to = address_of(tx, policy, agent, leader, profile, wanted)
    before, mail = _conversation_now(tx, leader), profile.kind == "mail"
    notes.write(tx, agent, leader.row.id, order.note)
    reply = Reply(
        order.case,
        order.channel,
        order.body,
        account=order.account,
        subject=order.subject,
        to=(CustomerText(to),),
        seen=order.seen,
        template=order.template,
    )
    ready = replies.prepared(tx, policy, agent, reply)
    message = replace(ready.message, auto=outgoing.INVITATION if rung else "", to=ready.message.to if mail else ())
    ready = replace(ready, message=message)
    replies.queue(tx, policy, agent, reply, ready)
    case = message.case
    tx.step(case, filing.ChannelMoved(tx.now, order.channel, message.id))
    came = before.channel if before is not None else leader.row.channel
    told = ChannelMoved(came, order.channel, before.id if before is not None else "", message.conversation, message.id)
    tx.append(told, case, by=agent.id)
    return message.id


def _check_moved(tx: Tx, leader: CaseRecord, profile: Channel) -> None:
    """They were not invited there a moment ago, and have not come."""
    for part in tx.parts(leader.row.id):
        invited = part.state.invited
        if invited is not None and invited.channel == profile.key and tx.now - invited.at < AGAIN_AFTER_MS:
            minutes = (tx.now - invited.at) // MINUTE_MS
            raise Refused("moved", f"They were invited to {profile.name} {minutes} min ago: write to them there (r).")


def _check_consent(
    tx: Tx, agent: Agent, leader: CaseRecord, profile: Channel, order: MoveChannel, *, rung: bool
) -> None:
    """Who waits on the phone cannot be asked: they may be offered it, once, and nothing is written down."""
    consents.check(tx, leader.node, profile, None)
    if order.consent or not rung:
        talks = talk.conversations(tx.connection, _parts(tx, leader))
        consents.agreed(tx, agent, leader.node, profile, talks, said=order.consent)


def _conversation_now(tx: Tx, leader: CaseRecord) -> Conversation | None:
    """Where they were talked with last: the call that rings or runs, else where the last word was said."""
    spoken = talk.last_spoken(tx.connection, _parts(tx, leader))
    return spoken.shown if spoken is not None else None


def _parts(tx: Tx, leader: CaseRecord) -> list[str]:
    return [part.row.id for part in tx.parts(leader.row.id)]
