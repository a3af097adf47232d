"""The inbox as an agent uses it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from textual import events

from agent_tui.domain.queries import Page, Query, RowsQuery
from agent_tui.domain.text import CustomerText
from agent_tui.widgets.inbox.inbox_list import MOST_STRIPS
from tests.widgets.running import Running, desk_app, running
from tests.widgets.shop import Shop, many_rows, sketch_rows


def under_cursor(desk: Running) -> str | None:
    key = desk.app.desk_screen.inbox.key
    row = desk.workbench.desk.row(key) if key is not None else None
    return row.name.raw if row is not None else None


def marked_lines(desk: Running) -> list[str]:
    return [line[:30].rstrip() for line in desk.screen if line.startswith("▌")]


async def test_groups_say_who_waits_for_whom_and_how_many() -> None:
    async with running() as desk:
        for name, count in (("NEEDS ME", 6), ("WAITING FOR THE CUSTOMER", 3), ("LATER", 2), ("MY TEAM, unassigned", 2)):
            line = next(line for line in desk.screen if line.startswith(f" {name}"))
            assert line[:38].split()[-1] == str(count)


async def test_an_order_that_changed_names_the_key_that_takes_it() -> None:
    async with running(size=(100, 30)) as desk:
        await desk.press("j", "j")
        row = sketch_rows()[0]
        desk.shop.changes(replace(row, stage="customer", sort_at=row.sort_at + 1))
        await desk.rest()
        assert "NEEDS ME  Home sorts" in desk.screen[2]
        await desk.press("enter")
        assert "NEEDS ME  Esc sorts" in desk.screen[2]
        await desk.press("escape")
        assert "sorts" not in desk.screen[2]


async def test_rows_that_are_due_in_another_order_stay_until_the_key_that_sorts() -> None:
    async with running(Shop(many_rows(6)), size=(100, 30)) as desk:
        await desk.press("j", "j", "j")
        before = desk.screen[3:15]
        last, second = desk.shop.rows["c5"], desk.shop.rows["c1"]
        desk.shop.changes(replace(last, sort_at=-1))
        desk.shop.changes(replace(second, sort_at=99))
        await desk.rest()
        assert "NEEDS ME  Home sorts" in desk.screen[2]
        assert [line[:20] for line in desk.screen[3:15]] == [line[:20] for line in before]
        await desk.press("home")
        assert "sorts" not in desk.screen[2]
        names = [line[4:20].strip() for line in desk.screen if " Customer " in line[:14]]
        assert names == [f"Customer {n}" for n in (5, 0, 2, 3, 4, 1)]


async def test_the_mark_stands_in_the_last_line_where_its_own_is_scrolled_away() -> None:
    async with running(Shop(many_rows(60)), size=(80, 24)) as desk:
        await desk.press("end")
        assert "order changed" not in desk.screen[-1]
        desk.shop.changes(replace(desk.shop.rows["c50"], sort_at=-1))
        await desk.rest()
        assert " order changed · Home sorts  " in desk.screen[-1]
        desk.shop.changes(replace(desk.shop.rows["c50"], id="new", number=77, sort_at=-2))
        await desk.rest()
        assert " order changed · Home: +1  " in desk.screen[-1]
        await desk.press("home")
        assert "order changed" not in desk.screen[-1]
        assert "Customer 50" in desk.screen[3]


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_new_rows_above_the_cursor_are_counted_until_they_are_shown(size: tuple[int, int]) -> None:
    async with running(size=size) as desk:
        await desk.press("j", "j", "enter")
        first = sketch_rows()[0]
        for number in (1, 2):
            desk.shop.changes(replace(first, id=f"new{number}", number=number, sort_at=number, name=CustomerText("Nu")))
        await desk.rest()
        assert "NEEDS ME  Esc: +2 " in desk.screen[2]
        assert "Nu" not in [line[4:6] for line in desk.screen]
        await desk.press("escape")
        assert "+" not in desk.screen[2]
        assert [line[4:6] for line in desk.screen].count("Nu") == 2


async def test_the_cursor_moves_over_rows_and_never_stands_on_a_group() -> None:
    async with running() as desk:
        seen = [under_cursor(desk)]
        for _ in range(6):
            await desk.press("j")
            seen.append(under_cursor(desk))
        assert seen[:3] == ["Dana Levi", "Omar Haddad", "Ruth Klein"]
        assert seen[-1] == "Lea Mor"  # the group's name between was passed over
        await desk.press("k")
        assert under_cursor(desk) == "Miri Azulay"
        await desk.press("end")
        assert under_cursor(desk) == "Noam Bar"
        await desk.press("home", "up")
        assert under_cursor(desk) == "Dana Levi"
        assert len(marked_lines(desk)) == 2  # one row, two lines


async def test_the_cursor_stays_on_its_case_when_a_new_one_comes_above() -> None:
    async with running() as desk:
        await desk.press("j", "j")
        before = marked_lines(desk)
        new = replace(sketch_rows()[0], id="c9", number=9, name=CustomerText("New One"), sort_at=0)
        desk.shop.changes(new)
        await desk.rest()
        assert under_cursor(desk) == "Ruth Klein"
        assert marked_lines(desk) == before
        place = next(y for y, line in enumerate(desk.screen) if line.startswith("▌"))
        await desk.press("home")
        assert under_cursor(desk) == "New One"
        assert place > 0


async def test_enter_opens_and_moving_opens_nothing() -> None:
    async with running() as desk:
        await desk.press("j")
        assert desk.workbench.desk.open_case is None
        await desk.press("enter")
        open_case = desk.workbench.desk.open_case
        assert open_case is not None and open_case.key.case == "c4472"
        assert [order.name for order in desk.shop.orders] == ["mark-read"]
        await desk.press("escape", "escape")
        assert desk.workbench.desk.open_case is None


async def test_a_countdown_repaints_its_cells_only() -> None:
    async with running() as desk:
        inbox = desk.app.desk_screen.inbox
        before = desk.screen
        await desk.wait(60)
        after = desk.screen
        changed = {
            x
            for old, new in zip(before, after, strict=True)
            for x, (a, b) in enumerate(zip(old, new, strict=True))
            if a != b
        }
        assert changed and all(30 <= x < 38 or x > 112 for x in changed)  # the countdowns, and the header's clock
        assert inbox.size.width == 38


async def test_nothing_is_due_while_no_text_changes() -> None:
    rows = [replace(row, clock=None, last_at=0, snoozed=None) for row in sketch_rows()]
    async with running(Shop(rows)) as desk:
        assert desk.time.next_due() == desk.time.now() // 60_000 * 60_000 + 60_000  # the header's minute


async def test_a_hundred_thousand_rows_cost_one_screen_of_lines() -> None:
    async with running(Shop(many_rows(100_000)), size=(80, 24)) as desk:
        inbox = desk.app.desk_screen.inbox
        assert len(list(inbox.query("*"))) == 0
        await desk.press("end")
        await desk.rest()
        assert under_cursor(desk) == "Customer 99999"
        await desk.press("pageup", "pageup", "j")
        assert len(inbox._strips) <= MOST_STRIPS
        await desk.press("home")
        assert under_cursor(desk) == "Customer 0"


async def test_a_row_that_has_not_come_is_drawn_as_dots() -> None:
    shop = Shop(many_rows(5_000))
    async with running(shop, size=(80, 24)) as desk:
        shop.answering.clear()
        await desk.pilot.press("end")
        await desk.pilot.pause()
        assert "·· ···" in desk.text
        shop.answering.set()
        await desk.rest()
        assert "Customer 4999" in desk.text and "·· ···" not in desk.text


async def test_hostile_names_are_only_text() -> None:
    rows = sketch_rows()
    rows[0] = replace(
        rows[0], name=CustomerText("\x1b]0;owned\x07[@click=app.quit]x[/]"), preview=CustomerText("[/nope]")
    )
    async with running(Shop(rows)) as desk:
        assert "\x1b" not in desk.text and "\x07" not in desk.text
        assert "[/nope]" in desk.text


async def test_a_click_moves_the_cursor_and_a_second_opens() -> None:
    async with running() as desk:
        await desk.pilot.click("InboxList", offset=(10, 3))
        await desk.rest()
        assert under_cursor(desk) == "Omar Haddad"
        await desk.pilot.click("InboxList", offset=(10, 3))
        await desk.rest()
        assert desk.workbench.desk.open_case is not None


async def test_while_the_answer_is_on_its_way_nothing_is_claimed() -> None:
    async with running() as desk:
        desk.shop.answering.clear()
        await desk.pilot.press("3")
        await desk.pilot.pause()
        assert "Nothing" not in desk.text
        desk.shop.answering.set()
        await desk.rest()
        assert "Sara Katz" in desk.text


async def test_an_empty_view_says_so() -> None:
    async with running(Shop([])) as desk:
        assert "Nothing waits here." in desk.text


class SlowAtTheTop(Shop):
    """Answers for the section on top only when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.top = asyncio.Event()

    async def query(self, query: Query) -> Page:
        if isinstance(query, RowsQuery) and query.section.stage == "us" and query.section.scope == "mine":
            await self.top.wait()
        return await super().query(query)


