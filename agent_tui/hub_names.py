"""What sla.toml and guided scripts name that their hub does not have: alerts, agents, teams, queues, brands, canned
replies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory

from agent_tui.backends.hub.escalating import missing
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import Store, agents
from agent_tui.backends.hub.store.opened import DATABASE
from agent_tui.config.guided_source import ScriptFiles, load_scripts
from agent_tui.config.hub_settings import load_hub_settings
from agent_tui.config.paths import expand
from agent_tui.config.problems import Problem
from agent_tui.config.sla_source import load_sla
from agent_tui.domain.guided.script import Effect
from agent_tui.hub_process import data_folder, hub_policy, replies_of


def not_there(config: Path, env: Mapping[str, str], home: Path) -> tuple[str, ...]:
    """A line for each, whether the hub runs or not; before its first start it has no agents.
    Raises ConfigError and StoreError."""
    loaded = load_hub_settings(config, env)
    settings = loaded.settings
    if settings.sla is None and settings.scripts is None:
        return ()
    policy, replies = hub_policy(settings), replies_of(loaded, home)
    if replies is not None:
        policy = policy.stocked(replies.load())
    lines: list[str] = []
    with ExitStack() as stack:
        folder = data_folder(loaded, home)
        if not (folder / DATABASE).exists():
            folder = Path(stack.enter_context(TemporaryDirectory()))
        store = stack.enter_context(closing(Store.open(folder, check=False)))
        connection = stack.enter_context(store.read())
        if settings.sla is not None:
            path = expand(settings.sla, loaded.folder, home)
            rules = load_sla(path, home).rules()
            lines += (f"{path}: {line}" for line in missing(connection, policy, rules))
        if settings.scripts is not None:
            files = load_scripts(expand(settings.scripts, loaded.folder, home))
            known = frozenset(agent.id for agent in agents.everyone(connection))
            lines += map(str, _in_scripts(files, policy, known))
    return tuple(lines)


def _in_scripts(files: ScriptFiles, policy: HubPolicy, people: frozenset[str]) -> Iterator[Problem]:
    """`people`: ids of agents; a hub that has not begun yet has none, and then nobody is missed."""
    replies, queues = {one.key for one in policy.canned}, {queue.id for queue in policy.queues}
    brands = {brand for brand, _ in policy.brand_titles}
    for key, script in files.scripts.items():
        source = files.sources[key]
        for brand in script.brands:
            if brand not in brands:
                yield source.problem(("brands",), f"there is no brand {brand}", ", ".join(sorted(brands)))
        for index, step in enumerate(script.steps):
            deeds: list[tuple[tuple[str | int, ...], Effect]] = [(("do",), deed) for deed in step.effects]
            deeds += [(("choice", at, "do"), deed) for at, one in enumerate(step.choices) for deed in one.effects]
            for place, deed in deeds:
                sign, name = deed.what[:1], deed.what[1:]
                if deed.kind == "reply" and deed.what not in replies:
                    yield source.problem(("step", index, *place), f"there is no canned reply {deed.what}")
                elif deed.kind == "transfer" and sign == "#" and name not in queues:
                    yield source.problem(("step", index, *place), f"there is no queue {name}")
                elif deed.kind == "transfer" and sign == "@" and people and name not in people:
                    yield source.problem(("step", index, *place), f"there is no agent {name}")
