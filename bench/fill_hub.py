"""A hub's folder with N cases in its store, an agent and a token: python -m bench.fill_hub FOLDER COUNT (done once)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.seeding import SeedCase, SeedMessage, bulk_load
from agent_tui.backends.hub.store import Store
from agent_tui.config.hub_settings import load_hub_settings
from agent_tui.domain.time import MS, Ms, SystemTime
from agent_tui.hub_process import data_folder
from agent_tui.staff import add_agent, add_token
from bench.mails import BODY, mail

AGENT = "bench"
CONFIG = 'data_dir = "data"\n\n[listen]\nport = 0\n\n[http]\nport = 0\n'


def cases(count: int) -> Iterator[SeedCase]:
    """The mails of bench.mails as open cases of the agent's own."""
    for number in range(count):
        one = mail(number)
        yield SeedCase(
            name=one.customer,
            scheme="mailto",
            address=f"customer{number}@example.com",
            channel="email",
            account="support",
            messages=(SeedMessage("in", Ms(one.at * MS), BODY),),
            subject=f"#{number:06d} {one.subject}",
            owner=AGENT,
        )


def fill(folder: Path, seeds: Iterable[SeedCase]) -> Path:
    """Load a new hub with these cases; make the folder unless it is there already; its hub.toml."""
    config, done = folder / "hub.toml", folder / ".complete"
    if done.exists():
        return config
    (folder / "data").mkdir(parents=True, exist_ok=True)
    config.write_text(CONFIG)
    env = {**os.environ, "HOME": str(folder)}
    add_agent(config, env, AGENT, "Bench", "agent", ())
    loaded = load_hub_settings(config, env)
    store = Store.open(data_folder(loaded, folder), exclusive=True)
    try:
        bulk_load(store, seeds, SystemTime().now(), Ids())
    finally:
        store.close()
    token = folder / "token"
    token.touch(0o600)
    token.write_text(add_token(config, env, AGENT)[0])
    done.touch()
    return config


if __name__ == "__main__":
    fill(Path(sys.argv[1]), cases(int(sys.argv[2])))
