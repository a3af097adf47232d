"""Group commit: many jobs, one sync; a refused one alone; a full disk refuses clearly and ends when there is space."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from agent_tui.backends.base import Acked, Rejected
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store, StoreFull
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.domain.events import Event
from agent_tui.domain.orders import Note, Presence, Reply
from agent_tui.domain.queries import RowsPage, RowsQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import SystemTime
from agent_tui.domain.views import Section
from tests.hub.fakes import Line, chat, until


async def test_jobs_that_gather_share_one_commit_and_are_told_in_order(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    noa = Operator(store, SystemTime(), Ids()).add_agent("noa")
    workspace = Workspace(store, SystemTime(), Ids(), [Line("wa", "whatsapp")])
    heard: list[Event] = []
    workspace.subscribe(heard.extend)
    await workspace.start()
    commits: list[int] = []
    event.listen(store.writer, "commit", lambda _connection: commits.append(1))
    results = await asyncio.gather(
        *(workspace.port.inbound(chat(f"w{n}", address=f"+{n}")) for n in range(200)),
        *(workspace.order(noa, f"c{n}", Note("c_none", CustomerText("x"))) for n in range(50)),
        workspace.order(noa, "p", Presence("available")),
    )
    assert results[:200] == [True] * 200
    assert all(isinstance(result, Rejected) for result in results[200:250])
    assert isinstance(results[250], Acked)
    assert len(commits) < 30
    assert [one.seq for one in heard] == list(range(heard[0].seq, workspace.head() + 1))
    await until(workspace.idle)  # indexing and learning go on behind what was acknowledged
    await workspace.stop()


async def test_a_job_that_fails_takes_back_its_own_changes_only(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    workspace = Workspace(store, SystemTime(), Ids(), [])

    def bad(tx: object) -> None:
        raise ZeroDivisionError

    writer = workspace._writer
    outcomes = await asyncio.gather(
        workspace.port.inbound(chat("w1")),
        writer.run(bad),
        writer.run(lambda tx: tx.connection.exec_driver_sql("INSERT INTO mark (account) VALUES ('x')")),
        workspace.port.inbound(chat("w2")),
        return_exceptions=True,
    )
    assert outcomes[0] is True
    assert isinstance(outcomes[1], ZeroDivisionError)
    assert isinstance(outcomes[2], Exception)
    assert outcomes[3] is True
    await workspace.stop()


async def test_what_was_handed_in_before_the_stop_is_stored(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    workspace = Workspace(store, SystemTime(), Ids(), [Line("wa", "whatsapp")])
    await workspace.start()
    waiting = [asyncio.ensure_future(workspace.port.inbound(chat(f"w{n}"))) for n in range(20)]
    await asyncio.sleep(0)
    await workspace.stop()
    assert await asyncio.gather(*waiting) == [True] * 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"no tmpfs here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_a_full_disk_refuses_clearly_and_the_hub_goes_on_when_space_is_back(small_disk: Path) -> None:
    store = Store.open(small_disk / "hub")
    noa = Operator(store, SystemTime(), Ids()).add_agent("noa")
    line = Line("wa", "whatsapp")
    workspace = Workspace(store, SystemTime(), Ids(), [line])
    await workspace.start()
    kept = ["w-first"]
    await workspace.port.inbound(chat("w-first", at=SystemTime().now()))
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"")
    with ballast.open("ab", buffering=0) as handle, pytest.raises(OSError, match="space"):
        while True:
            handle.write(b"x" * 65536)
    refused = 0
    for n in range(30):
        try:
            await workspace.port.inbound(chat(f"w{n}", "long " * 2000, at=SystemTime().now()))
        except StoreFull as full:
            refused += 1
            assert "\n" not in str(full)
        else:
            kept.append(f"w{n}")
    assert refused
    page = await workspace.query(noa, RowsQuery(Section("all", "us")))
    assert isinstance(page, RowsPage)
    case = page.rows[0].id
    outcome = await workspace.order(noa, "r", Reply(case, "whatsapp", CustomerText("a" * 4000)))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "disk-full"
    ballast.unlink()
    assert isinstance(await workspace.order(noa, "r", Reply(case, "whatsapp", CustomerText("a" * 4000))), Acked)
    await until(lambda: len(line.sent) == 1)
    await workspace.port.inbound(chat("w-last"))
    kept.append("w-last")
    await workspace.stop()
    again = Store.open(small_disk / "hub")
    with again.read() as connection:
        held = connection.exec_driver_sql("SELECT channel_id FROM message WHERE kind = 'in'").scalars().all()
    assert sorted(held) == sorted(kept)
    again.close()


def test_opening_on_a_full_disk_is_named(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(b"x" * 3_900_000)
    with pytest.raises(StoreFull):
        Store.open(small_disk / "hub")
