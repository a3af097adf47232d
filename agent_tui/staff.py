"""What operators do to agents and tokens of a workspace, from the command line; also while its hub runs."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.importing import import_talks
from agent_tui.backends.hub.store import Store
from agent_tui.config.hub_settings import HubSettings, load_hub_settings
from agent_tui.config.problems import ConfigError, Problem
from agent_tui.domain.model import CAPACITY, EVERY_BRAND, Role
from agent_tui.domain.text import clean_line
from agent_tui.domain.time import Ms, SystemTime, local_time
from agent_tui.hub_process import data_folder


@contextmanager
def _operator(config: Path, env: Mapping[str, str]) -> Iterator[Operator]:
    loaded = load_hub_settings(config, env)
    store = Store.open(data_folder(loaded, Path(env["HOME"])), check=False)
    try:
        yield Operator(store, SystemTime(), Ids())
    finally:
        store.close()


def add_agent(
    config: Path,
    env: Mapping[str, str],
    id: str,
    name: str,
    role: Role,
    teams: tuple[str, ...],
    brands: tuple[str, ...] = (),
) -> list[str]:
    """Raises AccessError, StoreError, ConfigError, as all here do."""
    known = [team.name for team in load_hub_settings(config, env).settings.teams]
    for team in teams:
        if team not in known:
            expected = f"one of {', '.join(known)}" if known else "a [[teams]] table first"
            raise ConfigError([Problem(str(config), 0, "teams", f"no team is called {team}", expected)])
    granted = _brands(config, env, brands)
    with _operator(config, env) as operator:
        agent = operator.add_agent(id, name, role, teams, granted)
    return [f"added {agent.id} ({agent.role}); next: agent-tui hub token add {agent.id}"]


def grant_brands(config: Path, env: Mapping[str, str], id: str, brands: tuple[str, ...]) -> list[str]:
    """From now on the agent sees these brands and no others."""
    granted = _brands(config, env, brands)
    with _operator(config, env) as operator:
        operator.grant(id, granted)
    return [f"{id} sees {_named(granted)}; open desks begin anew within seconds"]


def set_skills(
    config: Path, env: Mapping[str, str], id: str, skills: tuple[str, ...], capacity: int | None
) -> list[str]:
    """From now on the agent has these skills and no others, and can have so much at once."""
    for skill in skills:
        kind, colon, value = skill.partition(":")
        if not (kind and colon and value) or "," in skill:
            expected = "a kind and a word: language:he, topic:refunds, region:north, channel:phone"
            raise ConfigError([Problem(str(config), 0, "skills", f"{skill} is no skill", expected)])
    with _operator(config, env) as operator:
        known = next((agent for agent in operator.agents() if agent.id == id), None)
        now = known.capacity if known is not None else CAPACITY
        agent = operator.set_skills(id, skills, now if capacity is None else capacity)
    return [f"{id}: {', '.join(agent.skills) or 'no skills'}; room for {agent.capacity}"]


def _brands(config: Path, env: Mapping[str, str], brands: tuple[str, ...]) -> tuple[str, ...]:
    """What is granted. Where there are several brands it must be said."""
    known = [brand.name for brand in load_hub_settings(config, env).settings.brands]
    if not brands and len(known) > 1:
        expected = f"--brand with one of {', '.join(known)}, or --brand all"
        raise ConfigError([Problem(str(config), 0, "brands", "there are several: say whose", expected)])
    for brand in brands:
        if brand != "all" and brand not in known:
            expected = f"one of {', '.join(known)}, or all" if known else "a [[brands]] table first"
            raise ConfigError([Problem(str(config), 0, "brands", f"no brand is called {brand}", expected)])
    return (EVERY_BRAND,) if not brands or "all" in brands else brands


def _named(brands: tuple[str, ...]) -> str:
    return "all brands" if EVERY_BRAND in brands else ", ".join(brands) or "no brand"


def list_agents(config: Path, env: Mapping[str, str]) -> list[str]:
    with _operator(config, env) as operator:
        working = [(agent, "") for agent in operator.agents()]
        disabled = [(agent, "disabled") for agent in operator.agents(disabled=True)]
    return [
        "\t".join(
            map(
                clean_line,
                (
                    agent.id,
                    agent.name,
                    agent.role,
                    ",".join(agent.teams) or "-",
                    _named(agent.brands),
                    ",".join(agent.skills) or "-",
                    str(agent.capacity),
                    state or agent.presence,
                ),
            )
        )
        for agent, state in working + disabled
    ]


def disable_agent(config: Path, env: Mapping[str, str], id: str) -> list[str]:
    with _operator(config, env) as operator:
        operator.set_disabled(id)
    return [f"{id} is disabled; open desks are cut within seconds"]


def add_token(config: Path, env: Mapping[str, str], agent: str) -> list[str]:
    """The token is shown here and nowhere else."""
    with _operator(config, env) as operator:
        return [operator.add_token(agent).text]


def list_tokens(config: Path, env: Mapping[str, str]) -> list[str]:
    with _operator(config, env) as operator:
        return [
            "\t".join(
                (
                    line.id,
                    line.agent,
                    _day(line.created),
                    f"revoked {_day(line.revoked)}" if line.revoked else "in force",
                )
            )
            for line in operator.tokens()
        ]


def revoke_token(config: Path, env: Mapping[str, str], id: str) -> list[str]:
    with _operator(config, env) as operator:
        operator.revoke_token(id.partition(".")[0])
    return [f"{id.partition('.')[0]} is revoked; desks that are open with it are cut within seconds"]


def import_conversations(config: Path, env: Mapping[str, str], path: Path, brand: str = "") -> list[str]:
    """Earlier conversations from a file; no hub may run meanwhile. `brand`: whose they are, or "all"."""
    whose = _brands(config, env, (brand,) if brand else ())
    loaded = load_hub_settings(config, env)
    store = Store.open(data_folder(loaded, Path(env["HOME"])), exclusive=True)
    try:
        count = import_talks(store, _lines(path), SystemTime().now(), brand=_whose(loaded.settings, whose))
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(str(path), 0, "", "this is no UTF-8", "JSON, one conversation a line")]) from error
    finally:
        store.close()
    return [f"{count} conversations are history now; those that were there before were left out"]


def _whose(settings: HubSettings, granted: tuple[str, ...]) -> str:
    """The one brand, also where it goes without saying; "" is everybody's."""
    named = granted if EVERY_BRAND not in granted else tuple(brand.name for brand in settings.brands)
    return named[0] if len(named) == 1 else ""


def _lines(path: Path) -> Iterator[str]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as file:
            yield from file
    else:
        with path.open(encoding="utf-8") as file:
            yield from file


def _force(revoked: Ms | None) -> str:
    return f"revoked {_day(revoked)}" if revoked is not None else "in force"


def _day(at: Ms) -> str:
    return local_time(at, UTC).strftime("%Y-%m-%d %H:%M")
