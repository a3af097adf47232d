"""Every pilot of the tests waits as a scripted desk does (`agent_tui.demo.idle`)."""

from __future__ import annotations

import textual.app
import textual.pilot

from agent_tui.demo.idle import idle


def wait_without_a_clock() -> None:
    """Give it to every pilot of this process."""
    textual.app.wait_for_idle = idle  # type: ignore[attr-defined]
    textual.pilot.wait_for_idle = idle  # type: ignore[attr-defined]
