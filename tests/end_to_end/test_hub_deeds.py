"""What a real hub does about clocks: acknowledges, tells supervisors, raises, reminds; once each, killed in between."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.end_to_end.desks import desk
from tests.end_to_end.hub_run import HubRun, hub_run, until
from tests.end_to_end.webhook_world import ENV, SECRET, config, customers, receiver

SLA = """
[[policy]]
name = "chat"
kinds = ["live"]
acknowledge = "received"
first_response = { within = "1s" }
steps = [{ at = "late", act = "tell", to = "bosses" }, { at = "late", act = "raise", to = "high" }]

[[reminder]]
name = "chat"
kinds = ["live"]
after = ["1s"]
text = "still-there"
send = "rule"
"""
HUB = """
sla = "sla.toml"
[[canned]]
name = "received"
text = "We have it, {{ customer.name }}."
[[canned]]
name = "still-there"
text = "Are you still there?"
"""


def deeds(hub: HubRun) -> list[str]:
    with closing(sqlite3.connect(hub.database)) as db:
        found = db.execute("SELECT data ->> 'detail' FROM event WHERE kind = 'clock-turned' ORDER BY seq")
        return [row[0] for row in found if row[0] and not row[0].endswith("%")]


@pytest.mark.slow
async def test_each_is_done_once_though_the_hub_is_killed(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "sla.toml").write_text(SLA, encoding="utf-8")
    env = ENV | {"AGENT_TUI_ALERT_SECRET_BOSSES": SECRET}
    async with receiver() as far, receiver() as boss:
        alert = f'[[alert]]\nname = "bosses"\nwebhook = "{boss.url}"\n'
        async with hub_run(tmp_path / "hub", HUB + config(far.url) + alert, env) as hub:
            token = hub.agent("ada")
            async with customers(hub.http_url) as world, desk(hub.desk_url, token, tmp_path / "ada") as ada:
                boss.open.clear()
                await world.say("vera", "hello")
                row = await ada.until_row("vera")
                await until(lambda: far.texts == ["We have it, vera."], what="the acknowledgement")
                await until(lambda: bool(boss.taken), what="the alert on its way")
                await hub.kill()
                boss.open.set()
                await hub.start()
                await until(lambda: boss.taken.total() == 2, what="the alert, posted again under its id")
                ada.reply(row, "here I am")
                await until(lambda: "Are you still there?" in far.texts, what="the reminder")
            assert [told["clock"]["metric"] for told in boss.messages] == ["first-response"] * 2
            assert list(boss.taken.values()) == [2]
            assert deeds(hub) == ["tell bosses", "raise high", "sent 1"]
            assert far.texts == ["We have it, vera.", "here I am", "Are you still there?"]
