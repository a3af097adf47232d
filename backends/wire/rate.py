"""A token bucket on a given time: how fast one client may give commands, on both sides of the line."""

from __future__ import annotations

from agent_tui.domain.time import MS, Ms


class TokenBucket:
    """`rate` tokens a second, at most `burst` saved up. Holds no clock: each call is told the time."""

    def __init__(self, rate: float, burst: float, now: Ms) -> None:
        if rate <= 0 or burst < 1:
            raise ValueError(f"rate must be above 0 and burst at least 1, got {rate} and {burst}")
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = now

    def take(self, now: Ms) -> float:
        """Take one token; 0.0 when there was one, else the seconds until there is one (and none is taken)."""
        if now > self._at:
            self._tokens = min(self._burst, self._tokens + (now - self._at) / MS * self._rate)
        self._at = now  # a clock set back must not freeze the bucket
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self._rate
