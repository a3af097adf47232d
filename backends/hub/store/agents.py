"""Agents, their teams and their tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, update

from agent_tui.backends.hub.store.schema import agent, agent_brand, agent_skill, membership, token
from agent_tui.domain.model import Agent, Role
from agent_tui.domain.standing import Standing
from agent_tui.domain.time import Ms

_AGENTS = select(
    agent.c.id,
    agent.c.name,
    agent.c.role,
    agent.c.presence,
    agent.c.capacity,
    agent.c.since,
    agent.c.next,
    agent.c.hand,
    agent.c.before,
    agent.c.left_at,
).order_by(agent.c.id)
_TEAMS = select(membership.c.agent_id, membership.c.team).order_by(membership.c.agent_id, membership.c.team)
_BRANDS = select(agent_brand.c.agent_id, agent_brand.c.brand).order_by(agent_brand.c.agent_id, agent_brand.c.brand)
_SKILLS = select(agent_skill.c.agent_id, agent_skill.c.skill).order_by(agent_skill.c.agent_id, agent_skill.c.skill)
_ONE = _AGENTS.where(agent.c.id == bindparam("id"), agent.c.disabled.is_(False))
_TOKEN = (
    select(token.c.hash, token.c.agent_id)
    .join(agent, agent.c.id == token.c.agent_id)
    .where(token.c.id == bindparam("id"), token.c.revoked.is_(None), agent.c.disabled.is_(False))
)


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as lists show it; its secret is known to nobody."""

    id: str
    agent: str
    created: Ms
    revoked: Ms | None


def find(connection: Connection, id: str) -> Agent | None:
    """An agent who may work; None for an unknown or disabled one."""
    row = connection.execute(_ONE, {"id": id}).first()
    if row is None:
        return None
    return _agent(row, *(_held(connection, words, id).get(id, ()) for words in (_TEAMS, _BRANDS, _SKILLS)))


def everyone(connection: Connection, *, disabled: bool = False) -> tuple[Agent, ...]:
    """All who may work, or all who may not."""
    teams, brands, skills = (_held(connection, words) for words in (_TEAMS, _BRANDS, _SKILLS))
    rows = connection.execute(_AGENTS.where(agent.c.disabled.is_(disabled))).all()
    return tuple(_agent(row, teams.get(row.id, ()), brands.get(row.id, ()), skills.get(row.id, ())) for row in rows)


def _held(connection: Connection, words: Select[Any], id: str = "") -> dict[str, tuple[str, ...]]:
    """Teams, brands or skills, by agent; of one agent where `id` says which."""
    found: dict[str, list[str]] = {}
    for agent_id, word in connection.execute(words.where(words.selected_columns[0] == id) if id else words):
        found.setdefault(agent_id, []).append(word)
    return {agent_id: tuple(held) for agent_id, held in found.items()}


def _agent(row: Any, teams: tuple[str, ...], brands: tuple[str, ...], skills: tuple[str, ...]) -> Agent:
    role: Role = row.role if row.role in ("supervisor", "admin") else "agent"
    return Agent(row.id, row.name, role, teams, row.presence, brands, skills, row.capacity, row.since, row.next)


def teams(connection: Connection) -> tuple[str, ...]:
    """All teams that have anybody."""
    return tuple(connection.execute(select(membership.c.team).distinct().order_by(membership.c.team)).scalars())


def exists(connection: Connection, id: str) -> bool:
    return connection.execute(select(agent.c.id).where(agent.c.id == id)).first() is not None


def add(connection: Connection, who: Agent, at: Ms) -> None:
    connection.execute(
        insert(agent).values(id=who.id, name=who.name, role=who.role, presence=who.presence, disabled=False, created=at)
    )
    set_teams(connection, who.id, who.teams)


def set_teams(connection: Connection, id: str, teams: Iterable[str]) -> None:
    connection.execute(delete(membership).where(membership.c.agent_id == id))
    for team in sorted(set(teams)):
        connection.execute(insert(membership).values(agent_id=id, team=team))


def set_skills(connection: Connection, id: str, skills: Iterable[str], capacity: int) -> None:
    """These and no other skills, and how much the agent can have at once."""
    connection.execute(delete(agent_skill).where(agent_skill.c.agent_id == id))
    for skill in sorted(set(skills)):
        connection.execute(insert(agent_skill).values(agent_id=id, skill=skill))
    connection.execute(update(agent).where(agent.c.id == id).values(capacity=capacity))


def set_disabled(connection: Connection, id: str, disabled: bool) -> None:
    connection.execute(update(agent).where(agent.c.id == id).values(disabled=disabled))


def standing(connection: Connection, id: str) -> Standing | None:
    """Whether they take new work; None for an unknown or disabled one."""
    row = connection.execute(_ONE, {"id": id}).first()
    return Standing(row.presence, row.since, row.next, row.hand, row.before, row.left_at) if row is not None else None


def set_standing(connection: Connection, id: str, now: Standing) -> None:
    columns = {"since": now.since, "next": now.then, "hand": now.hand, "before": now.before, "left_at": now.left}
    connection.execute(update(agent).where(agent.c.id == id).values(presence=now.state, **columns))


def add_token(connection: Connection, id: str, who: str, hashed: str, at: Ms) -> None:
    connection.execute(insert(token).values(id=id, agent_id=who, hash=hashed, created=at))


def find_token(connection: Connection, id: str) -> tuple[str, str] | None:
    """Hash and agent id of a token that is in force, of an agent who may work."""
    row = connection.execute(_TOKEN, {"id": id}).first()
    return (row.hash, row.agent_id) if row is not None else None


def shut_out(connection: Connection) -> tuple[object, ...]:
    """How many tokens are revoked, when the last was, which agents are disabled, and when brands were granted last."""
    revoked = connection.execute(select(func.count(token.c.revoked), func.max(token.c.revoked))).one()
    disabled = connection.execute(select(agent.c.id).where(agent.c.disabled.is_(True)).order_by(agent.c.id)).scalars()
    granted = connection.execute(select(func.max(agent.c.granted))).scalar()
    return *revoked, granted, *disabled


def tokens(connection: Connection) -> tuple[TokenLine, ...]:
    rows = connection.execute(
        select(token.c.id, token.c.agent_id, token.c.created, token.c.revoked).order_by(token.c.created, token.c.id)
    )
    return tuple(TokenLine(*row) for row in rows)


def revoke_token(connection: Connection, id: str, at: Ms) -> bool:
    """False when there is no such token in force."""
    done = connection.execute(update(token).where(token.c.id == id, token.c.revoked.is_(None)).values(revoked=at))
    return done.rowcount > 0
