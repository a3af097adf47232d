"""Whether customers may be written to, by channel."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select

from agent_tui.backends.hub.store.schema import customer_consent
from agent_tui.domain.consents import Consent, newest

_OF = select(customer_consent).where(customer_consent.c.customer_id.in_(bindparam("customers", expanding=True)))
_GONE = delete(customer_consent).where(
    customer_consent.c.customer_id == bindparam("customer"), customer_consent.c.channel == bindparam("of_channel")
)


def of(connection: Connection, customers: Sequence[str]) -> tuple[Consent, ...]:
    """What is known of customers who are one person, by channel."""
    rows = connection.execute(_OF, {"customers": list(customers)})
    return newest(Consent(row.channel, bool(row.given), row.at, row.how, row.by) for row in rows)


def forget(connection: Connection, customer: str, channel: str) -> None:
    """Nothing is known of it any more."""
    connection.execute(_GONE, {"customer": customer, "of_channel": channel})


def keep(connection: Connection, customer: str, consent: Consent) -> None:
    """This is known from now on."""
    forget(connection, customer, consent.channel)
    row = {
        "customer_id": customer,
        "channel": consent.channel,
        "given": consent.given,
        "how": consent.how,
        "by": consent.by,
        "at": consent.at,
    }
    connection.execute(insert(customer_consent), row)


def forget_all(connection: Connection, customers: Sequence[str]) -> None:
    """They are erased."""
    connection.execute(delete(customer_consent).where(customer_consent.c.customer_id.in_(customers)))
