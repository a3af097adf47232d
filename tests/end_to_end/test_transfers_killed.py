"""A hub that is killed at every step of every kind of transfer: each is done or not done, never half, and the customer
is told at most once. Real mail; calls and WhatsApp are the scenario's."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent_tui.domain.model import CaseRow
from agent_tui.domain.orders import AnswerTransfer, MoveChannel, Order, Presence, TransferCase
from agent_tui.domain.views import VIEWS
from tests.end_to_end.desks import TestDesk, desk, text
from tests.end_to_end.hub_run import PATIENCE, HubRun, hub_run, until
from tests.end_to_end.test_mail import hub_toml
from tests.real_mail import PASSWORD, MailServers

pytestmark = pytest.mark.real

PEOPLED = (sys.executable, "-m", "tests.end_to_end.peopled_hub")
WAYS = ("order", "stored", "sending", "sent")
"""See `peopled_hub`: each is a place where the hub dies."""


def customers() -> str:
    """Eight people who wrote on WhatsApp and then called, in vain."""
    parts = ['title = "calls"\n[[agent]]\nid = "noa"\nname = "Noa"\nme = true\n']
    for number in range(8):
        parts.append(f"""
[[customer]]
id = "p{number}"
name = "Person {number}"
addresses = {{ phone = "+97254333100{number}", whatsapp = "97254333100{number}" }}
[[customer.turn]]
at = 0.1
channel = "whatsapp"
say = "are you there?"
[[customer.turn]]
at = 0.5
channel = "phone"
call = true
patience = 0.5
""")
    return "".join(parts)


def write_customers(folder: Path) -> None:
    folder.mkdir()
    (folder / "customers.toml").write_text(customers(), encoding="utf-8")


@dataclass
class Office:
    """The hub, and the desks of two agents."""

    hub: HubRun
    noa: TestDesk
    avi: TestDesk

    async def case(self, number: int) -> CaseRow:
        return await self.noa.until_row(f"Person {number}")

    async def killed(self, place: str, by: TestDesk, order: Order, before: str) -> None:
        """The hub dies at this place of an order; `before`: what it asks, while it is dead, of a case that the order
        is about and that must be untouched where nothing was stored."""
        (self.hub.folder / "die").write_text(place)
        by.bench.order("hub", order)
        await until(lambda: not self.hub.running(), what=f"the hub dies at {place}")
        found = self.hub.ask(before, getattr(order, "case", ""))[0][0]
        assert found == (0 if place.startswith("order") else 1), f"{place}: {found}"
        await self.hub.kill()
        await self.hub.start()
        await until(lambda: self.noa.up() and self.avi.up(), PATIENCE, "the desks are back")
        try:
            await until(lambda: not by.desk.unsent, 30)
        except AssertionError:
            raise AssertionError([(one.order.name, one.state, one.reason) for one in by.desk.unsent]) from None
        await until(lambda: self.hub.ask(before, getattr(order, "case", ""))[0][0] == 1, what="it is done, once")
        assert self.hub.sound()

    def told(self) -> list[str]:
        """What customers got, on any channel."""
        lines = (self.hub.folder / "told").read_text(encoding="utf-8").splitlines()
        return [line.partition("\t")[2] for line in lines]

    def sent(self) -> list[tuple[str, str]]:
        """Our invitations and what became of each, as the hub has it."""
        sql = "SELECT body, state FROM message JOIN message_text ON message_id = id WHERE kind = 'out' ORDER BY id"
        return [(str(body), str(state)) for body, state in self.hub.ask(sql)]


@asynccontextmanager
async def an_office(servers: MailServers, folder: Path) -> AsyncIterator[Office]:
    box = servers.new_box()
    write_customers(folder)
    async with hub_run(folder, hub_toml(servers, box), {"BOX": PASSWORD}, PEOPLED) as hub:
        noa, avi = hub.agent("noa"), hub.agent("avi", "supervisor")
        async with desk(hub.desk_url, noa, folder / "noa") as one, desk(hub.desk_url, avi, folder / "avi") as other:
            await until(lambda: one.up() and other.up(), what="the desks")
            one.bench.show(VIEWS["all"])
            other.bench.order("hub", Presence("available"))
            yield Office(hub, one, other)


MOVED = "SELECT count(*) FROM event WHERE kind = 'channel-moved' AND case_id = ?"
GIVEN = "SELECT count(*) FROM transfer WHERE case_id = ?"
TAKEN = "SELECT count(*) FROM transfer WHERE state IN ('together', 'done') AND case_id = ?"
HANDED = "SELECT count(*) FROM transfer WHERE state = 'done' AND case_id = ?"


async def test_a_hub_that_dies_at_every_step(mail_servers: MailServers, tmp_path: Path) -> None:
    async with an_office(mail_servers, tmp_path / "hub") as office:
        noa, avi = office.noa, office.avi
        for number, way in enumerate(WAYS):
            row = await office.case(number)
            about = "move-channel" if way in ("order", "stored") else "email"
            words = text(f"We go on by mail, {number}")
            to = text(mail_servers.new_box())
            move = MoveChannel(row.id, "email", words, text("looked it up, promised a form"), to=to, consent=True)
            await office.killed(f"{way} {about}", noa, move, MOVED)
        for number, way in enumerate(WAYS, 4):
            row = await office.case(number)
            about = "move-channel" if way in ("order", "stored") else "whatsapp"
            words = text(f"We go on here, {number}")
            await office.killed(
                f"{way} {about}", noa, MoveChannel(row.id, "whatsapp", words, text("asked for a photo")), MOVED
            )
        for number, way in enumerate(("order", "stored")):
            row = await office.case(number)
            note = text("done: looked it up; promised: an answer today")
            await office.killed(f"{way} transfer", noa, TransferCase(row.id, note, "avi", warm=True), GIVEN)
            await office.killed(f"{way} answer-transfer", avi, AnswerTransfer(row.id, "", "accept"), TAKEN)
            await office.killed(f"{way} answer-transfer", noa, AnswerTransfer(row.id, "", "complete"), HANDED)
        rest = ("sent", "delivered", "read", "unknown")
        await until(lambda: all(state in rest for _, state in office.sent()), what="all invitations are at rest")
        assert len(office.sent()) == 8
        for invitation, state in office.sent():
            times = office.told().count(invitation)
            # what a crash hid is shown as that, and repeated by nobody
            assert times <= 1 if state == "unknown" else times == 1, (invitation, state, times)
        unknown = {invitation for invitation, state in office.sent() if state == "unknown"}
        assert unknown >= {"We go on by mail, 2", "We go on by mail, 3", "We go on here, 6", "We go on here, 7"}
        for number in (0, 1):
            assert (await office.case(number)).owner == "avi"
        assert office.hub.ask("SELECT count(*) FROM cases") == [(8,)], "one case each, all along"
