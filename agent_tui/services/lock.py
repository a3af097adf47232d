"""What opens a locked desk: a word chosen as it was locked, kept as a digest in memory, or the token that it logs in
with. Wrong tries make the next one wait."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable

from agent_tui.domain.time import MS, Ms, TimeSource

Opens = Callable[[str], Awaitable[bool]]
"""Whether what was typed is the token of this desk."""

FREE_TRIES = 3
LONGEST_WAIT_SECONDS = 60


class Lock:
    """`token`: None where there is none to ask (a demo)."""

    def __init__(self, time: TimeSource, token: Opens | None = None) -> None:
        self._time, self._token = time, token
        self._salt = secrets.token_bytes(16)
        self._word = b""
        self._wrong = 0
        self._not_before: Ms = 0

    @property
    def has_word(self) -> bool:
        return bool(self._word)

    @property
    def has_token(self) -> bool:
        return self._token is not None

    async def choose(self, word: str) -> None:
        """From now on this word opens the desk too."""
        self._word = await asyncio.to_thread(self._digest, word)

    def waits(self) -> int:
        """Seconds until the next try is looked at."""
        return max(0, -(-(self._not_before - self._time.now()) // MS))

    async def opens(self, typed: str) -> bool:
        """Whether this opens the desk. A wrong one counts."""
        if self.waits():
            return False
        right = bool(typed and self._word) and hmac.compare_digest(
            await asyncio.to_thread(self._digest, typed), self._word
        )
        if not right and typed and self._token is not None:
            right = await self._token(typed)
        if right or (self._token is None and not self._word):
            self._wrong, self._not_before = 0, 0
            return True
        self._wrong += 1
        if self._wrong >= FREE_TRIES:
            wait = min(LONGEST_WAIT_SECONDS, 2 ** (self._wrong - FREE_TRIES + 1))
            self._not_before = self._time.now() + wait * MS
        return False

    def _digest(self, word: str) -> bytes:
        return hashlib.scrypt(word.encode("utf-8", "surrogatepass"), salt=self._salt, n=2**14, r=8, p=1)
