"""kill -9 of a real desk on a terminal: the draft and what was not sent yet come back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.end_to_end.hub_run import hub_run, own_env, until
from tests.end_to_end.webhook_world import ENV, config, customers, receiver
from tests.end_to_end.window import window


def kept(home: Path, words: str) -> bool:
    """Whether the desk has this text on disk."""
    for path in home.rglob("desk.sqlite3"):
        with closing(sqlite3.connect(path, timeout=5)) as db:
            rows = db.execute("SELECT body FROM drafts UNION ALL SELECT body FROM outbox").fetchall()
        if any(words in str(row[0]) for row in rows):
            return True
    return False


async def test_draft_and_unsent_reply_come_back(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".config" / "agent-tui").mkdir(parents=True)
    (home / ".config" / "agent-tui" / "config.toml").write_text("undo_seconds = 0\n")
    async with receiver() as far, hub_run(tmp_path / "hub", config(far.url), ENV) as hub:
        token = tmp_path / "token"
        token.write_text(hub.agent("ada"))
        run = ("run", "--url", hub.desk_url, "--token-cmd", f"cat {token}")
        async with customers(hub.http_url) as world:
            await world.say("vera", "where is my parcel?")
            await world.say("omar", "do you open on Friday?")
        async with window(*run, folder=tmp_path, env=own_env(home)) as desk:
            await desk.shows("▌WC vera")
            await desk.press("j")
            await desk.shows("▌WC omar")
            await desk.press("\r")
            await desk.shows("── WC · today")
            await hub.kill()
            await desk.shows("hub ○ down")
            await desk.press("r")
            await desk.shows("Enter send")
            await desk.press("from nine to five\r")
            await desk.shows("unsent 1")
            await desk.press("\x1b")
            await desk.shows("Enter write")
            await desk.press("\x1b")
            await desk.shows("Enter open")
            await desk.press("k")
            await desk.shows("▌WC vera")
            await desk.press("n")
            await desk.press("ask the depot")
            await desk.shows("ask the depot")
            await until(lambda: kept(home, "ask the depot"), 5, "the draft is on disk")
            await desk.kill()
        assert kept(home, "from nine to five")
        async with window(*run, folder=tmp_path, env=own_env(home)) as desk:
            await desk.shows("unsent 1")
            assert far.texts == []
            await hub.start()
            await desk.shows("unsent 0", 60)
            await until(lambda: far.texts == ["from nine to five"], what="the reply reaches the customer")
            await desk.shows("we: from nine to five")
            await desk.press("\x1b[H")  # the rows may have come before the reply was sent, or after it
            await desk.shows("▌WC omar")
            await desk.press("j")
            await desk.shows("▌WC vera")
            await desk.press("\r")
            await desk.shows("ask the depot")
            assert hub.bodies("out") == ["from nine to five"]
