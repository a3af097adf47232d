"""Promises to customers: given, changed, kept, dropped. Raises Refused; what is left undone is undone."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.hub.refused import Refused
from agent_tui.backends.hub.store import agents, promises
from agent_tui.backends.hub.transaction import Tx
from agent_tui.domain.events import PromiseChanged
from agent_tui.domain.filing import Promised, PromiseSettled
from agent_tui.domain.model import Agent, Promise, PromiseState
from agent_tui.domain.orders import ChangePromise, MakePromise, PromiseEnd, SettlePromise
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms

MAX_WORDS = 500
MAX_OPEN = 50
_ENDS: dict[PromiseEnd, tuple[PromiseState, str]] = {
    "kept": ("kept", ""),
    "not-wanted": ("dropped", "not-wanted"),
    "not-possible": ("dropped", "not-possible"),
}


def make(tx: Tx, agent: Agent, order: MakePromise) -> str:
    """Record it; the promise's id."""
    record = tx.leader(order.case)
    if record is None:
        raise Refused("no-case", "There is no such case.")
    case = record.row.id
    if tx.shown(case).stage in ("done", "spam"):
        raise Refused("closed", "The case is closed: reopen it first.")
    name = order.promise.removeprefix("p_")
    if (
        name == order.promise
        or not 0 < len(name) <= 40
        or not all(c.isascii() and (c.isalnum() or c == "-") for c in name)
    ):
        raise Refused("bad-id", "A promise needs an id of its own: p_ and up to 40 letters, digits and '-'.")
    if promises.find(tx.connection, order.promise) is not None:
        raise Refused("id-reused", "There is a promise of that id already.")
    what = " ".join(order.what.raw.split())
    if not what:
        raise Refused("nothing-promised", "Say what is promised.")
    if len(what) > MAX_WORDS:
        raise Refused("promise-too-long", f"A promise has at most {MAX_WORDS} characters.")
    if len(record.state.promises) >= MAX_OPEN:
        raise Refused("too-many-promises", f"A case has at most {MAX_OPEN} open promises.")
    if order.due <= tx.now:
        raise Refused("past", "That time is past: promise for a later one.")
    _known(tx, order.agent, order.team)
    new = Promise(order.promise, case, CustomerText(what), order.due, tx.now, agent.id, order.agent, order.team)
    promises.add(tx.connection, new)
    tx.step(case, Promised(tx.now, new.id, new.due))
    tx.append(PromiseChanged(new), case, by=agent.id)
    return new.id


def change(tx: Tx, agent: Agent, order: ChangePromise) -> str:
    """Another time, or another's."""
    held = _find(tx, order.case, order.promise)
    if held.state != "open":
        raise Refused("not-open", "That promise is not open any more.")
    if order.due != held.due and order.due <= tx.now:
        raise Refused("past", "That time is past: promise for a later one.")
    _known(tx, order.agent, order.team)
    changed = replace(held, due=order.due, agent=order.agent, team=order.team)
    if changed != held:
        _save(tx, agent, changed)
    return held.id


def settle(tx: Tx, agent: Agent, order: SettlePromise) -> str:
    """Kept, dropped, withdrawn, or open again."""
    held = _find(tx, order.case, order.promise)
    if held.state == order.state:
        return held.id
    record = tx.case(held.case)
    assert record is not None
    if order.state == "open" and record.state.stage in ("done", "spam"):
        raise Refused("closed", "The case is closed: reopen it first.")
    reason = " ".join(order.reason.raw.split())[:MAX_WORDS]
    if order.state == "dropped" and not reason:
        raise Refused("no-reason", "Say why the promise is not kept.")
    _save(tx, agent, _ended(tx, agent, held, order.state, reason))
    return held.id


def close_with(tx: Tx, agent: Agent, case: str, end: PromiseEnd) -> None:
    """What becomes of a case's open promises when it is closed. Raises Refused where nobody has said."""
    left = [one for one in promises.of_case(tx.connection, case) if one.state == "open"]
    if not left:
        return
    if end not in _ENDS:
        raise Refused("promise-open", "Something is still promised here: keep it, drop it, or close with a reason.")
    state, reason = _ENDS[end]
    for held in left:
        _save(tx, agent, _ended(tx, agent, held, state, reason))


def open_again(tx: Tx, agent: Agent, case: str, at: Ms) -> None:
    """Promises that were settled at `at`, when their case was closed, are open again."""
    for held in promises.of_case(tx.connection, case):
        if held.settled == at and held.state in ("kept", "dropped"):
            _save(tx, agent, _ended(tx, agent, held, "open", ""))


def _ended(tx: Tx, agent: Agent, held: Promise, state: PromiseState, reason: str) -> Promise:
    if state == "open":
        return replace(held, state=state, settled=None, settled_by="", reason=CustomerText(""))
    return replace(held, state=state, settled=tx.now, settled_by=agent.id, reason=CustomerText(reason))


def _save(tx: Tx, agent: Agent, changed: Promise) -> None:
    promises.save(tx.connection, changed)
    tx.case(changed.case)
    if changed.state == "open":
        tx.step(changed.case, Promised(changed.at, changed.id, changed.due))
    else:
        tx.step(changed.case, PromiseSettled(tx.now, changed.id))
    tx.append(PromiseChanged(changed), changed.case, by=agent.id)


def _find(tx: Tx, case: str, id: str) -> Promise:
    held = promises.find(tx.connection, id)
    if held is None or held.case not in [part.row.id for part in tx.parts(case)]:
        raise Refused("no-promise", "There is no such promise in this case.")
    return held


def _known(tx: Tx, agent: str, team: str) -> None:
    if agent and agents.find(tx.connection, agent) is None:
        raise Refused("no-agent", f"There is no agent {agent} here, or they are disabled.")
    if team and team not in agents.teams(tx.connection):
        raise Refused("no-team", f"There is no team {team}.")
