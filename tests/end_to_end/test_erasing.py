"""An operator erases a customer from the command line: of a hub that runs, and of one that does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.backends.connectors.base import InboundFile
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.time import SystemTime
from tests.end_to_end.hub_run import HubRun, until
from tests.hub.fakes import mail
from tests.hub.traces import as_they_are, traces

MARKS = ("quag@xylomail.example", "xylophonically mine", "fileblobbily", "Zebulonica")


async def _customers(folder: Path) -> None:
    """Two customers; the hub ends, and all of it is on the disk."""
    store = Store.open(folder, synchronous="OFF")
    workspace = Workspace(store, SystemTime(), Ids(1), [], inline=True)
    await workspace.start()
    got = mail("<1@x>", MARKS[1], address=MARKS[0], name=MARKS[3])
    await workspace.port.inbound(replace(got, files=(InboundFile("f", "", MARKS[2].encode()),)))
    await workspace.port.inbound(mail("<2@x>", "of Ruth", address="ruth@example.com", name="Ruth", subject="x"))
    await workspace.stop()


@pytest.mark.slow
async def test_a_hub_that_does_not_run(tmp_path: Path) -> None:
    hub = HubRun(tmp_path / "run")
    hub.write_config()
    await _customers(hub.data)
    nobody = await hub.cli("erase", "nobody@example.com", "--confirm", "nobody@example.com")
    assert (nobody.code, nobody.out) == (2, "")
    assert "no customer has the address nobody@example.com" in nobody.err
    shy = await hub.cli("erase", MARKS[0], "--confirm", "yes")
    assert f"known as: {MARKS[3]}, {MARKS[0]}\n" in shy.out
    assert "messages: 1\n" in shy.out and "nothing was erased" in shy.out
    assert len(traces(hub.data, MARKS, as_they_are)) >= 4
    done = await hub.cli("erase", f"mailto:{MARKS[0]}", "--confirm", f"mailto:{MARKS[0]}")
    assert (done.code, done.err) == (0, ""), done
    assert "erased; nothing of them is left on the disk" in done.out
    assert traces(hub.data, MARKS) == []
    assert hub.bodies("in") == ["", "of Ruth"]
    again = await hub.cli("erase", MARKS[0], "--confirm", MARKS[0])
    assert again.code == 2


@pytest.mark.slow
async def test_a_hub_that_runs_tells_its_desks_and_scrubs(tmp_path: Path) -> None:
    hub = HubRun(tmp_path / "run")
    await _customers(hub.data)
    try:
        await hub.start()
        done = await hub.cli("erase", MARKS[0], "--confirm", MARKS[0])
        assert "the hub tells its desks" in done.out, done
        await until(lambda: hub.ask("SELECT count(*) FROM erasure WHERE cleaned > 0") == [(1,)], what="scrubbed")
        assert traces(hub.data, MARKS) == []
        assert hub.sound()
    finally:
        await hub.end()


@pytest.mark.slow
async def test_a_hub_that_was_killed_in_between_goes_on(tmp_path: Path) -> None:
    """kill -9 as soon as the erasure is on the disk, and again while the rest is done."""
    hub = HubRun(tmp_path / "run")
    await _customers(hub.data)
    try:
        await hub.start()
        assert (await hub.cli("erase", MARKS[0], "--confirm", MARKS[0])).code == 0
        await hub.kill()
        for _ in range(3):
            await hub.start()
            await hub.kill()
        await hub.start()
        await until(lambda: hub.ask("SELECT count(*) FROM erasure WHERE cleaned > 0") == [(1,)], what="scrubbed")
        assert traces(hub.data, MARKS) == []
        assert hub.sound()
    finally:
        await hub.end()
