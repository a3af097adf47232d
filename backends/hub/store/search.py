"""The index of what was said and of who customers are: filling it in pieces, asking it, and taking things out of it.

Messages are in it in the order of their time, so that the newest that match come first and a very common word costs no
more than a rare one; nothing is ranked otherwise. Facts of a message that never change (channel, kind, author, case)
are words in a column of their own. What is true of a case only now (labels, owner ...) is looked up: few cases are
named to the index, many are checked one by one as far as one question may look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, not_, or_, select, text, true, update

from agent_tui.backends.hub.store import agents, cases, phone
from agent_tui.backends.hub.store.schema import (
    address,
    address_link,
    attachment,
    case,
    customer,
    customer_text,
    message,
    message_text,
    search_customer,
    search_doc,
    search_state,
)
from agent_tui.backends.hub.store.values import from_state_column
from agent_tui.domain import folding
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.queries import MOST_COUNTED, Hit, SearchPage, SearchQuery
from agent_tui.domain.search import Sought, Term, around, begins, forms
from agent_tui.domain.text import CustomerText
from agent_tui.domain.text_cards import mask_cards
from agent_tui.domain.time import MS, Ms

SLOTS = 1 << 16
"""Messages of one second that have places in order; more go on into the next one."""
MOST_LOOKED_AT = 5_000
"""Messages that one question looks at one by one; then it says how far back it came."""
FEW_CASES = 400
"""So many cases can be named to the index at once."""
MOST_CUSTOMERS = 5
MERGE_PAGES = 200

_FILED = case.alias("filed")
"""The case that a message is filed in; `case` is the one that leads its row."""
_LEADS = case.c.id == func.coalesce(func.nullif(_FILED.c.head, ""), _FILED.c.id)
_IS_LED_BY_NONE = or_(case.c.head == "", case.c.head == case.c.id)

_STATE = select(search_state).where(search_state.c.id == 1)
_ADD = text("INSERT INTO search_text(rowid, words, tags) VALUES (:doc, :words, :tags)")
_TAKE_OUT = text("INSERT INTO search_text(search_text, rowid, words, tags) VALUES ('delete', :doc, :words, :tags)")
_EMPTY = text("INSERT INTO search_text(search_text) VALUES ('delete-all')")
_MERGE = text("INSERT INTO search_text(search_text, rank) VALUES ('merge', :pages)")
_CHANGES = text("SELECT total_changes()")
_MATCHES = text(
    "SELECT rowid FROM search_text WHERE search_text MATCH :match AND rowid >= :since AND rowid < :until"
    " ORDER BY rowid DESC"
)
_NUMBER = text(
    "SELECT count(*) FROM (SELECT 1 FROM search_text WHERE search_text MATCH :match AND rowid >= :since"
    " AND rowid < :until LIMIT :most)"
)
_CUSTOMER_OUT = text("DELETE FROM search_customer_text WHERE rowid = :doc")
_CUSTOMER_IN = text("INSERT INTO search_customer_text(rowid, words) VALUES (:doc, :words)")
_CUSTOMERS_SCRUB = text("INSERT INTO search_customer_text(search_customer_text) VALUES ('optimize')")
_CUSTOMER_MATCHES = text(
    "SELECT c.customer_id FROM search_customer_text t JOIN search_customer c ON c.doc = t.rowid"
    " WHERE search_customer_text MATCH :match LIMIT :most"
)
_TEXTS = select(
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
    state = connection.execute(_STATE).first()
    if state is None or state.folding != folding.FOLDING:
        _begin(connection)
        state = connection.execute(_STATE).one()
    low, high = state.low, state.high
    new = connection.execute(_TEXTS.where(message.c.id > high).order_by(message.c.id).limit(limit)).all()
    old: Sequence[Any] = ()
    if low and len(new) < limit:
        before = _TEXTS.where(message.c.id < low).order_by(message.c.id.desc()).limit(limit - len(new))
        old = connection.execute(before).all()
        low = old[-1].id if old else ""
    if new or old:
        _add(connection, [*new, *old])
    if new:
        high = new[-1].id
    if (low, high) != (state.low, state.high):
        connection.execute(update(search_state).values(low=low, high=high))
    renamed = _index_customers(connection, limit)
    if new or old or renamed:
        return True
    return _scrub(connection) if state.scrub else False


def _begin(connection: Connection) -> None:
    """An empty index; all that there is already is old."""
    newest = connection.execute(select(func.max(message.c.id))).scalar()
    connection.execute(_EMPTY)
    connection.execute(delete(search_doc))
    connection.execute(delete(search_state))
    connection.execute(update(search_customer).values(due=True))
    low = f"{newest}~" if newest else ""
    values = {"id": 1, "low": low, "high": newest or "", "folding": folding.FOLDING, "scrub": False}
    connection.execute(insert(search_state), values)


def _add(connection: Connection, rows: Sequence[Any]) -> None:
    names = _file_names(connection, [row.id for row in rows if row.files])
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
    first = _first_place(at)
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


def _first_place(at: Ms) -> int:
    return max(0, min(at, 1 << 46) // MS) * SLOTS


def _file_names(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
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
    tags = [_tag("c", row.channel), _tag("k", row.kind), _tag("z", row.case_id)]
    if row.author:
        tags.append(_tag("a", row.author))
    return {"words": words, "tags": " ".join(tags)}


def _tag(kind: str, value: str) -> str:
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
    rows = connection.execute(_TEXTS.where(message.c.id.in_(ids))).all()
    names = _file_names(connection, [row.id for row in rows if row.files])
    for row in rows:
        first = _first_place(row.at)
        place = select(search_doc.c.doc).where(
            search_doc.c.doc >= first, search_doc.c.doc < first + 4 * SLOTS, search_doc.c.message_id == row.id
        )
        doc = connection.execute(place).scalar()
        if doc is not None:
            connection.execute(_TAKE_OUT, {"doc": doc, **_words(row, names.get(row.id, ()))})
            connection.execute(delete(search_doc).where(search_doc.c.doc == doc))
    scrub_later(connection)


def scrub_later(connection: Connection) -> None:
    """What was taken out of the index must go from its old pages too, a customer's erased name among them."""
    connection.execute(update(search_state).values(scrub=True))


