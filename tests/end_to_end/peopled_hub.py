"""A hub process with real mail and with customers who call and write on WhatsApp, that dies where it is told to.

python -m tests.end_to_end.peopled_hub, in a folder with hub.toml, customers.toml (a scenario whose second 0 is the
first start) and, where it is to die, the file `die`: a place, a blank, and what it is about.

Places: `order NAME` at the end of an order's transaction, which is not on disk then; `stored NAME` when it is on disk
and the desk has not heard of it; `sending CHANNEL` before the channel has a message; `sent CHANNEL` when it has it and
the hub has not written so. What customers got is in `told`, a line each.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from agent_tui.backends.base import Outcome
from agent_tui.backends.connectors.base import Connector, Outbound, SendResult
from agent_tui.backends.connectors.mail.connector import MailConnector
from agent_tui.backends.connectors.scenario.script import Scenario, load
from agent_tui.backends.connectors.scenario.world import ScenarioConnector, World
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.known_customers import know
from agent_tui.backends.hub.store import Store, ledger
from agent_tui.backends.hub.workspace import Workspace
from agent_tui.config.hub_settings import load_hub_settings
from agent_tui.domain.channels import channel
from agent_tui.domain.time import MS, Ms, SystemTime
from agent_tui.hub_process import serve

HERE = Path()


def die_at(place: str, about: str) -> None:
    """kill -9, once, where the test wants it."""
    wanted = HERE / "die"
    if wanted.exists() and wanted.read_text().strip() == f"{place} {about}":
        wanted.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def breakable(connector: type[Connector] | type[Any]) -> None:
    """Its messages can be lost on their way, and what customers got is written down."""
    plain = connector.send

    async def send(self: Connector, outbound: Outbound) -> SendResult:
        die_at("sending", outbound.channel)
        result: SendResult = await plain(self, outbound)
        if result.outcome == "accepted":
            with (HERE / "told").open("a", encoding="utf-8") as told:
                told.write(f"{outbound.channel}\t{outbound.body.splitlines()[0]}\n")
        die_at("sent", outbound.channel)
        return result

    setattr(connector, "send", send)  # noqa: B010 - a class of the hub


def breakable_orders() -> None:
    """Orders can be lost before they are stored, or before the desk hears that they are."""
    record, carry_out = ledger.record_answer, Workspace.order

    async def order(self: Workspace, agent: Any, id: str, what: Any, fence: int = 0, desk: str = "") -> Outcome:
        def recorded(*words: Any) -> None:
            record(*words)
            die_at("order", what.name)

        setattr(ledger, "record_answer", recorded)  # noqa: B010 - a module of the hub
        outcome = await carry_out(self, agent, id, what, fence, desk)
        die_at("stored", what.name)
        return outcome

    setattr(Workspace, "order", order)  # noqa: B010 - a class of the hub


def known_customers(scenario: Scenario, now: Ms) -> None:
    """Whoever has several addresses is known by all of them, as from an imported list."""
    store, ids = Store.open(HERE / "data"), Ids(1)
    for person in scenario.people:
        ways = [(channel(key).scheme, value) for key, value in person.addresses.items()]
        know(store, SystemTime(), ids, person.name, ways, person.language, now)
    store.close()


async def main() -> None:
    env = dict(os.environ)
    time = SystemTime()
    began = HERE / "began"
    scenario = load("customers.toml")
    if not began.exists():
        began.write_text(str(time.now()))
        known_customers(scenario, time.now())
    start = int(began.read_text())
    world = World(replace(scenario, start=start), time)
    for connector in (ScenarioConnector, MailConnector):
        breakable(connector)
    breakable_orders()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    def ready(line: str) -> None:
        world.play((time.now() - start) / MS if (HERE / "again").exists() else 0)
        (HERE / "again").touch()
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    customers = [one for one in world.connectors() if one.channel != "email"]
    await serve(load_hub_settings(HERE / "hub.toml", env), env, Path(env["HOME"]), time, stop, ready, customers)


if __name__ == "__main__":
    asyncio.run(main())
