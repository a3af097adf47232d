"""Joining customers at the desk, on a real hub: what is suggested is shown with its reason, nothing joins unseen, and
every join can be taken back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from agent_tui.app import DeskApp
from agent_tui.desk.inbox import InboxHeader
from agent_tui.desk_settings import DeskSettings
from agent_tui.domain.model import Role
from agent_tui.domain.orders import Assign
from agent_tui.domain.time import MINUTE_MS, MS, VirtualTime
from agent_tui.services.workbench import Workbench
from tests.hub.fakes import Line, chat, mail
from tests.idle import at_rest
from tests.services.sites import HubSite
from tests.widgets.running import all_themes, keys_named
from tests.widgets.shop import NOW


@dataclass
class House:
    """A hub with a mail and a WhatsApp account, and Noa's desk on it; and on `others`, where there are some."""

    site: HubSite
    app: DeskApp
    pilot: Pilot[None]
    workbench: Workbench
    time: VirtualTime
    others: tuple[HubSite, ...] = ()

    async def rest(self) -> None:
        """Until hub and desk have nothing to do that needs no time."""
        await at_rest(self.app, self._busy)

    def _busy(self) -> bool:
        return self.workbench.busy() or not all(site.workspace.idle() for site in (self.site, *self.others))

    async def wait(self, seconds: float) -> None:
        until = self.time.now() + round(seconds * MS)
        while self.time.advance_to_next(until):
            await self.rest()
        await self.rest()

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.rest()

    async def type(self, text: str) -> None:
        for letter in text:
            await self.pilot.press("space" if letter == " " else "number_sign" if letter == "#" else letter)
        await self.rest()

    async def hears(self, got: Any, site: HubSite | None = None) -> None:
        """A customer writes; the case is Noa's."""
        site = site or self.site
        await site.workspace.port.inbound(got)
        await self.rest()
        for event in await site.workspace.replay(site._noa, 0, 1000) or ():
            if event.row is not None and not event.row.owner and event.row.stage == "us":
                await site.workspace.order(site._avi, f"own-{event.row.id}", Assign(event.row.id, "noa"))
        await self.wait(2)

    @property
    def text(self) -> str:
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    @property
    def rows(self) -> int:
        return len(list(self.workbench.desk.inbox.rows()))


@asynccontextmanager
async def house(
    folder: Path, size: tuple[int, int] = (120, 40), role: Role = "agent", elsewhere: Sequence[str] = ()
) -> AsyncIterator[House]:
    time = VirtualTime(NOW)
    site, *others = (HubSite(folder, time, Line("wa", "whatsapp"), role=role, id=id) for id in ("hub", *elsewhere))
    for one in (site, *others):
        await one.start()
    workbench = Workbench([one.backend for one in (site, *others)], None, time)
    app = DeskApp(workbench, DeskSettings(UTC, "truecolor"), keys_named(), all_themes()["dark"], time)
    async with app.run_test(size=size) as pilot:
        work = asyncio.create_task(workbench.run())
        made = House(site, app, pilot, workbench, time, tuple(others))
        await made.rest()
        await made.wait(1)
        yield made
        app.desk_screen.case.composer.writing.save()
        await workbench.stop()
        await work
    for one in (site, *others):
        await one.stop()


async def two(house: House, name: str = "Dana Levi") -> None:
    """Dana writes by mail, and somebody of a like name on WhatsApp."""
    await house.hears(mail("<1@x>", "order no. 88213", name="Dana Levi", at=NOW - 9 * MINUTE_MS))
    await house.hears(chat("w1", "where is it", name=name, at=NOW - 5 * MINUTE_MS))
    await house.press("home", "enter")


