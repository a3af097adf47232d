"""The source of a message put together: its headers when it is a mail, then what was sent, by code points."""

from __future__ import annotations

import asyncio

from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.model import Message
from agent_tui.domain.text import SafeText, fixed
from agent_tui.domain.text_cards import mask_sent
from agent_tui.domain.text_source import HEADERS, escaped, headers_of
from agent_tui.services.workbench import Workbench


async def source_of(workbench: Workbench, case: OpenCase, message: Message) -> SafeText:
    """With the original's headers, fetched where the backend keeps it. Raises BackendDown or QueryRefused."""
    if not message.source:
        return source_here(case, message)
    path = await workbench.fetch(case.key.backend, message.source)

    def head() -> bytes:
        with path.open("rb") as file:
            return file.read(HEADERS)

    headers = headers_of(await asyncio.to_thread(head))
    return source_here(case, message, headers)


def source_here(case: OpenCase, message: Message, headers: SafeText | None = None) -> SafeText:
    """Without asking the backend. Card numbers stay masked unless they show in the timeline."""
    parts = [message.body, message.folded] if headers else [message.subject, message.body, message.folded]
    raw = "\n\n".join(part.raw for part in parts if part)
    text = escaped(raw if case.shows_cards(message.id) else mask_sent(raw))
    return fixed("\n\n").join([headers, text]) if headers else text
