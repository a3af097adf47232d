"""A card's system that is asked by a command on the hub: its words and nothing else, and an end to it in time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Sequence

from agent_tui.backends.connectors.cards.base import LARGEST, SECONDS
from agent_tui.domain.card_requests import Values, filled_command
from agent_tui.domain.company_cards import CardFailed

_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
"""Nothing of the hub's own: its variables hold secrets."""


class CommandCardSource:
    """`template`: the command's words with their places."""

    def __init__(self, template: Sequence[str], *, seconds: float = SECONDS) -> None:
        self._template = tuple(template)
        self._seconds = seconds

    async def look_up(self, values: Values) -> bytes:
        words = filled_command(self._template, values)
        try:
            process = await asyncio.create_subprocess_exec(
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=_ENVIRONMENT,
                start_new_session=True,
                limit=LARGEST,
            )
        except (OSError, ValueError) as error:
            raise CardFailed("not-run", getattr(error, "strerror", None) or "") from None
        try:
            async with asyncio.timeout(self._seconds):
                content = await _all_of(process)
                status = await process.wait()
        except TimeoutError:
            raise CardFailed("late", f"{self._seconds:g}") from None
        finally:
            await _end(process)
        if status:
            raise CardFailed("ended", str(status))
        return content

    async def stop(self) -> None:
        """Nothing stays between look-ups."""


async def _all_of(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None
    content = b""
    while chunk := await process.stdout.read(LARGEST):
        content += chunk
        if len(content) > LARGEST:
            raise CardFailed("too-big")
    return content


async def _end(process: asyncio.subprocess.Process) -> None:
    """It and all that it began are gone; those who left its session are beyond reach."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
