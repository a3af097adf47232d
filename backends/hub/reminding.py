"""Reminders to customers who are silent, as `domain.sla.reminders` says when: sent by rule, or put ready as a draft.

Each is done once: what was done stands in `reminded`, written in the transaction that does it, so that neither a crash
nor a send that fails makes a second one of it.
"""

from __future__ import annotations

from sqlalchemy import Connection

from agent_tui.backends.hub import speaking
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import agents, drafts, reminded, talk
from agent_tui.backends.hub.store.cases import CaseRecord
from agent_tui.backends.hub.store.reminded import Done
from agent_tui.backends.hub.store.talk import Thread
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.events import DraftChanged
from agent_tui.domain.folding import fold
from agent_tui.domain.model import CaseRow
from agent_tui.domain.orders import SavedDraft
from agent_tui.domain.sla.reminders import Reminder
from agent_tui.domain.text import CustomerText

HUB_DESK = "hub"
"""Where a draft was written that the hub put there."""
_ABOUT_WRITING = ("messag", "writ", "remind", "text", "הודע", "תזכור", "לכתוב", "לשלוח")
"""In a customer's preferences: what is said there of messages only a person can judge."""


def pending(connection: Connection, case: str, reminder: Reminder) -> bool:
    """Whether that reminder is still to be done."""
    return not reminded.known(connection, case, reminder.since, reminder.number)


def remind(tx: Tx, policy: HubPolicy, case: str, reminder: Reminder) -> str:
    """Do it, now that it is due: what was done, for the event (`sent 1`, `draft 1`; `told 1`: somebody should, for it
    could be neither), "" when there was nobody to remind or it was done before. Not pending afterwards."""
    record = tx.case(case)
    if record is None or not pending(tx.connection, case, reminder):
        return ""
    done = _done(tx, policy, record, reminder)
    reminded.add(tx.connection, case, reminder.since, reminder.number, done, reminder.plan.text, tx.now)
    return "" if done == "none" else f"{done} {reminder.number}"


def _done(tx: Tx, policy: HubPolicy, record: CaseRecord, reminder: Reminder) -> Done:
    row = tx.shown(record.row.id)
    thread = talk.last_spoken(tx.connection, [part.row.id for part in tx.parts(record.row.id)])
    if thread is None or thread.shown.case != record.row.id or not speaking.may_write(tx, thread):
        return "none"  # of a person's cases the one where they were spoken to last reminds them
    owner = agents.find(tx.connection, _leading(tx, record).owner)
    name = owner.name if owner is not None else ""
    words = _words(tx, policy, record, reminder.plan.text, name, thread.shown.channel)
    if reminder.plan.sends and speaking.whole(thread, words, record.row) and not _wants_care(tx, record):
        speaking.say(tx, policy, thread, words, "reminder")
        return "sent"
    if owner is None or not words or drafts.of_agent(tx.connection, owner.id, row.id):
        return "told"
    _draft(tx, owner.id, row.id, thread, words)
    return "draft"


def _words(tx: Tx, policy: HubPolicy, record: CaseRecord, key: str, agent: str, channel: str) -> str:
    language = tx.customer(record.node).language
    text = speaking.text_of(policy, record.row, key, language, channel)
    return speaking.filled(text, record.row, agent=agent, language=language)


def _leading(tx: Tx, record: CaseRecord) -> CaseRow:
    leader = tx.leader(record.row.id)
    assert leader is not None
    return leader.row


def _wants_care(tx: Tx, record: CaseRecord) -> bool:
    """Whether something was said of how they want to be written to."""
    said = fold(tx.person(record.node).preferences.raw)
    return any(word in said for word in _ABOUT_WRITING)


def _draft(tx: Tx, agent: str, case: str, thread: Thread, words: str) -> None:
    shown = thread.shown
    kept = SavedDraft(
        case,
        CustomerText(words),
        shown.channel,
        shown.id,
        shown.account,
        shown.subject,
        base_version=tx.shown(case).version,
        desk=HUB_DESK,
        rev=tx.next_seq,
        at=tx.now,
    )
    drafts.save(tx.connection, agent, kept)
    tx.append(DraftChanged(case, HUB_DESK), by=agent)


def is_drafted(tx: Tx, policy: HubPolicy, record: CaseRecord, agent: str, words: str, channel: str) -> bool:
    """Whether an agent sends the reminder that was put ready for them, unchanged, to one who is silent still."""
    cases = [part.row.id for part in tx.parts(record.row.id)]
    key = reminded.drafted(tx.connection, cases) if record.state.waiting is None else ""
    if not key or _words(tx, policy, record, key, agent, channel).strip() != words.strip():
        return False
    reminded.sent(tx.connection, cases)
    return True