def _scrub(connection: Connection) -> bool:
    """A piece of rewriting the index without what was taken out. True while there is more (sqlite.org/fts5.html, "The
    'merge' command")."""
    before = connection.execute(_CHANGES).scalar_one()
    connection.execute(_MERGE, {"pages": -MERGE_PAGES})
    if connection.execute(_CHANGES).scalar_one() - before >= 2:
        return True
    connection.execute(_CUSTOMERS_SCRUB)
    connection.execute(update(search_state).values(scrub=False))
    return False


# -- asking ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a search is answered. `match`: to the index, "" for all. `checks`: what is looked up for each message.
    `nothing`: it cannot match anything."""

    match: str
    checks: tuple[ColumnElement[bool], ...]
    since: int
    until: int
    nothing: bool = False
    counted: bool = False


def page(connection: Connection, query: SearchQuery, sought: Sought, me: Agent, seq: int) -> SearchPage:
    """Answer a search."""
    state = connection.execute(_STATE).first()
    indexed_from = _indexed_from(connection, state.low if state is not None else None)
    plan = _plan(connection, query, sought, me)
    if not sought or plan.nothing:
        return SearchPage((), seq, indexed_from=indexed_from)
    if query.limit <= 0:
        return SearchPage((), seq, total=_count(connection, plan), indexed_from=indexed_from)
    limit = min(query.limit, 200)
    hits: list[Hit] = []
    if not query.before and sought.wanted and not sought.conditions:
        hits += _customers(connection, query, sought)
    found, more, reached = _messages(connection, plan, limit)
    hits += _hits(connection, found, sought)
    return SearchPage(tuple(hits), seq, more, reached, 0, indexed_from)


def _indexed_from(connection: Connection, low: str | None) -> Ms | None:
    """`low`: as in `search_state`, None before the first piece: then what was said last is not in it either."""
    if low == "":
        return None
    place = message.c.id >= low.rstrip("~") if low is not None else true()
    order = message.c.id if low is not None else message.c.id.desc()
    return connection.execute(select(message.c.at).where(place).order_by(order).limit(1)).scalar()


def _messages(connection: Connection, plan: _Plan, limit: int) -> tuple[list[Any], str, Ms]:
    """(rows of messages, newest first; the cursor for more; how far back this looked where it stopped before it had
    found enough, else 0: then the last row says it)."""
    found: list[Any] = []
    looked_at, last = 0, 0
    size = limit + 1
    for docs in _stretches(connection, plan, size):
        wanted = (
            select(search_doc.c.doc, case.c.id.label("lead"), *_TEXTS.selected_columns)
            .join(message, message.c.id == search_doc.c.message_id)
            .join(message_text, message_text.c.message_id == message.c.id)
            .join(_FILED, _FILED.c.id == message.c.case_id)
            .join(case, _LEADS)
            .where(search_doc.c.doc.in_(docs), *plan.checks)
            .order_by(search_doc.c.doc.desc())
        )
        for row in connection.execute(wanted):
            if len(found) == limit:
                return found, str(found[-1].doc), 0
            found.append(row)
        looked_at += len(docs)
        last = docs[-1]
        if looked_at >= MOST_LOOKED_AT:
            return found, str(last), last // SLOTS * MS
    return found, "", 0


def _stretches(connection: Connection, plan: _Plan, size: int) -> Iterator[list[int]]:
    """Places of messages that match, newest first, in growing stretches."""
    bounds = {"since": plan.since, "until": plan.until}
    if plan.match:
        found = connection.execute(_MATCHES, {"match": plan.match, **bounds})
    else:
        all_of_them = select(search_doc.c.doc).where(search_doc.c.doc >= plan.since, search_doc.c.doc < plan.until)
        found = connection.execute(all_of_them.order_by(search_doc.c.doc.desc()))
    try:
        while rows := found.fetchmany(size):
            yield [row[0] for row in rows]
            size = min(500, size * 2)
    finally:
        found.close()


def _count(connection: Connection, plan: _Plan) -> int:
    if plan.match and plan.counted:
        values = {"match": plan.match, "since": plan.since, "until": plan.until, "most": MOST_COUNTED}
        return int(connection.execute(_NUMBER, values).scalar_one())
    return len(_messages(connection, plan, MOST_COUNTED)[0])


def _plan(connection: Connection, query: SearchQuery, sought: Sought, me: Agent) -> _Plan:
    since = max([0, *(_first_place(int(value)) for value in sought.of("after"))])
    ends = [_first_place(int(value)) for value in sought.of("before")]
    if query.before:
        ends.append(int(query.before) if query.before.isdecimal() else 0)
    parts = [_words_of(term, query.prefixes) for term in sought.wanted]
    against = [_words_of(term, query.prefixes) for term in sought.terms if term.without]
    checks: list[ColumnElement[bool]] = []
    nothing = _tags_asked(sought, parts, against)
    where = _of_case(connection, sought, me)
    people = _from(connection, sought, me, parts, against, checks)
    if people is None:
        nothing = True
    if where:
        leading = select(case.c.id).where(_IS_LED_BY_NONE, *where).limit(FEW_CASES + 1)
        few = connection.execute(leading).scalars().all()
        if not few:
            nothing = True
        elif len(few) <= FEW_CASES:
            led = connection.execute(select(case.c.id).where(case.c.head.in_(few), case.c.head != "")).scalars()
            parts.append(_tags("z", sorted({*few, *led})))
        else:
            checks += where
    checks += _of_message(sought)
    hides_spam = "spam" not in sought.of("is")
    if hides_spam:
        checks.append(case.c.stage != "spam")
    match = " AND ".join(f"({part})" for part in parts)
    if match and against:
        match = f"({match}) NOT ({' OR '.join(against)})"
    elif against:
        nothing = nothing or not checks
    only_spam_is_checked = len(checks) == int(hides_spam)
    return _Plan(match, tuple(checks), since, min([1 << 62, *ends]), nothing, only_spam_is_checked)


def _words_of(term: Term, prefixes: bool) -> str:
    """A term in the words of the index (sqlite.org/fts5.html, "Full-text Query Syntax")."""
    if len(term.folded) > 1:
        longer = begins(term.folded[-1]) and not term.exact
        return f'words : "{" ".join(term.folded)}"{" *" if longer else ""}'
    word = term.folded[0]
    star = " *" if begins(word) and not term.exact else ""
    found = [f'"{form}"{star if begins(form) else ""}' for form in (forms(term) if prefixes else (word,))]
    if term.local:
        found += [f'"_d{term.local}" *', f'"_r{term.reversed}" *']
    return f"words : ({' OR '.join(found)})"


def _tags(kind: str, values: Iterable[str]) -> str:
    return f"tags : ({' OR '.join(f'{_quoted(_tag(kind, value))}' for value in values)})"


def _quoted(word: str) -> str:
    return f'"{word}"'


_KINDS = ("in", "out", "note")


def _tags_asked(sought: Sought, parts: list[str], against: list[str]) -> bool:
    """Put channel and kind to the index. True when they cannot all be met."""
    if channels := sought.of("channel"):
        parts.append(_tags("c", channels))
    if channels := sought.of("channel", without=True):
        against.append(_tags("c", channels))
    kinds = [value for value in sought.of("is") if value in _KINDS]
    if kinds:
        parts.append(_tags("k", kinds[:1]))
    if unwanted := [value for value in sought.of("is", without=True) if value in _KINDS]:
        against.append(_tags("k", unwanted))
    return len(set(kinds)) > 1


def _of_case(connection: Connection, sought: Sought, me: Agent) -> list[ColumnElement[bool]]:
    """What is asked of the case as it is now."""
    where: list[ColumnElement[bool]] = []
    for without in (False, True):
        found: list[ColumnElement[bool]] = []
        if labels := sought.of("label", without=without):
            found.append(
                or_(*(func.lower(case.c.labels).contains(f",{one.lower()},", autoescape=True) for one in labels))
            )
        if owners := sought.of("owner", without=without):
            found.append(case.c.owner.in_([id for one in owners for id in _agents(connection, one, me, nobody=True)]))
        states = [_STATES[value] for value in sought.of("is", without=without) if value in _STATES]
        found += states
        where += [not_(one) for one in found] if without else found
    return where


_STATES: dict[str, ColumnElement[bool]] = {
    "open": case.c.stage.in_(("us", "customer", "later")),
    "waiting": case.c.stage == "customer",
    "snoozed": case.c.stage == "later",
    "done": case.c.stage == "done",
    "spam": case.c.stage == "spam",
    "unread": case.c.unread > 0,
    "urgent": case.c.priority >= 3,
}


def _of_message(sought: Sought) -> Iterator[ColumnElement[bool]]:
    parts: dict[str, ColumnElement[bool]] = {
        "file": message.c.files > 0,
        "link": or_(message_text.c.body.contains("http://"), message_text.c.body.contains("https://")),
    }
    failed = message.c.state.in_(("failed", "unknown"))
    for without in (False, True):
        found = [parts[value] for value in sought.of("has", without=without)]
        found += [failed for value in sought.of("is", without=without) if value == "failed"]
        yield from (not_(one) for one in found) if without else found


def _from(
    connection: Connection,
    sought: Sought,
    me: Agent,
    parts: list[str],
    against: list[str],
    checks: list[ColumnElement[bool]],
) -> bool | None:
    """`from:` is a customer by name or address, or an agent. None when nobody is called that."""
    for without in (False, True):
        values = sought.of("from", without=without)
        if not values:
            continue
        writers = [id for value in values for id in _agents(connection, value, me)]
        customers = [id for value in values for id in _customers_called(connection, value, 4 * FEW_CASES)]
        customers = _persons(connection, customers)
        theirs = select(case.c.id).where(case.c.customer_id.in_(customers)).limit(FEW_CASES + 1)
        of_them = connection.execute(theirs).scalars().all() if customers else []
        either = [_tags("a", writers)] if writers else []
        if len(of_them) > FEW_CASES:
            said = and_(message.c.kind == "in", _FILED.c.customer_id.in_(customers))
            wrote = or_(said, message.c.author.in_(writers)) if writers else said
            checks.append(not_(wrote) if without else wrote)
            continue
        if of_them:
            either.append(f"({_tags('z', of_them)}) AND ({_tags('k', ['in'])})")
        if either:
            (against if without else parts).append(" OR ".join(f"({one})" for one in either))
        elif not without:
            return None
    return True


def _persons(connection: Connection, ids: Sequence[str]) -> list[str]:
    """These customers, and all that are joined to them."""
    roots = select(customer.c.root).where(customer.c.id.in_(ids))
    found = connection.execute(select(customer.c.id).where(customer.c.root.in_(roots))).scalars() if ids else ()
    return list(dict.fromkeys([*ids, *found]))


def _agents(connection: Connection, called: str, me: Agent, *, nobody: bool = False) -> list[str]:
    """Ids of the agents whom a word means."""
    word = called.casefold()
    if word in ("me", "אני"):
        return [me.id]
    if nobody and word in ("nobody", "none", "אף-אחד", "איש"):
        return [""]
    folded = folding.fold(called)
    return [
        one.id
        for one in agents.everyone(connection)
        if folded and (folding.fold(one.id) == folded or f" {folding.fold(one.name)} ".find(f" {folded}") >= 0)
    ]


def _customers_called(connection: Connection, called: str, most: int) -> Sequence[str]:
    terms = [word.folded for word in folding.words(called)]
    digits = folding.digits_of(called)
    local = next((phone.local for phone in folding.phones(called)), digits.lstrip("0") if len(digits) >= 4 else "")
    either = [" AND ".join(f'"{term}" *' for term in terms)] if terms else []
    if local:
        either += [f'"_d{local}" *', f'"_r{local[::-1]}" *']
    if not either:
        return []
    match = " OR ".join(f"({one})" for one in either)
    return connection.execute(_CUSTOMER_MATCHES, {"match": match, "most": most}).scalars().all()


# -- what is shown -----------------------------------------------------------------------------------------------------


def _hits(connection: Connection, found: Sequence[Any], sought: Sought) -> list[Hit]:
    rows = _rows(connection, {one.lead for one in found})
    return [
        Hit(
            "note" if one.kind == "note" else "message",
            rows[one.lead],
            one.id,
            _said(connection, one, sought),
            one.at,
            one.author,
        )
        for one in found
    ]


def _said(connection: Connection, one: Any, sought: Sought) -> CustomerText:
    """The part that shows why it was found, cards masked before it is cut: half a number would not be known as one."""
    body = mask_cards(one.body)
    shown = around(body, sought)
    if shown is not None:
        return CustomerText(("… " if shown[0] else "") + body[shown[0] : shown[1]])
    others = [one.subject, *(_file_names(connection, [one.id]).get(one.id, ()) if one.files else ())]
    for other in map(mask_cards, others):
        shown = around(other, sought)
        if shown is not None:
            return CustomerText(f"{other[shown[0] : shown[1]]} · {body[:160]}")
    return CustomerText(body[:240])


def _rows(connection: Connection, ids: Iterable[str]) -> dict[str, CaseRow]:
    found = {}
    for held in connection.execute(cases.CASES.where(case.c.id.in_(list(ids)))):
        call = phone.find_call(connection, held.call_id) if held.call_id else None
        if call is not None:
            call = replace(call, case=held.id)
        found[held.id] = cases.row_of(connection, held, from_state_column(held.state), call)
    return found


def _customers(connection: Connection, query: SearchQuery, sought: Sought) -> list[Hit]:
    """Customers whose names and addresses have all the words, those heard of last first."""
    match = " AND ".join(f"({_words_of(term, query.prefixes)})" for term in sought.wanted)
    ids = connection.execute(_CUSTOMER_MATCHES, {"match": match, "most": FEW_CASES}).scalars().all()
    if not ids:
        return []
    newest = (
        select(case.c.id, customer.c.root)
        .join(customer, customer.c.id == case.c.customer_id)
        .where(case.c.customer_id.in_(_persons(connection, ids)), _IS_LED_BY_NONE, case.c.stage != "spam")
        .order_by(case.c.last_at.desc(), case.c.id)
        .limit(8 * MOST_CUSTOMERS)
    )
    first: dict[str, str] = {}
    for one in connection.execute(newest):
        first.setdefault(one.root, one.id)
    chosen = list(first.items())[:MOST_CUSTOMERS]
    rows = _rows(connection, [id for _, id in chosen])
    addresses: dict[str, list[str]] = {}
    links = (
        select(customer.c.root, address.c.value)
        .join(address_link, address_link.c.customer_id == customer.c.id)
        .join(address, address.c.id == address_link.c.address_id)
        .where(customer.c.root.in_([root for root, _ in chosen]), address_link.c.revoked.is_(None))
        .order_by(address_link.c.at.desc(), address_link.c.id)
    )
    for linked in connection.execute(links):
        addresses.setdefault(linked.root, []).append(linked.value)
    return [
        Hit("customer", rows[id], "", CustomerText(" · ".join(addresses.get(who, ()))), rows[id].last_at)
        for who, id in chosen
    ]
