"""What an agent can be: free for new work, or why not."""

from __future__ import annotations

from collections.abc import Iterable

from agent_tui.domain.model import Agent, Directory
from agent_tui.domain.standing import NOT_READY, OFFLINE, READY, REASONS
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, marked

AVAILABLE = "available"
_REASONS: dict[str, Phrase] = {
    "write-up": marked("writing up"),
    "break": marked("on a break"),
    "meal": marked("at a meal"),
    "meeting": marked("in a meeting"),
    "training": marked("in training"),
}
_OTHERS: dict[str, Phrase] = {
    AVAILABLE: marked("available"),
    NOT_READY: marked("not ready"),
    "away": marked("away"),
    "online": marked("online"),
    "offline": marked("offline"),
    "busy": marked("busy"),
}


def presence_words(state: str, titles: Iterable[tuple[str, str]] = ()) -> SafeText:
    """A state as colleagues read it. `titles`: the workspace's own words for its reasons."""
    own = dict(titles).get(state)
    known = _REASONS.get(state) or _OTHERS.get(state)
    return clean_line(own) if own else known.text if known is not None else clean_line(state)


def presence_of(agent: Agent, titles: Iterable[tuple[str, str]] = ()) -> SafeText:
    """What an agent is, and what they will be when the case in hand is finished."""
    words = presence_words(agent.presence, titles)
    if not agent.then:
        return words
    return compose("{now}, then {then}", now=words, then=presence_words(agent.then, titles))


def is_ready(agent: Agent) -> bool:
    """Whether they take new work."""
    return agent.presence in READY and not agent.then


def here_first(agents: Iterable[Agent]) -> list[Agent]:
    """To choose somebody from: who takes work before the others, who is not here after them."""
    return sorted(agents, key=lambda agent: (not is_ready(agent), agent.presence == OFFLINE))


def reasons(directory: Directory) -> tuple[str, ...]:
    """Why one may be not ready here; any other words of one's own will do too."""
    return tuple(name for name, _ in directory.reasons) or REASONS
