"""What we promised to customers, and of each case the promise that is due first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
_WHERE = sa.text("promise_id <> ''")


def upgrade() -> None:
    op.create_table(
        "promise",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("due", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", _ID, nullable=False),
        sa.Column("agent", _ID, nullable=False),
        sa.Column("team", sa.String(255), nullable=False),
        sa.Column("state", sa.String(255), nullable=False),
        sa.Column("settled", sa.BigInteger),
        sa.Column("settled_by", _ID, nullable=False),
    )
    op.create_index("ix_promise_case_id", "promise", ["case_id"])
    op.create_table(
        "promise_text",
        sa.Column("promise_id", _ID, sa.ForeignKey("promise.id"), primary_key=True),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.add_column("cases", sa.Column("promise_id", _ID, nullable=False, server_default=""))
    op.add_column("cases", sa.Column("promise_whose", _ID, nullable=False, server_default=""))
    op.create_index(
        "ix_cases_promise",
        "cases",
        ["stage", "sort_at", "id", "promise_whose"],
        sqlite_where=_WHERE,
        postgresql_where=_WHERE,
    )


def downgrade() -> None:
    op.drop_index("ix_cases_promise", "cases")
    op.drop_column("cases", "promise_whose")
    op.drop_column("cases", "promise_id")
    op.drop_table("promise_text")
    op.drop_table("promise")
