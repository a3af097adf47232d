"""Calls that were put through: the parts that earlier agents had of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("call", sa.Column("part_of", _ID, nullable=False, server_default=""))
    op.add_column("call", sa.Column("passed", sa.BigInteger()))
    parts = sa.text("part_of <> ''")
    op.create_index("ix_call_part", "call", ["part_of"], sqlite_where=parts, postgresql_where=parts)
    ended = sa.text("state = 'ended' AND part_of <> ''")
    op.create_index("ix_call_part_open", "call", ["agent"], sqlite_where=ended, postgresql_where=ended)


def downgrade() -> None:
    op.drop_index("ix_call_part_open", "call")
    op.drop_index("ix_call_part", "call")
    op.drop_column("call", "passed")
    op.drop_column("call", "part_of")
