"""What is tried until it was taken: the columns that say so, of a table whose rows are sent by the hub itself."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection, Table, bindparam, func, select, update

from agent_tui.domain.time import Ms

TryState = Literal["queued", "sending", "sent", "failed", "unknown"]
_LONGEST_ERROR = 500


class Tried:
    """Of a table with `id`, `state`, `attempts`, `next_try` and `error`."""

    def __init__(self, table: Table) -> None:
        self._next = select(func.min(table.c.next_try)).where(table.c.state == "queued")
        self._set = (
            update(table)
            .where(table.c.id == bindparam("b_id"))
            .values(
                state=bindparam("state"),
                attempts=bindparam("attempts"),
                next_try=bindparam("next_try"),
                error=bindparam("error"),
            )
        )
        self._waiting = select(func.count()).select_from(table).where(table.c.state == "queued")

    def next_try(self, connection: Connection) -> Ms | None:
        """When the next one is due, None when nothing waits."""
        return connection.execute(self._next).scalar()

    def set_state(
        self, connection: Connection, id: str, state: TryState, attempts: int, next_try: Ms = 0, error: str = ""
    ) -> None:
        held = {"b_id": id, "state": state, "attempts": attempts, "next_try": next_try, "error": error[:_LONGEST_ERROR]}
        connection.execute(self._set, held)

    def waiting(self, connection: Connection) -> int:
        """How many wait to be sent."""
        return int(connection.execute(self._waiting).scalar_one())
