"""The facts of each case, in the order they became known: its state is their fold (`domain/filing.step`). They name
messages and calls by id and hold no personal text.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import MISSING, dataclass, fields
from typing import Any, get_args

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from agent_tui.backends.hub.store.schema import case, fact
from agent_tui.backends.hub.store.values import dumps, from_state_column, loads, state_column
from agent_tui.domain import filing
from agent_tui.domain.filing import CaseState, Fact

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Fact)}
_DEFAULTS = {
    name: {field.name: field.default for field in fields(kind) if field.default is not MISSING}
    for name, kind in _KINDS.items()
}
BASE = "state"
"""A case that begins with a state of its own (opened by us, loaded at once, or older than this table)."""
_OTHER = case.alias()
_OF_CASE = (
    select(fact.c.via, fact.c.kind, fact.c.data, _OTHER.c.customer_id.label("whose"))
    .outerjoin(_OTHER, _OTHER.c.id == fact.c.via)
    .where(fact.c.case_id == bindparam("case"))
    .order_by(fact.c.seq, fact.c.place)
)
_APPEND = insert(fact)
_VIAS = (
    select(fact.c.case_id, fact.c.via, _OTHER.c.customer_id)
    .distinct()
    .join(case, case.c.id == fact.c.case_id)
    .join(_OTHER, _OTHER.c.id == fact.c.via)
    .where(case.c.customer_id.in_(bindparam("customers", expanding=True)), fact.c.via != "")
)
_TRAITS = select(fact.c.seq, fact.c.place, fact.c.data).where(
    fact.c.case_id.in_(bindparam("cases", expanding=True)), fact.c.kind == filing.TraitsChanged.__name__
)
_FORGET_LABELS = (
    update(fact)
    .where(fact.c.seq == bindparam("b_seq"), fact.c.place == bindparam("b_place"))
    .values(data=bindparam("data"))
)
_DROP_VIA = delete(fact).where(fact.c.case_id == bindparam("b_case"), fact.c.via == bindparam("b_via"))


@dataclass(frozen=True, slots=True)
class Stored:
    """One fact of a case. `seq` and `place` order it; `via`: the case whose conversation it happened in when that is
    another one of the same customer ("" it is the case's own)."""

    seq: int
    place: int
    case: str
    what: Fact | CaseState
    via: str = ""


def columns_of(stored: Stored) -> dict[str, Any]:
    """A row of the table."""
    what = stored.what
    if isinstance(what, CaseState):
        kind, data = BASE, state_column(what)
    else:
        kind = type(what).__name__
        defaults = _DEFAULTS[kind]
        held = {field.name: getattr(what, field.name) for field in fields(what)}
        data = dumps({name: value for name, value in held.items() if name not in defaults or value != defaults[name]})
    return {
        "case_id": stored.case,
        "seq": stored.seq,
        "place": stored.place,
        "via": stored.via,
        "kind": kind,
        "data": data,
    }


def append(connection: Connection, entries: Sequence[Stored]) -> None:
    connection.execute(_APPEND, [columns_of(entry) for entry in entries])


def drop_via(connection: Connection, case: str, via: str) -> bool:
    """A case no longer has what happened in another one; whether there was anything."""
    return connection.execute(_DROP_VIA, {"b_case": case, "b_via": via}).rowcount > 0


def vias(connection: Connection, customers: Sequence[str]) -> list[tuple[str, str, str]]:
    """Cases of some customers that have facts from other cases: the case, the other one, and whose that is."""
    found = connection.execute(_VIAS, {"customers": list(customers)})
    return [(row.case_id, row.via, row.customer_id) for row in found]


def kept(connection: Connection, case: str) -> list[Fact | CaseState]:
    """All facts of a case, those of the person's other cases too, in the order in which they became known."""
    return [_what(row.kind, row.data) for row in connection.execute(_OF_CASE, {"case": case})]


def _what(kind: str, data: str) -> Fact | CaseState:
    if kind == BASE:
        return from_state_column(data)
    found: Fact = _KINDS[kind](**loads(data))
    return found


def forget_labels(connection: Connection, cases: Sequence[str]) -> None:
    """Labels are words of agents: what cases had of them is forgotten, with the tiers and topics that they say."""
    for row in connection.execute(_TRAITS, {"cases": list(cases)}).all():
        data = loads(row.data)
        for side in ("was", "now"):
            channel, queue, team, _, priority = data[side][:5]
            data[side] = [channel, queue, team, "", priority, ""]
        connection.execute(_FORGET_LABELS, {"b_seq": row.seq, "b_place": row.place, "data": dumps(data)})


def fold(connection: Connection, case: str, only: Collection[str] | None = None) -> tuple[CaseState, CaseState]:
    """The state of a case by its own facts, and by all of its facts; `only`: by those from cases of these customers."""
    own = seen = CaseState()
    for row in connection.execute(_OF_CASE, {"case": case}):
        what = _what(row.kind, row.data)
        if isinstance(what, CaseState):
            own = seen = what
            continue
        if not row.via or only is None or row.whose in only:
            seen = filing.step(seen, what)
        if not row.via:
            own = filing.step(own, what)
    return own, seen
