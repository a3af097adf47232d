"""Commands of keymaps and their modes, declared: editing by commands, keeping a draft, hits again, macros."""

from __future__ import annotations

from agent_tui.commands.spec import COMPOSER, COMPOSER_NORMAL, LIST, Argument, CommandSpec
from agent_tui.domain.text import Phrase, marked

COMPOSE_EDIT = "compose-edit"
COMPOSE_KEEP = "compose-keep"
CASE_LEAVE = "case-leave"
FIND_NEXT = "find-next"
FIND_PREVIOUS = "find-previous"
THEME = "theme"
KEYMAP = "keymap"
PROBLEMS = "problems"
MACRO_RECORD = "macro-record"
MACRO_REPLAY = "macro-replay"

_REPEATED = {
    "left": marked("left", "edit"),
    "right": marked("right", "edit"),
    "up": marked("up", "edit"),
    "down": marked("down", "edit"),
    "word-next": marked("next word", "edit"),
    "word-end": marked("end of the word", "edit"),
    "word-back": marked("word before", "edit"),
    "line-start": marked("start of the line", "edit"),
    "first-letter": marked("first letter", "edit"),
    "line-end": marked("end of the line", "edit"),
    "text-start": marked("start of the text", "edit"),
    "text-end": marked("end of the text", "edit"),
    "delete-letter": marked("delete the letter", "edit"),
    "delete-before": marked("delete the one before", "edit"),
    "delete-word": marked("delete the word", "edit"),
    "delete-to-end": marked("delete to the line's end", "edit"),
    "delete-line": marked("delete the line", "edit"),
    "put-after": marked("put after", "edit"),
    "put-before": marked("put before", "edit"),
    "undo": marked("undo", "edit"),
    "redo": marked("redo", "edit"),
}
_ONCE = {
    "copy-line": marked("copy the line", "edit"),
    "insert": marked("write here", "edit"),
    "append": marked("write after the letter", "edit"),
    "insert-first": marked("write at the line's start", "edit"),
    "append-last": marked("write at the line's end", "edit"),
    "open-below": marked("a line below", "edit"),
    "open-above": marked("a line above", "edit"),
    "change-word": marked("write another word", "edit"),
    "change-line": marked("write the line anew", "edit"),
    "normal": marked("letters are commands", "edit"),
}
EDITS: dict[str, Phrase] = _REPEATED | _ONCE
"""All that `compose-edit` does, and how a person says it. `normal`: where the keymap has that mode."""
REPEATED = frozenset(_REPEATED)
"""What a count goes with."""

COMPOSE = (
    CommandSpec(
        COMPOSE_EDIT,
        "Edit by command",
        "Move the caret, take words and lines out, put them in again; go from INSERT to NORMAL mode and back.",
        (COMPOSER,),
        (Argument("what", "choice", choices=tuple(EDITS)),),
    ),
    CommandSpec(COMPOSE_KEEP, "Keep the draft", "Write the draft to the disk now, not in a moment.", (LIST, COMPOSER)),
)
MOVE = (
    CommandSpec(
        CASE_LEAVE, "Leave the case", "To the inbox at once; the case closes, its draft stays.", (LIST, COMPOSER)
    ),
)
LOOK = (
    CommandSpec(FIND_NEXT, "Next hit", "To the next of what was searched for, and open it.", (LIST,)),
    CommandSpec(FIND_PREVIOUS, "Hit before", "To the one before of what was searched for, and open it.", (LIST,)),
)
THEMES = (
    *("auto", "dark", "light", "high-contrast", "colour-blind"),
    *("mono", "terminal", "haifa-night", "limestone"),
)
KEYMAPS = ("default", "vim", "emacs", "gmail")
"""Those that come with the desk, for the `:` line; a test holds them to the files."""
DESK = (
    CommandSpec(
        THEME,
        "Theme",
        "Change the colours of the desk; each is shown while the cursor is on it.",
        (LIST,),
        (Argument("theme", "text", required=False, help="its name, or auto: as the terminal is", suggested=THEMES),),
    ),
    CommandSpec(
        KEYMAP,
        "Keymap",
        "Use other keys: default, vim, emacs or gmail, with your own over them.",
        (LIST,),
        (Argument("keymap", "text", required=False, help="its name", suggested=KEYMAPS),),
    ),
    CommandSpec(PROBLEMS, "Problems", "Show what of your own keys and themes cannot be used, and why.", (LIST,)),
    CommandSpec(
        MACRO_RECORD,
        "Record keys",
        "Record the keys that are pressed, until it is pressed again.",
        (LIST, COMPOSER_NORMAL),
    ),
    CommandSpec(
        MACRO_REPLAY,
        "Play keys",
        "Press the recorded keys again; it stops where something is refused.",
        (LIST, COMPOSER_NORMAL),
    ),
)
