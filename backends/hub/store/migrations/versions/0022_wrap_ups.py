"""What other systems are told when a case is done or a call written up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
_WORD = sa.String(length=255)


def upgrade() -> None:
    op.create_table(
        "wrap_up",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("target", _WORD, nullable=False),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("what", _WORD, nullable=False),
        sa.Column("call", _ID, nullable=False),
        sa.Column("outcome", _WORD, nullable=False),
        sa.Column("agent", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False, server_default=""),
    )
    op.create_index("ix_wrap_up_due", "wrap_up", ["state", "next_try"])


def downgrade() -> None:
    op.drop_index("ix_wrap_up_due", "wrap_up")
    op.drop_table("wrap_up")
