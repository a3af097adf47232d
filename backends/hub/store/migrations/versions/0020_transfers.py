"""Transfers of cases between agents and queues, and who follows a case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
_WORD = sa.String(length=255)


def upgrade() -> None:
    op.add_column("cases", sa.Column("transfer_id", _ID, nullable=False, server_default=""))
    op.add_column("cases", sa.Column("transfer_to", _ID, nullable=False, server_default=""))
    op.add_column("cases", sa.Column("followers", sa.Text(), nullable=False, server_default=""))
    offered, followed = sa.text("transfer_id <> ''"), sa.text("followers <> ''")
    op.create_index(
        "ix_cases_transfer",
        "cases",
        ["transfer_to", "sort_at", "id"],
        sqlite_where=offered,
        postgresql_where=offered,
    )
    op.create_index(
        "ix_cases_followed",
        "cases",
        ["stage", "sort_at", "id", "followers"],
        sqlite_where=followed,
        postgresql_where=followed,
    )
    op.create_table(
        "transfer",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("by", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("agent", _ID, nullable=False),
        sa.Column("queue", _WORD, nullable=False),
        sa.Column("warm", sa.Boolean(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("note", _ID, nullable=False),
        sa.Column("ended", sa.BigInteger()),
        sa.Column("ended_by", _ID, nullable=False),
        sa.Column("was_team", _WORD, nullable=False, server_default=""),
        sa.Column("label", _WORD, nullable=False, server_default=""),
    )
    op.create_index("ix_transfer_case_id", "transfer", ["case_id"])
    due = sa.text("due > 0")
    op.create_index("ix_transfer_due", "transfer", ["due"], sqlite_where=due, postgresql_where=due)


def downgrade() -> None:
    op.drop_table("transfer")
    op.drop_index("ix_cases_followed", "cases")
    op.drop_index("ix_cases_transfer", "cases")
    op.drop_column("cases", "followers")
    op.drop_column("cases", "transfer_to")
    op.drop_column("cases", "transfer_id")
