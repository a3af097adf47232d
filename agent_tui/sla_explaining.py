"""`agent-tui sla explain CASE`: every clock of a case of the hub's, and why it stands where it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection

from agent_tui.backends.hub.access import AccessError
from agent_tui.backends.hub.clock_pages import measured_cases
from agent_tui.backends.hub.rules import RulesInForce
from agent_tui.backends.hub.store import Store, cases, facts, sla
from agent_tui.config.hub_settings import load_hub_settings
from agent_tui.domain.sla.clocks import SlaClock
from agent_tui.domain.sla.levels import levels
from agent_tui.domain.sla.reminders import Reminder
from agent_tui.domain.time import SystemTime
from agent_tui.hub_process import data_folder
from agent_tui.sla_simulation import as_json, as_text

MOST_DIGITS = 18
"""Of a case's number: no database keeps longer ones."""


def explain(config: Path, env: Mapping[str, str], case: str, form: str) -> Iterator[str]:
    """Lines about the case with that number (`#17` or `17`) or id, whether its hub runs or not; `form`: text or json.
    Raises AccessError, ConfigError, StoreError."""
    loaded = load_hub_settings(config, env)
    queues = tuple(queue.setup() for queue in loaded.settings.queue)
    with closing(Store.open(data_folder(loaded, Path(env["HOME"])), check=False)) as store, store.read() as connection:
        versions = sla.versions(connection)
        if not versions:
            raise AccessError("nothing is measured: hub.toml names no sla.toml, or the hub has not run with it yet")
        rules, now = RulesInForce(versions, queues), SystemTime().now()
        measured: dict[str, tuple[SlaClock, ...]] = {}
        told: dict[str, int] = {}
        reminders: dict[str, Reminder] = {}
        for record, found in measured_cases(connection, rules, _find(connection, case), now):
            name = f"#{record.row.number}"
            measured[name], told[name] = found.clocks, len(facts.kept(connection, record.row.id))
            if found.reminder is not None:
                reminders[name] = found.reminder
        share = levels(clock for found_clocks in measured.values() for clock in found_clocks)
        lines = (
            as_json(measured, share, reminders, rules.book, rules.now, now)
            if form == "json"
            else as_text(measured, share, reminders, rules.book, rules.now, told, now)
        )
        yield from lines


def _find(connection: Connection, case: str) -> str:
    number = case.removeprefix("#")
    is_number = number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS
    found = cases.by_number(connection, int(number)) if is_number else case
    if not found or cases.find(connection, found) is None:
        raise AccessError(f"there is no case {case}")
    return found
