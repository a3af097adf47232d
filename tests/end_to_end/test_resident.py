"""Desks played by the resident: started through `agent-tui`, on a terminal that is theirs, as a shell starts them."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import re
import shlex
import signal
import struct
import sys
import tempfile
import termios
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from agent_tui.resident.client import PUT_BACK
from tests.end_to_end.hub_run import PATIENCE, until
from tests.end_to_end.test_suspend import echoes, terminal_orders
from tests.end_to_end.window import Window

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the resident needs Linux")

COMMAND = (sys.executable, "-m", "agent_tui.start")
NOBODY = ("run", "--url", "ws://127.0.0.1:9", "--token-cmd", f"{sys.executable} -c \"print('nobody')\"")


class House:
    """One user's home, its resident, and the terminals in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "AGENT_TUI_"))}
        self.env |= {"HOME": str(folder), "TERM": "xterm-256color", "TEXTUAL_DISABLE_KITTY_KEY": "1"}
        self._runtime = tempfile.TemporaryDirectory(prefix="desk-")  # a socket's path must be short
        self.env["XDG_RUNTIME_DIR"] = self._runtime.name
        self.socket = Path(self._runtime.name) / "agent-tui/resident/socket"
        self.resident: asyncio.subprocess.Process | None = None
        self.windows: list[Window] = []

    async def start_resident(self, *words: str) -> int:
        self.resident = await asyncio.create_subprocess_exec(
            *COMMAND, "resident", *words, env=self.env, cwd=self.folder, stdout=asyncio.subprocess.PIPE
        )
        assert self.resident.stdout is not None
        said = json.loads(await asyncio.wait_for(self.resident.stdout.readline(), 60))
        assert said == {"ready": True, "socket": str(self.socket)}
        return self.resident.pid

    async def open(self, *words: str, **env: str) -> Window:
        """`agent-tui WORDS` in a new terminal, which it controls."""
        return await self.run((*COMMAND, *words), env)

    async def run(self, command: tuple[str, ...], env: Mapping[str, str]) -> Window:
        """A command in a new terminal, which it controls."""
        window = Window(100, 30)
        self.windows.append(window)
        window.child = await asyncio.create_subprocess_exec(
            *command,
            cwd=self.folder,
            env={**self.env, **env},
            stdin=window.slave,
            stdout=window.slave,
            stderr=window.slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        asyncio.get_running_loop().add_reader(window.master, window._take)
        return window

    async def desk(self, *more: str, **env: str) -> Window:
        """A desk that has no hub to speak to, at work."""
        window = await self.open(*NOBODY, *more, **env)
        await window.shows("cannot reach", 40)
        return window

    async def close(self) -> None:
        for window in self.windows:
            await window.close()
        for pid in [*desks_of(self.resident.pid if self.resident else 0), *self.started_by_desks()]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.resident is not None and self.resident.returncode is None:
            self.resident.kill()
        if self.resident is not None:
            await self.resident.wait()
        self._runtime.cleanup()

    def started_by_desks(self) -> list[int]:
        """Residents of this home that a desk has started, and their desks, which go by the same name."""
        own = self.resident.pid if self.resident else 0
        return [pid for pid in resident_pids(self.folder) if pid != own]


def fields(pid: int) -> list[str]:
    """/proc/PID/stat after the name: state, parent ..."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return ["X", "0"]


def processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def desks_of(resident: int) -> list[int]:
    """Living children of the resident."""
    if not resident:
        return []
    return [pid for pid in processes() if fields(pid)[1] == str(resident) and fields(pid)[0] not in "ZX"]


def resident_pids(home: Path) -> list[int]:
    found = []
    for pid in processes():
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            if b"resident" in words and b"HOME=" + os.fsencode(home) in environment:
                found.append(pid)
    return found


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    made = House(folder)
    try:
        yield made
    finally:
        await made.close()


async def test_a_desk_by_the_resident_works_and_leaves_as_one_that_started_itself(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        resident = await home.start_resident()
        window = await home.desk()
        assert window.child is not None
        assert len(desks_of(resident)) == 1 and fields(window.child.pid)[1] != str(resident)
        fcntl.ioctl(window.master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        window.screen.resize(24, 80)
        window.screen.reset()
        await window.shows("cannot reach")
        await until(lambda: bool(window.screen.display[22].strip()), what="the last lines are those of 24")
        await window.press("?")
        await window.shows("what works here")
        await window.press("\x1b")
        await window.press(":quit\r")
        assert await window.ended() == 0
        assert echoes(window.slave)
        end = bytes(window.written[window.written.rindex(b"\x1b[m\x1b[r") :])
        for order in re.findall(rb"\x1b\[[?<>=]?[0-9;]*[a-z]", end):
            assert order in PUT_BACK, f"{order!r} is not written for a desk that was killed"
        await until(lambda: not desks_of(resident), what="the desk's process ends")


async def test_errors_and_exit_codes_come_through(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await home.start_resident()
        window = await home.open("run", "--url", "ftp://nobody")
        assert await window.ended() == 2
        await window.shows("--url ftp://nobody: not an address")
        first = await home.desk()
        second = await home.open(*NOBODY)
        assert await second.ended() == 2
        await second.shows("another desk uses this folder")
        assert first.child is not None and first.child.returncode is None


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 0), ("SIGHUP", 129)])
async def test_signals_at_the_client_reach_the_desk(tmp_path: Path, name: str, code: int) -> None:
    async with house(tmp_path) as home:
        resident = await home.start_resident()
        window = await home.desk()
        assert window.child is not None
        window.child.send_signal(signal.Signals[name])
        assert await window.ended() == code
        assert echoes(window.slave)
        await until(lambda: not desks_of(resident), what="the desk's process ends")


async def test_stopped_and_continued(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await home.start_resident()
        window = await home.desk()
        assert window.child is not None
        pid = window.child.pid
        window.child.send_signal(signal.SIGTSTP)
        await until(lambda: fields(pid)[0] == "T", PATIENCE, "the client stops")
        assert echoes(window.slave)
        await until(lambda: terminal_orders(window), 5, "the order is the terminal's again")
        window.screen.reset()
        window.child.send_signal(signal.SIGCONT)
        await until(lambda: not echoes(window.slave), PATIENCE, "the desk takes the terminal again")
        await window.shows("cannot reach")
        await window.press(":quit\r")
        assert await window.ended() == 0


async def test_continued_in_the_background_it_leaves_the_terminal_to_the_shell(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        resident = await home.start_resident()
        shell = await home.run(("bash", "--norc", "--noprofile", "-i"), {"PS1": "$ "})
        await shell.shows("$")
        await shell.press(" ".join(map(shlex.quote, (*COMMAND, *NOBODY))) + "\r")
        await shell.shows("cannot reach", 40)
        assert shell.child is not None and len(desks_of(resident)) == 1
        client = next(pid for pid in processes() if fields(pid)[1] == str(shell.child.pid))
        os.kill(client, signal.SIGTSTP)
        await shell.shows("Stopped")
        await shell.press("bg\r")
        await shell.shows("agent_tui.start")
        for word in ("one", "two"):
            await shell.press(f"echo {word}-$((2 + 5))\r")
            await shell.shows(f"{word}-7")
        assert fields(client)[0] == "T"
        shell.screen.reset()
        await shell.press("fg\r")
        await shell.shows("cannot reach")
        await shell.press(":quit\r")
        await until(lambda: not desks_of(resident), what="the desk ends")
        await shell.press("echo three-$((2 + 5))\r")
        await shell.shows("three-7")


async def test_a_client_that_is_killed_is_a_terminal_that_hung_up(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        resident = await home.start_resident()
        window = await home.desk()
        await window.kill()
        await until(lambda: not desks_of(resident), what="the desk ends")
        assert echoes(window.slave)
        again = await home.desk()  # its folder is free
        assert len(desks_of(resident)) == 1
        assert again.child is not None and again.child.returncode is None


async def test_a_client_killed_while_it_is_stopped_leaves_no_desk(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        resident = await home.start_resident()
        window = await home.desk()
        assert window.child is not None
        pid = window.child.pid
        window.child.send_signal(signal.SIGTSTP)
        await until(lambda: fields(pid)[0] == "T", PATIENCE, "the client stops")
        await window.kill()
        await until(lambda: not desks_of(resident), what="the desk ends")


async def test_a_client_killed_while_the_token_is_fetched_leaves_no_desk(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        resident = await home.start_resident()
        slow = f"{sys.executable} -c \"import time; print('asked', flush=True); time.sleep(50)\""
        window = await home.open("run", "--url", "ws://127.0.0.1:9", "--token-cmd", slow)
        await until(lambda: len(desks_of(resident)) == 1, what="the desk starts")
        await window.kill()
        await until(lambda: not desks_of(resident), what="the desk ends")


async def test_a_desk_that_is_killed_leaves_a_usable_terminal(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        resident = await home.start_resident()
        window = await home.desk()
        [desk] = desks_of(resident)
        os.kill(desk, signal.SIGKILL)
        assert await window.ended() == 137
        await window.shows("drafts and unsent replies are kept")
        assert echoes(window.slave)
        assert terminal_orders(window)
        assert b"\x1b[?1049l" in window.written


async def test_desks_outlive_a_killed_resident_and_the_next_one_starts_by_itself(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        resident = await home.start_resident()
        first = await home.desk("--state", str(tmp_path / "a"))
        second = await home.desk("--state", str(tmp_path / "b"))
        orphans = desks_of(resident)
        assert len(orphans) == 2
        os.kill(resident, signal.SIGKILL)
        assert home.resident is not None
        await home.resident.wait()
        third = await home.desk("--state", str(tmp_path / "c"))  # the socket is there, nobody listens
        for window in (first, second, third):
            await window.press(":quit\r")
            assert await window.ended() == 0
        await until(lambda: all(fields(pid)[0] in "ZX" for pid in orphans), what="their processes end")
        await home.start_resident()  # over the dead one's socket
        await home.desk()
        assert len(desks_of(home.resident.pid)) == 1


async def test_the_settings_bring_it_up_and_take_it_down(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        first = await home.desk("--state", str(tmp_path / "a"), AGENT_TUI_RESIDENT="true")
        await until(lambda: home.socket.exists(), 60, "the desk starts a resident")
        [resident] = home.started_by_desks()
        second = await home.desk("--state", str(tmp_path / "b"), AGENT_TUI_RESIDENT="true")
        assert len(desks_of(resident)) == 1
        third = await home.desk("--state", str(tmp_path / "c"))
        assert len(desks_of(resident)) == 2
        await until(lambda: fields(resident)[0] in "ZX", PATIENCE, "the resident goes, as the settings want none")
        for window in (first, second, third):
            await window.press(":quit\r")
            assert await window.ended() == 0


async def test_a_resident_whose_files_have_changed_is_not_used_and_goes(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        (tmp_path / "lib").mkdir()
        code = tmp_path / "lib" / "sitecustomize.py"
        code.write_text("")
        home.env["PYTHONPATH"] = str(tmp_path / "lib")
        resident = await home.start_resident()
        elsewhere = await home.desk("--state", str(tmp_path / "a"), PYTHONHASHSEED="7")
        assert desks_of(resident) == []  # loaded otherwise: this desk started by itself
        used = await home.desk("--state", str(tmp_path / "b"))
        assert len(desks_of(resident)) == 1
        code.write_text("changed = True")
        window = await home.desk("--state", str(tmp_path / "c"))
        assert home.resident is not None
        assert await asyncio.wait_for(home.resident.wait(), PATIENCE) == 0
        assert not home.socket.exists()
        for desk in (elsewhere, used, window):
            await desk.press(":quit\r")
            assert await desk.ended() == 0


async def test_a_resident_that_does_not_answer_costs_half_a_second_and_no_second_desk(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        resident = await home.start_resident()
        os.kill(resident, signal.SIGSTOP)
        window = await home.desk()
        os.kill(resident, signal.SIGCONT)
        second = await home.desk("--state", str(tmp_path / "b"))  # so it has gone through those who waited
        assert len(desks_of(resident)) == 1
        for desk in (window, second):
            await desk.press(":quit\r")
            assert await desk.ended() == 0


async def test_it_ends_by_itself_and_is_alone(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        await home.start_resident("--idle", "0.5")
        assert home.resident is not None
        assert await asyncio.wait_for(home.resident.wait(), PATIENCE) == 0
        assert not home.socket.exists()
        await home.start_resident()
        other = await asyncio.create_subprocess_exec(
            *COMMAND, "resident", env=home.env, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        _, said = await asyncio.wait_for(other.communicate(), 60)
        assert (other.returncode, said) == (2, b"agent-tui: there is a resident already\n")


async def test_a_place_that_others_may_enter_is_not_used(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        resident = await home.start_resident()
        home.socket.parent.chmod(0o755)
        await home.desk()
        assert desks_of(resident) == []
