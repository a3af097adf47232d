"""Asking the index of what was said and of who customers are.

The newest that match come first, so that a very common word costs no more than a rare one; nothing is ranked otherwise.
What is true of a case only now (labels, owner ...) is looked up: few cases are named to the index, many are checked one
by one as far as one question may look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, not_, or_, select, text, true

from agent_tui.backends.hub.store import agents, brands, cases, phone
from agent_tui.backends.hub.store.schema import (
    address,
    address_link,
    case,
    customer,
    message,
    message_text,
    search_doc,
)
from agent_tui.backends.hub.store.search_index import SLOTS, STATE, TEXTS, file_names, first_place, tag
from agent_tui.backends.hub.store.values import from_state_column
from agent_tui.domain import folding
from agent_tui.domain.brands import sees_every
from agent_tui.domain.model import Agent, CaseRow, MessageKind
from agent_tui.domain.queries import MOST_COUNTED, Hit, SearchPage, SearchQuery
from agent_tui.domain.search import Sought, Term, around, begins, forms
from agent_tui.domain.text import CustomerText
from agent_tui.domain.text_cards import mask_cards
from agent_tui.domain.time import MS, Ms

MOST_LOOKED_AT = 5_000
"""Messages that one question looks at one by one; then it says how far back it came."""
FEW_CASES = 400
"""So many cases can be named to the index at once."""
MOST_CUSTOMERS = 5

_FILED = case.alias("filed")
"""The case that a message is filed in; `case` is the one that leads its row."""
_LEADS = case.c.id == func.coalesce(func.nullif(_FILED.c.head, ""), _FILED.c.id)
_IS_LED_BY_NONE = or_(case.c.head == "", case.c.head == case.c.id)

_MATCHES = text(
    "SELECT rowid FROM search_text WHERE search_text MATCH :match AND rowid >= :since AND rowid < :until"
    " ORDER BY rowid DESC"
)
_NUMBER = text(
    "SELECT count(*) FROM (SELECT 1 FROM search_text WHERE search_text MATCH :match AND rowid >= :since"
    " AND rowid < :until LIMIT :most)"
)
_ANY_CUSTOMER = (
    "SELECT c.customer_id FROM search_customer_text t JOIN search_customer c ON c.doc = t.rowid"
    " WHERE search_customer_text MATCH :match"
)
_CUSTOMERS = text(f"{_ANY_CUSTOMER} LIMIT :most")
_CUSTOMERS_SEEN = text(
    f"{_ANY_CUSTOMER} AND (NOT EXISTS (SELECT 1 FROM cases k WHERE k.customer_id = c.customer_id)"
    " OR EXISTS (SELECT 1 FROM cases k WHERE k.customer_id = c.customer_id AND k.brand IN :brands)) LIMIT :most"
).bindparams(bindparam("brands", expanding=True))
"""The same rule as `brands.seen_customers`."""


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
    state = connection.execute(STATE).first()
    indexed_from = _indexed_from(connection, state.low if state is not None else None)
    plan = _plan(connection, query, sought, me)
    if not sought or plan.nothing:
        return SearchPage((), seq, indexed_from=indexed_from)
    if query.limit <= 0:
        return SearchPage((), seq, total=_count(connection, plan), indexed_from=indexed_from)
    limit = min(query.limit, 200)
    hits: list[Hit] = []
    if not query.before and sought.wanted and not sought.conditions:
        hits += _customers(connection, query, sought, me)
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
            select(search_doc.c.doc, case.c.id.label("lead"), *TEXTS.selected_columns)
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
    since = max([0, *(first_place(int(value)) for value in sought.of("after"))])
    ends = [first_place(int(value)) for value in sought.of("before")]
    if query.before:
        ends.append(int(query.before[:19]) if query.before.isdecimal() else 0)
    parts = [_words_of(term, query.prefixes) for term in sought.wanted]
    against = [_words_of(term, query.prefixes) for term in sought.terms if term.without]
    checks: list[ColumnElement[bool]] = []
    nothing = _tags_asked(sought, parts, against)
    where = _of_case(connection, sought, me)
    theirs = [] if sees_every(me) else [brands.seen(case.c.brand, me)]
    checks += theirs
    people = _from(connection, sought, me, parts, against, checks)
    if people is None:
        nothing = True
    if where:
        leading = select(case.c.id).where(_IS_LED_BY_NONE, *where, *theirs).limit(FEW_CASES + 1)
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
    if against and not parts:
        parts.append(_tags("k", get_args(MessageKind)))  # the index can only take away from something: from all
    match = " AND ".join(f"({part})" for part in parts)
    if against:
        match = f"({match}) NOT ({' OR '.join(against)})"
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
    return f"tags : ({' OR '.join(f'{_quoted(tag(kind, value))}' for value in values)})"


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
        customers = [id for value in values for id in _customers_called(connection, value, me, 4 * FEW_CASES)]
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


def _customers_called(connection: Connection, called: str, me: Agent, most: int) -> Sequence[str]:
    terms = [word.folded for word in folding.words(called)]
    digits = folding.digits_of(called)
    local = next((phone.local for phone in folding.phones(called)), digits.lstrip("0") if len(digits) >= 4 else "")
    either = [" AND ".join(f'"{term}" *' for term in terms)] if terms else []
    if local:
        either += [f'"_d{local}" *', f'"_r{local[::-1]}" *']
    if not either:
        return []
    return _matching(connection, " OR ".join(f"({one})" for one in either), me, most)


def _matching(connection: Connection, match: str, me: Agent, most: int) -> Sequence[str]:
    """Customers, each by itself, whose names and addresses match, and of whom the agent may see something."""
    values: dict[str, Any] = {"match": match, "most": most}
    if sees_every(me):
        return connection.execute(_CUSTOMERS, values).scalars().all()
    return connection.execute(_CUSTOMERS_SEEN, values | {"brands": ["", *me.brands]}).scalars().all()


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
    others = [one.subject, *(file_names(connection, [one.id]).get(one.id, ()) if one.files else ())]
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


def _customers(connection: Connection, query: SearchQuery, sought: Sought, me: Agent) -> list[Hit]:
    """Customers whose names and addresses have all the words, those heard of last first."""
    match = " AND ".join(f"({_words_of(term, query.prefixes)})" for term in sought.wanted)
    ids = _matching(connection, match, me, FEW_CASES)
    if not ids:
        return []
    persons = brands.seen_customers(connection, _persons(connection, ids), me)
    newest = (
        select(case.c.id, customer.c.root)
        .join(customer, customer.c.id == case.c.customer_id)
        .where(case.c.customer_id.in_(persons), _IS_LED_BY_NONE, case.c.stage != "spam", brands.seen(case.c.brand, me))
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
        .where(
            customer.c.root.in_([root for root, _ in chosen]),
            customer.c.id.in_(persons),
            address_link.c.revoked.is_(None),
        )
        .order_by(address_link.c.at.desc(), address_link.c.id)
    )
    for linked in connection.execute(links):
        addresses.setdefault(linked.root, []).append(linked.value)
    return [
        Hit("customer", rows[id], "", CustomerText(" · ".join(addresses.get(who, ()))), rows[id].last_at)
        for who, id in chosen
    ]
