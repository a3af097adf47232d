"""Finds at once who was shown card numbers in a case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WHERE = sa.text("kind = 'card-shown'")


def upgrade() -> None:
    op.create_index("ix_event_card_shown", "event", ["case_id"], sqlite_where=_WHERE, postgresql_where=_WHERE)


def downgrade() -> None:
    op.drop_index("ix_event_card_shown", "event")