async def test_the_cursor_begins_on_the_top_row_whichever_section_came_first() -> None:
    shop = SlowAtTheTop()
    app, workbench, _ = desk_app(shop)
    async with app.run_test(size=(120, 40)) as pilot:
        work = asyncio.create_task(workbench.run())
        inbox = app.desk_screen.inbox
        while inbox.key is None:
            await pilot.pause()
            app.flush()
        shop.top.set()
        while workbench.busy():
            await pilot.pause()
        app.flush()
        await pilot.pause()
        assert inbox.key is not None
        row = workbench.desk.row(inbox.key)
        assert row is not None and row.name.raw == "Dana Levi"
        await workbench.stop()
        await work


async def test_what_the_wheel_shows_stays_when_another_case_changes() -> None:
    shop = Shop(many_rows(60))
    async with running(shop, size=(100, 20)) as desk:
        inbox = desk.app.desk_screen.inbox
        for _ in range(8):
            inbox.post_message(events.MouseScrollDown(None, 5, 5, 0, 0, 0, False, False, False, 5, 5))
        await desk.rest()
        assert marked_lines(desk) == [] and "Customer 30" in desk.text
        shop.changes(replace(shop.rows["c40"], stage="customer"))
        await desk.wait(1)
        assert marked_lines(desk) == [] and "Customer 30" in desk.text
        await desk.pilot.resize_terminal(120, 20)
        await desk.rest()
        assert marked_lines(desk), "where rows are as high as they were not, the cursor leads"
        await desk.press("j")
        assert under_cursor(desk) == "Customer 1"


