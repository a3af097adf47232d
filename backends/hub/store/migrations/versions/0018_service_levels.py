"""Service levels: versions of the rules, clocks that ended or were breached, when each case is looked at again, and
since when it is where it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
_WORD = sa.String(length=255)


def upgrade() -> None:
    op.add_column("cases", sa.Column("sla_turn", sa.BigInteger()))
    op.add_column("cases", sa.Column("sla", sa.Text(), nullable=False, server_default=""))
    op.add_column("cases", sa.Column("entered", sa.BigInteger(), nullable=False, server_default="0"))
    sqlite = op.get_bind().dialect.name == "sqlite"
    entered = "json_extract(state, '$.entered')" if sqlite else "CAST(CAST(state AS json) ->> 'entered' AS bigint)"
    op.execute(f"UPDATE cases SET entered = COALESCE({entered}, 0)")
    waiting = sa.text("stage = 'us' AND owner = '' AND call_id = ''")
    op.create_index(
        "ix_cases_waiting",
        "cases",
        ["stage", "owner", "team", "channel", "brand", "labels", "entered", "id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    later = sa.text("sla_turn > 0")
    op.create_index("ix_cases_sla_turn", "cases", ["sla_turn"], sqlite_where=later, postgresql_where=later)
    op.create_table(
        "sla_clock",
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("metric", _WORD, primary_key=True),
        sa.Column("key", _WORD, primary_key=True),
        sa.Column("started", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("due", sa.BigInteger()),
        sa.Column("within", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("ended", sa.BigInteger()),
        sa.Column("by", _WORD, nullable=False),
        sa.Column("policy", _WORD, nullable=False),
        sa.Column("version", _WORD, nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("queue", _WORD, nullable=False),
        sa.Column("channel", _WORD, nullable=False),
        sa.Column("brand", _WORD, nullable=False),
        sa.Column("agent", _ID, nullable=False),
        sa.Column("reason", _WORD, nullable=False, server_default=""),
        sa.Column("reason_by", _ID, nullable=False, server_default=""),
        sa.Column("reason_at", sa.BigInteger(), nullable=False, server_default="0"),
    )
    op.create_index("ix_sla_clock_ended", "sla_clock", ["ended"])
    breached = sa.text("state = 'breached'")
    op.create_index("ix_sla_clock_breached", "sla_clock", ["due"], sqlite_where=breached, postgresql_where=breached)
    op.create_table(
        "sla_version",
        sa.Column("at", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("version", _WORD, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
    )
    op.create_table(
        "reminded",
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("since", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("done", _WORD, nullable=False),
        sa.Column("text", _WORD, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "alert",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("target", _WORD, nullable=False),
        sa.Column("way", _WORD, nullable=False),
        sa.Column("case_id", _ID, sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("metric", _WORD, nullable=False),
        sa.Column("key", _WORD, nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("step", _WORD, nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("zone", _WORD, nullable=False),
        sa.Column("late", sa.BigInteger(), nullable=False),
        sa.Column("queue", _WORD, nullable=False),
        sa.Column("channel", _WORD, nullable=False),
        sa.Column("brand", _WORD, nullable=False),
        sa.Column("agent", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False, server_default=""),
        sa.UniqueConstraint("case_id", "metric", "key", "started", "step", "target", "way"),
    )
    op.create_index("ix_alert_due", "alert", ["state", "next_try"])


def downgrade() -> None:
    op.drop_index("ix_alert_due", "alert")
    op.drop_table("alert")
    op.drop_table("reminded")
    op.drop_table("sla_version")
    op.drop_table("sla_clock")
    op.drop_index("ix_cases_sla_turn", "cases")
    op.drop_index("ix_cases_waiting", "cases")
    op.drop_column("cases", "entered")
    op.drop_column("cases", "sla")
    op.drop_column("cases", "sla_turn")
