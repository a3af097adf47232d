"""Rows count whatever a policy promises, and look nearly due from the instant that their server says."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from agent_tui.domain.language import Language
from agent_tui.domain.model import CaseRow, Clock, Metric, Stage
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import HOUR_MS, MINUTE_MS, MS
from agent_tui.language.catalogue import Catalogue
from tests.widgets.picture import Picture, picture
from tests.widgets.running import Running, running
from tests.widgets.shop import NOW, Shop, sketch_rows
from tests.widgets.talk import case_column

__all__ = ["picture"]  # a fixture

WARN = NOW + 7 * MINUTE_MS + 17 * MS
FIRST = Clock("first", NOW - HOUR_MS, NOW + 30 * MINUTE_MS + 20 * MS, warn=WARN)


def row(number: int, clock: Clock, stage: Stage = "us") -> CaseRow:
    """A case of mine with this clock."""
    base = replace(sketch_rows()[2], id=f"c{number}", number=number, sort_at=number, unread=0, clock=clock)
    return replace(base, stage=stage, name=CustomerText(f"Case {number}"))


def every_kind() -> list[CaseRow]:
    """A row for each metric, and some that rest, warn, are late or reckoned here."""
    begun = NOW - HOUR_MS
    metrics = [
        row(n, Clock(metric, begun, NOW + (3 + 17 * n) * MINUTE_MS)) for n, metric in enumerate(get_args(Metric))
    ]
    return [
        *metrics,
        row(20, Clock("next", begun, 0, "paused", left=12 * MINUTE_MS)),
        row(21, Clock("solve", begun, 0, "paused", left=9 * HOUR_MS + 59 * MINUTE_MS)),
        row(22, Clock("total", begun, NOW + 3 * HOUR_MS, warn=NOW)),
        row(23, Clock("first", begun, NOW - 3 * MINUTE_MS, "breached", estimated=True)),
        row(24, Clock("total", begun, NOW + 5 * HOUR_MS, warn=NOW + HOUR_MS), "customer"),
    ]


@pytest.mark.parametrize("language", [None, Catalogue("he")], ids=["en", "he"])
@pytest.mark.parametrize("size", [(80, 24), (120, 50)], ids=["small", "wide"])
async def test_how_every_clock_looks(size: tuple[int, int], language: Language | None, picture: Picture) -> None:
    async with running(Shop(every_kind()), size, language=language) as desk:
        picture(desk)


def warns(desk: Running) -> bool:
    """Whether the time of the first row is in the colour of what is nearly due."""
    warning = desk.app.desk_screen.inbox.paint["warning"].color
    strip = desk.app.screen._compositor.render_strips()[3]
    return any(segment.style is not None and segment.style.color == warning for segment in strip)


async def test_a_row_warns_from_the_instant_that_its_server_says() -> None:
    async with running(Shop([row(1, FIRST)])) as desk:
        await desk.wait((WARN - desk.time.now()) / MS - 0.001)
        assert "23m" in desk.screen[3] and not warns(desk)
        await desk.wait(0.001)
        assert "23m" in desk.screen[3] and warns(desk)


async def test_a_snoozed_row_tells_when_it_wakes_until_a_promise_is_nearly_due_before() -> None:
    sleeps = replace(row(1, FIRST, "later"), snoozed=NOW + 2 * HOUR_MS)

    def line(desk: Running) -> str:
        return " ".join(next(line for line in desk.screen if "Case 1" in line)[:39].split())

    async with running(Shop([sleeps])) as desk:
        await desk.wait((WARN - desk.time.now()) / MS - 0.001)
        assert line(desk).endswith("Case 1 II 11:41 │")
        await desk.wait(0.001)
        assert line(desk).endswith("Case 1 first 23m │")
        await desk.wait(25 * 60)
        assert line(desk).endswith("Case 1 first -1m! │")


async def test_the_head_of_a_case_warns_at_the_same_instant_and_names_when_it_is_due() -> None:
    def head(desk: Running) -> str:
        return case_column(desk)[1]

    async with running(Shop([row(1, FIRST)])) as desk:
        await desk.press("enter")
        assert "30 min left: first response, due 10:11" in head(desk)
        assert desk.app.desk_screen.case.head.tick(WARN - 1) == WARN
        warning = desk.app.desk_screen.inbox.paint["warning"].color

        def loud() -> bool:
            strip = desk.app.screen._compositor.render_strips()[3]
            return any(s.style is not None and s.style.color == warning and "min left" in s.text for s in strip)

        await desk.wait((WARN - desk.time.now()) / MS - 0.001)
        assert not loud()
        await desk.wait(0.001)
        assert loud()


async def test_a_clock_that_rests_or_runs_while_we_wait_is_told_in_the_head() -> None:
    rests = Clock("next", NOW - HOUR_MS, 0, "paused", left=12 * MINUTE_MS)
    runs = Clock("total", NOW - HOUR_MS, NOW + 2 * HOUR_MS, warn=NOW + HOUR_MS)
    async with running(Shop([row(1, rests), row(2, runs, "customer")])) as desk:
        await desk.press("enter")
        assert "II 12 min left: next response, the clock rests" in case_column(desk)[1]
        await desk.press("e")
        assert "clock rests with 12 min left: next response, since 08:41" in desk.text
        await desk.press("escape", "j", "enter")
        assert "1 h 59 left: resolution, due 11:41 · waits for" in case_column(desk)[1]
