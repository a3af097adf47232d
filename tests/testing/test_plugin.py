"""The pytest plug-in: desks in tests, demo files as tests, and nothing of it where nobody asks."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest

from agent_tui.backends.connectors.scenario.script import loads
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.server import DeskServer
from agent_tui.backends.hub.store import Store
from agent_tui.demo.stage import set_up
from agent_tui.domain.time import SystemTime
from agent_tui.testing.scripted_desk import DeskDemo
from tests.demo.small import SHOP, small_demo

pytest_plugins = ["pytester"]
import_module("agent_tui.app")  # what is loaded before a run of pytester stays loaded after it

TEST = """
def test_a_morning(desk_demo):
    with desk_demo("shop.toml", size="70x14") as desk:
        desk.wait_for("המשלוח שלי")
        desk.press("enter enter")
        desk.type("It comes today.")
        desk.snapshot("written")
        desk.press("ctrl+g")
        desk.advance(60)
        assert desk.shows("Thank you so much") and "Thank you so much" in desk.text


def test_the_file(desk_demo):
    desk_demo.check("small.demo.toml")


def test_what_never_comes(desk_demo):
    desk_demo("shop.toml", size="70x14").wait_for("no such words", within=2)
"""
SHORT = 'title = "x"\nscenario = "shop.toml"\nsize = "40x9"\nstep = [{ advance = "1s", snapshot = "there" }]\n'
QUIET = ("-p", "no:cacheprovider", "-p", "no:textual-snapshot", "-p", "no:asyncio", "-q")


@pytest.mark.slow
def test_desks_in_tests(pytester: pytest.Pytester) -> None:
    small_demo(pytester.path, SHORT)
    pytester.makepyfile(TEST)
    first = pytester.runpytest_inprocess(*QUIET, "-k", "never or file")
    first.assert_outcomes(failed=2)
    first.stdout.fnmatch_lines(
        ["small.demo.toml: not as it is kept; --update-demos writes it anew", "*there.svg*", "is missing"]
    )
    first.stdout.fnmatch_lines(["not on the screen within 2 s: no such words", " ● Noa*"])
    pytester.runpytest_inprocess(*QUIET, "-k", "not never", "--update-demos").assert_outcomes(passed=2)
    small_demo(pytester.path, SHORT.replace("1s", "2s"))
    changed = pytester.runpytest_inprocess(*QUIET, "-k", "not never")
    changed.assert_outcomes(passed=1, failed=1)
    changed.stdout.fnmatch_lines(["small.md, kept and now:", "> 1s pass*| > 2s pass*"])
    kept = pytester.path / "__desks__" / "test_desks_in_tests-test-a-morning-written.svg"
    kept.write_text(kept.read_text(encoding="utf-8").replace("today", "never"), encoding="utf-8")
    other = pytester.runpytest_inprocess(*QUIET, "-k", "morning")
    other.stdout.fnmatch_lines([f"__desks__/{kept.name}, kept and now; --update-demos writes it:", "*never*|*today*"])


def test_files_are_tests_where_that_is_asked_for(pytester: pytest.Pytester) -> None:
    small_demo(pytester.path, SHORT)
    assert pytester.runpytest_inprocess(*QUIET).ret == pytest.ExitCode.NO_TESTS_COLLECTED
    pytester.makeini("[pytest]\ndesk_demos = true\n")
    missing = pytester.runpytest_inprocess(*QUIET)
    missing.assert_outcomes(failed=1)
    missing.stdout.fnmatch_lines(["*demo small*", "*small.demo.toml: not as it is kept*", "there.svg, kept and now:"])
    pytester.runpytest_inprocess(*QUIET, "--update-demos").assert_outcomes(passed=1)
    pytester.runpytest_inprocess(*QUIET).assert_outcomes(passed=1)
    small_demo(pytester.path, 'title = "x"\nstep = [{ wait = "j" }]\n')
    bad = pytester.runpytest_inprocess(*QUIET)
    bad.assert_outcomes(failed=1)
    bad.stdout.fnmatch_lines(["*small.demo.toml:2: step[[]1[]].wait: unknown key; expected wait_for*"])


def test_who_does_not_use_it_loads_nothing() -> None:
    code = "import sys, agent_tui.testing; print(*[name for name in sys.modules if name.startswith('agent_tui')])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["agent_tui", "agent_tui.testing"]


@contextmanager
def own_hub(folder: Path) -> Iterator[tuple[str, str]]:
    """Somebody's hub, as far from the test as another process would be: its address, and the token of its agent."""
    ready, told, loops = threading.Event(), list[str](), list[tuple[asyncio.AbstractEventLoop, asyncio.Event]]()

    async def serve() -> None:
        time, over, scenario = SystemTime(), asyncio.Event(), loads(SHOP)
        stage = await set_up(scenario, folder, time, 1, inline=False)
        server = DeskServer(stage.workspace, time)
        await server.start("127.0.0.1", 0)
        store = Store.open(folder, check=False)
        told.extend((server.url, Operator(store, time, Ids()).add_token("noa").text))
        store.close()
        stage.world.play(0)
        loops.append((asyncio.get_running_loop(), over))
        ready.set()
        await over.wait()
        await server.stop()
        await stage.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(30)
    try:
        yield told[0], told[1]
    finally:
        loop, over = loops[0]
        loop.call_soon_threadsafe(over.set)
        thread.join(30)


def test_a_desk_at_a_hub_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "open.demo.toml"
    file.write_text('title = "x"\nstep = [{ press = "enter", wait_for = "to דנה לוי" }]\n', encoding="utf-8")
    demo = DeskDemo(tmp_path / "test_it.py", "test", update=False)
    with own_hub(tmp_path / "hub") as (url, token):
        try:
            desk = demo(url=url, token=token, size="80x24")
            desk.wait_for("דנה לוי", within=20)
            desk.play(file.name)
            with pytest.raises(pytest.fail.Exception, match=r"not on the screen within 0.1 s: nobody\n ● Noa"):
                desk.wait_for("nobody", within=0.1)
        finally:
            demo.close()
            demo.close()


async def test_a_loop_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="plain def"):
        DeskDemo(tmp_path / "test_it.py", "test", update=False)()
