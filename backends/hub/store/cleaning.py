"""What is owed to the disk after somebody was erased: files to remove, pages to rewrite. Kept in tables, so that a hub
that dies goes on with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, exists, func, insert, select, text, update

from agent_tui.backends.hub.store import drafts
from agent_tui.backends.hub.store.schema import attachment, blob, doomed_blob, erasure, link, message
from agent_tui.domain.time import Ms

NOTHING = text("''")
"""A literal: the index of sources holds no others."""


def record(connection: Connection, nodes: Sequence[str], seq: int, at: Ms, by: str) -> None:
    """They are erased; that their bytes go from the disk is owed from now on, whatever happens to the hub."""
    connection.execute(
        insert(erasure), [{"customer_id": id, "seq": seq, "at": at, "by": by, "cleaned": None} for id in nodes]
    )


def doom(connection: Connection, blobs: Iterable[str]) -> None:
    """These files go from the disk, unless something else names them."""
    for address in sorted({address for address in blobs if address}):
        if connection.execute(select(doomed_blob.c.sha256).where(doomed_blob.c.sha256 == address)).first() is None:
            connection.execute(insert(doomed_blob), {"sha256": address})


def doomed(connection: Connection, limit: int) -> list[str]:
    return list(connection.execute(select(doomed_blob.c.sha256).order_by(doomed_blob.c.sha256).limit(limit)).scalars())


def pardon(connection: Connection, blobs: Sequence[str]) -> None:
    """These were looked at."""
    connection.execute(delete(doomed_blob).where(doomed_blob.c.sha256.in_(blobs)))


def named(connection: Connection, address: str) -> bool:
    """Whether anything still names a file."""
    wanted = (
        select(attachment.c.blob).where(attachment.c.blob == address),
        select(message.c.source).where(message.c.source == address, message.c.source != NOTHING),
        select(link.c.hash).where(link.c.blob == address, link.c.used.is_(None)),
    )
    stored = any(connection.execute(one.limit(1)).first() is not None for one in wanted)
    return stored or drafts.has_file(connection, address)


def orphans(connection: Connection, before: Ms, most: int) -> list[str]:
    """Files from before that no message has: brought for what was never sent. Nobody can say whose they are."""
    wanted = (
        select(blob.c.sha256)
        .where(
            blob.c.at < before,
            ~exists().where(attachment.c.blob == blob.c.sha256),
            ~exists().where(message.c.source == blob.c.sha256, message.c.source != NOTHING),
        )
        .limit(most)
    )
    return list(connection.execute(wanted).scalars())


def owed(connection: Connection) -> bool:
    """Whether bytes of somebody who was erased may still be on the disk."""
    wanted = select(erasure.c.customer_id).where(erasure.c.cleaned.is_(None)).limit(1)
    return connection.execute(wanted).first() is not None or bool(doomed(connection, 1))


def owed_up_to(connection: Connection) -> int:
    """Place in the log of the last erasure whose bytes are not gone yet, 0 for none."""
    return int(connection.execute(select(func.max(erasure.c.seq)).where(erasure.c.cleaned.is_(None))).scalar() or 0)


def cleaned(connection: Connection, up_to: int, at: Ms) -> None:
    """All bytes of those who were erased up to that place are gone."""
    connection.execute(update(erasure).where(erasure.c.cleaned.is_(None), erasure.c.seq <= up_to).values(cleaned=at))
