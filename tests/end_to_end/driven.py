"""A hub with a demo's customers, or the real desk, in a process whose clock the test drives.

python -m tests.end_to_end.driven hub FOLDER CONTROL
python -m tests.end_to_end.driven desk CONTROL START WORDS-OF-THE-COMMAND-LINE ...
"""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
from dataclasses import replace
from pathlib import Path

import agent_tui.domain.time as clock
from agent_tui.domain.time import Ms
from tests.end_to_end.driven_time import DrivenTime

SEED = 1


async def hub(folder: Path, control: Path) -> None:
    """Serve the demo's scenario from its second 0; prints where and the tokens of its agents."""
    from agent_tui.backends.connectors.scenario import script
    from agent_tui.backends.hub.access import Operator
    from agent_tui.backends.hub.ids import Ids
    from agent_tui.backends.hub.server import DeskServer
    from agent_tui.backends.hub.store import Store
    from agent_tui.demo.stage import play_the_past, set_up

    scenario = script.load("nofar")
    await play_the_past(scenario, folder, SEED)
    time = DrivenTime(scenario.start, control)
    store = Store.open(folder, check=False)
    tokens = {agent.id: Operator(store, time, Ids()).add_token(agent.id).text for agent in scenario.agents}
    store.close()
    stage = await set_up(scenario, folder, time, SEED, inline=False)
    stage.workspace.policy = replace(stage.workspace.policy, login="not-ready")
    desks = DeskServer(stage.workspace, time)
    await desks.start("127.0.0.1", 0)
    stage.play(0)
    sys.stdout.write(json.dumps({"url": desks.url, "start": scenario.start, "tokens": tokens}) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def desk(control: Path, start: Ms, words: list[str]) -> None:
    """`agent-tui WORDS`, with another clock at its composition root."""

    def driven() -> DrivenTime:
        return DrivenTime(start, control)

    clock.SystemTime = driven  # type: ignore[assignment, misc]  # before anything of the desk is loaded
    sys.argv = ["agent-tui", *words]
    runpy.run_module("agent_tui.cli", run_name="__main__")


if __name__ == "__main__":
    if sys.argv[1] == "hub":
        asyncio.run(hub(Path(sys.argv[2]), Path(sys.argv[3])))
    else:
        desk(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
