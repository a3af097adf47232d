"""Which canned replies were picked, and what was seen when they were."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
_WORD = sa.String(length=255)


def upgrade() -> None:
    op.create_table(
        "reply_made",
        sa.Column("message_id", _ID, sa.ForeignKey("message.id"), primary_key=True),
        sa.Column("replies", sa.Text(), nullable=False),
        sa.Column("learned", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_reply_made_learned", "reply_made", ["learned", "message_id"])
    op.create_table(
        "pick_count",
        sa.Column("sign", _WORD, primary_key=True),
        sa.Column("key", _WORD, primary_key=True),
        sa.Column("times", sa.Integer(), nullable=False),
    )
    op.create_table(
        "pick_word",
        sa.Column("sign", _WORD, primary_key=True),
        sa.Column("key", _WORD, primary_key=True),
        sa.Column("customer_id", _ID, sa.ForeignKey("customer.id"), primary_key=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_pick_word_customer_id", "pick_word", ["customer_id"])
    op.create_index("ix_pick_word_at", "pick_word", ["at"])


def downgrade() -> None:
    op.drop_index("ix_pick_word_at", "pick_word")
    op.drop_index("ix_pick_word_customer_id", "pick_word")
    op.drop_table("pick_word")
    op.drop_table("pick_count")
    op.drop_index("ix_reply_made_learned", "reply_made")
    op.drop_table("reply_made")