async def test_a_suggestion_stands_in_the_pane_is_looked_at_and_accepted(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await two(desk)
        assert "similar name" in desk.text
        assert "J join" in desk.text
        await desk.press("J")
        assert "who else is this:" in desk.text
        await desk.press("enter")
        assert "join: they are one person" in desk.text
        assert "one row #1001, answer due" in desk.text
        assert desk.rows == 2, "nothing joins before it was looked at"
        await desk.press("enter")
        await desk.wait(2)
        assert desk.rows == 1
        case = desk.workbench.desk.open_case
        assert case is not None
        assert case.row is not None
        assert case.row.number == 1001
        assert [message.body.raw for message in case.messages] == ["order no. 88213", "where is it"]
        assert case.customer is not None
        assert case.customer.suggestions == ()
        assert "JOINED" in desk.text
        assert "similar name" not in desk.text


async def test_undo_takes_the_join_back_and_the_desk_follows(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await two(desk)
        await desk.press("J", "enter", "enter")
        await desk.wait(2)
        assert desk.rows == 1
        await desk.press("z")
        await desk.wait(2)
        assert desk.rows == 2
        case = desk.workbench.desk.open_case
        assert case is not None
        assert len(case.messages) == 1
        assert "JOINED" not in desk.text


async def test_a_refused_suggestion_goes_and_stays_away(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await two(desk)
        await desk.press("K")
        await desk.wait(1)
        assert "similar name" not in desk.text
        await desk.hears(chat("w2", "again", name="Dana Levi", at=NOW))
        assert "similar name" not in desk.text
        assert desk.rows == 2


async def test_another_customer_is_found_and_joined_and_parted_later(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await two(desk, name="Noor")
        await desk.press("colon")
        await desk.type("join dana")
        await desk.press("enter")
        assert "join with:" in desk.text
        await desk.press("enter", "enter")
        await desk.wait(2)
        assert desk.rows == 1
        await desk.press("J")
        assert "part Noor  " in desk.text, "each is named by who it is beside the customer"
        await desk.press("escape", "colon")
        await desk.type("unjoin")
        await desk.press("enter")
        assert "part them?" in desk.text
        assert "Noa, " in desk.text, "who joined them"
        await desk.press("enter")
        await desk.wait(2)
        assert desk.rows == 2


async def test_who_is_not_found_is_said(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await two(desk)
        await desk.press("colon")
        await desk.type("join nobody")
        await desk.press("enter")
        assert "nobody else is found by that" in desk.text
        await desk.press("colon")
        await desk.type("unjoin")
        await desk.press("enter")
        assert "this customer was never joined" in desk.text


async def test_a_colleagues_join_takes_the_open_case_and_its_draft_along(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await two(desk)
        # the one that will be led by the other: the chat
        chats = next(key for key, _, row in desk.workbench.desk.inbox.rows() if row.channel == "whatsapp")
        desk.app.desk_screen.case.composer.writing.save()
        desk.workbench.open(chats)
        await desk.rest()
        await desk.press("r")
        await desk.type("i look")
        case = desk.workbench.desk.open_case
        assert case is not None
        assert case.customer is not None
        offered = case.customer.suggestions[0]
        from agent_tui.domain.orders import JoinCustomers

        await desk.site.workspace.order(desk.site._avi, "j", JoinCustomers(offered.one, offered.other))
        await desk.wait(2)
        case = desk.workbench.desk.open_case
        assert case is not None
        assert case.row is not None
        assert (case.row.number, len(case.messages)) == (1001, 2)
        assert "i look" in desk.text, "what was being written goes along"
        await desk.press("ctrl+g")
        assert "read it; sending again sends yours" in desk.text, "the mail was never before the agent's eyes"
        await desk.press("ctrl+g")
        await desk.wait(10)
        assert [m.body.raw for m in case.messages if m.kind == "out"] == ["i look"]
        assert case.row.stage == "customer"


def drawn(desk: House) -> list[tuple[int, int]]:
    """Of each section its total and how many rows of it stand there."""
    found: list[list[int]] = []
    inbox = desk.workbench.desk.inbox
    for index in range(len(inbox)):
        item = inbox.item(index)
        if isinstance(item, InboxHeader):
            found.append([item.total, 0])
        else:
            found[-1][1] += 1
    return [(total, rows) for total, rows in found if total or rows]


async def test_ones_own_join_and_parting_move_the_rows_at_once(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await desk.hears(mail("<0@x>", "hello", name="Zeev", address="zeev@example.com", at=NOW - 2 * MINUTE_MS))
        await two(desk)
        await desk.press("J", "enter", "enter")
        await desk.wait(2)
        assert drawn(desk) == [(2, 2)]
        await desk.press("J")
        await desk.press("down", "enter", "enter")
        await desk.wait(2)
        assert desk.rows == 3 and drawn(desk) == [(3, 3)]


async def test_what_is_undone_has_the_cursor_again(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await desk.hears(mail("<0@x>", "hello", name="Zeev", address="zeev@example.com", at=NOW - 2 * MINUTE_MS))
        await desk.hears(mail("<1@x>", "hi", name="Dana", address="dana@example.com", at=NOW - 9 * MINUTE_MS))
        await desk.press("home")
        first = desk.app.desk_screen.inbox.key
        await desk.press("d")
        await desk.wait(1)
        assert desk.app.desk_screen.inbox.key != first
        await desk.press("z")
        await desk.wait(1)
        assert desk.app.desk_screen.inbox.key == first, "the next key is for who came back"
