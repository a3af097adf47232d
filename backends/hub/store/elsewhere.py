"""What agents said of customers whom another server knows too; see `domain.known_as`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from agent_tui.backends.hub.store.schema import customer_elsewhere as said
from agent_tui.domain.known_as import OTHER, SAME, itself
from agent_tui.domain.time import Ms

SERVER = "hub"
"""A hub's customers have ids that no other hub has."""


def known(connection: Connection, nodes: Sequence[str], brand: str) -> tuple[str, ...]:
    """Who some customers of one person are here, and who they are, or are not, at other servers, as a brand has them.
    What was said last holds where joined customers differ."""
    found = select(said.c.other, said.c.same).where(said.c.customer_id.in_(nodes), said.c.brand == brand)
    last = {
        row.other: SAME if row.same else OTHER
        for row in connection.execute(found.order_by(said.c.at, said.c.customer_id))
    }
    own = sorted(itself(SERVER, node) for node in nodes)
    return (*own, *sorted(sign + other for other, sign in last.items()))


def say(
    connection: Connection, nodes: Sequence[str], brand: str, other: str, same: bool | None, by: str, at: Ms
) -> None:
    """Said of the person; what was said before of them and `other` no longer holds."""
    gone = delete(said).where(said.c.customer_id.in_(nodes), said.c.brand == brand, said.c.other == other)
    connection.execute(gone)
    if same is not None:
        row = {"customer_id": nodes[0], "brand": brand, "other": other, "same": same, "by": by, "at": at}
        connection.execute(insert(said), row)


def forget(connection: Connection, nodes: Sequence[str]) -> None:
    """Nothing is said of them."""
    connection.execute(delete(said).where(said.c.customer_id.in_(nodes)))
