"""Whether customers may be written to on a channel; cases that moved to another channel; templates that go out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
_WORD = sa.String(length=255)

# who wrote to us before may be written to there
_WROTE = """
INSERT INTO customer_consent (customer_id, channel, given, how, "by", at)
SELECT cases.customer_id, conversation.channel, true, 'wrote', '', MIN(conversation.last_inbound)
FROM conversation
JOIN cases ON cases.id = conversation.case_id
JOIN customer ON customer.id = cases.customer_id
WHERE conversation.last_inbound IS NOT NULL AND customer.erased = 0
GROUP BY cases.customer_id, conversation.channel
"""


def upgrade() -> None:
    op.create_table(
        "customer_consent",
        sa.Column("customer_id", _ID, sa.ForeignKey("customer.id"), primary_key=True),
        sa.Column("channel", _WORD, primary_key=True),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("how", _WORD, nullable=False),
        sa.Column("by", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.execute(_WROTE)
    op.add_column("outbound", sa.Column("template", sa.Text(), nullable=False, server_default=""))
    moved = sa.text("kind = 'channel-moved'")
    op.create_index(
        "ix_event_channel_moved", "event", ["case_id", "occurred"], sqlite_where=moved, postgresql_where=moved
    )


def downgrade() -> None:
    op.drop_index("ix_event_channel_moved", "event")
    op.drop_column("outbound", "template")
    op.drop_table("customer_consent")
