"""The wallboard: how the queues do, in place of inbox and case."""

from agent_tui.widgets.board.wallboard import Wallboard, WallboardAsking

__all__ = ["Wallboard", "WallboardAsking"]
