"""Erasing a customer at the desk, on a real hub: only an admin, only after a look and the case's number."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.backends.connectors.base import InboundFile
from agent_tui.domain.language import spoken
from agent_tui.domain.model import Role
from agent_tui.domain.orders import JoinCustomers, MakePromise, Note, OpenIncident
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import DAY_MS, MINUTE_MS
from agent_tui.language.catalogue import Catalogue
from tests.hub.fakes import chat, mail
from tests.widgets.picture import Picture, picture
from tests.widgets.shop import NOW
from tests.widgets.test_joining import House, house

__all__ = ["picture"]


async def talk(desk: House) -> None:
    """Dana wrote by mail and on WhatsApp, is joined, was promised something; Ruth wrote too."""
    got = mail("<1@x>", "the lamp came broken", name="Dana Levi", at=NOW - 9 * MINUTE_MS, subject="Lamp")
    await desk.hears(replace(got, files=(InboundFile("lamp.jpg", "", b"\xff\xd8\xff lamp"),)))
    await desk.hears(chat("w1", "איפה החבילה שלי?", name="דנה", address="+972541", at=NOW - 5 * MINUTE_MS))
    await desk.hears(mail("<2@x>", "hello", name="Ruth", address="ruth@example.com", at=NOW - MINUTE_MS, subject="r"))
    rows = {row.name.raw: row for _, _, row in desk.workbench.desk.inbox.rows()}
    dana = rows["Dana Levi"]
    desk.workbench.order("hub", JoinCustomers(dana.customer, rows["דנה"].customer, dana.id))
    desk.workbench.order("hub", Note(dana.id, CustomerText("she is angry")))
    desk.workbench.order("hub", MakePromise(dana.id, "p_1", CustomerText("a new lamp"), NOW + DAY_MS))
    await desk.wait(2)
    await desk.press("home", "enter")


async def ask(desk: House) -> None:
    await desk.press("colon")
    await desk.type("erase-customer")
    await desk.press("enter")
    await desk.wait(1)


@pytest.mark.parametrize("role", ["agent", "supervisor"])
async def test_who_is_no_admin_hears_why_not(tmp_path: Path, role: Role) -> None:
    async with house(tmp_path, role=role) as desk:
        await talk(desk)
        await ask(desk)
        assert "only an admin erases customers" in desk.text


async def test_an_admin_sees_what_goes_and_types_the_number(tmp_path: Path) -> None:
    async with house(tmp_path, role="admin") as desk:
        await talk(desk)
        await ask(desk)
        assert "erase whom:" in desk.text
        await desk.press("enter")
        for words in ("to erase them for good type 1001:", "2 conversations", "2 messages", "1 note", "1 promise"):
            assert words in desk.text, words
        await desk.type("1002")
        await desk.press("enter")
        assert "nothing was erased: that was not the number" in desk.text
        assert "the lamp came broken" in desk.text
        await ask(desk)
        await desk.press("enter")
        await desk.type("1001")
        await desk.press("enter")
        await desk.wait(2)
        for gone in (
            "the lamp came broken",
            "Dana",
            "דנה",
            "החבילה",
            "she is angry",
            "a new lamp",
            "lamp.jpg",
            "+972541",
        ):
            assert gone not in desk.text, gone
        assert "erased customer" in desk.text
        assert "Ruth" in desk.text
        await desk.press("r")
        assert "that customer was erased" in desk.text
        await ask(desk)
        assert "that customer was erased" in desk.text


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("language", ["en", "he"])
async def test_how_it_looks(tmp_path: Path, picture: Picture, language: str, size: tuple[int, int]) -> None:
    with spoken(Catalogue("he") if language == "he" else None):
        async with house(tmp_path, size, "admin") as desk:
            await talk(desk)
            await ask(desk)
            await desk.press("enter")
            picture(desk)
            await desk.type("1001")
            await desk.press("enter")
            await desk.wait(10)
            picture(desk)


async def test_an_admin_hears_of_incidents_that_name_them(tmp_path: Path) -> None:
    async with house(tmp_path, role="admin") as desk:
        await talk(desk)
        ((_, _, ruth),) = [one for one in desk.workbench.desk.inbox.rows() if one[2].name.raw == "Ruth"]
        desk.workbench.order("hub", OpenIncident("i_1", CustomerText("Lamps, first at Dana Levi"), (ruth.id,)))
        await desk.wait(2)
        await ask(desk)
        await desk.press("enter")
        assert "an incident that names them: Lamps, first at Dana Levi" in desk.text
