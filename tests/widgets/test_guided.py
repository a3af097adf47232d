"""Guided scripts at the desk, on a real hub: begun, answered, refused, gone back in, left, gone on with by another."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent_tui.backends.connectors.scenario.script import SCENARIOS
from agent_tui.config.guided_source import load_scripts
from agent_tui.domain.guided.place import CaseScript
from agent_tui.domain.guided.run import Went, answer
from agent_tui.domain.orders import RunScript
from agent_tui.domain.text import CustomerText
from tests.hub.fakes import mail
from tests.widgets.shop import NOW
from tests.widgets.test_joining import House, house

SCRIPTS = load_scripts(SCENARIOS / "scripts").usable
LOST = SCRIPTS["lost-parcel"]


def held(desk: House) -> CaseScript:
    """The case's one script, as the server tells it."""
    assert desk.workbench.desk.open_case is not None
    [script] = desk.workbench.desk.open_case.scripts
    return script


@asynccontextmanager
async def shop(folder: Path, size: tuple[int, int] = (120, 40)) -> AsyncIterator[House]:
    """A case that is open, at a hub that has the demo's scripts."""
    async with house(folder, size) as desk:
        await desk.site.workspace.offer(SCRIPTS)
        await desk.hears(mail("<1@x>", "where is it?", name="Dana Levi", address="dana@example.com", at=NOW))
        await desk.press("enter", "S", "enter")
        yield desk


async def test_a_script_is_run_beside_the_case_and_what_it_finds_out_stays_with_it(tmp_path: Path) -> None:
    async with shop(tmp_path) as desk:
        assert "SCRIPT          1 of about 7" in desk.text and "What is your order number" in desk.text
        await desk.type("8821")
        await desk.press("enter")
        assert "five digits: 88213" in desk.text
        await desk.press("3", "enter")
        await desk.type("3.2.2026")
        await desk.press("enter")
        assert "1   On its way" in desk.text and "Order no.              88213" in desk.text
        await desk.press("backspace")
        assert "> 2026-02-03" in desk.text, "what was answered is offered again"
        await desk.press("backspace")
        assert "> 88213" in desk.text, "what is only offered need not be deleted first"
        await desk.press("enter", "enter", "3")
        assert "lost-parcel" in desk.text and "Again or back" in desk.text
        await desk.press("ctrl+k")
        assert "✓ What the courier says" in desk.text and "> Again or back" in desk.text
        await desk.press("escape", "2")
        await desk.type("620")
        await desk.press("enter")
        assert "more than 500" in desk.text.lower()
        await desk.press("enter")
        assert "transfer @avi" in desk.text
        await desk.press("escape")
        assert "Anything else" in desk.text
        await desk.press("enter")
        assert "the script is finished" in desk.text and "SCRIPT  " not in desk.text
        assert "script Lost parcel · finished" in desk.text
        assert held(desk).run.state == "finished"
        assert [one.value.raw for one in held(desk).run.answers] == ["88213", "2026-02-03", "lost", "refund", "620"]


async def test_what_is_typed_while_a_script_comes_is_its_answer_and_no_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with shop(tmp_path) as desk:
        await desk.press("ctrl+e", "enter", "colon")
        await desk.type("script lost-parcel")
        guiding, asked = desk.workbench.guiding, list[tuple[Any, ...]]()
        ask = guiding._inquire
        monkeypatch.setattr(guiding, "_inquire", lambda *question: asked.append(question))
        for key in ("enter", *"88213"):
            await desk.pilot.press(key)
        ask(*asked[0])  # only now does the hub answer
        await desk.rest()
        assert "> 88213" in desk.text


