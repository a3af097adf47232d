"""Tells other systems what became of a case: once for each time it is done, once for each call that is written up."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection

from agent_tui.backends.connectors.base import Hook, SendResult
from agent_tui.backends.hub.policy import HubPolicy, WrapUpTarget
from agent_tui.backends.hub.store import Store, agents, cases, log, people, phone, scripts, talk, wrap_ups
from agent_tui.backends.hub.store.tried import TryState
from agent_tui.backends.hub.store.wrap_ups import What, WrapUp
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.tries import Tries
from agent_tui.backends.hub.worker import Spawn
from agent_tui.backends.hub.writer import Writer
from agent_tui.domain.guided.place import Run
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.time import MS, Ms, TimeSource

DONE_REST_MS = 20_000
"""So long a case rests before it is told that it is done: the agent may take that back."""
MOST_NOTES = 20
_NOTES_AMONG = 500
"""Of so many of the case's newest messages."""

_LOGGER = logging.getLogger("agent_tui.hub")


def queue(tx: Tx, policy: HubPolicy, agent: Agent, case: str, what: What, outcome: str = "", call: str = "") -> None:
    """Tell every target that takes cases of this brand."""
    record = tx.case(case) if policy.wrap_ups else None
    for target in policy.wrap_ups if record is not None else ():
        if record is not None and (not target.brands or record.row.brand in target.brands):
            new = WrapUp(tx.ids.new("wu"), target.name, case, what, call, outcome, agent.id, tx.now)
            wrap_ups.add(tx.connection, new, tx.now + (DONE_REST_MS if what == "done" else 0))


def settle_crash(tx: Tx) -> None:
    """What was being told when the hub died is told again: it is known by its id."""
    wrap_ups.try_again(tx.connection, tx.now)


class WrapUps:
    """Posts what is queued. `hooks`: by the name of their target."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        time: TimeSource,
        policy: Callable[[], HubPolicy],
        hooks: Mapping[str, Hook],
        spawn: Spawn,
    ) -> None:
        self._store = store
        self._policy = policy
        self._hooks = hooks
        self._trouble: dict[str, str] = {}
        self.tries = Tries(
            "wrap-up", store, writer, time, policy, spawn, wrap_ups.TRIED, wrap_ups.due, self._try, self._settled, hooks
        )

    def health(self) -> dict[str, str]:
        """One line for each target, "" when it took the last thing that it was told."""
        return {f"post {one.name}": self._trouble.get(one.name, "") for one in self._policy().wrap_ups}

    def _settled(self, one: WrapUp, state: TryState, result: SendResult) -> None:
        self._trouble[one.target] = "" if state == "sent" else result.reason
        if state in ("failed", "unknown"):
            _LOGGER.error("wrap-up %s to %s: %s", one.id, one.target, result.reason)

    async def _try(self, one: WrapUp) -> SendResult:
        target = next((target for target in self._policy().wrap_ups if target.name == one.target), None)
        hook = self._hooks.get(one.target)
        if target is None or hook is None:
            return SendResult("refused", reason="hub.toml has no such [[post]] any more")
        with self._store.read() as connection:
            content = told(connection, one, target)
        # taken back, or erased, before anybody heard of it: nothing is left to be told
        return await hook.post(one.id, content) if content is not None else SendResult("accepted")


def told(connection: Connection, one: WrapUp, target: WrapUpTarget) -> bytes | None:
    """The post, as docs/webhooks.md has it; None where the case is not done any more, or its customer was erased."""
    row = log.case_row(connection, cases.head_of(connection, one.case_id))
    customer = people.person(connection, row.customer) if row is not None else None
    if row is None or row.erased or customer is None or customer.erased:
        return None
    if one.what == "done" and row.stage != "done" and not one.attempts:
        return None
    agent, call = agents.find(connection, one.agent), phone.find_call(connection, one.call) if one.call else None
    said: dict[str, object] = {
        "type": "wrap-up",
        "id": one.id,
        "to": one.target,
        "what": one.what,
        "at": _iso(one.at),
        "outcome": call.outcome if call is not None else one.outcome,
        "agent": {"id": one.agent, "name": agent.name if agent is not None else ""},
        "case": {
            "id": row.id,
            "number": row.number,
            "channel": row.channel,
            "brand": row.brand,
            "team": row.team,
            "labels": list(row.labels),
        },
        "customer": {"addresses": [f"{one.scheme}:{one.value.raw}" for one in customer.addresses]},
    }
    runs = [run for part in cases.parts(connection, row.id) for run in scripts.of_case(connection, part)]
    if runs:
        said["scripts"] = [_script(one.run) for one in runs]
    if target.notes:
        said["notes"] = _notes(connection, row)
    return json.dumps(said).encode()


def _notes(connection: Connection, row: CaseRow) -> list[dict[str, str]]:
    """The newest, oldest first."""
    messages, _ = talk.timeline(connection, cases.parts(connection, row.id), "", _NOTES_AMONG)
    notes = [one for one in messages if one.kind == "note" and one.body][-MOST_NOTES:]
    return [{"at": _iso(one.at), "agent": one.author, "text": one.body.raw} for one in notes]


def _script(run: Run) -> dict[str, object]:
    """What was collected by a guided script."""
    values = {answer.name: answer.value.raw for answer in run.answers if answer.name}
    return {"script": run.script, "state": run.state, "values": values}


def _iso(at: Ms) -> str:
    return datetime.fromtimestamp(at / MS, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
