"""Search: full-text tables. They begin empty; the hub fills them in pieces while it serves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

Id = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")

# No copy of the text (content=''), no lengths (columnsize=0): a question is answered by words and order of time alone.
# Words come folded and apart by blanks, so the plainest tokeniser does. Beginnings of three letters have a list of
# their own, as people see results while they type; lists for two letters too would make the index half as big again.
_FTS = (
    "CREATE VIRTUAL TABLE search_text USING fts5(words, tags, content='', columnsize=0, prefix='3',"
    " tokenize=\"ascii tokenchars '_'\")",
    "CREATE VIRTUAL TABLE search_customer_text USING fts5(words, prefix='3', tokenize=\"ascii tokenchars '_'\")",
)
_DUE = "INSERT INTO search_customer(customer_id, due) VALUES ({who}, 1) ON CONFLICT (customer_id) DO UPDATE SET due = 1"
_TRIGGERS = (
    ("search_name_new", "AFTER INSERT ON customer_text", "new.customer_id"),
    ("search_name_change", "AFTER UPDATE ON customer_text", "new.customer_id"),
    ("search_name_gone", "AFTER DELETE ON customer_text", "old.customer_id"),
    ("search_link_new", "AFTER INSERT ON address_link", "new.customer_id"),
    ("search_link_change", "AFTER UPDATE ON address_link", "new.customer_id"),
    ("search_link_gone", "AFTER DELETE ON address_link", "old.customer_id"),
)


def upgrade() -> None:
    op.create_table(
        "search_doc",
        sa.Column("doc", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("message_id", Id, nullable=False),
    )
    op.create_table(
        "search_customer",
        sa.Column("doc", sa.Integer, primary_key=True),
        sa.Column("customer_id", Id, nullable=False, unique=True),
        sa.Column("due", sa.Boolean, nullable=False),
    )
    due = sa.text("due = 1")
    op.create_index(
        "ix_search_customer_due", "search_customer", ["due"], sqlite_where=due, postgresql_where=sa.text("due")
    )
    op.create_table(
        "search_state",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("low", Id, nullable=False),
        sa.Column("high", Id, nullable=False),
        sa.Column("folding", sa.Integer, nullable=False),
        sa.Column("scrub", sa.Boolean, nullable=False),
    )
    if op.get_bind().dialect.name != "sqlite":
        return
    for statement in _FTS:
        op.execute(statement)
    for name, event, who in _TRIGGERS:
        op.execute(f"CREATE TRIGGER {name} {event} BEGIN {_DUE.format(who=who)}; END")
    op.execute("INSERT INTO search_customer(customer_id, due) SELECT id, 1 FROM customer")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, _, _ in _TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
        op.execute("DROP TABLE search_text")
        op.execute("DROP TABLE search_customer_text")
    for table in ("search_state", "search_customer", "search_doc"):
        op.drop_table(table)
