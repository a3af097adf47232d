"""Erasing customers: who was erased, which files go, and nothing personal in the keys of reports and refused orders."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

Id = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
Word = sa.String(255)
_ABOUT = sa.text("about <> ''")


def upgrade() -> None:
    op.add_column("customer", sa.Column("erased", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("command", sa.Column("about", Id, nullable=False, server_default=""))
    op.add_column("search_state", sa.Column("merging", sa.Boolean(), nullable=False, server_default="0"))
    op.add_column("search_state", sa.Column("merges", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_command_about", "command", ["about"], sqlite_where=_ABOUT, postgresql_where=_ABOUT)
    op.create_table(
        "erasure",
        sa.Column("customer_id", Id, sa.ForeignKey("customer.id"), primary_key=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", Id, nullable=False),
        sa.Column("cleaned", sa.BigInteger()),
    )
    op.create_table("doomed_blob", sa.Column("sha256", Word, primary_key=True))
    _digest_reports()
    # of what was refused before nobody knows whom it was about
    op.execute("UPDATE command SET message = '' WHERE message <> ''")


def _digest_reports() -> None:
    """The ids of reports were kept as they came; from now on as digests (`ledger.first_time`)."""
    seen = sa.table("seen", sa.column("account", Word), sa.column("key", Word))
    connection = op.get_bind()
    for account, key in connection.execute(sa.select(seen.c.account, seen.c.key)).all():
        digest = hashlib.blake2b(key.encode(), digest_size=20).hexdigest()
        here = (seen.c.account == account, seen.c.key == key)
        connection.execute(sa.update(seen).where(*here).values(key=digest))


def downgrade() -> None:
    op.drop_table("doomed_blob")
    op.drop_table("erasure")
    op.drop_index("ix_command_about", "command")
    with op.batch_alter_table("search_state") as table:
        table.drop_column("merges")
        table.drop_column("merging")
    with op.batch_alter_table("command") as table:
        table.drop_column("about")
    with op.batch_alter_table("customer") as table:
        table.drop_column("erased")
