"""No words name a key that another keymap may have given to something else: they have a field for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from agent_tui.domain.taught import key_of, taught
from agent_tui.language.extraction import words_of

ROOT = Path(__file__).parents[2]
ROOMS = ("agent_tui", "widgets", "backends", "keymaps", "themes")
KEY = re.compile(
    r"\^[A-Z]"  # ^T
    r"|\bF[2-9]\b"
    r"|\b(Enter|Esc|Tab|Space|Home)\b"
    r"|\(([A-Za-z]|g [A-Za-z])\)"  # look again (J)
    r"|[:;,] (?:then )?([A-Za-z?]|g [A-Za-z]) [a-z]+s\b"  # : G asks for it
    r"|^[B-Zb-z?] [a-z]+s\b"  # c calls them
)
FIXED = {
    "taken out: Enter puts it back",
    "what should {who} know? (Enter: nothing)",
    "Enter takes it out",
    "that is a folder: Tab goes into it",
    "{fields} are still to be filled; Tab goes to the next",
    "none of them is called that; Esc types a slash",
    "Enter opens it",
    "Enter",
    "Send digits until Esc.",
    "Narrow the view to rows that match, and find what was said, while you type; Esc shows all again.",
    "Type a command by its name; Tab completes.",
    "Put a canned reply in; Tab goes to its next field.",
}
"""Of questions and fields, where no keymap changes what Enter, Tab and Esc are; the help, which is by title, and the
name of a key."""


def _words() -> Iterator[str]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if any(part in ROOMS for part in path.relative_to(ROOT / room).parts):
                continue  # a link to another room
            for word in words_of(path.read_text(encoding="utf-8")):
                yield word.text
                yield word.plural


def test_keys_are_fields() -> None:
    found = {words for words in _words() if KEY.search(words)}
    assert found == FIXED


def test_servers_name_no_keys() -> None:
    """They know no desk's keys."""
    said = re.compile(r'(?:Refused|Stale)\(\s*"[a-z-]+",\s*f?"([^"]*)"')
    words = [one for path in (ROOT / "backends").rglob("*.py") for one in said.findall(path.read_text("utf-8"))]
    assert len(words) > 50
    assert [one for one in words if KEY.search(one)] == []


class _Keys:
    def key_to_teach(self, command: str) -> str:
        return {"join": "g j"}.get(command, "")


def test_a_field_is_the_key_in_use() -> None:
    with taught(_Keys()):
        assert (key_of("join", "J"), key_of("reply", "r")) == ("g j", "r")
    assert key_of("join", "J") == "J"
