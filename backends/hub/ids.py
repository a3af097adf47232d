"""Where new ids come from: random in a real hub, repeatable from a seed in demos and tests."""

from __future__ import annotations

import random
import secrets


class Ids:
    """Short ids, `<letters>_<16 hex digits>`. With `seed` the same calls give the same ids."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed) if seed is not None else None

    def new(self, letters: str) -> str:
        return f"{letters}_{self._hex(8)}"

    def secret(self) -> str:
        """A secret of 128 bits (predictable with a seed: demos only)."""
        return self._hex(16)

    def _hex(self, size: int) -> str:
        if self._random is None:
            return secrets.token_hex(size)
        return self._random.randbytes(size).hex()
