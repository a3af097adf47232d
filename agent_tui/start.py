"""The program's door: a desk by the resident process where there is one, else the command line."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """What `agent-tui` runs. Imports click and all the rest only when it must."""
    from agent_tui.resident.client import played_by_resident

    code = played_by_resident(sys.argv[1:])
    if code is not None:
        sys.exit(code)
    gc.disable()  # what is loaded stays: nothing of it is garbage
    from agent_tui.cli import main as command_line

    gc.enable()
    command_line(prog_name="agent-tui")


if __name__ == "__main__":
    main()
