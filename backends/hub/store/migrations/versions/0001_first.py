"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
WORD = sa.String(length=255)


def upgrade() -> None:
    op.create_table(
        "address",
        sa.Column("id", ID, nullable=False),
        sa.Column("scheme", WORD, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("scheme", "value"),
    )
    op.create_table(
        "agent",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", WORD, nullable=False),
        sa.Column("presence", WORD, nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "blob",
        sa.Column("sha256", WORD, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_table(
        "case_count",
        sa.Column("stage", WORD, nullable=False),
        sa.Column("owner", ID, nullable=False),
        sa.Column("team", WORD, nullable=False),
        sa.Column("cases", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stage", "owner", "team"),
    )
    op.create_table(
        "command",
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("code", WORD, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "id"),
    )
    op.create_table(
        "customer",
        sa.Column("id", ID, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("language", WORD, nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("occurred", sa.BigInteger(), nullable=False),
        sa.Column("recorded", sa.BigInteger(), nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("ref", ID, nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table("label", sa.Column("name", WORD, nullable=False), sa.PrimaryKeyConstraint("name"))
    op.create_table(
        "link",
        sa.Column("hash", WORD, nullable=False),
        sa.Column("use", WORD, nullable=False),
        sa.Column("blob", WORD, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "mark",
        sa.Column("account", WORD, nullable=False),
        sa.Column("key", WORD, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "key"),
    )
    op.create_table(
        "meta",
        sa.Column("key", WORD, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "seen",
        sa.Column("account", WORD, nullable=False),
        sa.Column("key", WORD, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account", "key"),
    )
    op.create_table(
        "address_link",
        sa.Column("id", ID, nullable=False),
        sa.Column("address_id", ID, nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("origin", WORD, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"],
            ["address.id"],
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_address_link_address_id"), "address_link", ["address_id"], unique=False)
    op.create_index(op.f("ix_address_link_customer_id"), "address_link", ["customer_id"], unique=False)
    op.create_table(
        "cases",
        sa.Column("id", ID, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("brand", WORD, nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("stage", WORD, nullable=False),
        sa.Column("sort_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("owner", ID, nullable=False),
        sa.Column("team", WORD, nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("snoozed", sa.BigInteger(), nullable=True),
        sa.Column("call_id", ID, nullable=False),
        sa.Column("preview_kind", WORD, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_cases_customer", "cases", ["customer_id", "number"], unique=False)
    op.create_index("ix_cases_owner", "cases", ["stage", "owner", "sort_at", "id", "team", "channels"], unique=False)
    op.create_index("ix_cases_stage", "cases", ["stage", "sort_at", "id", "owner", "team", "channels"], unique=False)
    op.create_index(
        "ix_cases_wake",
        "cases",
        ["snoozed"],
        unique=False,
        sqlite_where=sa.text("snoozed > 0"),
        postgresql_where=sa.text("snoozed > 0"),
    )
    op.create_table(
        "customer_text",
        sa.Column("customer_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.PrimaryKeyConstraint("customer_id"),
    )
    op.create_table(
        "link_text",
        sa.Column("hash", WORD, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hash"],
            ["link.hash"],
        ),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_table(
        "membership",
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("team", WORD, nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.id"],
        ),
        sa.PrimaryKeyConstraint("agent_id", "team"),
    )
    op.create_table(
        "token",
        sa.Column("id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "call",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("account", WORD, nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("queue", WORD, nullable=False),
        sa.Column("direction", WORD, nullable=False),
        sa.Column("agent", ID, nullable=False),
        sa.Column("answered", sa.BigInteger(), nullable=True),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("law_due", sa.BigInteger(), nullable=True),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account", "channel_id"),
    )
    op.create_index(op.f("ix_call_case_id"), "call", ["case_id"], unique=False)
    op.create_table(
        "case_search",
        sa.Column("stage", WORD, nullable=False),
        sa.Column("sort_at", sa.BigInteger(), nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("owner", ID, nullable=False),
        sa.Column("team", WORD, nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("stage", "sort_at", "case_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "case_text",
        sa.Column("case_id", ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("preview", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_table(
        "conversation",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("account", WORD, nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("address_id", ID, nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("last_inbound", sa.BigInteger(), nullable=True),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"],
            ["address.id"],
        ),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_conversation_address", "conversation", ["address_id", "last_at"], unique=False)
    op.create_index(op.f("ix_conversation_case_id"), "conversation", ["case_id"], unique=False)
    op.create_index("ix_conversation_thread", "conversation", ["account", "thread"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("channel", WORD, nullable=False),
        sa.Column("account", WORD, nullable=False),
        sa.Column("channel_id", sa.Text(), nullable=True),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("author", ID, nullable=False),
        sa.Column("auto", WORD, nullable=False),
        sa.Column("source", WORD, nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account", "channel_id"),
    )
    op.create_index("ix_message_case", "message", ["case_id", "at", "id"], unique=False)
    op.create_index("ix_message_conversation", "message", ["conversation_id", "at"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("message_id", ID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("claimed", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("blob", WORD, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("message_id", "place"),
    )
    op.create_table(
        "call_text",
        sa.Column("call_id", ID, nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("digits", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["call.id"],
        ),
        sa.PrimaryKeyConstraint("call_id"),
    )
    op.create_table(
        "conversation_text",
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
        ),
        sa.PrimaryKeyConstraint("conversation_id"),
    )
    op.create_table(
        "message_text",
        sa.Column("message_id", ID, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("parties", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_table(
        "outbound",
        sa.Column("message_id", ID, nullable=False),
        sa.Column("account", WORD, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("queued", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.BigInteger(), nullable=False),
        sa.Column("in_reply_to", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_index("ix_outbound_next", "outbound", ["account", "state", "next_try"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("a first schema has nothing before it; restore a copy instead")
