"""Agents and tokens: made and revoked by operators, checked at every handshake. A token is `id.secret`; only its hash
is kept (argon2), so that a stolen database opens no desk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store, agents, log
from agent_tui.backends.hub.store import brands as store_brands
from agent_tui.backends.hub.store.agents import TokenLine
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.writer import Committer
from agent_tui.domain.events import AgentChanged
from agent_tui.domain.model import EVERY_BRAND, Agent, Role
from agent_tui.domain.standing import Standing
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms, TimeSource

CACHE = 10_000


class AccessError(Exception):
    """An operator's wish that cannot be met; the message says why."""


def hasher() -> PasswordHasher:
    """Secrets are random and long, so the cost only slows a thief of the file, not a login (RFC 9106, lighter)."""
    return PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1)


def split(token: str) -> tuple[str, str] | None:
    id, dot, secret = token.partition(".")
    return (id, secret) if dot and id and secret and len(token) < 200 else None


class Doorkeeper:
    """Checks tokens. What was verified once is remembered by its sha256 only; revoking counts at once, because the
    store is asked each time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._hasher = hasher()
        self._verified: dict[str, str] = {}

    def check(self, token: str) -> Agent | None:
        """Slow (argon2) for a token not seen before: call it off the loop."""
        parts = split(token)
        if parts is None:
            return None
        with self._store.read() as connection:
            held = agents.find_token(connection, parts[0])
            if held is None:
                return None
            hashed, agent = held
            key = hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
            if self._verified.get(key) != hashed:
                try:
                    self._hasher.verify(hashed, parts[1])
                except (Argon2Error, InvalidHashError):
                    return None
                if len(self._verified) >= CACHE:
                    self._verified.clear()
                self._verified[key] = hashed
            return agents.find(connection, agent)

    def shut_out_and_head(self) -> tuple[object, int]:
        """What differs as soon as somebody more, or somebody else, may not come in; and the place in the log. From a
        few rows of the store."""
        with self._store.read() as connection:
            return agents.shut_out(connection), log.read_head(connection)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made: `text` is shown once and kept nowhere."""

    id: str
    text: str


class Operator:
    """What `hub agent` and `hub token` do, also while a hub runs on the same folder. Raises AccessError, StoreError."""

    def __init__(self, store: Store, time: TimeSource, ids: Ids) -> None:
        self._store = store
        self._time = time
        self._ids = ids
        self._committer = Committer(store, time, ids, None)

    def _do(self, job: Callable[[Tx], None]) -> None:
        self._committer.one(job)

    def agents(self, *, disabled: bool = False) -> tuple[Agent, ...]:
        with self._store.read() as connection:
            return agents.everyone(connection, disabled=disabled)

    def add_agent(
        self,
        id: str,
        name: str = "",
        role: Role = "agent",
        teams: tuple[str, ...] = (),
        brands: tuple[str, ...] = (EVERY_BRAND,),
    ) -> Agent:
        """`id`: a short word, letters, digits, `-`, `_` and `.` only."""
        if not id or len(id) > 40 or not all(c.isascii() and (c.isalnum() or c in "-_.") for c in id):
            raise AccessError(f"{id!r} is no agent id: use up to 40 letters, digits, '-', '_' or '.'")
        # an argument that is not in the terminal's encoding comes with half characters, which no database can hold
        known = tuple(sorted({CustomerText(team).raw for team in teams}))
        granted = tuple(sorted({CustomerText(brand).raw for brand in brands}))
        agent = Agent(id, CustomerText(name or id).raw, role, known, brands=granted)

        def job(tx: Tx) -> None:
            if agents.exists(tx.connection, id):
                raise AccessError(f"there is an agent {id} already")
            agents.add(tx.connection, agent, tx.now)
            tx.append(AgentChanged(agent))
            store_brands.grant(tx.connection, id, granted, 0)  # no desk of theirs has seen anything else

        self._do(job)
        return agent

    def grant(self, id: str, brands: tuple[str, ...]) -> Agent:
        """The agent may see these brands and no others; desks of theirs begin anew."""
        granted = tuple(sorted({CustomerText(brand).raw for brand in brands}))
        changed: list[Agent] = []

        def job(tx: Tx) -> None:
            known = agents.find(tx.connection, id)
            if known is None:
                raise AccessError(f"there is no agent {id}, or they are disabled")
            changed.append(replace(known, brands=granted))
            store_brands.grant(tx.connection, id, granted, tx.append(AgentChanged(changed[0])))

        self._do(job)
        return changed[0]

    def set_skills(self, id: str, skills: tuple[str, ...], capacity: int) -> Agent:
        """What the agent can be given, and how much at once; 0: queues give them nothing."""
        held = tuple(sorted({CustomerText(skill).raw for skill in skills}))
        changed: list[Agent] = []

        def job(tx: Tx) -> None:
            known = agents.find(tx.connection, id)
            if known is None:
                raise AccessError(f"there is no agent {id}, or they are disabled")
            agents.set_skills(tx.connection, id, held, capacity)
            changed.append(replace(known, skills=held, capacity=capacity))
            tx.append(AgentChanged(changed[0]))

        self._do(job)
        return changed[0]

    def set_disabled(self, id: str, disabled: bool = True) -> None:
        """A disabled agent's tokens are refused at once."""

        def job(tx: Tx) -> None:
            if not agents.exists(tx.connection, id):
                raise AccessError(f"there is no agent {id}")
            agents.set_standing(tx.connection, id, Standing())
            agents.set_disabled(tx.connection, id, disabled)

        self._do(job)

    def add_token(self, agent: str) -> NewToken:
        secret = self._ids.secret()
        new = NewToken(self._ids.new("k")[2:12], "")
        new = NewToken(new.id, f"{new.id}.{secret}")
        hashed = hasher().hash(secret)

        def job(tx: Tx) -> None:
            if agents.find(tx.connection, agent) is None:
                raise AccessError(f"there is no agent {agent}, or they are disabled")
            agents.add_token(tx.connection, new.id, agent, hashed, tx.now)

        self._do(job)
        return new

    def tokens(self) -> tuple[TokenLine, ...]:
        with self._store.read() as connection:
            return agents.tokens(connection)

    def revoke_token(self, id: str) -> None:
        at: Ms = self._time.now()

        def job(tx: Tx) -> None:
            if not agents.revoke_token(tx.connection, id, at):
                raise AccessError(f"there is no token {id} in force")

        self._do(job)
