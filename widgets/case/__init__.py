"""What stands beside the inbox: the opened case (timeline, composer), the customer pane, the call line.

The shell mounts these three and speaks to them only through the names below; each draws from `workbench.desk`.
`KEY_CONTEXTS` of the focused widget (or the nearest of its ancestors that has them) decides what a key means:
(LIST, CALL, GLOBAL) for timeline and customer pane, (COMPOSER, GLOBAL) while composing, (KEYPAD, GLOBAL) on the keypad.

Move the focus with `self.screen.set_focus(widget, scroll_visible=False)`, never `widget.focus()`: that one acts only
later, and the next key of a fast typist would still be read in the old place.
"""

from agent_tui.widgets.case.call_line import CallLine
from agent_tui.widgets.case.case_pane import CasePane
from agent_tui.widgets.case.customer_pane import CustomerPane

__all__ = ["CallLine", "CasePane", "CustomerPane"]
