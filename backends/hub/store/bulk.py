"""Many rows at once: gathers columns and inserts each table in one go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert

from agent_tui.backends.hub.store import cases, facts, log, talk
from agent_tui.backends.hub.store import schema as tables
from agent_tui.backends.hub.store.cases import CaseRecord
from agent_tui.backends.hub.store.facts import Stored
from agent_tui.backends.hub.store.talk import Thread
from agent_tui.backends.hub.store.values import storable
from agent_tui.domain.events import Event
from agent_tui.domain.model import CaseRow, Customer, Message


class Batch:
    """Rows waiting to be written together."""

    def __init__(self) -> None:
        # in an order that foreign keys allow
        self._rows: dict[str, list[dict[str, Any]]] = {
            name: []
            for name in (
                "customer",
                "customer_text",
                "address",
                "address_link",
                "cases",
                "case_text",
                "case_search",
                "fact",
                "conversation",
                "conversation_text",
                "message",
                "message_text",
                "event",
            )
        }
        self._placed: Counter[tuple[str, str, str, str]] = Counter()
        self._shown: dict[tuple[str, str, str, str], CaseRow] = {}
        self._labels: set[str] = set()

    def customer(self, who: Customer, address: str, link: str) -> None:
        """A customer with one address, under the ids given."""
        held = who.addresses[0]
        self._rows["customer"].append(
            {"id": who.id, "since": who.since, "language": who.language, "blocked": who.blocked, "root": who.id}
        )
        self._rows["customer_text"].append({"customer_id": who.id, "name": storable(who.name.raw)})
        self._rows["address"].append({"id": address, "scheme": held.scheme, "value": storable(held.value.raw)})
        self._rows["address_link"].append(
            {
                "id": link,
                "address_id": address,
                "customer_id": who.id,
                "origin": "seed",
                "at": who.since,
                "verified": False,
            }
        )

    def case(self, record: CaseRecord, addresses: Sequence[str]) -> None:
        for name, columns in zip(
            ("cases", "case_text", "case_search"), cases.insert_columns(record, addresses), strict=True
        ):
            self._rows[name].append(columns)
        self._rows["fact"].append(facts.columns_of(Stored(record.row.version, 0, record.row.id, record.state)))
        key = (record.row.stage, record.row.owner, record.row.team, record.row.brand)
        self._placed[key] += 1
        self._shown[key] = record.row
        self._labels.update(record.row.labels)

    def thread(self, new: Thread, subject_key: str) -> None:
        columns, text = talk.thread_columns(new, subject_key)
        self._rows["conversation"].append(columns)
        self._rows["conversation_text"].append(text)

    def message(self, entry: Message, account: str) -> None:
        columns, text = talk.message_columns(entry, account, None)
        self._rows["message"].append(columns)
        self._rows["message_text"].append(text)

    def events(self, entries: Iterable[Event]) -> None:
        self._rows["event"].extend(log.columns_of(entry) for entry in entries)

    def write(self, connection: Connection) -> None:
        for name, rows in self._rows.items():
            if rows:
                _insert(connection, _table(name), rows)
        for key, number in self._placed.items():
            cases.count(connection, self._shown[key], number)
        cases.add_labels(connection, sorted(self._labels))


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Compiled once for all rows: SQLAlchemy's own way costs more a row than the database does."""
    compiled = insert(table).compile(dialect=connection.dialect, column_keys=list(rows[0]))
    order = getattr(compiled, "positiontup", None)
    parameters = [tuple(row[name] for name in order) for row in rows] if order else rows
    connection.exec_driver_sql(str(compiled), parameters)


def _table(name: str) -> Table:
    return tables.metadata.tables[name]
