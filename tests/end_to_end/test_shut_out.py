"""A token revoked, an agent disabled, by another process on the same folder: open desks are cut."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.end_to_end.desks import desk
from tests.end_to_end.hub_run import hub_run

SOON = 5.0
"""Seconds; the hub looks once a second."""


@pytest.mark.parametrize("act", ["revoke", "disable"])
async def test_an_open_desk_is_cut_soon(tmp_path: Path, act: str) -> None:
    async with hub_run(tmp_path) as hub:
        token, others = hub.agent("ada"), hub.agent("ben")
        async with desk(hub.desk_url, token) as ada, desk(hub.desk_url, others) as ben:
            await ada.until(lambda: ada.up() and ben.up(), what="both are up")
            words = ("token", "revoke", token.partition(".")[0]) if act == "revoke" else ("agent", "disable", "ada")
            ended = await hub.cli(*words)
            assert ended.code == 0, ended.err
            began = time.monotonic()
            await ada.until(lambda: ada.desk.backends["hub"].state == "refused", 20.0, "the desk is refused")
            assert time.monotonic() - began < SOON
            assert ben.up()
