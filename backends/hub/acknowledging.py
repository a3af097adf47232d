"""Acknowledges a customer's first word by itself, with the time by which an answer is promised, where a policy says so.

It is written in the transaction that files the word, which is filed once, so it goes out once, whenever the hub dies.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from agent_tui.backends.hub import speaking
from agent_tui.backends.hub.measuring import Measured
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import talk
from agent_tui.backends.hub.store.talk import Thread
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.promised_time import is_hebrew, promised_time
from agent_tui.domain.sla.changes import foremost
from agent_tui.domain.sla.clocks import SlaClock
from agent_tui.domain.sla.policies import RESPONSES

NOBODY = frozenset({"noreply", "no-reply", "donotreply", "do-not-reply", "mailer-daemon", "postmaster", "bounce"})
"""Local parts of mail addresses behind which nobody reads (RFC 3834 section 2)."""


def acknowledge(tx: Tx, policy: HubPolicy, case: str, conversation: str) -> bool:
    """A customer's word opened the case: say that it came, if the case's policy says so and nothing would be left open
    in the words; whether it was said."""
    if tx.rules is None or not any(one.acknowledge for one in tx.rules.now.policies):
        return False
    measured, record = tx.measured(case), tx.case(case)
    clock = _promise(measured) if measured is not None else None
    thread = talk.find_thread(tx.connection, conversation)  # with the word that came
    if clock is None or record is None or thread is None or _nobody_reads(thread) or not speaking.may_write(tx, thread):
        return False
    key = tx.rules.book.versions[clock.version].by_id[clock.policy].acknowledge
    language = tx.customer(record.node).language
    text = speaking.text_of(policy, record.row, key, language, thread.shown.channel)
    zone = ZoneInfo(tx.rules.zone_of(clock))
    time = promised_time(clock.due or 0, tx.now, zone, hebrew=is_hebrew(text))
    promised = time if (clock.due or 0) > tx.now else ""
    words = speaking.filled(text, record.row, promised=promised, language=language)
    if not speaking.whole(thread, words, record.row):
        return False
    speaking.say(tx, policy, thread, words, "acknowledgement")
    return True


def _promise(measured: Measured) -> SlaClock | None:
    """What the customer is promised: a first response where there is one, else what matters first."""
    going = [clock for clock in measured.clocks if clock.counts]
    return next((clock for clock in going if clock.metric in RESPONSES), None) or foremost(going)


def _nobody_reads(thread: Thread) -> bool:
    address = thread.shown.address.raw
    return address.startswith("unknown-") or address.partition("@")[0].lower() in NOBODY