async def test_a_narrow_header_names_the_one_channel_whole() -> None:
    async with running(size=(80, 24)) as desk:
        await desk.press("colon", *"view", "minus", *"channel", "space", *"whatsapp", "enter")
        assert " WhatsApp " in desk.screen[0] and "…" not in desk.screen[0]


async def test_the_next_that_waits_is_found_where_the_view_does_not_show_what_is_mine() -> None:
    async with running() as desk:
        await desk.press("g", "t")
        assert "Dana Levi" not in desk.text
        await desk.press("ctrl+n")
        assert desk.app.desk_screen.case.timeline.has_focus and "Dana Levi" in desk.text
        await desk.press("ctrl+n")
        assert "Omar Haddad" in desk.text, "the next one after it"
        await desk.press("d")
        assert "Omar Haddad is done" in desk.text and "Dana Levi" in desk.text


async def test_a_server_that_does_not_say_what_is_mine_is_not_waited_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running() as desk:
        await desk.press("g", "t")
        monkeypatch.setattr(desk.workbench, "inquire", lambda *question: None)
        await desk.press("ctrl+n", "enter", *"abc")
        assert not desk.app.desk_screen.case.timeline.has_focus, "keys wait for it"
        await desk.wait(2)
        assert "Beit Hanan" in desk.text, "what the view shows of nobody's"
        assert desk.app.desk_screen.case.composer.writing.draft.body == "abc"
