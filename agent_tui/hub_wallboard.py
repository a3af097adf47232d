"""The wallboard of a workspace from the command line; also while its hub runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent_tui.backends.hub.store import Store, log
from agent_tui.backends.hub.wallboard import wallboard
from agent_tui.config.hub_settings import load_hub_settings
from agent_tui.domain.model import Agent
from agent_tui.domain.time import SystemTime
from agent_tui.domain.wallboard_export import exported
from agent_tui.hub_process import data_folder

_OPERATOR = Agent("", "", "admin")
"""Who has the hub's file sees every brand."""


def export_wallboard(config: Path, env: Mapping[str, str], form: str) -> str:
    """`form`: csv or json. Nothing is written. Raises ConfigError and StoreError."""
    loaded = load_hub_settings(config, env)
    setups = tuple(queue.setup() for queue in loaded.settings.queue)
    store = Store.open(data_folder(loaded, Path(env["HOME"])), check=False)
    try:
        with store.read() as connection:
            head = log.read_head(connection)
            return exported(wallboard(connection, setups, _OPERATOR, head, SystemTime().now()), form)
    finally:
        store.close()
