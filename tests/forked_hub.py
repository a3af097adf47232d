"""What a forked hub has in memory before it begins: see `tests.forked`."""

from __future__ import annotations

import agent_tui.backends.hub.http_side
import agent_tui.hub_process
from agent_tui.cli import main
from tests.hub import crash_worker, incident_worker

__all__ = ["agent_tui", "crash_worker", "incident_worker", "serve"]


def serve() -> None:
    """`agent-tui hub`."""
    main(["hub"])
