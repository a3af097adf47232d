"""The lines that frame the desk: header, rule, status line, key line. One row each, painted only where they differ."""

from agent_tui.widgets.lines.header import HeaderLine
from agent_tui.widgets.lines.key_line import KeyLine
from agent_tui.widgets.lines.line import Line
from agent_tui.widgets.lines.rule import RuleLine
from agent_tui.widgets.lines.status import StatusLine

__all__ = ["HeaderLine", "KeyLine", "Line", "RuleLine", "StatusLine"]
