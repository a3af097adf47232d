"""What an empty inbox says; nothing while an answer is on its way, so that it never claims what it does not know."""

from __future__ import annotations

from agent_tui.desk.desk import Desk
from agent_tui.domain.channels import channel
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, clean_line, compose, trusted


def words_for_nothing(desk: Desk) -> SafeText:
    """The one quiet line under the groups; "" where there are rows or may be some."""
    inbox = desk.inbox
    if any(total for _, total in inbox.totals()):
        return trusted("")
    answering = [name for name, state in desk.backends.items() if state.state == "up"]
    if not answering:
        return trusted("No server is connected yet.")
    if any(inbox.total_of(name, section) is None for name in answering for section in inbox.view.sections):
        return trusted("")
    if inbox.view.text:
        return compose("No match: {text}. {key}: all", text=clean_line(inbox.view.text), key=key_of("go-back", "Esc"))
    if inbox.view.channel:
        return compose("Nothing on {channel}.", channel=channel(inbox.view.channel).title)
    if all(section.stage in ("done", "spam") for section in inbox.view.sections):
        return trusted("Nothing here.")
    return trusted("Nothing waits here.")
