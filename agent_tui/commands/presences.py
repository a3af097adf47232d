"""What an agent can be: free for new work, or why not."""

from __future__ import annotations

from agent_tui.domain.text import Phrase, SafeText, clean_line, marked

PRESENCES: dict[str, Phrase] = {
    "available": marked("available"),
    "write-up": marked("writing up"),
    "break": marked("on a break"),
    "meeting": marked("in a meeting"),
    "training": marked("in training"),
}
"""What is offered; any other words of one's own will do too."""

_SAID_BY_SERVERS: dict[str, Phrase] = {
    "online": marked("online"),
    "offline": marked("offline"),
    "busy": marked("busy"),
}


def presence_words(state: str) -> SafeText:
    """A state as colleagues read it."""
    known = PRESENCES.get(state) or _SAID_BY_SERVERS.get(state)
    return known.text if known is not None else clean_line(state)
