"""Agents see the brands granted to them; those who are here already see every brand, as before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
_WORD = sa.String(length=255)
_FILED = sa.text("source <> ''")
_STAGE = ["stage", "sort_at", "id", "owner", "team", "channels"]
_OWNER = ["stage", "owner", "sort_at", "id", "team", "channels"]
_COUNTED = ("stage", "owner", "team", "brand")


def upgrade() -> None:
    op.create_table(
        "agent_brand",
        sa.Column("agent_id", _ID, nullable=False),
        sa.Column("brand", _WORD, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"]),
        sa.PrimaryKeyConstraint("agent_id", "brand"),
    )
    op.execute("INSERT INTO agent_brand (agent_id, brand) SELECT id, '*' FROM agent")
    op.add_column("agent", sa.Column("granted", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("case_search", sa.Column("brand", _WORD, nullable=False, server_default=""))
    op.execute("UPDATE case_search SET brand = (SELECT brand FROM cases WHERE cases.id = case_search.case_id)")
    op.drop_table("case_count")
    _counts(_COUNTED)
    for name, columns in (("ix_cases_stage", _STAGE), ("ix_cases_owner", _OWNER)):
        op.drop_index(name, "cases")
        op.create_index(name, "cases", [*columns, "brand"])
    op.create_index("ix_attachment_blob", "attachment", ["blob"])
    op.create_index("ix_message_source", "message", ["source"], sqlite_where=_FILED, postgresql_where=_FILED)


def _counts(columns: tuple[str, ...]) -> None:
    """How many cases there are of each kind, counted anew."""
    op.create_table(
        "case_count",
        *(sa.Column(name, _ID if name == "owner" else _WORD, nullable=False) for name in columns),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*columns),
    )
    named = ", ".join(columns)
    op.execute(f"INSERT INTO case_count ({named}, cases) SELECT {named}, count(*) FROM cases GROUP BY {named}")


def downgrade() -> None:
    op.drop_index("ix_message_source", "message")
    op.drop_index("ix_attachment_blob", "attachment")
    for name, columns in (("ix_cases_stage", _STAGE), ("ix_cases_owner", _OWNER)):
        op.drop_index(name, "cases")
        op.create_index(name, "cases", columns)
    op.drop_table("case_count")
    _counts(_COUNTED[:-1])
    op.drop_column("case_search", "brand")
    op.drop_column("agent", "granted")
    op.drop_table("agent_brand")
