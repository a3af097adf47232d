"""Which canned replies were picked: what messages were made of, and how often with what, for suggesting them again.

A word that a customer said stands under their name until several have said it, so that erasing takes it away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, Integer, Table, bindparam, cast, delete, func, insert, literal, select, update

from agent_tui.backends.hub.store.schema import case, message, pick_count, pick_word, reply_made
from agent_tui.domain.suggesting import Count
from agent_tui.domain.time import Ms

_DUE = (
    select(reply_made.c.message_id, reply_made.c.replies, message.c.case_id, case.c.customer_id)
    .join(message, message.c.id == reply_made.c.message_id)
    .join(case, case.c.id == message.c.case_id)
    .where(reply_made.c.learned == literal(False))
    .order_by(reply_made.c.message_id)
    .limit(bindparam("limit"))
)
_ANY_DUE = select(reply_made.c.message_id).where(reply_made.c.learned == literal(False)).limit(1)
_LEARNED = update(reply_made).where(reply_made.c.message_id.in_(bindparam("ids", expanding=True))).values(learned=True)
_KEYS = select(reply_made.c.message_id, reply_made.c.replies).where(
    reply_made.c.message_id.in_(bindparam("ids", expanding=True))
)
_MOST = (
    select(pick_count.c.sign, pick_count.c.key, pick_count.c.times)
    .order_by(pick_count.c.times.desc())
    .limit(bindparam("limit"))
)
_COMMON = (
    select(pick_word.c.sign)
    .where(pick_word.c.sign.in_(bindparam("signs", expanding=True)))
    .group_by(pick_word.c.sign)
    .having(func.count(pick_word.c.customer_id.distinct()) >= bindparam("customers"))
)
_TOLD = (
    select(pick_word.c.sign, pick_word.c.key, cast(func.sum(pick_word.c.times), Integer))
    .where(pick_word.c.sign.in_(bindparam("signs", expanding=True)))
    .group_by(pick_word.c.sign, pick_word.c.key)
)
_GONE = delete(pick_word).where(pick_word.c.sign.in_(bindparam("signs", expanding=True)))
_OLD = delete(pick_word).where(pick_word.c.at < bindparam("before"))


def made_of(connection: Connection, message_id: str, keys: Sequence[str]) -> None:
    """A message was made of these replies."""
    if keys:
        connection.execute(insert(reply_made), {"message_id": message_id, "replies": "\n".join(keys), "learned": False})


def keys_of(connection: Connection, messages: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What each of these messages was made of, those of nothing left out."""
    rows = connection.execute(_KEYS, {"ids": list(messages)}) if messages else ()
    return {row.message_id: tuple(row.replies.split("\n")) for row in rows}


def waiting(connection: Connection) -> bool:
    """Whether there is anything to be learned."""
    return connection.execute(_ANY_DUE).first() is not None


def due(connection: Connection, limit: int) -> list[tuple[str, tuple[str, ...], str, str]]:
    """Messages that nothing was learned from yet: id, keys, case, customer."""
    rows = connection.execute(_DUE, {"limit": limit})
    return [(row.message_id, tuple(row.replies.split("\n")), row.case_id, row.customer_id) for row in rows]


def learned(connection: Connection, messages: Sequence[str]) -> None:
    connection.execute(_LEARNED, {"ids": list(messages)})


def add(connection: Connection, counts: Iterable[Count]) -> None:
    """Add to what is known of everybody."""
    _add(connection, pick_count, counts, {}, {})


def add_words(connection: Connection, customer: str, counts: Iterable[Count], now: Ms) -> None:
    """Add to what is known of one customer."""
    _add(connection, pick_word, counts, {"customer_id": customer}, {"at": now})


def _add(
    connection: Connection, table: Table, counts: Iterable[Count], whose: Mapping[str, str], more: Mapping[str, Ms]
) -> None:
    """Add to the rows of `whose`; `more`: what new ones have besides."""
    summed: Counter[tuple[str, str]] = Counter()
    for one in counts:
        summed[one.sign, one.key] += one.times
    if not summed:
        return
    same = [table.c[name] == value for name, value in whose.items()]
    here = (table.c.sign.in_({sign for sign, _ in summed}), table.c.key.in_({key for _, key in summed}), *same)
    known = {(sign, key) for sign, key in connection.execute(select(table.c.sign, table.c.key).where(*here))}
    rows = [{"b_sign": sign, "b_key": key, "by": times} for (sign, key), times in summed.items()]
    old = [row for row in rows if (row["b_sign"], row["b_key"]) in known]
    new = [row for row in rows if (row["b_sign"], row["b_key"]) not in known]
    if old:
        row_of = (table.c.sign == bindparam("b_sign"), table.c.key == bindparam("b_key"), *same)
        connection.execute(update(table).where(*row_of).values(times=table.c.times + bindparam("by")), old)
    if new:
        values = [{"sign": row["b_sign"], "key": row["b_key"], "times": row["by"], **whose, **more} for row in new]
        connection.execute(insert(table), values)


def said_by_many(connection: Connection, signs: Sequence[str], customers: int) -> list[Count]:
    """Of these words those that so many customers have said: they are everybody's from now on, and nobody's."""
    common = (
        list(connection.execute(_COMMON, {"signs": list(signs), "customers": customers}).scalars()) if signs else []
    )
    if not common:
        return []
    counts = [Count(sign, key, times) for sign, key, times in connection.execute(_TOLD, {"signs": common})]
    connection.execute(_GONE, {"signs": common})
    add(connection, counts)
    return counts


def forget_words(connection: Connection, before: Ms) -> None:
    """Words that few customers have said, the last of them before then."""
    connection.execute(_OLD, {"before": before})


def most(connection: Connection, limit: int) -> Iterator[Count]:
    """What is known of everybody, the most frequent first."""
    for row in connection.execute(_MOST, {"limit": limit}):
        yield Count(row.sign, row.key, row.times)
