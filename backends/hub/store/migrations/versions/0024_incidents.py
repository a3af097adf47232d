"""Incidents: cases with one cause, what their customers were told, and who was."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
_WORD = sa.String(length=255)


def upgrade() -> None:
    op.add_column("cases", sa.Column("incident_id", _ID, nullable=False, server_default=""))
    linked = sa.text("incident_id <> ''")
    op.create_index("ix_cases_incident", "cases", ["incident_id"], sqlite_where=linked, postgresql_where=linked)
    op.create_table(
        "incident",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("brand", _WORD, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", _ID, nullable=False),
        sa.Column("closed", sa.BigInteger()),
    )
    op.create_table(
        "incident_text",
        sa.Column("incident_id", _ID, sa.ForeignKey("incident.id"), primary_key=True),
        sa.Column("title", sa.Text(), nullable=False),
    )
    op.create_table(
        "incident_update",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("incident_id", _ID, sa.ForeignKey("incident.id"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", _ID, nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("unreached", sa.Integer(), nullable=False),
    )
    op.create_index("ix_incident_update_incident_id", "incident_update", ["incident_id"])
    op.create_table(
        "incident_update_text",
        sa.Column("update_id", _ID, sa.ForeignKey("incident_update.id"), primary_key=True),
        sa.Column("english", sa.Text(), nullable=False),
        sa.Column("hebrew", sa.Text(), nullable=False),
    )
    op.create_table(
        "incident_told",
        sa.Column("update_id", _ID, sa.ForeignKey("incident_update.id"), primary_key=True),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("message_id", _ID, nullable=False),
    )


def downgrade() -> None:
    for table in ("incident_told", "incident_update_text", "incident_update", "incident_text", "incident"):
        op.drop_table(table)
    op.drop_index("ix_cases_incident", "cases")
    op.drop_column("cases", "incident_id")
