"""What agents can be given: skills and capacity. Those who are here have no skills and the usual capacity."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "agent_skill",
        sa.Column("agent_id", _ID, nullable=False),
        sa.Column("skill", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"]),
        sa.PrimaryKeyConstraint("agent_id", "skill"),
    )
    op.add_column("agent", sa.Column("capacity", sa.Integer(), nullable=False, server_default="4"))


def downgrade() -> None:
    op.drop_column("agent", "capacity")
    op.drop_table("agent_skill")
