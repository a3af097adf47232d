"""The systems of a scenario's company: its cards, and what they say of its customers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, get_args

from agent_tui.backends.connectors.scenario.table import Table
from agent_tui.domain import json_path
from agent_tui.domain.card_requests import Values
from agent_tui.domain.company_cards import CardFieldSetup, CardKind, CardSetup, Path, Titles

if TYPE_CHECKING:
    from agent_tui.backends.connectors.scenario.script import Scenario

_ASKS_BY = (("wa", "tel", "mailto"),)


def card(table: Table) -> CardSetup:
    """A [[card]] table. What is wrong is told to the table."""
    fields = tuple(_field(entry) for entry in table.tables("field"))
    columns = tuple(_field(entry) for entry in table.tables("column"))
    rows = _path(table, "list") if "list" in table.data else None
    made = CardSetup(table.text("name"), _titles(table), _ASKS_BY, fields, rows, columns)
    table.known.add("list")
    table.done()
    return made


def card_sources(scenario: Scenario) -> dict[str, ScenarioCards]:
    """What fills each card of a scenario, by its name."""
    return {card.name: ScenarioCards(scenario, card.name) for card in scenario.cards}


class ScenarioCards:
    """A system that knows the scenario's customers by any address of theirs."""

    def __init__(self, scenario: Scenario, card: str) -> None:
        self._known: dict[str, Mapping[str, object]] = {}
        for person in scenario.people:
            for address in person.addresses.values():
                self._known[_alike(address)] = person.cards.get(card, {})

    async def look_up(self, values: Values) -> bytes:
        (address,) = values.values()
        return json.dumps(self._known.get(_alike(address), {})).encode()

    async def stop(self) -> None:
        """Nothing is held."""


KINDS: tuple[CardKind, ...] = get_args(CardKind)


def _alike(address: str) -> str:
    return address.lstrip("+").casefold()


def _field(table: Table) -> CardFieldSetup:
    kind = table.choice("kind", KINDS, "text")
    made = CardFieldSetup(table.text("name"), _titles(table), _path(table, "path"), kind, table.text("unit", ""))
    table.done()
    return made


def _titles(table: Table) -> Titles:
    return (("", table.text("title")), *table.mapping("titles").items())


def _path(table: Table, key: str) -> Path:
    try:
        return json_path.parse(table.text(key))
    except ValueError:
        table.bad(key, "not a path", json_path.EXPECTED)
        return ()
