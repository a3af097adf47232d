"""A real `agent-tui hub` in a process of its own: started, killed, started again on the same folder and ports."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store
from agent_tui.domain.time import SystemTime
from tests.forked import Forked
from tests.real_mail import free_ports

PATIENCE = 60.0
"""Seconds until a state that was waited for is given up: nothing is timed by it, and a busy machine is slow."""
START_SECONDS = PATIENCE
COMMAND = (sys.executable, "-m", "agent_tui.cli")
ROOT = Path(__file__).parents[2]


def own_env(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment with a home of its own and nothing of the person's who runs the tests."""
    kept = {key: os.environ[key] for key in ("PATH",) if key in os.environ}
    own = {"LANG": "C.UTF-8", "HOME": str(home), "PYTHONPATH": str(ROOT)}
    return {**kept, **own, **(more or {})}


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


async def command(*words: str, folder: Path, env: Mapping[str, str], seconds: float = START_SECONDS) -> Ended:
    """Run `agent-tui WORDS` to its end."""
    child = await asyncio.create_subprocess_exec(
        *COMMAND, *words, cwd=folder, env=dict(env), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, err = await asyncio.wait_for(child.communicate(), seconds)
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return Ended(child.returncode or 0, out.decode(), err.decode())


async def until(true: Callable[[], bool], seconds: float = PATIENCE, what: str = "") -> None:
    """Wait for a state; fails with `what` when it does not come."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what or 'a state that was waited for'}"
        await asyncio.sleep(0.01)


@dataclass(slots=True)
class HubRun:
    """`config`: what hub.toml says beside the ports. `start` and `kill` as often as you like."""

    folder: Path
    config: str = ""
    env: dict[str, str] = field(default_factory=dict)
    desk_url: str = ""
    http_url: str = ""
    place: Path | None = None
    """Where the data is, when hub.toml says so."""
    starts: int = 0
    command: tuple[str, ...] = (*COMMAND, "hub")
    forked: bool = False
    """Whether each is forked from a process that has the hub's modules: for a hundred starts."""
    _child: asyncio.subprocess.Process | Forked | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.env = own_env(self.folder, self.env)

    @property
    def data(self) -> Path:
        return self.place or self.folder / "data"

    @property
    def database(self) -> Path:
        return self.data / "hub.sqlite3"

    def write_config(self, desk: int = 0, http: int = 0) -> None:
        shift = "" if "[shift]" in self.config else '[shift]\nlogin = "available"\n'
        text = f"{self.config}\n{shift}[listen]\nport = {desk}\n[http]\nport = {http}\n"
        (self.folder / "hub.toml").write_text(text, encoding="utf-8")

    async def start(self) -> None:
        """Serve; the second time on the ports of the first."""
        if not self.starts:
            self.write_config(*free_ports(2))
        self.starts += 1
        child = await (self._fork() if self.forked else self._run())
        self._child = child
        assert child.stdout is not None
        line = await asyncio.wait_for(child.stdout.readline(), START_SECONDS)
        assert line, f"the hub did not start:\n{self.log()[-3000:]}"
        ready = json.loads(line)
        assert ready["ready"] is True
        self.desk_url, self.http_url = ready["desk_url"], ready["http_url"]

    async def _run(self) -> asyncio.subprocess.Process:
        with (self.folder / "hub.log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *self.command, cwd=self.folder, env=self.env, stdout=asyncio.subprocess.PIPE, stderr=log
            )

    async def _fork(self) -> Forked:
        from tests.forked_hub import serve  # for few tests

        child = Forked(serve, log=self.folder / "hub.log", folder=self.folder, env=self.env)
        await child.listen()
        return child

    async def kill(self) -> None:
        """kill -9; nothing is said to anybody."""
        child, self._child = self._child, None
        assert child is not None
        if child.returncode is None:
            child.kill()
        await child.wait()

    async def stop(self) -> int:
        """SIGTERM; answers the exit code."""
        child, self._child = self._child, None
        if child is None:
            return 0
        if child.returncode is None:
            child.terminate()
        try:
            return await asyncio.wait_for(child.wait(), PATIENCE)
        except TimeoutError:
            child.kill()
            await child.wait()
            raise

    async def end(self) -> None:
        """However the test went."""
        if self._child is not None:
            await self.kill()

    def running(self) -> bool:
        return self._child is not None and self._child.returncode is None

    def log(self) -> str:
        return (self.folder / "hub.log").read_text(errors="replace")

    async def cli(self, *words: str) -> Ended:
        return await command("hub", *words, folder=self.folder, env=self.env)

    def agent(self, id: str, role: str = "agent") -> str:
        """A new agent's token."""
        store = Store.open(self.data, check=False)
        try:
            operator = Operator(store, SystemTime(), Ids())
            operator.add_agent(id, id.title(), "admin" if role == "admin" else "agent")
            return operator.add_token(id).text
        finally:
            store.close()

    def ask(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Look into the database, running hub or not."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=20)) as db:
            return list(db.execute(sql, values))

    def bodies(self, kind: str) -> list[str]:
        """Texts of all messages of a kind (in, out, note)."""
        sql = "SELECT t.body FROM message m JOIN message_text t ON t.message_id = m.id WHERE m.kind = ?"
        return [str(row[0]) for row in self.ask(sql, kind)]

    def head(self) -> int:
        return int(str(self.ask("SELECT seq FROM head")[0][0]))

    def sound(self) -> bool:
        """`PRAGMA integrity_check` and a log without gaps."""
        whole = self.ask("PRAGMA integrity_check") == [("ok",)] and not self.ask("PRAGMA foreign_key_check")
        # at once: the hub may be writing
        (found,) = self.ask(
            "SELECT count(*), coalesce(min(seq), 1), coalesce(max(seq), 0), (SELECT seq FROM head) FROM event"
        )
        return whole and found == (found[3], 1, found[3], found[3])


@asynccontextmanager
async def hub_run(
    folder: Path,
    config: str = "",
    env: dict[str, str] | None = None,
    command: tuple[str, ...] = (*COMMAND, "hub"),
    *,
    forked: bool = False,
) -> AsyncIterator[HubRun]:
    """A started hub, ended for certain. `forked`: see `HubRun`."""
    hub = HubRun(folder, config, env or {}, command=command, forked=forked)
    try:
        await hub.start()
        yield hub
    finally:
        await hub.end()
