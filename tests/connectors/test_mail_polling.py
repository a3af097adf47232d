"""A server without IDLE is looked at as often as `poll_seconds` says."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent_tui.config.hub_settings import load_hub_settings
from agent_tui.domain.time import VirtualTime
from agent_tui.hub_accounts import mail_connector
from tests.connectors.memory_port import MemoryPort
from tests.connectors.scripted_imap import ScriptedImap

CONFIG = """[[mail]]
name = "support"
address = "support@example.com"
[mail.imap]
host = "127.0.0.1"
port = {port}
tls = "none"
poll_seconds = {seconds}
[mail.smtp]
host = "127.0.0.1"
tls = "none"
"""


@pytest.mark.parametrize("seconds", [7, 90])
async def test_polling_keeps_the_set_time(tmp_path: Path, seconds: int) -> None:
    async with ScriptedImap("IMAP4rev1") as server:
        path = tmp_path / "hub.toml"
        path.write_text(CONFIG.format(port=server.port, seconds=seconds))
        loaded, time = load_hub_settings(path, {}), VirtualTime(0)
        connector = await mail_connector(loaded.settings.mail[0], loaded, {}, tmp_path, time)
        await connector.start(MemoryPort())
        try:
            for look in range(1, 4):
                async with asyncio.timeout(20):
                    while time.next_due() is None:  # noqa: ASYNC110 - a socket answers when it answers
                        await asyncio.sleep(0.005)
                assert time.next_due() == look * seconds * 1000, connector.health()
                said = len(server.lines)
                assert time.advance_to_next(look * seconds * 1000)
                async with asyncio.timeout(20):
                    while len(server.lines) == said:  # noqa: ASYNC110
                        await asyncio.sleep(0.005)
        finally:
            await connector.stop()
