"""Incidents at the desk: marked cases are linked in one go; what is told is looked at first and can be taken back."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from agent_tui.demo.demo_file import read_demo
from agent_tui.demo.headless import HeadlessDesk
from agent_tui.demo.player import open_demo, shows
from agent_tui.demo.typed_keys import parse_keys
from agent_tui.domain.orders import UpdateIncident
from agent_tui.domain.time import MS
from tests.demo.small import small_demo

SHOP = """
title = "A provider"
[[agent]]
id = "noa"
name = "Noa"
me = true
[[customer]]
id = "dana"
name = "Dana Levi"
language = "he"
addresses = { whatsapp = "972541" }
turn = [{ at = 0, say = "no internet" }]
[[customer]]
id = "omar"
name = "Omar Haddad"
addresses = { whatsapp = "972542" }
turn = [{ at = 0, say = "no internet" }]
[[customer]]
id = "ruth"
name = "Ruth Klein"
addresses = { phone = "+972543" }
turn = [{ at = 0, call = true, patience = 1 }]
"""


async def test_link_tell_take_back_and_tell(tmp_path: Path) -> None:
    step = 'title = "x"\nscenario = "shop.toml"\nsize = "110x34"\nstep = [{ press = "j" }]\n'
    path = small_demo(tmp_path, step)
    (tmp_path / "shop.toml").write_text(SHOP, encoding="utf-8")
    async with open_demo(read_demo(path)) as desk:

        async def do(keys: str, *words: str) -> None:
            await desk.play(parse_keys(keys))
            limit = desk.time.now() + 5 * MS
            for wanted in words:
                there = await desk.pass_until(limit, partial(on_screen, wanted))
                assert there, f"{wanted}\n{desk.text()}"

        def on_screen(words: str) -> bool:
            return shows(desk.text(), words)

        await desk.pass_until(desk.time.now() + 5 * MS)
        await do("home V g z", "for a new one with the 3 marked cases")
        await do('"Internet down" enter', "Internet down: the 3 marked cases")
        assert desk.text().count(" = ") == 3, "a quiet mark in each row"
        await do("z", "undone: they are of no incident")
        assert desk.text().count(" = ") == 0
        await do("V g z", "3 marked cases", "0 cases")
        await do("enter enter", "Internet down: the 3 marked cases")
        await do("home enter", "  = Inter")
        await do("escape g z", "Of this case", "3 cases · since")
        await do("enter enter", "what they are told, in English")
        await do('"Dear {{ name }}" enter enter', "name is not filled in here: all get the same words")
        await do("enter escape g z enter enter", "what they are told, in English")
        await do('"Soon." enter', "and in Hebrew")
        await do('"מיד" enter', "tell 2 customers", "מיד", "nothing to write to: they called")
        await do("enter", "2 customers are told", "takes it back")
        await do("ctrl+r", "taken back: :incident has the words")
        (kept,) = _kept(desk)
        assert (kept.english.raw, kept.hebrew.raw) == ("Soon.", "מיד")
        await do("g z enter", "the words that were not sent are kept")
        await do("enter enter", "as it was written")
        await do("enter", "tell 2 customers")
        await do("down down enter", "tell 1 customer", "taken out: Enter puts it back")
        await do("enter", "1 customer is told")
        await desk.pass_until(desk.time.now() + 10 * MS)
        assert _kept(desk) == []
        await do("g z enter", "1 told, 2 not", "Soon.")
        await do('enter "Late." enter enter enter', "customers are told", "takes it back")
        await do("ctrl+r g z enter", "put away what was not sent")
        await do("down enter", "the words that were not sent are gone")
        assert _kept(desk) == []
        await do("g z enter", "1 told, 2 not")
        await do("down enter", "no longer of Internet down")
        await do("g z", "It may be one of these", "they say Internet")


def _kept(desk: HeadlessDesk) -> list[UpdateIncident]:
    unsent = desk.app.workbench.desk.unsent
    return [entry.order for entry in unsent if isinstance(entry.order, UpdateIncident)]
