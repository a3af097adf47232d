"""`agent-tui wallboard`: another program reads how the queues of a hub do, while it runs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.seeding import SeedCase, SeedMessage, bulk_load
from agent_tui.backends.hub.store import Store
from agent_tui.cli import main
from agent_tui.domain.time import HOUR_MS, SystemTime

HUB = """\
data_dir = "data"

[[queue]]
name = "mails"
title = "=Mail"
channels = ["email"]
"""


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    now = SystemTime().now()
    seeds = [
        SeedCase(f"C{n}", "mailto", f"c{n}@example.com", channel, "support", (SeedMessage("in", now - HOUR_MS, "?"),))
        for n, channel in enumerate(("email", "email", "sms"))
    ]
    store = Store.open(tmp_path / "data", exclusive=True)
    bulk_load(store, seeds, now, Ids(1))
    store.close()
    config = tmp_path / "hub.toml"
    config.write_text(HUB)
    return config


def _wallboard(config: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["wallboard", "--config", str(config), *words], env={"HOME": "/"})


def test_csv_while_the_hub_holds_the_store(hub: Path) -> None:
    serving = Store.open(hub.parent / "data", exclusive=True)
    try:
        said = _wallboard(hub)
    finally:
        serving.close()
    assert said.exit_code == 0, said.output
    rows = list(csv.DictReader(io.StringIO(said.output)))
    assert [(row["queue"], row["title"], row["waiting"]) for row in rows] == [
        ("mails", "'=Mail", "2"),
        ("(no queue)", "", "1"),
        ("(all)", "", "3"),
    ]
    assert 3600 <= int(rows[0]["longest_wait_s"]) < 3700


def test_json(hub: Path) -> None:
    told = json.loads(_wallboard(hub, "--format", "json").output)
    assert told["queues"][0]["waiting"] == 2
    assert [slot["waiting"] for slot in told["queues"][0]["hours"][-2:]] == [2, 2]
    assert told["whole"]["waiting"] == 3


def test_what_is_wrong_is_told_in_one_line(tmp_path: Path) -> None:
    said = _wallboard(tmp_path / "none.toml")
    assert said.exit_code == 2
    assert "none.toml" in said.output
    assert "Traceback" not in said.output
