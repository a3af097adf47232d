"""What must count once: commands by id, reports, one-time links; and the connectors' marks and the index of files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from agent_tui.backends.hub.store.schema import blob, command, link, link_text, mark, seen
from agent_tui.backends.hub.store.values import storable
from agent_tui.domain.time import Ms

_COMMAND = select(command.c.result, command.c.code, command.c.message, command.c.digest).where(
    command.c.agent_id == bindparam("agent"), command.c.id == bindparam("id")
)
_MARK = select(mark.c.value).where(mark.c.account == bindparam("account"), mark.c.key == bindparam("key"))
_SET_MARK = (
    update(mark)
    .where(mark.c.account == bindparam("b_account"), mark.c.key == bindparam("b_key"))
    .values(value=bindparam("value"))
)
_SEEN = select(seen.c.at).where(seen.c.account == bindparam("account"), seen.c.key == bindparam("key"))
_BLOB = select(blob.c.size, blob.c.media).where(blob.c.sha256 == bindparam("sha256"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command was answered: `code` "" means it took effect. `digest`: of the order that it was; "" where an
    older version kept none."""

    result: str
    code: str
    message: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link that was just used."""

    use: str
    blob: str
    name: str
    media: str
    case: str
    agent: str


def answered(connection: Connection, agent: str, id: str) -> Answer | None:
    row = connection.execute(_COMMAND, {"agent": agent, "id": id}).first()
    return Answer(*row) if row is not None else None


def record_answer(connection: Connection, agent: str, id: str, at: Ms, answer: Answer, about: str = "") -> None:
    """`about`: the case or call that the words of a refusal are about, so that they go when that is erased."""
    connection.execute(
        insert(command),
        {
            "agent_id": agent,
            "id": id,
            "at": at,
            "result": answer.result,
            "code": answer.code,
            "message": storable(answer.message),
            "digest": answer.digest,
            "about": about if answer.message else "",
        },
    )


def change_answer(connection: Connection, agent: str, id: str, answer: Answer, about: str) -> None:
    """A command that seemed done came out otherwise (a call that the exchange could not answer)."""
    connection.execute(
        update(command)
        .where(command.c.agent_id == agent, command.c.id == id)
        .values(result=answer.result, code=answer.code, message=storable(answer.message), about=about)
    )


def load_mark(connection: Connection, account: str, key: str) -> str:
    return connection.execute(_MARK, {"account": account, "key": key}).scalar() or ""


def save_mark(connection: Connection, account: str, key: str, value: str) -> None:
    values = {"b_account": account, "b_key": key, "value": storable(value)}
    if connection.execute(_SET_MARK, values).rowcount == 0:
        connection.execute(insert(mark), {"account": account, "key": key, "value": storable(value)})


def first_time(connection: Connection, account: str, key: str, at: Ms) -> bool:
    """False when this report was counted already. Only a digest of its key is kept: mail servers put addresses in."""
    wanted = {"account": account, "key": hashlib.blake2b(storable(key).encode(), digest_size=20).hexdigest()}
    if connection.execute(_SEEN, wanted).first() is not None:
        return False
    connection.execute(insert(seen), {**wanted, "at": at})
    return True


def index_blob(connection: Connection, sha256: str, size: int, media: str, at: Ms) -> None:
    if connection.execute(_BLOB, {"sha256": sha256}).first() is None:
        connection.execute(insert(blob), {"sha256": sha256, "size": size, "media": storable(media), "at": at})


def find_blob(connection: Connection, sha256: str) -> tuple[int, str] | None:
    """Size (bytes) and media type."""
    row = connection.execute(_BLOB, {"sha256": sha256}).first()
    return (row.size, row.media) if row is not None else None


def forget_blob(connection: Connection, sha256: str) -> None:
    connection.execute(delete(blob).where(blob.c.sha256 == sha256))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def add_link(connection: Connection, secret: str, new: Link, expires: Ms) -> None:
    hashed = _hash(secret)
    connection.execute(
        insert(link),
        {
            "hash": hashed,
            "use": new.use,
            "blob": new.blob,
            "case_id": new.case,
            "agent_id": new.agent,
            "expires": expires,
        },
    )
    connection.execute(insert(link_text), {"hash": hashed, "name": storable(new.name), "media": storable(new.media)})


def take_link(connection: Connection, secret: str, now: Ms) -> Link | None:
    """Use a link up; None when it is unknown, used or expired."""
    hashed = _hash(secret)
    taken = connection.execute(
        update(link).where(link.c.hash == hashed, link.c.used.is_(None), link.c.expires > now).values(used=now)
    )
    if taken.rowcount == 0:
        return None
    row = connection.execute(
        select(link, link_text.c.name, link_text.c.media)
        .join(link_text, link_text.c.hash == link.c.hash)
        .where(link.c.hash == hashed)
    ).one()
    return Link(row.use, row.blob, row.name, row.media, row.case_id, row.agent_id)
