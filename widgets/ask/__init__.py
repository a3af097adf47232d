"""Asking the agent: a line to type in, over it what it can mean: palette, `:` line, help, pickers, filter."""

from agent_tui.widgets.ask.asking import Asking, Offer
from agent_tui.widgets.ask.prompt import Prompt
from agent_tui.widgets.ask.sheet import Sheet

__all__ = ["Asking", "Offer", "Prompt", "Sheet"]
