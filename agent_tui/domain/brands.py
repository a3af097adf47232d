"""Whom an agent may speak for, and so what they may see: cases of the brands granted to them, and those of no brand."""

from __future__ import annotations

from collections.abc import Iterable

from agent_tui.domain.model import EVERY_BRAND, Agent


def sees_every(agent: Agent) -> bool:
    return EVERY_BRAND in agent.brands


def sees(agent: Agent, brand: str) -> bool:
    """Whether the agent may see what is of a brand; what is of none is everybody's."""
    return not brand or brand in agent.brands or EVERY_BRAND in agent.brands


def works_with(agent: Agent, other: Agent) -> bool:
    """Whether the other speaks for any brand that the agent may see, or for none."""
    return not other.brands or sees_every(agent) or sees_every(other) or any(sees(agent, one) for one in other.brands)


def sees_all(agent: Agent, brands: Iterable[str]) -> bool:
    return all(sees(agent, brand) for brand in brands)
