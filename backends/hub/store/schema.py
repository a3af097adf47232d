"""The tables. Personal text (names, addresses, bodies, subjects, file names, search text) is in side tables, which
events and the others refer to by id; erasing a person empties those and leaves the log whole.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TextClause,
    UniqueConstraint,
    text,
)

metadata = MetaData()

# Keyset pages compare ids in Python too: PostgreSQL must order them by bytes, as SQLite does.
Id = String(64).with_variant(String(64, collation="C"), "postgresql")
Word = String(255)
At = BigInteger
WAITING = text("stage = 'us' AND owner = '' AND call_id = ''")
"""Of cases: it needs us and nobody has it; what rings or runs is the exchange's."""
TO_WRITE_UP = text("state = 'ended' AND part_of <> ''")
"""Of calls: an earlier agent's part of one that was put through."""


def partial(name: str, *columns: str, where: TextClause, on_postgresql: TextClause | None = None) -> Index:
    """An index of the rows where `where` holds. PostgreSQL hears of it by `for_postgresql`: a hub on SQLite need not
    load that dialect."""
    return Index(name, *columns, sqlite_where=where, info={"where": where if on_postgresql is None else on_postgresql})


def for_postgresql() -> None:
    """Say the conditions of partial indexes to PostgreSQL too."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if "where" in index.info:
                index.dialect_options["postgresql"]["where"] = index.info["where"]


meta = Table("meta", metadata, Column("key", Word, primary_key=True), Column("value", Text, nullable=False))

# One row: locked by every append, so that the log has one gapless order.
head = Table(
    "head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
)

event = Table(
    "event",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("occurred", At, nullable=False),
    Column("recorded", At, nullable=False),
    Column("case_id", Id, nullable=False),
    Column("by", Id, nullable=False),
    Column("kind", Word, nullable=False),
    Column("ref", Id, nullable=False),
    Column("data", Text, nullable=False),
    partial(
        "ix_event_card_shown",
        "case_id",
        where=text("kind = 'card-shown'"),
    ),
    partial(
        "ix_event_channel_moved",
        "case_id",
        "occurred",
        where=text("kind = 'channel-moved'"),
    ),
    partial(
        "ix_event_case_changed",
        "case_id",
        "occurred",
        "seq",
        where=text("kind = 'case-changed'"),
    ),
)

agent = Table(
    "agent",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Word, nullable=False),
    # `since`: of the presence; `next`, `hand`: what it becomes when that case is finished; `before`: what a lost line
    # comes back to; `left_at`: the end of the shift before
    Column("presence", Word, nullable=False),
    Column("since", At, nullable=False, server_default="0"),
    Column("next", Word, nullable=False, server_default=""),
    Column("hand", Id, nullable=False, server_default=""),
    Column("before", Word, nullable=False, server_default=""),
    Column("left_at", At, nullable=False, server_default="0"),
    Column("disabled", Boolean, nullable=False),
    Column("created", At, nullable=False),
    # Place in the log since when they see what they see now.
    Column("granted", BigInteger, nullable=False, server_default="0"),
    # What their cases can weigh together before a queue gives them no more.
    Column("capacity", Integer, nullable=False, server_default="4"),
)

agent_skill = Table(
    "agent_skill",
    metadata,
    Column("agent_id", Id, ForeignKey("agent.id"), primary_key=True),
    Column("skill", Word, primary_key=True),
)

agent_brand = Table(
    "agent_brand",
    metadata,
    Column("agent_id", Id, ForeignKey("agent.id"), primary_key=True),
    Column("brand", Word, primary_key=True),
)

membership = Table(
    "membership",
    metadata,
    Column("agent_id", Id, ForeignKey("agent.id"), primary_key=True),
    Column("team", Word, primary_key=True),
)

token = Table(
    "token",
    metadata,
    Column("id", Id, primary_key=True),
    Column("agent_id", Id, ForeignKey("agent.id"), nullable=False),
    Column("hash", Text, nullable=False),
    Column("created", At, nullable=False),
    Column("revoked", At),
)

customer = Table(
    "customer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("since", At, nullable=False),
    Column("language", Word, nullable=False),
    Column("blocked", Boolean, nullable=False),
    # The smallest id of all who are joined with them, their own when nobody is: what desks know the person by.
    Column("root", Id, nullable=False, server_default="", index=True),
    # When all that was personal of them was erased, 0 never.
    Column("erased", At, nullable=False, server_default="0"),
)

customer_text = Table(
    "customer_text",
    metadata,
    Column("customer_id", Id, ForeignKey("customer.id"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("preferences", Text, nullable=False, server_default=""),
)

address = Table(
    "address",
    metadata,
    Column("id", Id, primary_key=True),
    Column("scheme", Word, nullable=False),
    Column("value", Text, nullable=False),
    UniqueConstraint("scheme", "value"),
)

address_link = Table(
    "address_link",
    metadata,
    Column("id", Id, primary_key=True),
    Column("address_id", Id, ForeignKey("address.id"), nullable=False, index=True),
    Column("customer_id", Id, ForeignKey("customer.id"), nullable=False, index=True),
    Column("origin", Word, nullable=False),
    Column("at", At, nullable=False),
    Column("revoked", At),
    Column("verified", Boolean, nullable=False, server_default="0"),
)

# Two customers are one person. Edges are never changed but revoked; who is one with whom follows from them.
customer_join = Table(
    "customer_join",
    metadata,
    Column("id", Id, primary_key=True),
    Column("one", Id, ForeignKey("customer.id"), nullable=False, index=True),
    Column("other", Id, ForeignKey("customer.id"), nullable=False, index=True),
    Column("origin", Word, nullable=False),
    Column("reason", Word, nullable=False),
    Column("by", Id, nullable=False),
    Column("at", At, nullable=False),
    Column("revoked", At),
    Column("revoked_by", Id, nullable=False),
)

# Whether a customer may be written to on a channel, and how that is known (`domain/consents.py`).
customer_consent = Table(
    "customer_consent",
    metadata,
    Column("customer_id", Id, ForeignKey("customer.id"), primary_key=True),
    Column("channel", Word, primary_key=True),
    Column("given", Boolean, nullable=False),
    Column("how", Word, nullable=False),
    Column("by", Id, nullable=False),
    Column("at", At, nullable=False),
)

# Whom another server knows as `other` is the same person as this customer, or is not: agents said so of what the
# customer has with a brand.
customer_elsewhere = Table(
    "customer_elsewhere",
    metadata,
    Column("customer_id", Id, ForeignKey("customer.id"), primary_key=True),
    Column("brand", Word, primary_key=True),
    Column("other", Word, primary_key=True),
    Column("same", Boolean, nullable=False),
    Column("by", Id, nullable=False),
    Column("at", At, nullable=False),
)

# What customers have in common is found here: digests of phone numbers, order numbers, handles and words of names.
identity_key = Table(
    "identity_key",
    metadata,
    Column("digest", Word, primary_key=True),
    Column("customer_id", Id, ForeignKey("customer.id"), primary_key=True, index=True),
    Column("kind", Word, primary_key=True),
    Column("at", At, nullable=False),
    sqlite_with_rowid=False,
)

suggestion = Table(
    "suggestion",
    metadata,
    Column("id", Id, primary_key=True),
    Column("one", Id, ForeignKey("customer.id"), nullable=False),
    Column("other", Id, ForeignKey("customer.id"), nullable=False, index=True),
    Column("reason", Word, nullable=False),
    Column("evidence", Id, nullable=False),
    Column("at", At, nullable=False),
    Column("state", Word, nullable=False),
    Column("by", Id, nullable=False),
    Column("decided", At),
    UniqueConstraint("one", "other", "reason"),
)

case = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("customer_id", Id, ForeignKey("customer.id"), nullable=False),
    Column("brand", Word, nullable=False),
    Column("channel", Word, nullable=False),
    Column("channels", Text, nullable=False),
    Column("stage", Word, nullable=False),
    Column("sort_at", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("owner", Id, nullable=False),
    Column("team", Word, nullable=False),
    Column("unread", Integer, nullable=False),
    Column("last_at", At, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("labels", Text, nullable=False),
    Column("snoozed", At),
    Column("call_id", Id, nullable=False),
    Column("promise_id", Id, nullable=False, server_default=""),
    Column("promise_whose", Id, nullable=False, server_default=""),
    # The transfer that is open, and the agent whom it is offered to.
    Column("transfer_id", Id, nullable=False, server_default=""),
    Column("transfer_to", Id, nullable=False, server_default=""),
    Column("followers", Text, nullable=False, server_default=""),
    Column("incident_id", Id, nullable=False, server_default=""),
    Column("preview_kind", Word, nullable=False),
    Column("state", Text, nullable=False),
    # The case that leads the row this one is in: its own id when it leads others or may, "" when it stands alone.
    Column("head", Id, nullable=False, server_default=""),
    # Place in the log where it opened last.
    Column("opened", BigInteger, nullable=False, server_default="0"),
    # When its clocks are to be looked at again; what of them is known already (`store/sla.py`).
    Column("sla_turn", At),
    Column("sla", Text, nullable=False, server_default=""),
    # Since when it is in its stage, as its state has it.
    Column("entered", At, nullable=False, server_default="0"),
    # all that is asked of what waits, so that many are counted without reading one of them; stage and owner are the
    # same in all, and here so that SQLite prefers it to the indexes that begin with them
    partial(
        "ix_cases_waiting",
        "stage",
        "owner",
        "team",
        "channel",
        "brand",
        "labels",
        "entered",
        "id",
        where=WAITING,
    ),
    partial("ix_cases_sla_turn", "sla_turn", where=text("sla_turn > 0")),
    partial(
        "ix_cases_incident",
        "incident_id",
        where=text("incident_id <> ''"),
    ),
    partial("ix_cases_head", "head", where=text("head != ''")),
    Index("ix_cases_stage", "stage", "sort_at", "id", "owner", "team", "channels", "brand"),
    Index("ix_cases_owner", "stage", "owner", "sort_at", "id", "team", "channels", "brand"),
    Index("ix_cases_customer", "customer_id", "number"),
    partial(
        "ix_cases_promise",
        "stage",
        "sort_at",
        "id",
        "promise_whose",
        where=text("promise_id <> ''"),
    ),
    partial(
        "ix_cases_transfer",
        "transfer_to",
        "sort_at",
        "id",
        where=text("transfer_id <> ''"),
    ),
    partial(
        "ix_cases_followed",
        "stage",
        "sort_at",
        "id",
        "followers",
        where=text("followers <> ''"),
    ),
    partial("ix_cases_wake", "snoozed", where=text("snoozed > 0")),
)

# The facts that a case's state is the fold of. `via`: the case it happened in, when that is another one of the same
# customer.
fact = Table(
    "fact",
    metadata,
    # in the order of the log: each commit writes at the end, and only the index elsewhere
    Column("seq", BigInteger, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("via", Id, nullable=False),
    Column("kind", Word, nullable=False),
    Column("data", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Clocks of cases that were breached or have ended, by the policy that measured them. `queue`, `channel`, `brand` and
# `agent` are the case's when it was written last. Times in Ms, `within` and `used` in working ms.
sla_clock = Table(
    "sla_clock",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("metric", Word, primary_key=True),
    Column("key", Word, primary_key=True),
    Column("started", At, primary_key=True),
    Column("due", At),
    Column("within", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("state", Word, nullable=False),
    Column("ended", At),
    Column("by", Word, nullable=False),
    Column("policy", Word, nullable=False),
    Column("version", Word, nullable=False),
    Column("percent", Integer, nullable=False),
    Column("queue", Word, nullable=False),
    Column("channel", Word, nullable=False),
    Column("brand", Word, nullable=False),
    Column("agent", Id, nullable=False),
    # Why it was breached, as an agent said.
    Column("reason", Word, nullable=False, server_default=""),
    Column("reason_by", Id, nullable=False, server_default=""),
    Column("reason_at", At, nullable=False, server_default="0"),
    Index("ix_sla_clock_ended", "ended"),
    partial(
        "ix_sla_clock_breached",
        "due",
        where=text("state = 'breached'"),
    ),
)

# Since when which version of sla.toml is in force, and what it says.
sla_version = Table(
    "sla_version",
    metadata,
    Column("at", At, primary_key=True),
    Column("version", Word, nullable=False),
    Column("data", Text, nullable=False),
)

# Reminders to silent customers that are done: the `number`th after our last answer at `since`, and what was done.
reminded = Table(
    "reminded",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("since", At, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("done", Word, nullable=False),
    Column("text", Word, nullable=False),
    Column("at", At, nullable=False),
)

# What supervisors are told about clocks (`[[alert]]` of hub.toml): `target` by `way`, once for each step about a clock.
# `queue`, `channel`, `brand` and `agent` are the case's at that time; times in Ms.
alert = Table(
    "alert",
    metadata,
    Column("id", Id, primary_key=True),
    Column("target", Word, nullable=False),
    Column("way", Word, nullable=False),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("metric", Word, nullable=False),
    Column("key", Word, nullable=False),
    Column("started", At, nullable=False),
    Column("step", Word, nullable=False),
    Column("due", At, nullable=False),
    Column("zone", Word, nullable=False),
    Column("late", BigInteger, nullable=False),
    Column("queue", Word, nullable=False),
    Column("channel", Word, nullable=False),
    Column("brand", Word, nullable=False),
    Column("agent", Id, nullable=False),
    Column("at", At, nullable=False),
    Column("state", Word, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try", At, nullable=False),
    Column("error", Text, nullable=False, server_default=""),
    UniqueConstraint("case_id", "metric", "key", "started", "step", "target", "way"),
    Index("ix_alert_due", "state", "next_try"),
)

# What other systems are told (`[[post]]` of hub.toml) when a case is done or a call is written up.
wrap_up = Table(
    "wrap_up",
    metadata,
    Column("id", Id, primary_key=True),
    Column("target", Word, nullable=False),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("what", Word, nullable=False),
    Column("call", Id, nullable=False),
    Column("outcome", Word, nullable=False),
    Column("agent", Id, nullable=False),
    Column("at", At, nullable=False),
    Column("state", Word, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try", At, nullable=False),
    Column("error", Text, nullable=False, server_default=""),
    Index("ix_wrap_up_due", "state", "next_try"),
)

# What canned replies a message was made of (keys, a line each), until that was `learned`.
reply_made = Table(
    "reply_made",
    metadata,
    Column("message_id", Id, ForeignKey("message.id"), primary_key=True),
    Column("replies", Text, nullable=False),
    Column("learned", Boolean, nullable=False),
    Index("ix_reply_made_learned", "learned", "message_id"),
)

# How often a canned reply was picked with a sign of its moment (see domain/suggesting.py), "" in all.
pick_count = Table(
    "pick_count",
    metadata,
    Column("sign", Word, primary_key=True),
    Column("key", Word, primary_key=True),
    Column("times", Integer, nullable=False),
)

# The same for words that only these customers have said so far; they go with the customer.
pick_word = Table(
    "pick_word",
    metadata,
    Column("sign", Word, primary_key=True),
    Column("key", Word, primary_key=True),
    Column("customer_id", Id, ForeignKey("customer.id"), primary_key=True, index=True),
    Column("times", Integer, nullable=False),
    Column("at", At, nullable=False),
    Index("ix_pick_word_at", "at"),
)

# A case of somebody who is joined with others, as it is by itself; the case's own columns show its row. `seen`: its
# state with what was said in the person's other cases, "" when that is its own.
case_part = Table(
    "case_part",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("own", Text, nullable=False),
    Column("seen", Text, nullable=False),
    Column("channel", Word, nullable=False),
    Column("channels", Text, nullable=False),
    Column("preview_kind", Word, nullable=False),
)

case_part_text = Table(
    "case_part_text",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("preview", Text, nullable=False),
    Column("subject", Text, nullable=False),
)

case_text = Table(
    "case_text",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("preview", Text, nullable=False),
    Column("subject", Text, nullable=False),
    # digests of the customer's addresses
    Column("known_as", Text, nullable=False, server_default=""),
)

# What the text filter reads, stored in the order of the inbox (in SQLite the table is its own index), so that one pass
# over a section finds the matches, their order and their number.
case_search = Table(
    "case_search",
    metadata,
    Column("stage", Word, primary_key=True),
    Column("sort_at", BigInteger, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("owner", Id, nullable=False),
    Column("team", Word, nullable=False),
    Column("channels", Text, nullable=False),
    Column("search", Text, nullable=False),
    Column("brand", Word, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)

case_label = Table("label", metadata, Column("name", Word, primary_key=True))

# How many cases each section holds, kept by the code that writes cases: a total never counts 100,000 rows.
case_count = Table(
    "case_count",
    metadata,
    Column("stage", Word, primary_key=True),
    Column("owner", Id, primary_key=True),
    Column("team", Word, primary_key=True),
    Column("brand", Word, primary_key=True),
    Column("cases", BigInteger, nullable=False),
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("channel", Word, nullable=False),
    Column("account", Word, nullable=False),
    Column("thread", Text, nullable=False),
    Column("address_id", Id, ForeignKey("address.id"), nullable=False),
    Column("started", At, nullable=False),
    Column("last_inbound", At),
    Column("last_at", At, nullable=False),
    Column("messages", Integer, nullable=False),
    Index("ix_conversation_thread", "account", "thread"),
    Index("ix_conversation_address", "address_id", "last_at"),
)

conversation_text = Table(
    "conversation_text",
    metadata,
    Column("conversation_id", Id, ForeignKey("conversation.id"), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("subject_key", Text, nullable=False),
)

message = Table(
    "message",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("conversation_id", Id, nullable=False),
    Column("channel", Word, nullable=False),
    Column("account", Word, nullable=False),
    Column("channel_id", Text),
    Column("kind", Word, nullable=False),
    Column("at", At, nullable=False),
    Column("state", Word, nullable=False),
    Column("author", Id, nullable=False),
    Column("auto", Word, nullable=False),
    Column("source", Word, nullable=False),
    Column("files", Integer, nullable=False),
    UniqueConstraint("account", "channel_id"),
    Index("ix_message_case", "case_id", "at", "id"),
    partial("ix_message_source", "source", where=text("source <> ''")),
    Index("ix_message_conversation", "conversation_id", "at"),
)

message_text = Table(
    "message_text",
    metadata,
    Column("message_id", Id, ForeignKey("message.id"), primary_key=True),
    Column("body", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("parties", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("problems", Text, nullable=False),
)

attachment = Table(
    "attachment",
    metadata,
    Column("message_id", Id, ForeignKey("message.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("claimed", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("blob", Word, nullable=False, index=True),
)

call = Table(
    "call",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("conversation_id", Id, nullable=False),
    Column("account", Word, nullable=False),
    Column("channel_id", Text, nullable=False),
    Column("state", Word, nullable=False),
    Column("since", At, nullable=False),
    Column("queue", Word, nullable=False),
    Column("direction", Word, nullable=False),
    Column("agent", Id, nullable=False),
    Column("answered", At),
    Column("ended", At),
    Column("law_due", At),
    Column("muted", Boolean, nullable=False),
    # Of an earlier agent's part the call that was put through, which has `passed`: since when its agent has it.
    Column("part_of", Id, nullable=False, server_default=""),
    Column("passed", At),
    UniqueConstraint("account", "channel_id"),
    partial("ix_call_part", "part_of", where=text("part_of <> ''")),
    partial("ix_call_part_open", "agent", where=TO_WRITE_UP),
    partial(
        "ix_call_talking",
        "agent",
        where=text("state IN ('active', 'held')"),
    ),
)

call_text = Table(
    "call_text",
    metadata,
    Column("call_id", Id, ForeignKey("call.id"), primary_key=True),
    Column("caller", Text, nullable=False),
    Column("digits", Text, nullable=False),
    Column("outcome", Text, nullable=False),
)

announcement = Table(
    "announcement",
    metadata,
    Column("id", Id, primary_key=True),
    Column("by", Id, nullable=False),
    Column("at", At, nullable=False),
    Column("until", At, nullable=False, index=True),
    Column("body", Text, nullable=False),
)

promise = Table(
    "promise",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("due", At, nullable=False),
    Column("at", At, nullable=False),
    Column("by", Id, nullable=False),
    Column("agent", Id, nullable=False),
    Column("team", Word, nullable=False),
    Column("state", Word, nullable=False),
    Column("settled", At),
    Column("settled_by", Id, nullable=False),
    partial("ix_promise_owed", "agent", where=text("state = 'open'")),
)

promise_text = Table(
    "promise_text",
    metadata,
    Column("promise_id", Id, ForeignKey("promise.id"), primary_key=True),
    Column("what", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

# A guided script that is run with a case: the path of steps, what became of it; what was answered apart.
script_run = Table(
    "script_run",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("script", Word, nullable=False),
    Column("version", Word, nullable=False),
    Column("title", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("state", Word, nullable=False),
    Column("reason", Word, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("begun", At, nullable=False),
    Column("by", Id, nullable=False),
    Column("moved", At, nullable=False),
    Column("moved_by", Id, nullable=False),
)

script_run_text = Table(
    "script_run_text",
    metadata,
    Column("run_id", Id, ForeignKey("script_run.id"), primary_key=True),
    Column("answers", Text, nullable=False),
    Column("said", Text, nullable=False),
)

# Scripts as they were in the versions that runs began with.
script_version = Table(
    "script_version",
    metadata,
    Column("version", Word, primary_key=True),
    Column("key", Word, nullable=False),
    Column("body", Text, nullable=False),
)

# A case on its way to an agent or a queue. `note`: the message that says why. `was_team`, `label`: what a queue that it
# was sent to made of the case, so that it can come back as it was.
transfer = Table(
    "transfer",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False, index=True),
    Column("by", Id, nullable=False),
    Column("at", At, nullable=False),
    Column("agent", Id, nullable=False),
    Column("queue", Word, nullable=False),
    Column("warm", Boolean, nullable=False),
    Column("due", At, nullable=False),
    Column("state", Word, nullable=False),
    Column("note", Id, nullable=False),
    Column("ended", At),
    Column("ended_by", Id, nullable=False),
    Column("was_team", Word, nullable=False, server_default=""),
    Column("label", Word, nullable=False, server_default=""),
    partial("ix_transfer_due", "due", where=text("due > 0")),
)

# Cases with one cause. Title and updates are the workspace's words (docs/erasing.md); what a customer was told is a
# message of their case. `closed`: null while it is open.
incident = Table(
    "incident",
    metadata,
    Column("id", Id, primary_key=True),
    Column("brand", Word, nullable=False),
    Column("at", At, nullable=False),
    Column("by", Id, nullable=False),
    Column("closed", At),
)

incident_text = Table(
    "incident_text",
    metadata,
    Column("incident_id", Id, ForeignKey("incident.id"), primary_key=True),
    Column("title", Text, nullable=False),
)

incident_update = Table(
    "incident_update",
    metadata,
    Column("id", Id, primary_key=True),
    Column("incident_id", Id, ForeignKey("incident.id"), nullable=False, index=True),
    Column("at", At, nullable=False),
    Column("by", Id, nullable=False),
    Column("told", Integer, nullable=False),
    Column("unreached", Integer, nullable=False),
)

incident_update_text = Table(
    "incident_update_text",
    metadata,
    Column("update_id", Id, ForeignKey("incident_update.id"), primary_key=True),
    Column("english", Text, nullable=False),
    Column("hebrew", Text, nullable=False),
)

# Through which case an update went out, as which message: once.
incident_told = Table(
    "incident_told",
    metadata,
    Column("update_id", Id, ForeignKey("incident_update.id"), primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("message_id", Id, nullable=False),
)

command = Table(
    "command",
    metadata,
    Column("agent_id", Id, primary_key=True),
    Column("id", Id, primary_key=True),
    Column("at", At, nullable=False),
    Column("result", Text, nullable=False),
    Column("code", Word, nullable=False),
    Column("message", Text, nullable=False),
    Column("digest", Word, nullable=False, server_default=""),
    # The case or call that it was about, where it was refused with words: they may be a customer's.
    Column("about", Id, nullable=False, server_default=""),
    partial("ix_command_about", "about", where=text("about <> ''")),
)

# Who handles a case now ("" for nobody), and the newest fence that was ever given. A row stays when a lease ends.
lease = Table(
    "lease",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("agent", Id, nullable=False),
    Column("desk", Id, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("newest", BigInteger, nullable=False),
    Column("taken", At, nullable=False),
    Column("until", At, nullable=False),
    Column("away", At, nullable=False),
    partial("ix_lease_held", "agent", where=text("agent <> ''")),
)

# What agents have not sent yet, for all their terminals. `other` 1: one that was written over at another terminal.
draft = Table(
    "draft",
    metadata,
    Column("agent_id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("other", Integer, primary_key=True),
    Column("desk", Id, nullable=False),
    Column("rev", BigInteger, nullable=False),
    Column("at", At, nullable=False),
)

draft_text = Table(
    "draft_text",
    metadata,
    Column("agent_id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), primary_key=True),
    Column("other", Integer, primary_key=True),
    Column("body", Text, nullable=False),
)

outbound = Table(
    "outbound",
    metadata,
    Column("message_id", Id, ForeignKey("message.id"), primary_key=True),
    Column("account", Word, nullable=False),
    Column("state", Word, nullable=False),
    Column("queued", At, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_try", At, nullable=False),
    Column("in_reply_to", Id, nullable=False),
    # The approved template that it is, with what was filled in (JSON), "" for free words.
    Column("template", Text, nullable=False, server_default=""),
    Index("ix_outbound_next", "account", "state", "next_try"),
)

mark = Table(
    "mark",
    metadata,
    Column("account", Word, primary_key=True),
    Column("key", Word, primary_key=True),
    Column("value", Text, nullable=False),
)

# Reports (bounces ...) that count once.
seen = Table(
    "seen",
    metadata,
    Column("account", Word, primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("at", At, nullable=False),
)

blob = Table(
    "blob",
    metadata,
    Column("sha256", Word, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("media", Text, nullable=False),
    Column("at", At, nullable=False),
)

link = Table(
    "link",
    metadata,
    Column("hash", Word, primary_key=True),
    Column("use", Word, nullable=False),
    Column("blob", Word, nullable=False),
    Column("case_id", Id, nullable=False),
    Column("agent_id", Id, nullable=False),
    Column("expires", At, nullable=False),
    Column("used", At),
)

link_text = Table(
    "link_text",
    metadata,
    Column("hash", Word, ForeignKey("link.hash"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("media", Text, nullable=False),
)

# Customers that were erased. `cleaned`: when their last byte was gone from the disk too, None while that is owed.
erasure = Table(
    "erasure",
    metadata,
    Column("customer_id", Id, ForeignKey("customer.id"), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("at", At, nullable=False),
    Column("by", Id, nullable=False),
    Column("cleaned", At),
)

# Files to be removed from the disk, unless something else has the same content.
doomed_blob = Table("doomed_blob", metadata, Column("sha256", Word, primary_key=True))

# Full-text search. `search_text` and `search_customer_text` (FTS5, made by the migration in SQLite) hold folded words
# only: the first has no copy of any text, so whoever changes or erases a message's text tells `search_index.forget`
# first.

# Messages in the order of their time: `doc` is the second it was said and a running number within it.
search_doc = Table(
    "search_doc",
    metadata,
    Column("doc", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("message_id", Id, nullable=False),
)

# Customers whose words are in the index, and whether they are other words by now (kept by triggers in SQLite).
search_customer = Table(
    "search_customer",
    metadata,
    Column("doc", Integer, primary_key=True),
    Column("customer_id", Id, nullable=False, unique=True),
    Column("due", Boolean, nullable=False),
    partial("ix_search_customer_due", "due", where=text("due = 1"), on_postgresql=text("due")),
)

# How far the index has come: message ids grow with the log. All after `low` up to `high` are in it; those after `high`
# are new, those up to `low` are from before there was an index ("" when none is left).
search_state = Table(
    "search_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("low", Id, nullable=False),
    Column("high", Id, nullable=False),
    Column("folding", Integer, nullable=False),
    Column("scrub", Boolean, nullable=False),
    # the rewriting that `scrub` asks for has begun
    Column("merging", Boolean, nullable=False, server_default="0"),
    # how often that was since the index was begun
    Column("merges", Integer, nullable=False, server_default="0"),
)
