"""What sla.toml names that its hub does not have: alerts, agents, teams, queues, canned replies."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory

from agent_tui.backends.hub.escalating import missing
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.store.opened import DATABASE
from agent_tui.config.hub_settings import load_hub_settings
from agent_tui.config.paths import expand
from agent_tui.config.sla_source import load_sla
from agent_tui.hub_process import data_folder, hub_policy, replies_of


def not_there(config: Path, env: Mapping[str, str], home: Path) -> tuple[str, ...]:
    """A line for each, whether the hub runs or not; before its first start it has no agents.
    Raises ConfigError and StoreError."""
    loaded = load_hub_settings(config, env)
    if loaded.settings.sla is None:
        return ()
    path = expand(loaded.settings.sla, loaded.folder, home)
    rules = load_sla(path, home).rules()
    policy, replies = hub_policy(loaded.settings), replies_of(loaded, home)
    if replies is not None:
        policy = policy.stocked(replies.load())
    with ExitStack() as stack:
        folder = data_folder(loaded, home)
        if not (folder / DATABASE).exists():
            folder = Path(stack.enter_context(TemporaryDirectory()))
        store = stack.enter_context(closing(Store.open(folder, check=False)))
        connection = stack.enter_context(store.read())
        return tuple(f"{path}: {line}" for line in missing(connection, policy, rules))
