"""A full disk under a running hub: refused by name, what was acknowledged stays, and it goes on with space."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.desks import desk
from tests.end_to_end.hub_run import command, hub_run, own_env
from tests.end_to_end.webhook_world import ENV, config, customers, receiver


def mount(size: str, place: Path, *, again: bool = False) -> bool:
    options = f"remount,size={size}" if again else f"size={size}"
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def fill(place: Path) -> Path:
    """Leave not a byte."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(b"x" * 4096)
    return filler


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB; skips where none can be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0 or not mount("4m", place):
        pytest.skip("needs root and the right to mount a small tmpfs")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)


async def test_the_hub_says_so_and_goes_on(small_disk: Path, tmp_path: Path) -> None:
    async with (
        receiver() as far,
        hub_run(tmp_path / "hub", f'data_dir = "{small_disk}"\n{config(far.url)}', ENV) as hub,
    ):
        hub.place = small_disk
        token = hub.agent("ada")
        async with customers(hub.http_url) as world, desk(hub.desk_url, token, tmp_path / "ada") as ada:
            taken = []
            for number in range(200):
                noise = base64.b64encode(os.urandom(120_000)).decode()
                message = {"type": "message", "id": f"{number}", "from": {"address": "vera"}, "text": f"n{number}"}
                answer = await world.post({**message, "files": [{"name": "noise", "content": noise}]})
                if answer.status_code == 503:
                    break
                assert answer.status_code == 200, answer.text
                taken.append(f"n{number}")
            assert answer.status_code == 503
            assert "send it again" in answer.json()["error"] and int(answer.headers["retry-after"]) > 0
            assert len(taken) > 5
            filler = fill(small_disk)
            row = await ada.until_row("vera")
            await ada.open(row)
            for number in range(40):  # the log may still have a page free
                ada.reply(row, f"answer {number} " + "x" * 20_000)
                await ada.until(
                    lambda: all(state == "failed" for state in ada.unsent()), what="acknowledged or refused"
                )
                if ada.unsent():
                    break
            (refused,) = ada.desk.unsent
            assert "full" in refused.reason.drawn() and refused.state == "failed"
            assert any("answer" in each.body for each in ada.desk.drafts.values()), "the words are kept as a draft"
            assert hub.bodies("in") == taken
            assert hub.running()
            filler.unlink()
            assert mount("64m", small_disk, again=True)
            assert (await world.post(message)).json() == {"stored": True}
            assert hub.bodies("in") == [*taken, message["text"]]
            ada.bench.retry(refused.key, f"outbox:{refused.id}")
            await ada.until(lambda: not ada.unsent(), what="the refused answer is taken now")
            bodies = [body.partition(" x")[0] for body in hub.bodies("out")]
            assert bodies == [f"answer {each}" for each in range(number + 1)]
        await hub.kill()
        assert hub.sound()
        await hub.start()
        assert hub.bodies("in") == [*taken, message["text"]]


async def test_a_hub_on_a_full_disk_does_not_start(small_disk: Path, tmp_path: Path) -> None:
    fill(small_disk)
    (tmp_path / "hub.toml").write_text(f'data_dir = "{small_disk}/data"\n[listen]\nport = 0\n[http]\nport = 0\n')
    ended = await command("hub", folder=tmp_path, env=own_env(tmp_path))
    assert (ended.code, ended.out) == (2, "")
    (line,) = [each for each in ended.err.splitlines() if not each.startswith('{"time"')]
    assert line.startswith(f"agent-tui: {small_disk}/data") and ("full" in line or "space" in line), line
