"""A row says by what other servers know its customer. Open cases are filled in; the others are as they change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from agent_tui.domain.known_as import itself, known_as
from agent_tui.domain.model import Address
from agent_tui.domain.text import CustomerText

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")
_OPEN = """
SELECT cases.id AS id, cases.customer_id AS customer,
    address.scheme AS scheme, address.value AS value, address_link.verified AS verified
FROM cases
JOIN address_link ON address_link.customer_id = cases.customer_id AND address_link.revoked IS NULL
JOIN address ON address.id = address_link.address_id
WHERE cases.stage IN ('us', 'customer', 'later')
ORDER BY cases.id
"""


def upgrade() -> None:
    op.create_table(
        "customer_elsewhere",
        sa.Column("customer_id", _ID, nullable=False),
        sa.Column("brand", sa.String(length=255), nullable=False),
        sa.Column("other", sa.String(length=255), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("by", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.PrimaryKeyConstraint("customer_id", "brand", "other"),
    )
    op.add_column("case_text", sa.Column("known_as", sa.Text(), nullable=False, server_default=""))
    connection = op.get_bind()
    held: dict[tuple[str, str], list[Address]] = {}
    for row in connection.execute(sa.text(_OPEN)):
        address = Address(row.scheme, CustomerText(row.value), verified=bool(row.verified))
        held.setdefault((row.id, row.customer), []).append(address)
    filled = [
        {"id": id, "words": " ".join((itself("hub", customer), *known_as(addresses)))}
        for (id, customer), addresses in held.items()
    ]
    if filled:
        connection.execute(sa.text("UPDATE case_text SET known_as = :words WHERE case_id = :id"), filled)


def downgrade() -> None:
    op.drop_column("case_text", "known_as")
    op.drop_table("customer_elsewhere")
