"""The wallboard on the desk: the figures in their columns, asked for anew while they are shown, and nothing hidden
acts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.backends.base import BackendDown, Connected
from agent_tui.domain.language import Language
from agent_tui.domain.queries import Page, Query, WallboardPage, WallboardQuery
from agent_tui.domain.time import HOUR_MS, MINUTE_MS, MS
from agent_tui.domain.wallboard import SLOTS, WINDOW_MS, AgentStates, Board, HourSlot, QueueBoard
from agent_tui.domain.wallboard_figures import bottleneck
from agent_tui.language.catalogue import Catalogue
from tests.widgets.picture import Picture, picture
from tests.widgets.running import Running, running
from tests.widgets.shop import NOW, Shop

__all__ = ["picture"]  # a fixture


def _queue(id: str, title: str, waiting: int, wave: str, promised: int, late: int) -> QueueBoard:
    """`wave`: how many waited in each of the last hours, by digits."""
    hours = [HourSlot()] * (SLOTS - len(wave)) + [
        HourSlot(int(digit), 9 - at % 3, late * (at % 4)) if digit != " " else HourSlot(0)
        for at, digit in enumerate(wave)
    ]
    hours[-1] = replace(hours[-1], waiting=waiting)
    return QueueBoard(
        id,
        title,
        waiting,
        NOW - waiting * 95 * MS * waiting if waiting else None,
        sum(hour.met for hour in hours),
        sum(hour.late for hour in hours),
        promised,
        sum(hour.met for hour in hours) if promised else 0,
        sum(hour.late for hour in hours) if promised else 0,
        len(wave) * 3,
        len(wave) * 3 * (250 + 700 * late) * MS,
        len(wave) * 4,
        len(wave) * 3 - late,
        tuple(hours),
    )


QUEUES = (
    _queue("chats", "Chats", 9, "112235445334", 80, 1),
    _queue("mails", "Mail", 34, "9888777888899999888877 9", 90, 0),
    _queue("vip", "Key accounts of the shop", 0, "000010", 0, 0),
    _queue("night", "Night", 1, "0 00 1 0 0 01", 95, 3),
)
STATES = AgentStates(5, 3, (("break", 2), ("meal", 1), ("not-ready", 1)), 1)


def board(queues: tuple[QueueBoard, ...] = QUEUES, states: AgentStates = STATES) -> Board:
    met, late = sum(queue.met for queue in queues), sum(queue.late for queue in queues)
    hours = tuple(
        HourSlot(sum(slot.waiting or 0 for slot in at), sum(s.met for s in at), sum(s.late for s in at))
        for at in zip(*(queue.hours for queue in queues), strict=True)
    )
    whole = QueueBoard(
        "",
        "",
        sum(queue.waiting for queue in queues),
        min((queue.oldest for queue in queues if queue.oldest is not None), default=None),
        met,
        late,
        95,
        sum(queue.aimed_met for queue in queues),
        sum(queue.aimed_late for queue in queues),
        sum(queue.handled for queue in queues),
        sum(queue.handling for queue in queues),
        sum(queue.solved for queue in queues),
        sum(queue.at_once for queue in queues),
        hours,
    )
    return Board(NOW, NOW - WINDOW_MS, queues, whole, states, bottleneck(queues))


class Watched(Shop):
    """A hub that tells how its queues do."""

    def __init__(self, told: Board | None = None) -> None:
        super().__init__()
        self.capabilities = replace(self.capabilities, wallboard=True)
        self.happens(Connected(self.me, self.capabilities, self.seq, False))
        self.told = told or board()
        self.asked = 0
        self.silent = False

    async def query(self, query: Query) -> Page:
        if isinstance(query, WallboardQuery):
            self.asked += 1
            if self.silent:
                raise BackendDown
            return WallboardPage(self.told, self.seq)
        return await super().query(query)


async def _open(desk: Running) -> None:
    await desk.press("g", "b")
    await desk.rest()


def _row(desk: Running, name: str) -> str:
    return next(line for line in desk.screen if name in line)


async def test_each_queue_has_its_figures_in_their_columns() -> None:
    async with running(Watched(), size=(80, 24)) as desk:
        await _open(desk)
        head, chats = _row(desk, "QUEUES"), _row(desk, "Chats")
        for heading, figure in (("waiting", "9"), ("longest", "2h08"), ("in time", "84%"), ("goal", "80%")):
            end = head.index(heading) + len(heading)
            assert chats[:end].endswith(figure), (heading, chats)
        assert "as of" in _row(desk, "Wallboard")
        assert "5 ready · 3 busy · 2 on a break · 1 at a meal · 1 not ready" in desk.text
        assert "Mail: 34 wait, 34 more than an hour ago" in desk.text
        assert all(len(line) == 80 for line in desk.screen)


async def test_what_is_under_its_goal_has_a_sign() -> None:
    async with running(Watched()) as desk:
        await _open(desk)
        assert "!62%" in _row(desk, "Night")
        assert "!" not in _row(desk, "Mail")
        assert "!" not in _row(desk, "Key accounts")


async def test_it_is_asked_for_anew_while_it_is_shown_and_no_longer() -> None:
    shop = Watched()
    async with running(shop) as desk:
        await _open(desk)
        assert shop.asked == 1
        await desk.wait(9)
        assert shop.asked == 1
        shop.told = replace(shop.told, queues=(replace(QUEUES[0], waiting=77), *QUEUES[1:]))
        await desk.wait(1)
        assert shop.asked == 2
        assert "77" in _row(desk, "Chats")
        await desk.press("escape")
        assert "QUEUES" not in desk.text
        assert desk.app.desk_screen.inbox.has_focus
        await desk.wait(60)
        assert shop.asked == 2


async def test_nothing_is_drawn_again_where_nothing_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Watched()
    async with running(shop) as desk:
        await _open(desk)
        drawn = []
        wallboard = desk.app.desk_screen.board
        assert wallboard is not None
        monkeypatch.setattr(wallboard, "refresh", lambda *regions: drawn.extend(regions))
        await desk.wait(30)
        assert shop.asked == 4
        assert drawn == []
        shop.told = replace(shop.told, agents=AgentStates(9))
        await desk.wait(10)
        assert [region.height for region in drawn] == [1]


async def test_what_is_typed_narrows_it_and_acts_on_nothing() -> None:
    shop = Watched()
    async with running(shop) as desk:
        orders = len(shop.orders)
        await _open(desk)
        await desk.press(*"mail")
        assert "Chats" not in desk.text
        assert "Mail" in desk.text
        assert "all together" in desk.text
        await desk.press("enter")
        assert "QUEUES" not in desk.text
        assert len(shop.orders) == orders


async def test_while_the_server_is_silent_the_last_figures_stay_with_their_time() -> None:
    shop = Watched()
    async with running(shop) as desk:
        await _open(desk)
        before = _row(desk, "Wallboard")
        shop.silent = True
        await desk.wait(20)
        assert shop.asked == 3
        assert _row(desk, "Wallboard") == before
        shop.silent = False
        shop.told = replace(shop.told, now=NOW + HOUR_MS, since=shop.told.since + HOUR_MS)
        await desk.wait(10)
        assert _row(desk, "Wallboard") != before


async def test_more_queues_than_lines_say_so() -> None:
    many = tuple(replace(QUEUES[0], id=f"q{n}", title=f"Queue {n}") for n in range(30))
    async with running(Watched(board(many)), size=(80, 24)) as desk:
        await _open(desk)
        assert "22 more: type a name" in desk.text
        assert "all together" in desk.text
        assert "BOTTLENECK" in desk.text
        await desk.press("2", "9")
        assert "Queue 29" in desk.text


async def test_a_shorter_past_is_said() -> None:
    async with running(Watched(replace(board(), since=NOW - 90 * MINUTE_MS))) as desk:
        await _open(desk)
        assert "since" in _row(desk, "Wallboard")
        assert "24 hours" not in desk.text


async def test_a_server_that_tells_nothing_of_it() -> None:
    async with running() as desk:
        await _open(desk)
        assert "no server here tells how its queues do" in desk.text


async def _says(desk: Running, words: str) -> None:
    await desk.press("colon", *("space" if letter == " " else letter for letter in words), "enter")


async def test_it_is_written_into_a_new_file_and_over_none(tmp_path: Path) -> None:
    shop = Watched()
    async with running(shop) as desk:
        path = tmp_path / "board.csv"
        await _says(desk, "wallboard json")
        assert "say into which file" in desk.text
        await _says(desk, f"wallboard csv {path}")
        assert path.read_text().splitlines()[1].startswith("chats,Chats,9,")
        assert path.stat().st_mode & 0o777 == 0o600
        assert "written into" in desk.text
        before = path.read_text()
        await _says(desk, f"wallboard json {path}")
        assert path.read_text() == before
        assert "name a new file: " in desk.text


@pytest.mark.parametrize("language", [None, Catalogue("he")], ids=["en", "he"])
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 20)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_how_it_looks(size: tuple[int, int], language: Language | None, picture: Picture) -> None:
    async with running(Watched(), size=size, language=language) as desk:
        await _open(desk)
        picture(desk)
