"""A page that no frame can hold, made to fit: the longest texts of its messages are cut, visibly.

The text stays whole in the store, and a mail's original is a file of its own. Without this a customer could write a
message that makes their case impossible to open.
"""

from __future__ import annotations

from dataclasses import replace

from agent_tui.domain.model import Message
from agent_tui.domain.queries import CasePage, Page
from agent_tui.domain.text import CustomerText

KEPT = 50_000
"""Characters kept of a body and of what is folded under it. A control character takes six in JSON, and a page may be
of 1 MiB."""


def shortened(page: Page) -> Page | None:
    """The page with its long texts cut; None when that makes it no smaller."""
    if not isinstance(page, CasePage) or page.detail is None:
        return None
    messages = tuple(map(_short, page.detail.messages))
    if messages == page.detail.messages:
        return None
    return replace(page, detail=replace(page.detail, messages=messages))


def _short(message: Message) -> Message:
    hidden = sum(max(0, len(text) - KEPT) for text in (message.body, message.folded))
    if not hidden:
        return message
    problem = f"too long to show whole: {hidden} more characters"
    body, folded = (CustomerText(text.raw[:KEPT]) for text in (message.body, message.folded))
    return replace(message, body=body, folded=folded, problems=(*message.problems, problem))
