"""The frame of the screen: where the regions stand, which keys go where, when they are drawn."""

from agent_tui.widgets.shell.arrival import Arrival
from agent_tui.widgets.shell.desk_screen import DeskScreen
from agent_tui.widgets.shell.key_router import KeyRouter
from agent_tui.widgets.shell.locking import Locking
from agent_tui.widgets.shell.pulse import Pulse
from agent_tui.widgets.shell.resting import Resting

__all__ = ["Arrival", "DeskScreen", "KeyRouter", "Locking", "Pulse", "Resting"]
