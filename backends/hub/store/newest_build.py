"""Writes `newest.sql` from the migrations: `python -m agent_tui.backends.hub.store.newest_build`, after a new one."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from agent_tui.backends.hub.store import engine
from agent_tui.backends.hub.store.newest import SCRIPT


def script() -> str:
    """What makes of an empty database what all migrations, one after the other, make of it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hub.sqlite3"
        migrated = engine.open_engine(path, read_only=False)
        engine.upgrade(migrated)
        migrated.dispose()
        with closing(sqlite3.connect(path)) as db:
            head = "-- Made by agent_tui.backends.hub.store.newest_build from the migrations; do not edit.\n"
            return head + "".join(f"{statement};\n" for statement in _statements(db))


def _statements(db: sqlite3.Connection) -> Iterator[str]:
    made = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")
    things = made.fetchall()
    # a full-text table makes those that it keeps itself in
    full_text = tuple(f"{name}_" for _, name, _, sql in things if sql.startswith("CREATE VIRTUAL TABLE"))
    for kind, name, table, sql in things:
        if not table.startswith(full_text):
            yield "\n".join(line.rstrip() for line in sql.splitlines())
            if kind == "table" and f"{name}_" not in full_text:
                for row in db.execute(f'SELECT * FROM "{name}"'):
                    yield f"INSERT INTO {name} VALUES ({', '.join(map(_literal, row))})"


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


if __name__ == "__main__":
    SCRIPT.write_text(script(), encoding="utf-8")
