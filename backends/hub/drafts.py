"""Drafts for all terminals of an agent: the newest stands, one that another terminal wrote is kept beside it."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import drafts
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.events import DraftChanged
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import SavedDraft, SaveDraft

MAX_BODY = 512 * 1024


def save(tx: Tx, agent: Agent, desk: str, order: SaveDraft) -> str:
    """Keep or throw away; the draft's `rev`. Only its first word, another terminal and its end are events: a log does
    not grow with every pause of somebody who types. Raises Refused."""
    leader = tx.leader(order.case)
    if leader is None:
        raise Refused("no-case", "There is no such case.")
    if leader.row.id != order.case:
        return _of_a_part(tx, agent, desk, order, leader.row.id)
    if len(order.draft.body.raw) > MAX_BODY:
        raise Refused("too-long", "The draft is longer than 512 KiB.")
    known = drafts.of_agent(tx.connection, agent.id, order.case)
    standing = next((one for one in known if not one.other), None)
    elsewhere = standing is not None and standing.rev != order.base and standing.desk != desk
    if order.draft.other and not _empty(order.draft):
        drafts.save(
            tx.connection, agent.id, replace(order.draft, case=order.case, desk=desk, rev=order.base, at=tx.now)
        )
        return ""
    if _empty(order.draft):
        return _throw_away(tx, agent, desk, order, standing, elsewhere, known)
    if standing is not None and elsewhere and not drafts.same_words(standing, order.draft):
        drafts.save(tx.connection, agent.id, replace(standing, other=True))
    told = standing is None or standing.desk != desk
    rev = tx.next_seq if told or standing is None else standing.rev
    kept = replace(order.draft, case=order.case, desk=desk, rev=rev, at=tx.now, other=False)
    drafts.save(tx.connection, agent.id, kept)
    if told:
        tx.append(DraftChanged(order.case, desk), by=agent.id)
    return str(rev)


def _of_a_part(tx: Tx, agent: Agent, desk: str, order: SaveDraft, head: str) -> str:
    """A desk that has not heard yet that another case leads this one: what it saved last is found by its `rev`."""
    known = drafts.of_agent(tx.connection, agent.id, head)
    mine = next((one for one in known if one.rev == order.base and order.base), None)
    led = replace(order, case=head)
    if mine is not None:
        return save(tx, agent, desk, replace(led, draft=replace(order.draft, other=mine.other)))
    if _empty(order.draft):
        return ""
    return save(tx, agent, desk, replace(led, base=0, draft=replace(order.draft, other=bool(known))))


def _throw_away(
    tx: Tx,
    agent: Agent,
    desk: str,
    order: SaveDraft,
    standing: SavedDraft | None,
    elsewhere: bool,
    known: tuple[SavedDraft, ...],
) -> str:
    """What this terminal knew of goes; what another one wrote since stays."""
    if order.draft.other:
        drafts.drop(tx.connection, agent.id, order.case, other=True)
    elif standing is not None and not elsewhere:
        drafts.drop(tx.connection, agent.id, order.case, other=False)
        other = next((one for one in known if one.other), None)
        if other is not None:
            drafts.drop(tx.connection, agent.id, order.case, other=True)
            drafts.save(tx.connection, agent.id, replace(other, other=False, rev=tx.next_seq))
        tx.append(DraftChanged(order.case, desk, gone=other is None), by=agent.id)
    return ""


def _empty(draft: SavedDraft) -> bool:
    return not (draft.body.raw.strip() or draft.files)
