"""Who handles an open case now and who else is at it, in words: `Avi has it · Avi is writing on WhatsApp`."""

from __future__ import annotations

from agent_tui.desk.asked_for import AskedFor
from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.leases import colleague, standing
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.channels import channel
from agent_tui.domain.model import CaseRow, Lease
from agent_tui.domain.presence import Watcher
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, compose, trusted
from agent_tui.domain.transfers import Transfer
from agent_tui.domain.views import is_handed


def now_words(
    state: BackendState, case: OpenCase, row: CaseRow, desk: str, asked_for: AskedFor
) -> tuple[tuple[SafeText, bool], ...]:
    """Parts of the line, the weightiest first, each with whether it is loud: somebody asks for the case, or this desk
    cannot answer. Of several who are there one is named, a writer first."""
    me = state.me.id if state.me is not None else ""
    parts: list[tuple[SafeText, bool]] = []
    watchers = {one.agent: one for one in case.watchers if one.agent != me}
    if row.transfer is not None and (moving := _transfer_words(state, row, row.transfer, me)) is not None:
        parts.append(moving)
    lease = row.lease
    if lease is not None and (held := _lease_words(state, lease, me, desk, watchers)) is not None:
        parts.append(held)
    asking = asked_for.of(case.key, me) if lease is not None and lease.agent == me else ()
    if asking:
        wanted = compose("{who} asks for it", who=colleague(state, asking[-1]))
        more = len(asking) - 1
        parts.append((compose("{what} +{n}", what=wanted, n=more) if more else wanted, True))
    there = [one for agent, one in watchers.items() if not _told(lease, agent, one) and agent not in asking]
    there.sort(key=lambda one: one.doing == "reading")
    if there:
        words = _watcher_words(state, there[0])
        more = len(there) - 1
        parts.append((compose("{what} +{n}", what=words, n=more) if more else words, False))
    if any(one.agent == me for one in case.watchers) and not parts:
        parts.append((trusted("open at another terminal of yours"), False))
    if state.capabilities.lease == "advisory":
        parts.append((trusted("advisory"), False))
    return tuple(parts)


def _transfer_words(state: BackendState, row: CaseRow, held: Transfer, me: str) -> tuple[SafeText, bool] | None:
    """Who hands it to whom; loud where it is I who must answer."""
    if held.state == "connecting":
        return trusted("the call is being put through"), False
    if held.state == "unknown":
        words = compose("nobody knows whether the call was put through: {key} says it", key=key_of("transfer", "t"))
        return words, held.concerns(me)
    if is_handed(row, me):
        by = colleague(state, held.by)
        if held.state == "together":
            return compose("together with {who}", who=by), False
        return compose("{who} hands it to you: {key} answers", who=by, key=key_of("transfer", "t")), True
    if held.queue and not held.warm:
        return None  # that it waits in a queue is said already
    to = colleague(state, held.agent)
    if held.state == "together":
        return compose("together with {who}", who=to), False
    return compose("{who} is asked to take it", who=to), False


def _told(lease: Lease | None, agent: str, watcher: Watcher) -> bool:
    """Whether the lease's own words say what a colleague does."""
    return lease is not None and lease.agent == agent and watcher.doing == "reading"


def _lease_words(
    state: BackendState, lease: Lease, me: str, desk: str, watchers: dict[str, Watcher]
) -> tuple[SafeText, bool] | None:
    how = standing(lease, me, desk)
    if how == "my-other":
        return trusted("at your other terminal"), True
    if how == "for-me":
        return compose("handed to you: {key} takes it", key=key_of("case-open", "Enter")), False
    if how != "colleague":
        return None
    who = colleague(state, lease.agent)
    if lease.away:
        return compose("{who} has it, line down", who=who), True
    writes = watchers.get(lease.agent)
    if writes is not None and writes.doing == "writing":
        return None  # "Avi is writing" says it
    return compose("{who} has it", who=who), True


def _watcher_words(state: BackendState, watcher: Watcher) -> SafeText:
    who = colleague(state, watcher.agent)
    if watcher.doing == "reading":
        return compose("{who} is reading", who=who)
    if not watcher.channel:
        return compose("{who} is writing a note", who=who)
    return compose("{who} is writing on {channel}", who=who, channel=channel(watcher.channel).title)
