"""Clocks by policy on a desk with a real hub: warned, late, explained, and closed with a reason."""

from __future__ import annotations

from pathlib import Path

from agent_tui.config.sla_source import load_sla
from agent_tui.domain.queries import ClocksPage, ClocksQuery
from tests.hub.fakes import mail
from tests.widgets.shop import NOW
from tests.widgets.test_joining import House, house

RULES = """
[[policy]]
name = "all"
first_response = { within = "40m" }
total_resolution = { within = "8h", pauses = ["snoozed"] }
"""


async def governed(desk: House, folder: Path) -> None:
    """The hub goes by `RULES`, and a customer of mine writes."""
    path = folder / "sla.toml"
    path.write_text(RULES, encoding="utf-8")
    await desk.site.workspace.govern(load_sla(path, folder))
    await desk.hears(mail("<1@x>", "hello", name="Dana Levi", address="dana@example.com", at=NOW))


def words(desk: House) -> str:
    """The screen, with lines that were broken in one piece."""
    return " ".join(" ".join(line.strip(" ▌") for line in desk.text.split("\n")).split())


async def test_a_row_counts_warns_and_is_late_by_the_hubs_rules(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await governed(desk, tmp_path)
        assert "Dana Levi            first    39m" in desk.text
        await desk.wait(30 * 60)
        assert "Dana Levi: first response due in" in desk.text
        await desk.wait(11 * 60)
        assert "Dana Levi: first response is late" in desk.text
        assert "-1m!" in desk.text


async def test_what_was_late_is_explained_and_asked_about(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await governed(desk, tmp_path)
        await desk.wait(43 * 60)
        ((key, _, _),) = desk.workbench.desk.inbox.rows()
        await desk.press("enter", "e")
        assert "late 3 min first response, 40 min, every hour counts; since 09:41; late since 10:21" in words(desk)
        assert "by 3 min; policy all; nobody has said why" in words(desk)
        await desk.press("escape")
        assert "10:21      ! late: first response" in desk.text
        await desk.press("h")
        assert "10:21      ! late: first response" in desk.text
        await desk.press("h", "d")
        assert "late since 10:21: first response" in desk.text
        await desk.press("2")
        await desk.wait(6)
        assert "NEEDS ME                           0" in desk.text
        asked = await desk.site.workspace.query(desk.site._noa, ClocksQuery(key.case))
        assert isinstance(asked, ClocksPage)
        assert [(clock.reason, clock.reason_by) for clock in asked.clocks if clock.state == "breached"] == [
            ("fault", "noa")
        ]


async def test_a_snoozed_clock_rests_and_goes_on(tmp_path: Path) -> None:
    async with house(tmp_path) as desk:
        await governed(desk, tmp_path)
        await desk.press("enter", "r")
        await desk.type("soon")
        await desk.press("ctrl+g")
        await desk.wait(6)
        assert "Dana Levi            total   7h59" in desk.text
        assert "7 h 59 left: resolution, due 17:41 · waits for" in desk.text
        await desk.press("escape", "escape", "escape", "colon", *"snooze", "space", *"2h", "enter")
        await desk.wait(6)
        await desk.press("colon", *"clocks", "enter")
        assert "II 7 h 59 left resolution, 8 h, every hour counts; since 09:41; paused 09:41-11:41 (snoozed)" in words(
            desk
        )
        assert "in time first response, 40 min" in words(desk)
