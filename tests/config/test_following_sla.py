"""The hub's sla.toml while it is edited: whatever stands in it, the hub goes on looking."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from agent_tui import hub_sla
from agent_tui.config.sla_source import files_of, load_sla
from agent_tui.domain.sla.written import Sla
from agent_tui.domain.time import VirtualTime
from agent_tui.hub_sla import SlaFile, follow

POLICY = '[[policy]]\nname = "all"\nfirst_response = { within = "30m" }\n'


def other(path: Path, minutes: int = 40) -> Sla:
    """The file says something else now; what that is."""
    path.write_text(POLICY.replace("30m", f"{minutes}m"), encoding="utf-8")
    return load_sla(path, path.parent)


def looked(file: SlaFile) -> Sla | None:
    """Two looks, after which it has been read."""
    assert file.changed() is None
    return file.changed()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "sla.toml"
    path.write_text(POLICY, encoding="utf-8")
    return path


@pytest.mark.parametrize("wrong", [b"", b"\0", b"[[policy]]\nname", b"x = " + b"9" * 5000, b"a = " + b"[" * 100_000])
def test_what_is_wrong_is_told_and_what_held_holds(path: Path, wrong: bytes) -> None:
    file = SlaFile(path, path.parent)
    file.load()
    path.write_bytes(wrong)
    assert (looked(file) is None) == bool(wrong)
    assert bool(file.trouble) == bool(wrong)
    expected = other(path)
    assert looked(file) == expected
    assert not file.trouble


def test_a_folder_in_its_place_is_told(path: Path) -> None:
    file = SlaFile(path, path.parent)
    file.load()
    path.unlink()
    path.mkdir()
    assert looked(file) is None
    assert "cannot be read" in file.trouble
    path.rmdir()
    assert looked(file) is None
    assert "no such file" in file.trouble


def test_a_file_that_is_being_written_is_not_read(path: Path) -> None:
    file = SlaFile(path, path.parent)
    file.load()
    path.write_text("", encoding="utf-8")
    assert file.changed() is None
    expected = other(path)
    assert looked(file) == expected


def test_a_library_that_fails_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = SlaFile(path, path.parent)
    file.load()

    def fails(_path: Path, _home: Path) -> Sla:
        raise OverflowError

    with monkeypatch.context() as patched:
        patched.setattr(hub_sla, "load_sla", fails)
        other(path)
        assert looked(file) is None
    assert "OverflowError" in file.trouble


def test_a_file_that_stays_is_not_read_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calendar = '[[calendar]]\nname = "office"\nzone = "UTC"\nhours = { mon = ["09:00-17:00"] }\nical = ["days.ics"]\n'
    path.write_text(calendar + POLICY, encoding="utf-8")
    days = path.with_name("days.ics")
    event = "BEGIN:VEVENT\nUID:1\nSUMMARY:Closed\nDTSTART;VALUE=DATE:{day}\nEND:VEVENT\n"
    whole = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n" + event + "END:VCALENDAR\n"
    days.write_text(whole.format(day=20260101), encoding="utf-8")
    read: list[Path] = []

    def counted(path: Path, home: Path) -> tuple[Path, ...]:
        read.append(path)
        return files_of(path, home)

    monkeypatch.setattr(hub_sla, "files_of", counted)
    file = SlaFile(path, path.parent)
    file.load()
    for _ in range(3):
        assert file.changed() is None
    assert len(read) == 1
    days.write_text(whole.format(day=20260102) + "\n", encoding="utf-8")
    assert looked(file) is not None


async def test_rules_that_cannot_be_put_in_force_do_not_end_the_following(path: Path) -> None:
    file, time = SlaFile(path, path.parent), VirtualTime(0)
    file.load()
    governed: list[str] = []

    async def govern(sla: Sla) -> None:
        governed.append(sla.version)
        if len(governed) == 1:
            raise ValueError(sla.version)

    following = asyncio.create_task(follow(file, time, govern))
    for minutes in (40, 50):
        other(path, minutes)
        count = len(governed)
        while len(governed) == count and not following.done():
            time.advance_to_next(time.now() + 10_000)
            await asyncio.sleep(0.001)
        assert bool(file.trouble) == (minutes == 40)
    assert len(set(governed)) == 2
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
