"""Since when agents are what they are and what they become next; what is announced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_OWED = sa.text("state = 'open'")
_TALKING = sa.text("state IN ('active', 'held')")


def upgrade() -> None:
    op.create_index("ix_call_talking", "call", ["agent"], sqlite_where=_TALKING, postgresql_where=_TALKING)
    op.create_index("ix_promise_owed", "promise", ["agent"], sqlite_where=_OWED, postgresql_where=_OWED)
    for name in ("since", "left_at"):
        op.add_column("agent", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    for name in ("next", "before"):
        op.add_column("agent", sa.Column(name, sa.String(255), nullable=False, server_default=""))
    op.add_column("agent", sa.Column("hand", sa.String(64), nullable=False, server_default=""))
    op.create_table(
        "announcement",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("ix_announcement_until", "announcement", ["until"])


def downgrade() -> None:
    op.drop_index("ix_promise_owed", "promise")
    op.drop_index("ix_call_talking", "call")
    op.drop_index("ix_announcement_until", "announcement")
    op.drop_table("announcement")
    with op.batch_alter_table("agent") as table:
        for name in ("hand", "before", "next", "left_at", "since"):
            table.drop_column(name)
