"""A clock that is nearly due or late calls its agent: once a case and minute, and many at once with one line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.domain.events import ClockChange, ClockTurned, Event
from agent_tui.domain.model import CaseRow, Metric
from agent_tui.domain.queues import QueueSetup
from agent_tui.domain.time import MINUTE_MS, MS, Ms
from tests.widgets.running import Running, running
from tests.widgets.shop import NOW, RUTI, Shop, many_rows

SOON: Ms = NOW + 7 * MINUTE_MS + 30 * MS


def turn(
    shop: Shop,
    row: CaseRow,
    change: ClockChange = "warned",
    metric: Metric = "first",
    due: Ms = SOON,
    detail: str = "75%",
) -> None:
    """Something became of a clock of a case."""
    shop.seq += 1
    row = shop.rows[row.id] = replace(row, version=shop.seq)
    body = ClockTurned(change, metric, NOW - MINUTE_MS, due, detail=detail)
    shop.happens(Event(shop.seq, shop.seq - 1, NOW, NOW, body, row.id, "", row))


async def told(desk: Running) -> None:
    """It came, and was gathered."""
    await desk.rest()
    await desk.wait(1)


def belled(desk: Running, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is written to call the agent, from now on."""
    written: list[str] = []
    monkeypatch.setattr(desk.app.notifier, "_write", written.append)
    return written


async def test_a_warning_on_my_case_is_a_line_and_a_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as desk:
        bells = belled(desk, monkeypatch)
        turn(desk.shop, desk.shop.rows["c4473"])
        await told(desk)
        assert "Ruth Klein: first response due in 7m" in desk.text
        assert bells == ["\a"]
        await desk.wait(8 * 60)
        turn(desk.shop, desk.shop.rows["c4473"], "breached")
        await told(desk)
        assert "Ruth Klein: first response is late" in desk.text
        assert bells == ["\a", "\a"]


async def test_the_case_before_my_eyes_has_its_line_and_rings_no_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as desk:
        await desk.press("enter")
        bells = belled(desk, monkeypatch)
        turn(desk.shop, desk.shop.rows["c4471"], "breached", "next")
        await told(desk)
        assert "Dana Levi: next response is late" in desk.text
        assert bells == []


async def test_a_case_calls_once_a_minute_and_with_the_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as desk:
        bells = belled(desk, monkeypatch)
        row = desk.shop.rows["c4473"]
        turn(desk.shop, row)
        turn(desk.shop, row, "breached", "total")
        turn(desk.shop, row)
        await told(desk)
        assert "Ruth Klein: resolution is late" in desk.text
        await desk.wait(30)
        turn(desk.shop, row)
        await told(desk)
        assert "due in" not in desk.text
        assert bells == ["\a"]
        await desk.wait(30)
        turn(desk.shop, row)
        await told(desk)
        assert "Ruth Klein: first response due in 6m" in desk.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (["warned"] * 200, "200 clocks nearly due"),
        (["breached"] * 12, "12 clocks late"),
        (["breached"] * 3 + ["warned"] * 4, "3 clocks late, 4 nearly due"),
        (["warned"] * 2, "Customer 1: first response due in 7m  and 1 more"),
    ],
)
async def test_many_at_once_are_one_line_and_one_bell(
    changes: list[ClockChange], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(Shop(many_rows(len(changes)))) as desk:
        bells = belled(desk, monkeypatch)
        for change, row in zip(changes, tuple(desk.shop.rows.values()), strict=True):
            turn(desk.shop, row, change)
            if row.number % 50 == 0:
                await desk.rest()  # they do not all come in one turn of the loop
        await told(desk)
        assert words in desk.text
        assert bells == ["\a"]


@pytest.mark.parametrize(
    ("owner", "metric", "change", "calls"),
    [
        ("avi", "first", "warned", False),
        ("", "first", "breached", False),
        ("", "call", "warned", True),
        ("noa", "first", "measured", False),
        ("noa", "first", "excused", False),
    ],
)
async def test_whose_clocks_call(owner: str, metric: Metric, change: ClockChange, calls: bool) -> None:
    async with running() as desk:
        turn(desk.shop, replace(desk.shop.rows["c4473"], owner=owner), change, metric)
        await told(desk)
        assert ("Ruth Klein" in desk.screen[-2]) == calls


@pytest.mark.parametrize("mine", [True, False])
async def test_a_caller_in_a_queue_calls_those_who_work_it(mine: bool) -> None:
    async with running() as desk:
        state = desk.workbench.desk.backends["hub"]
        queue = QueueSetup("calls", agents=("noa",) if mine else ("avi",))
        state.directory = replace(state.directory, queues=(queue,))
        turn(desk.shop, replace(desk.shop.rows["c4473"], owner=""), "warned", "notice")
        await told(desk)
        assert ("notice of the wait due in 7m" in desk.text) == mine


async def test_a_warning_that_comes_after_it_was_due_is_not_told() -> None:
    async with running() as desk:
        turn(desk.shop, desk.shop.rows["c4473"], due=NOW)
        await told(desk)
        assert "Ruth Klein:" not in desk.screen[-2]


@pytest.mark.parametrize(
    ("detail", "due", "said"),
    [
        ("tell agent:noa", SOON, "look at Ruth Klein: first response due in 7m"),
        ("add team:billing", NOW - 1, "look at Ruth Klein: first response is late"),
        ("tell agent:avi", SOON, ""),
        ("tell team:support", SOON, ""),
        ("tell supervisors", SOON, ""),
        ("tell bosses", SOON, ""),
        ("reassign agent:noa", SOON, ""),
    ],
)
async def test_who_is_told_of_a_colleagues_case_hears_of_it(detail: str, due: Ms, said: str) -> None:
    async with running() as desk:
        row = replace(desk.shop.rows["c4473"], owner="avi")
        turn(desk.shop, row, "step", due=due, detail=detail)
        await told(desk)
        assert ("look at Ruth Klein" in desk.text) == bool(said)
        assert said in desk.text


async def test_supervisors_are_told_and_nobody_of_their_own_case() -> None:
    async with running(Shop(me=RUTI)) as desk:
        row = desk.shop.rows["c4473"]
        turn(desk.shop, replace(row, owner="ruti"), "step", detail="tell supervisors")
        await told(desk)
        assert "look at Ruth Klein" not in desk.text
        turn(desk.shop, replace(row, owner="avi"), "step", detail="tell supervisors")
        await told(desk)
        assert "look at Ruth Klein" in desk.text


async def test_a_reminder_that_could_not_go_by_itself_is_asked_of_its_agent() -> None:
    async with running() as desk:
        row = desk.shop.rows["c4473"]
        for detail, owner in (("sent 1", "noa"), ("told 1", "avi")):
            turn(desk.shop, replace(row, owner=owner), "reminder", detail=detail)
        await told(desk)
        assert "silent" not in desk.text
        turn(desk.shop, replace(row, owner="noa"), "reminder", detail="told 1")
        await told(desk)
        assert "Ruth Klein is silent: remind them" in desk.text
        turn(desk.shop, replace(row, owner="noa"), "reminder", detail="draft 2")
        await told(desk)
        assert "Ruth Klein is silent: a reminder is in your draft" in desk.text


async def test_where_people_talk_live_the_seconds_are_told() -> None:
    async with running() as desk:
        turn(desk.shop, desk.shop.rows["c4472"], due=desk.time.now() + 17 * MS)
        await told(desk)
        assert "Omar Haddad: first response due in 0:1" in desk.text
