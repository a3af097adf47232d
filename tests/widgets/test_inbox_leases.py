"""Whose case it is now, in the rows of the inbox: a colleague's is named, one's own is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.domain.model import Lease
from agent_tui.language.catalogue import Catalogue
from tests.widgets.picture import Picture, picture
from tests.widgets.running import Running, running
from tests.widgets.shop import NOW, Shop

__all__ = ["picture"]


class HandledShop(Shop):
    """Avi has Dana's case and Omar's, Noa one of her own."""

    def __init__(self) -> None:
        super().__init__()
        for name, agent in (("Dana", "avi"), ("Omar", "avi"), ("Ruth", self.me.id)):
            self.handled(name, Lease(agent, "d9", 50, NOW))

    def handled(self, name: str, lease: Lease | None) -> None:
        row = next(row for row in self.rows.values() if row.name.raw.startswith(name))
        self.rows[row.id] = replace(row, lease=lease)

    def told(self, name: str, lease: Lease | None) -> None:
        self.handled(name, lease)
        self.changes(next(row for row in self.rows.values() if row.name.raw.startswith(name)))


def lines_of(desk: Running, name: str) -> tuple[str, str]:
    """The line of a name in the inbox, and the one below."""
    width = desk.app.desk_screen.inbox.size.width
    screen = [line[:width] for line in desk.screen]
    at = next(place for place, line in enumerate(screen) if name in line)
    return screen[at], screen[at + 1]


async def test_a_colleagues_case_says_so_and_ones_own_does_not() -> None:
    shop = HandledShop()
    async with running(shop) as desk:
        assert "@" in lines_of(desk, "Dana Levi")[0] and "Avi has it ·" in lines_of(desk, "Dana Levi")[1]
        assert "@" not in lines_of(desk, "Ruth Klein")[0] and "has it" not in lines_of(desk, "Ruth Klein")[1]
        shop.told("Dana", None)
        await desk.rest()
        assert "@" not in lines_of(desk, "Dana Levi")[0] and "has it" not in lines_of(desk, "Dana Levi")[1]
        shop.told("Ruth", Lease("avi", "d9", 60, NOW))
        await desk.rest()
        assert "Avi has it ·" in lines_of(desk, "Ruth Klein")[1]


async def test_nothing_stands_between_a_colleague_and_nothing_said() -> None:
    shop = HandledShop()
    row = next(row for row in shop.rows.values() if row.name.raw.startswith("Dana"))
    shop.rows[row.id] = replace(row, preview=type(row.preview)(""), subject=type(row.subject)(""))
    async with running(shop) as desk:
        assert "Avi has it" in lines_of(desk, "Dana Levi")[1] and "·" not in lines_of(desk, "Dana Levi")[1]


async def test_a_narrow_row_names_them_where_there_is_room_and_else_has_their_sign() -> None:
    shop = HandledShop()
    shop.handled("Avner", Lease("avi", "d9", 50, NOW))
    long = next(row for row in shop.rows.values() if row.name.raw.startswith("Avner"))
    shop.rows[long.id] = replace(long, name=type(long.name)("Avner and Daughters Ltd"))
    async with running(shop, size=(80, 24)) as desk:
        assert "@Avi" in lines_of(desk, "Dana Levi")[0]
        assert "Avner" in desk.text
        assert "@" in lines_of(desk, "Avner")[0] and "@Avi" not in lines_of(desk, "Avner")[0]
        assert "@" not in lines_of(desk, "Ruth Klein")[0]


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
@pytest.mark.parametrize("language", [None, Catalogue("he")], ids=["en", "he"])
async def test_how_it_looks(size: tuple[int, int], language: Catalogue | None, picture: Picture) -> None:
    async with running(HandledShop(), size=size, language=language) as desk:
        await desk.press("j")
        picture(desk)
