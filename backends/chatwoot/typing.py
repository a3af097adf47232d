"""Who is typing where, as Chatwoot tells it: only while somebody does, and forgotten when the end of it was lost."""

from __future__ import annotations

from collections.abc import Callable

from agent_tui.backends.base import Watched
from agent_tui.backends.chatwoot.cable import Broadcast
from agent_tui.backends.chatwoot.convert import id_of, part
from agent_tui.domain.presence import Watcher
from agent_tui.domain.time import TimerHandle, TimeSource

FORGET_SECONDS = 30.0
"""As Chatwoot's own web client does."""


class Typing:
    """`tell` gets a case whenever who types there is otherwise."""

    def __init__(self, time: TimeSource, tell: Callable[[Watched], None]) -> None:
        self._time = time
        self._tell = tell
        self._there: dict[str, dict[str, tuple[Watcher, TimerHandle]]] = {}

    def broadcast(self, frame: Broadcast, me: str, channel: str) -> bool:
        """Whether it was about typing. A customer who types is nobody at a desk."""
        if frame.event not in ("conversation.typing_on", "conversation.typing_off"):
            return False
        case = id_of(part(frame.data, "conversation").get("id"))
        user = part(frame.data, "user")
        agent = id_of(user.get("id"))
        if not case or not agent or agent == me or user.get("type", "user") != "user":
            return True
        if frame.event == "conversation.typing_off":
            self._stopped(case, agent)
            return True
        there = self._there.setdefault(case, {})
        before = there.get(agent)
        if before is not None:
            before[1].cancel()
        since = before[0].since if before is not None else self._time.now()
        watcher = Watcher(agent, "writing", since, "" if frame.data.get("is_private") else channel)
        there[agent] = (watcher, self._time.call_later(FORGET_SECONDS, lambda: self._stopped(case, agent)))
        if before is None or before[0] != watcher:
            self._say(case)
        return True

    def forget(self) -> None:
        """The line is gone, and with it what is known."""
        for there in self._there.values():
            for _, timer in there.values():
                timer.cancel()
        self._there.clear()

    def _stopped(self, case: str, agent: str) -> None:
        gone = self._there.get(case, {}).pop(agent, None)
        if gone is not None:
            gone[1].cancel()
            self._say(case)

    def _say(self, case: str) -> None:
        self._tell(Watched(case, tuple(watcher for watcher, _ in self._there.get(case, {}).values())))
