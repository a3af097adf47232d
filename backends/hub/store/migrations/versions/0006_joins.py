"""Customers can be joined and parted again: the joins, who is one person, and cases that make one row together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
_WORD = sa.String(length=255)
_LED = sa.text("head != ''")


def upgrade() -> None:
    op.add_column("customer", sa.Column("root", _ID, nullable=False, server_default=""))
    op.execute("UPDATE customer SET root = id")
    op.create_index("ix_customer_root", "customer", ["root"])
    op.add_column("address_link", sa.Column("verified", sa.Boolean(), nullable=False, server_default="0"))
    op.execute("UPDATE address_link SET verified = true WHERE origin = 'import'")
    op.create_table(
        "customer_join",
        sa.Column("id", _ID, nullable=False),
        sa.Column("one", _ID, nullable=False),
        sa.Column("other", _ID, nullable=False),
        sa.Column("origin", _WORD, nullable=False),
        sa.Column("reason", _WORD, nullable=False),
        sa.Column("by", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger()),
        sa.Column("revoked_by", _ID, nullable=False),
        sa.ForeignKeyConstraint(["one"], ["customer.id"]),
        sa.ForeignKeyConstraint(["other"], ["customer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_customer_join_one", "customer_join", ["one"])
    op.create_index("ix_customer_join_other", "customer_join", ["other"])
    op.add_column("cases", sa.Column("head", _ID, nullable=False, server_default=""))
    op.add_column("cases", sa.Column("opened", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_index("ix_cases_head", "cases", ["head"], sqlite_where=_LED, postgresql_where=_LED)
    op.create_table(
        "case_part",
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("own", sa.Text(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("channel", _WORD, nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("preview_kind", _WORD, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_table(
        "case_part_text",
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("preview", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("case_id"),
    )


def downgrade() -> None:
    op.drop_table("case_part_text")
    op.drop_table("case_part")
    op.drop_index("ix_cases_head", "cases")
    op.drop_column("cases", "opened")
    op.drop_column("cases", "head")
    op.drop_table("customer_join")
    op.drop_column("address_link", "verified")
    op.drop_index("ix_customer_root", "customer")
    op.drop_column("customer", "root")
