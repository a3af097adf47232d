"""Guided scripts that are run with cases, and the versions that runs began with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
_WORD = sa.String(length=255)


def upgrade() -> None:
    op.create_table(
        "script_run",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("script", _WORD, nullable=False),
        sa.Column("version", _WORD, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("reason", _WORD, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("by", _ID, nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column("moved_by", _ID, nullable=False),
    )
    op.create_index("ix_script_run_case_id", "script_run", ["case_id"])
    op.create_table(
        "script_run_text",
        sa.Column("run_id", _ID, sa.ForeignKey("script_run.id"), primary_key=True),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
    )
    op.create_table(
        "script_version",
        sa.Column("version", _WORD, primary_key=True),
        sa.Column("key", _WORD, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("script_version")
    op.drop_table("script_run_text")
    op.drop_table("script_run")
