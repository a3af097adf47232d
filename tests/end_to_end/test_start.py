"""What a desk may not have loaded when its inbox is first of use: asked of the process itself, on a terminal."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from tests.end_to_end.hub_run import hub_run, own_env, until
from tests.end_to_end.webhook_world import ENV, config, customers, receiver
from tests.end_to_end.window import Window

#: Each costs every start some milliseconds, or is only for mistakes and rare acts.
LATER = (
    "PIL",
    "agent_tui.backends.blob_client",
    "agent_tui.backends.chatwoot",
    "agent_tui.backends.hub",
    "agent_tui.config.settings",
    "agent_tui.config.template",
    "agent_tui.demo",
    "agent_tui.desk.finding",
    "agent_tui.domain.folding",
    "agent_tui.domain.search",
    "agent_tui.domain.sla",
    "agent_tui.domain.text_case_clocks",
    "agent_tui.hub_process",
    "agent_tui.reference",
    "agent_tui.widgets.inbox.hit_strips",
    "argon2",
    "babel",
    "html2text",
    "httpx",
    "jinja2",
    "keyring",
    "nh3",
    "phonenumbers",
    "pydantic",
    "pydantic_core",
    "rapidfuzz",
    "sqlalchemy",
    "starlette",
    "uvicorn",
)
#: `agent-tui WORDS` that writes down what it has loaded whenever it is asked by SIGUSR1.
PROGRAM = """
import signal, sys
def report(*_):
    with open(REPORT, "w") as file:
        file.write("\\n".join(sys.modules) + "\\n.")
signal.signal(signal.SIGUSR1, report)
from agent_tui.start import main
main()
"""


async def test_what_the_first_inbox_does_not_need_is_not_loaded(tmp_path: Path) -> None:
    report = tmp_path / "loaded"
    async with receiver() as far, hub_run(tmp_path / "hub", config(far.url), ENV) as hub:
        token = tmp_path / "token"
        token.write_text(hub.agent("ada"))
        async with customers(hub.http_url) as world:
            await world.say("vera", "where is my parcel?")
        desk = Window(120, 40)
        try:
            program = PROGRAM.replace("REPORT", repr(str(report)))
            run = ("run", "--url", hub.desk_url, "--token-cmd", f"cat {token}")
            env = {**own_env(tmp_path / "home"), "TERM": "xterm-256color"}
            await desk.start(*run, folder=tmp_path, env=env, command=(sys.executable, "-c", program))
            await desk.shows("vera", 40)
            assert desk.child is not None
            desk.child.send_signal(signal.SIGUSR1)
            await until(lambda: report.exists() and report.read_text().endswith("."), 20, "it tells")
            loaded = report.read_text().split()
            assert {"textual.app", "agent_tui.widgets.inbox.inbox_list"} <= set(loaded)
            early = [name for name in loaded if any(name == late or name.startswith(late + ".") for late in LATER)]
            assert early == [], "import these where they are used, after the first paint"
        finally:
            await desk.close()