async def test_leaving_asks_why_and_another_desk_goes_on_where_it_stood(tmp_path: Path) -> None:
    async with shop(tmp_path) as desk:
        await desk.type("88213")
        await desk.press("enter", "escape")
        await desk.press("S")
        assert "2 of about 7" in desk.text, "out of it is not out of the script"
        before = held(desk)
        went = answer(LOST, before.run, "1.2.2026")
        assert isinstance(went, Went)
        move = RunScript(before.case, before.id, went.run, before.revision + 1)
        await desk.site.workspace.order(desk.site._avi, "a", move)
        await desk.rest()
        assert "3 of about 7" in desk.text, "a colleague answered"
        desk.workbench.order("hub", replace(move, run=replace(before.run, said=CustomerText("x"))))
        await desk.rest()
        assert "somebody else went on" in desk.text.lower() and "3 of about 7" in desk.text
        await desk.press("ctrl+e", "down", "enter")
        assert held(desk).run.reason == "wrong-script" and "SCRIPT  " not in desk.text
        await desk.press("S", "enter")
        assert "3 of about 7" in desk.text


async def test_a_strip_stands_above_the_composer_where_the_screen_is_narrow(tmp_path: Path) -> None:
    async with shop(tmp_path, (80, 24)) as desk:
        assert "Lost parcel · Order no." in desk.text and "1 of about 7" in desk.text
        await desk.type("88213")
        await desk.press("enter")
        await desk.type("3.2.2026")
        await desk.press("enter")
        assert "1 On its way  2 At the depot  3 Nobody knows where" in desk.text
        assert "Look the number up" in desk.text
        await desk.press("1", "tab")
        assert "Your order 88213 is with the courier" in desk.text
        await desk.press("escape", "tab", "enter")
        assert desk.workbench.desk.open_case is not None
        [promise] = desk.workbench.desk.open_case.promises
        assert promise.what == CustomerText("Look whether the parcel has come")
        assert "Enter answer" in desk.text, "the words wait in the reply, the keys are the script's still"


def strip_lines(desk: House) -> list[str]:
    """From the strip's rule to the composer's."""
    rows = desk.text.split("\n")
    start = next(at for at, line in enumerate(rows) if "Lost parcel · Order no." in line)
    end = next(at for at, line in enumerate(rows) if "── to Dana" in line)
    return [line[line.index("│") :].strip("│ ") if "│" in line else line.strip() for line in rows[start:end]]


async def test_a_strip_has_its_height_at_once_whatever_comes_after(tmp_path: Path) -> None:
    async with shop(tmp_path) as desk:
        assert "SCRIPT  " in desk.text
        await desk.pilot.resize_terminal(80, 24)  # the strip is made, and nothing else happens
        await desk.rest()
        lines = strip_lines(desk)
        assert desk.app.desk_screen.case.strip is not None
        assert len(lines) == desk.app.desk_screen.case.strip.size.height == 5
        assert lines[-1].startswith(">"), "the line to type on is the last"
        await desk.type("88213")
        assert strip_lines(desk)[-1] == "> 88213", "and it is still the one that is typed on"


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_keys_that_lead_back_to_the_answer_are_said_where_it_has_not_the_focus(
    size: tuple[int, int], tmp_path: Path
) -> None:
    async with shop(tmp_path, size) as desk:
        assert "answers" not in desk.text
        await desk.press("escape")
        assert "S answers" in desk.text, "the line to type on is not typed on"
        await desk.press("S")
        assert "answers" not in desk.text
        await desk.type("88213")
        await desk.press("enter")
        await desk.type("3.2.2026")
        await desk.press("enter", "1")
        assert "Your order 88213 is with" in desk.text and " Enter goes on" in desk.text
        await desk.press("tab")
        assert "Esc S Enter goes on" in desk.text, "in the reply an S is a letter"
        await desk.press("escape")
        assert " S Enter goes on" in desk.text and "Esc S Enter" not in desk.text
        await desk.press("S", "enter")
        assert "Anything else" in desk.text or "Look" in desk.text


async def test_tab_goes_on_from_the_customer_who_stands_in_a_scripts_place(tmp_path: Path) -> None:
    async with shop(tmp_path) as desk:
        places = []
        for key in ("escape", "i", "tab", "i", "shift+tab", "tab"):
            await desk.press(key)
            places.append(desk.app.ui.place)
        assert places == ["timeline", "customer", "inbox", "customer", "timeline", "script"]
