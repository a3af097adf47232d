"""Cases whose callers asked to be called back, and have not been."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from agent_tui.backends.hub.store.schema import case

# a state has the calls that are asked for only where there are any (`values.state_column`)
_ASKED = (
    select(case.c.id)
    .where(case.c.stage.in_(("us", "later")), case.c.state.like('%"asked":[%'))
    .order_by(case.c.sort_at, case.c.id)
    .limit(bindparam("limit"))
)


def asked(connection: Connection, limit: int) -> list[str]:
    """The most urgent first."""
    return list(connection.execute(_ASKED, {"limit": limit}).scalars())
