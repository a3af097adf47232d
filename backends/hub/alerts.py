"""Tells supervisors outside their desks about clocks: from a durable queue, until their mail or webhook took it.

What is said names the case, its clock and who has it; no word, name or address of a customer's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from agent_tui.backends.connectors.base import Connector, Hook, Outbound, SendResult
from agent_tui.backends.hub import alert_words
from agent_tui.backends.hub.policy import AlertTarget, HubPolicy
from agent_tui.backends.hub.store import Store, agents, alerts
from agent_tui.backends.hub.store.alerts import Alert, Due, Way
from agent_tui.backends.hub.store.tried import TryState
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.tries import Tries
from agent_tui.backends.hub.worker import Spawn
from agent_tui.backends.hub.writer import Writer
from agent_tui.domain.time import TimeSource

UNKNOWN = "the hub stopped while it was being sent"

log = logging.getLogger("agent_tui.hub")


def queue(tx: Tx, policy: HubPolicy, target: str, said: Alert) -> bool:
    """Tell `target` by each of its ways; whether there is such a target. What was said before is not said again."""
    known = next((one for one in policy.alerts if one.name == target), None)
    for way in _ways(known) if known is not None else ():
        alerts.add(tx.connection, replace(said, id=tx.ids.new("al"), target=target, way=way))
    return known is not None


def _ways(target: AlertTarget) -> list[Way]:
    ways: list[Way] = ["mail"] if target.mail else []
    return [*ways, "webhook"] if target.webhook else ways


def settle_crash(tx: Tx) -> None:
    """What was being sent when the hub died. A webhook knows it again by its id; of a mail nobody knows whether it
    went, and it is not sent twice."""
    for id, way in alerts.left_sending(tx.connection):
        if way == "webhook":
            alerts.TRIED.set_state(tx.connection, id, "queued", 1, tx.now)
        else:
            log.error("alert %s may not have arrived: %s", id, UNKNOWN)
            alerts.TRIED.set_state(tx.connection, id, "unknown", 1, error=UNKNOWN)


class Alerts:
    """Sends what is queued. `connectors`: by account; `hooks`: by the name of their target."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        time: TimeSource,
        policy: Callable[[], HubPolicy],
        connectors: Mapping[str, Connector],
        hooks: Mapping[str, Hook],
        spawn: Spawn,
    ) -> None:
        self._store = store
        self._time = time
        self._policy = policy
        self._connectors = connectors
        self._hooks = hooks
        self.tries = Tries(
            "alert", store, writer, time, policy, spawn, alerts.TRIED, alerts.due, self._try, self._settled, hooks
        )
        self._trouble: dict[str, str] = {}

    def health(self) -> dict[str, str]:
        """One line for each target, "" when it took the last thing that it was told."""
        return {f"alert {one.name}": self._trouble.get(one.name, "") for one in self._policy().alerts}

    def _settled(self, one: Due, state: TryState, result: SendResult) -> None:
        self._trouble[one.alert.target] = "" if state == "sent" else f"{one.alert.way}: {result.reason}"
        if state in ("failed", "unknown"):
            log.error("alert %s to %s by %s: %s", one.alert.id, one.alert.target, one.alert.way, result.reason)

    async def _try(self, one: Due) -> SendResult:
        said = one.alert
        target = next((target for target in self._policy().alerts if target.name == said.target), None)
        if target is None or said.way not in _ways(target):
            return SendResult("refused", reason=f"hub.toml has no {said.way} for it any more")
        with self._store.read() as connection:
            agent = agents.find(connection, said.agent) if said.agent else None
        name = agent.name if agent is not None else ""
        if said.way == "webhook":
            hook = self._hooks.get(target.name)
            if hook is None:
                return SendResult("refused", reason="its webhook is not served")
            return await hook.post(said.id, alert_words.as_json(said, one.number, name, self._time.now()))
        connector = self._connectors.get(target.account)
        if connector is None:
            return SendResult("refused", reason=f"there is no mail account {target.account}")
        return await connector.send(self._mail(one, target, name))

    def _mail(self, one: Due, target: AlertTarget, name: str) -> Outbound:
        said = one.alert
        senders = (sender.address for sender in self._policy().senders if sender.account == target.account)
        domain = next(senders, "").rpartition("@")[2]
        return Outbound(
            message=said.id,
            account=target.account,
            channel="email",
            channel_id=f"<{said.id}@{domain or 'agent-tui.invalid'}>",
            thread="",
            address=target.mail[0],
            body=alert_words.body(said, one.number, name),
            subject=alert_words.subject(said, one.number),
            to=target.mail,
            attempt=one.attempts + 1,
            automatic=True,
        )
