"""Who handles a case now, and drafts for all terminals of an agent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
_HELD = sa.text("agent <> ''")


def upgrade() -> None:
    op.create_table(
        "lease",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("agent", ID, nullable=False),
        sa.Column("desk", ID, nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("away", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_index("ix_lease_held", "lease", ["agent"], sqlite_where=_HELD, postgresql_where=_HELD)
    op.create_table(
        "draft",
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("desk", ID, nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("agent_id", "case_id", "other"),
    )
    op.create_table(
        "draft_text",
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("agent_id", "case_id", "other"),
    )


def downgrade() -> None:
    for table in ("draft_text", "draft", "lease"):
        op.drop_table(table)
