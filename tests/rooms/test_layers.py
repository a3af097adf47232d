"""Rooms depend one way only: read from the syntax tree of the five real folders (links are skipped by walkers)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = (
    "agent_tui/process.py",
    "agent_tui/resident/client.py",
    "agent_tui/resident/server.py",
    "agent_tui/docs_build.py",
    "agent_tui/unicode_build.py",
    "backends/conformance/__main__.py",
)
PROCESS = {
    *("os.environ", "os.environb", "os.getenv", "sys.stdin", "sys.stdout", "sys.stderr"),
    *("signal.signal", "signal.set_wakeup_fd"),
}
ROOMS = ("agent_tui", "widgets", "backends", "keymaps", "themes")


def _files(room: str) -> list[Path]:
    return [path for path in (ROOT / room).rglob("*.py") if "__pycache__" not in path.parts]


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _named(node: ast.expr, names: set[str]) -> bool:
    """Whether a dotted name of two parts is one of `names`."""
    match node:
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return f"{owner}.{name}" in names
    return False


def _reaching(folder: str, banned: tuple[str, ...], allowed: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _files(folder)
        for name in sorted(_imports(path))
        if name.startswith(banned) and not (allowed and name.startswith(allowed))
    ]


def test_every_room_is_walked() -> None:
    """A walker that finds nothing passes every other test here."""
    assert all(_files(room) for room in ROOMS)


@pytest.mark.parametrize(
    ("folder", "banned", "allowed"),
    [
        (
            "agent_tui/domain",
            ("agent_tui", "textual", "sqlite3", "socket", "httpx", "websockets"),
            ("agent_tui.domain",),
        ),
        (
            "agent_tui/desk",
            ("agent_tui", "textual", "sqlite3", "socket", "httpx", "websockets"),
            ("agent_tui.domain", "agent_tui.desk", "agent_tui.backends.base"),
        ),
        ("agent_tui/services", ("textual", "agent_tui.widgets", "agent_tui.app"), ()),
        ("widgets", ("httpx", "websockets", "sqlite3", "agent_tui.backends", "agent_tui.app"), ()),
        ("backends", ("textual", "agent_tui.widgets", "agent_tui.desk", "agent_tui.services"), ()),
        ("keymaps", ("textual", "pydantic"), ()),
    ],
)
def test_rooms_depend_one_way(folder: str, banned: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    assert _reaching(folder, banned, allowed) == []


def test_only_the_programs_touch_the_process() -> None:
    """`os.environ`, `sys.std*` and signals belong to the programs: a process may hold many desks."""
    offenders = []
    for room in ROOMS:
        for path in _files(room):
            if path.relative_to(ROOT).as_posix() in PROGRAMS:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute) and (_named(node, PROCESS) or node.attr == "add_signal_handler"):
                    offenders.append(f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}")
    assert offenders == []


def test_nobody_reads_wall_time() -> None:
    """Time comes in as a value; only the time source itself reads the machine's clock."""
    banned = {"time.time", "datetime.now", "datetime.utcnow", "time.time_ns", "date.today"}
    offenders = []
    for room in ROOMS:
        for path in _files(room):
            if path.relative_to(ROOT).as_posix() == "agent_tui/domain/time.py":
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _named(node.func, banned):
                    offenders.append(f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node.func)}")
                if isinstance(node, ast.Attribute) and node.attr in ("set_timer", "set_interval"):
                    offenders.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.attr}")
    assert offenders == []
