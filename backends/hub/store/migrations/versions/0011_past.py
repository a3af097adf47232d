"""What became of a case is found at once; customers have preferences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0008"
branch_labels = None
depends_on = None

_WHERE = sa.text("kind = 'case-changed'")


def upgrade() -> None:
    op.add_column("customer_text", sa.Column("preferences", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "ix_event_case_changed",
        "event",
        ["case_id", "occurred", "seq"],
        sqlite_where=_WHERE,
        postgresql_where=_WHERE,
    )


def downgrade() -> None:
    op.drop_index("ix_event_case_changed", "event")
    with op.batch_alter_table("customer_text") as table:
        table.drop_column("preferences")
