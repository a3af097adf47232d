"""What each command said, so that its id cannot come again with another order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("command", sa.Column("digest", sa.String(length=255), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("command", "digest")
