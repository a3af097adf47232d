"""What a customer is called on the screen."""

from __future__ import annotations

from agent_tui.domain.model import CaseRow, Customer
from agent_tui.domain.text import SafeText, trusted


def called(who: CaseRow | Customer) -> SafeText:
    """By name; of one who was erased nothing is known."""
    if who.erased:
        return trusted("erased customer")
    return who.name.safe_line or trusted("somebody")
