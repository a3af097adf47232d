"""The index of what was said and of who customers are: filling it in pieces, and taking things out of it.

Messages are in it in the order of their time. Facts of a message that never change (channel, kind, author, case) are
words in a column of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, text, update

from agent_tui.backends.hub.store.schema import (
    address,
    address_link,
    attachment,
    customer_text,
    message,
    message_text,
    search_customer,
    search_doc,
    search_state,
)
from agent_tui.domain import folding
from agent_tui.domain.text_cards import mask_cards
from agent_tui.domain.time import MS, Ms

SLOTS = 1 << 16
"""Messages of one second that have places in order; more go on into the next one."""
MERGE_PAGES = 200
MOST_MERGES = 500
"""So often the index is written anew from itself; then it is made anew from the messages."""

STATE = select(search_state).where(search_state.c.id == 1)
_ADD = text("INSERT INTO search_text(rowid, words, tags) VALUES (:doc, :words, :tags)")
_TAKE_OUT = text("INSERT INTO search_text(search_text, rowid, words, tags) VALUES ('delete', :doc, :words, :tags)")
_EMPTY = text("INSERT INTO search_text(search_text) VALUES ('delete-all')")
_MERGE = text("INSERT INTO search_text(search_text, rank) VALUES ('merge', :pages)")
_CHANGES = text("SELECT total_changes()")
_CUSTOMER_OUT = text("DELETE FROM search_customer_text WHERE rowid = :doc")
_CUSTOMER_IN = text("INSERT INTO search_customer_text(rowid, words) VALUES (:doc, :words)")
_CUSTOMERS_SCRUB = text("INSERT INTO search_customer_text(search_customer_text) VALUES ('optimize')")
TEXTS = select(
    message.c.id,
    message.c.case_id,
    message.c.channel,
    message.c.kind,
    message.c.at,
    message.c.author,
    message.c.files,
    message_text.c.body,
    message_text.c.sender,
    message_text.c.subject,
).join(message_text, message_text.c.message_id == message.c.id)
_NO_TAG = re.compile("[^a-z0-9_]")


# -- filling -----------------------------------------------------------------------------------------------------------


def index_some(connection: Connection, limit: int) -> bool:
    """Take the next messages and customers into the index, newest first: what is new, then what was there before; each
    piece is whole with its place, so that a crash between two loses nothing. True while there is more to do."""
    state = connection.execute(STATE).first()
    if state is None or state.folding != folding.FOLDING:
        _begin(connection)
        state = connection.execute(STATE).one()
    low, high = state.low, state.high
    new = connection.execute(TEXTS.where(message.c.id > high).order_by(message.c.id).limit(limit)).all()
    old: Sequence[Any] = ()
    if low and len(new) < limit:
        before = TEXTS.where(message.c.id < low).order_by(message.c.id.desc()).limit(limit - len(new))
        old = connection.execute(before).all()
        low = old[-1].id if old else ""
    if new or old:
        _add(connection, [*new, *old])
    if new:
        high = new[-1].id
    if (low, high) != (state.low, state.high):
        connection.execute(update(search_state).values(low=low, high=high))
    renamed = _index_customers(connection, limit)
    # not only when nothing else is to be done: where somebody always writes that would be never
    scrubbing = bool(state.scrub) and _scrub(connection, begun=bool(state.merging), merges=state.merges)
    return bool(new or old or renamed) or scrubbing


def _begin(connection: Connection) -> None:
    """An empty index; all that there is already is old."""
    newest = connection.execute(select(func.max(message.c.id))).scalar()
    connection.execute(_EMPTY)
    connection.execute(delete(search_doc))
    connection.execute(delete(search_state))
    connection.execute(update(search_customer).values(due=True))
    low = f"{newest}~" if newest else ""
    values = {
        "id": 1,
        "low": low,
        "high": newest or "",
        "folding": folding.FOLDING,
        "scrub": False,
        "merging": False,
        "merges": 0,
    }
    connection.execute(insert(search_state), values)


def _add(connection: Connection, rows: Sequence[Any]) -> None:
    names = file_names(connection, [row.id for row in rows if row.files])
    docs: list[dict[str, Any]] = []
    entries: list[dict[str, Any]] = []
    last: dict[int, int] = {}
    for row in rows:
        doc = _free_place(connection, row.at, last)
        docs.append({"doc": doc, "message_id": row.id})
        entries.append({"doc": doc, **_words(row, names.get(row.id, ()))})
    connection.execute(insert(search_doc), docs)
    connection.execute(_ADD, entries)


def _free_place(connection: Connection, at: Ms, last: dict[int, int]) -> int:
    """The next place of a message that was said at `at`; `last`: the last place taken in a second, as far as known."""
    first = first_place(at)
    while True:
        if first not in last:
            taken = select(func.max(search_doc.c.doc)).where(
                search_doc.c.doc >= first, search_doc.c.doc < first + SLOTS
            )
            last[first] = connection.execute(taken).scalar() or first - 1
        if last[first] + 1 < first + SLOTS:
            last[first] += 1
            return last[first]
        first += SLOTS


def first_place(at: Ms) -> int:
    return max(0, min(at, 1 << 46) // MS) * SLOTS


def file_names(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    wanted = select(attachment.c.message_id, attachment.c.name).where(attachment.c.message_id.in_(ids))
    for row in connection.execute(wanted.order_by(attachment.c.message_id, attachment.c.place)) if ids else ():
        found.setdefault(row.message_id, []).append(row.name)
    return found


def _words(row: Any, files: Iterable[str]) -> dict[str, str]:
    """What the index holds of a message: the same for the same message, as taking it out needs it again. Numbers of
    cards are not in it: who sees one is written down, and nobody finds one out by asking."""
    said = [row.body]
    if row.subject:
        said.append(row.subject)
    if row.kind == "in" and row.sender:
        said.append(row.sender)
    words = folding.fold(mask_cards("\n".join([*said, *files])))
    tags = [tag("c", row.channel), tag("k", row.kind), tag("z", row.case_id)]
    if row.author:
        tags.append(tag("a", row.author))
    return {"words": words, "tags": " ".join(tags)}


def tag(kind: str, value: str) -> str:
    return f"{kind}{_NO_TAG.sub('_', value.lower())}"


def _index_customers(connection: Connection, limit: int) -> bool:
    due = select(search_customer.c.doc, search_customer.c.customer_id).where(search_customer.c.due == text("1"))
    rows = connection.execute(due.limit(limit)).all()
    if not rows:
        return False
    ids = [row.customer_id for row in rows]
    words: dict[str, list[str]] = {id: [] for id in ids}
    names = select(customer_text.c.customer_id, customer_text.c.name).where(customer_text.c.customer_id.in_(ids))
    for named in connection.execute(names):
        words[named.customer_id].append(named.name)
    links = (
        select(address_link.c.customer_id, address.c.scheme, address.c.value)
        .join(address, address.c.id == address_link.c.address_id)
        .where(address_link.c.customer_id.in_(ids), address_link.c.revoked.is_(None))
    )
    for linked in connection.execute(links):
        words[linked.customer_id].append(linked.value)
    docs = [{"doc": row.doc} for row in rows]
    connection.execute(_CUSTOMER_OUT, docs)
    folded = [{"doc": row.doc, "words": folding.fold("\n".join(words[row.customer_id]))} for row in rows]
    connection.execute(_CUSTOMER_IN, folded)
    connection.execute(
        update(search_customer).where(search_customer.c.doc.in_([row.doc for row in rows])).values(due=False)
    )
    return True


# -- taking out --------------------------------------------------------------------------------------------------------


def forget(connection: Connection, ids: Sequence[str]) -> None:
    """Take messages out of the index. Call it while their text still stands: it has no copy. What the index keeps in
    old pages goes with the next pieces of `index_some`, after which no byte of the words is left."""
    rows = connection.execute(TEXTS.where(message.c.id.in_(ids))).all()
    names = file_names(connection, [row.id for row in rows if row.files])
    for row in rows:
        first = first_place(row.at)
        place = select(search_doc.c.doc).where(
            search_doc.c.doc >= first, search_doc.c.doc < first + 4 * SLOTS, search_doc.c.message_id == row.id
        )
        doc = connection.execute(place).scalar()
        if doc is not None:
            connection.execute(_TAKE_OUT, {"doc": doc, **_words(row, names.get(row.id, ()))})
            connection.execute(delete(search_doc).where(search_doc.c.doc == doc))
    scrub_later(connection)


def forget_customers(connection: Connection, ids: Sequence[str]) -> None:
    """Take who these are out of the index, once their names and addresses are gone from the tables."""
    known = select(search_customer.c.doc).where(search_customer.c.customer_id.in_(ids))
    docs = [{"doc": doc} for doc in connection.execute(known).scalars()]
    if docs:
        connection.execute(_CUSTOMER_OUT, docs)
        connection.execute(delete(search_customer).where(search_customer.c.customer_id.in_(ids)))
        scrub_later(connection)


def scrub_later(connection: Connection) -> None:
    """What was taken out of the index must go from its old pages too, a customer's erased name among them."""
    connection.execute(update(search_state).values(scrub=True, merging=False))


def scrubbing(connection: Connection) -> bool:
    """Whether old pages of the index may still hold what was taken out."""
    state = connection.execute(STATE).first()
    return state is not None and bool(state.scrub)


def _scrub(connection: Connection, *, begun: bool, merges: int) -> bool:
    """A piece of rewriting the index without what was taken out. True while there is more. A negative number of pages
    begins with all that there is now, a positive one goes on with it, whatever is added meanwhile
    (sqlite.org/fts5.html, "The 'merge' command"). Each beginning adds two levels to the index, and SQLite (3.40)
    reads none of more than 2,000: long before that it is made anew."""
    if not begun:
        if merges >= MOST_MERGES:
            connection.execute(_CUSTOMERS_SCRUB)
            _begin(connection)
            return True
        connection.execute(update(search_state).values(merging=True, merges=merges + 1))
    before = connection.execute(_CHANGES).scalar_one()
    connection.execute(_MERGE, {"pages": MERGE_PAGES if begun else -MERGE_PAGES})
    if connection.execute(_CHANGES).scalar_one() - before >= 2:
        return True
    connection.execute(_CUSTOMERS_SCRUB)
    connection.execute(update(search_state).values(scrub=False, merging=False))
    return False
