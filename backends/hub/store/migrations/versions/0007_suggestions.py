"""Customers who may be one person: what they have in common, and what was suggested and decided."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
_WORD = sa.String(length=255)


def upgrade() -> None:
    op.create_table(
        "identity_key",
        sa.Column("digest", _WORD, nullable=False),
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.PrimaryKeyConstraint("digest", "customer_id", "kind"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identity_key_customer_id", "identity_key", ["customer_id"])
    op.create_table(
        "suggestion",
        sa.Column("id", _ID, nullable=False),
        sa.Column("one", _ID, nullable=False),
        sa.Column("other", _ID, nullable=False),
        sa.Column("reason", _WORD, nullable=False),
        sa.Column("evidence", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("by", _ID, nullable=False),
        sa.Column("decided", sa.BigInteger()),
        sa.ForeignKeyConstraint(["one"], ["customer.id"]),
        sa.ForeignKeyConstraint(["other"], ["customer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("one", "other", "reason"),
    )
    op.create_index("ix_suggestion_other", "suggestion", ["other"])
    _index_the_known()


def _index_the_known() -> None:
    """Names and addresses of those who are known already; what they wrote is not read again."""
    from agent_tui.backends.hub.likeness import address_keys, name_keys

    connection = op.get_bind()
    known = connection.execute(
        sa.text(
            "SELECT c.id, c.since, t.name, a.scheme, a.value FROM customer c "
            "JOIN customer_text t ON t.customer_id = c.id "
            "LEFT JOIN address_link l ON l.customer_id = c.id AND l.revoked IS NULL "
            "LEFT JOIN address a ON a.id = l.address_id"
        )
    )
    rows: dict[tuple[str, str, str], int] = {}
    for row in known.all():
        keys = address_keys(row.scheme, row.value, "IL") if row.scheme else ()
        for key in (*keys, *(name_keys(row.name) if row.name != row.value else ())):
            rows[key.digest, row.id, key.kind] = row.since
    table = sa.table("identity_key", *(sa.column(name) for name in ("digest", "customer_id", "kind", "at")))
    every = [{"digest": d, "customer_id": c, "kind": k, "at": at} for (d, c, k), at in rows.items()]
    for start in range(0, len(every), 5000):
        connection.execute(table.insert(), every[start : start + 5000])


def downgrade() -> None:
    op.drop_table("suggestion")
    op.drop_table("identity_key")
