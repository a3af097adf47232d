"""The facts of each case are kept. What a case went through before is not known: the state it has stands for all that,
and further facts are applied to it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "fact",
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("via", _ID, nullable=False),
        sa.Column("kind", sa.String(length=255), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"]),
        sa.PrimaryKeyConstraint("seq", "place"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_fact_case_id", "fact", ["case_id"])
    op.execute(
        "INSERT INTO fact (case_id, seq, place, via, kind, data) SELECT id, version, 0, '', 'state', state FROM cases"
    )


def downgrade() -> None:
    op.drop_table("fact")
