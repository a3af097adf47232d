"""Service levels of a real hub: breached while it was killed, edited while it runs, explained from its own files."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.desks import desk
from tests.end_to_end.hub_run import HubRun, command, hub_run, until
from tests.end_to_end.webhook_world import ENV, config, customers, receiver

SLA = """
[[policy]]
name = "chat"
kinds = ["live"]
first_response = { within = "%s" }
total_resolution = { within = "8h" }
"""


def write_rules(folder: Path, within: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "sla.toml").write_text(SLA % within, encoding="utf-8")


def events(hub: HubRun) -> list[dict[str, Any]]:
    """What became of clocks, with when it happened and when it was written down."""
    with closing(sqlite3.connect(hub.database)) as db:
        rows = db.execute(
            "SELECT occurred, recorded, data FROM event WHERE kind = 'clock-turned' ORDER BY seq"
        ).fetchall()
    return [{"occurred": occurred, "recorded": recorded, **json.loads(data)} for occurred, recorded, data in rows]


@pytest.mark.slow
async def test_what_was_broken_while_the_hub_was_dead_is_dated_at_its_due_second(tmp_path: Path) -> None:
    write_rules(tmp_path / "hub", "2s")
    async with receiver() as far, hub_run(tmp_path / "hub", f'sla = "sla.toml"\n{config(far.url)}', ENV) as hub:
        token = hub.agent("ada")
        async with customers(hub.http_url) as world, desk(hub.desk_url, token, tmp_path / "ada") as ada:
            await world.say("vera", "hello")
            row = await ada.until_row("vera")
            assert row.clock is not None
            since, due = row.clock.since, row.clock.due
            assert due == since + 2000
            await hub.kill()
            ada.reply(row, "here I am")  # waits for the hub, and goes out as soon as it is there
            await asyncio.sleep(2.1)
            await hub.start()
            await until(lambda: "here I am" in far.texts, what="the answer")
            await until(lambda: bool(events(hub)), what="the breach")
        broken = [event for event in events(hub) if event["change"] == "breached"]
        assert [(event["metric"], event["occurred"], event["due"]) for event in broken] == [("first", due, due)]
        assert broken[0]["recorded"] > due
        said = await command("sla", "explain", f"#{row.number}", folder=hub.folder, env=hub.env)
        assert "breached  first response" in said.out, said
        assert "answered" in said.out


@pytest.mark.slow
async def test_the_rules_are_edited_while_the_hub_runs(tmp_path: Path) -> None:
    write_rules(tmp_path / "hub", "10m")
    async with receiver() as far, hub_run(tmp_path / "hub", f'sla = "sla.toml"\n{config(far.url)}', ENV) as hub:
        token = hub.agent("ada")
        async with customers(hub.http_url) as world, desk(hub.desk_url, token, tmp_path / "ada") as ada:
            await world.say("vera", "hello")
            row = await ada.until_row("vera")
            assert row.clock is not None
            since = row.clock.since

            def promised() -> int:
                shown = ada.row_of("vera")
                assert shown is not None and shown.clock is not None
                return shown.clock.due - since

            assert promised() == 600_000
            (tmp_path / "hub" / "sla.toml").write_text("[[policy]]\nname = 7\n", encoding="utf-8")
            await until(lambda: "the rules stay as they were" in hub.log(), what="the mistake in the log")
            assert promised() == 600_000
            write_rules(tmp_path / "hub", "20m")
            await ada.until(lambda: promised() == 1_200_000, what="the desk shows the new promise")
            assert not [event for event in events(hub) if event["change"] == "breached"]


async def test_explaining_says_what_is_missing(tmp_path: Path) -> None:
    async with hub_run(tmp_path / "hub", config("http://127.0.0.1:9/none"), ENV) as hub:
        said = await command("sla", "explain", "7", folder=hub.folder, env=hub.env)
        assert said.code == 2
        assert "hub.toml names no sla.toml" in said.err
