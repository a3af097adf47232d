"""What terminals really send becomes the keys of the default keymap, by Textual's own parser."""

from __future__ import annotations

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from agent_tui.keymaps.keymap import Keymap
from agent_tui.keymaps.loader import load_keymap
from agent_tui.keymaps.resolver import Match, Resolver

LIST = ("list", "call", "global")
COMPOSER = ("composer", "global")


@pytest.fixture(scope="module")
def keymap() -> Keymap:
    return load_keymap()[0]


def arrived(sent: str) -> list[str]:
    parser = XTermParser()
    messages = [*parser.feed(sent), *parser.feed("")]
    return [message.key for message in messages if isinstance(message, events.Key)]


@pytest.mark.parametrize(
    ("sent", "command"),
    [
        ("/", "filter"),
        ("?", "help"),
        (":", "command-line"),
        ("#", "call-keypad"),
        ("-", "call-hold"),
        ("R", "reply-choose"),
        ("ר", "reply"),
        (" ", "page-on"),
        ("\x7f", "page-back"),
        ("\r", "case-open"),
        ("\t", "pane-next"),
        ("\x1b[Z", "pane-previous"),
        ("\x1b[9;2u", "pane-previous"),
        ("\x1b[A", "row-previous"),
        ("\x1b[H", "row-first"),
        ("\x1b[6~", "page-on"),
        ("\x1b[32;2u", "page-on"),
        ("\x1b[27u", "go-back"),
        ("\x10", "palette"),
        ("gm", "view-mine"),
        ("עצ", "view-mine"),
    ],
)
def test_in_the_list(keymap: Keymap, sent: str, command: str) -> None:
    check(keymap, LIST, sent, command)


@pytest.mark.parametrize(
    ("sent", "command"),
    [
        ("\r", "compose-enter"),
        ("\n", "compose-newline"),
        ("\x07", "compose-send"),
        ("\x1b[103;5u", "compose-send"),
        ("\x1b[1506;5u", "compose-send"),
        ("\x1b[20~", "compose-send"),
        ("\x1f", "compose-undo-text"),
        ("\x1b[45;6u", "compose-undo-text"),
        ("\x17", "compose-delete-word"),
        ("\x1b[39;5u", "compose-delete-word"),
        ("\x1bOR", "compose-channel"),
        ("\x1b[15~", "case-last"),
        ("\x1b[19~", "call-answer"),
        ("r", ""),
        (" ", ""),
        ("/", ""),
        ("ר", ""),
    ],
)
def test_in_the_composer(keymap: Keymap, sent: str, command: str) -> None:
    check(keymap, COMPOSER, sent, command)


def check(keymap: Keymap, contexts: tuple[str, ...], sent: str, command: str) -> None:
    resolver = Resolver(keymap)
    results = [resolver.feed(contexts, key) for key in arrived(sent)]
    assert results
    last = results[-1]
    assert (last.command_id if isinstance(last, Match) else "") == command
