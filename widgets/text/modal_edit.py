"""Editing a text by commands, as vi has them: motions, deletions, a register, and the two modes. Pure."""

from __future__ import annotations

from collections.abc import Callable

from agent_tui.widgets.text.edit_view import EditView
from agent_tui.widgets.text.editing import EditText


class ModalEdit:
    """`normal`: letters are commands. `view` tells the text that is edited now; what was taken out stays when it is
    another. A line is what ends with a line break, however many rows it takes."""

    def __init__(self, view: EditView) -> None:
        self._view = view
        self.modal = False
        """Whether the keymap has a NORMAL mode."""
        self.normal = False
        self._taken = ""
        self._whole_lines = False
        self._acts: dict[str, Callable[[], None]] = {
            "left": lambda: self._along("left"),
            "right": lambda: self._along("right"),
            "up": lambda: self._along("up"),
            "down": lambda: self._along("down"),
            "word-next": lambda: self._edit.put_caret(self._word_next()),
            "word-end": lambda: self._edit.put_caret(self._word_end()),
            "word-back": lambda: self._edit.word_left(),
            "line-start": lambda: self._edit.put_caret(self._line()[0]),
            "first-letter": lambda: self._edit.put_caret(self._first_letter()),
            "line-end": self._to_line_end,
            "text-start": lambda: self._edit.put_caret(0),
            "text-end": lambda: self._edit.put_caret(len(self._edit.text)),
            "delete-letter": self._delete_letter,
            "delete-before": lambda: self._edit.backspace(),
            "delete-word": lambda: self._take(self._edit.caret, self._word_next(within=True)),
            "delete-to-end": lambda: self._take(self._edit.caret, self._line()[1]),
            "delete-line": self._delete_line,
            "copy-line": lambda: self._copy_line(),
            "put-after": lambda: self._put(after=True),
            "put-before": lambda: self._put(after=False),
            "undo": lambda: self._undo(self._edit.undo),
            "redo": lambda: self._undo(self._edit.redo),
            "insert": self.begin,
            "append": self._append,
            "insert-first": lambda: self._begin_at(self._first_letter()),
            "append-last": lambda: self._begin_at(self._line()[1]),
            "open-below": lambda: self._open(self._line()[1], "\n", 1),
            "open-above": lambda: self._open(self._line()[0], "\n", 0),
            "change-word": self._change_word,
            "change-line": self._change_line,
            "normal": self._leave,
        }

    @property
    def _edit(self) -> EditText:
        return self._view.edit

    def begin(self) -> None:
        """INSERT: letters are written."""
        self.normal = False

    def act(self, what: str) -> bool:
        """Carry out one of `commands.ids_keys.EDITS`; False where the keymap lacks the mode for it."""
        if what == "normal" and not self.modal:
            return False
        self._acts[what]()
        return True

    # -- places

    def _line(self) -> tuple[int, int]:
        """Start and end of the caret's line, without its break."""
        text, caret = self._edit.text, self._edit.caret
        stop = text.find("\n", caret)
        return text.rfind("\n", 0, caret) + 1, stop if stop >= 0 else len(text)

    def _first_letter(self) -> int:
        start, stop = self._line()
        line = self._edit.text[start:stop]
        return start + len(line) - len(line.lstrip())

    def _word_next(self, within: bool = False) -> int:
        """Where the next word begins; `within`: the line's end at most."""
        text, place = self._edit.text, self._edit.caret
        last = self._line()[1] if within else len(text)
        while place < last and not text[place].isspace():
            place += 1
        while place < last and text[place].isspace():
            place += 1
        return place

    def _word_end(self) -> int:
        """Before the last letter of this word, or of the next one where the caret is there already."""
        text, place = self._edit.text, self._edit.caret + 1
        while place < len(text) and text[place].isspace():
            place += 1
        while place + 1 < len(text) and not text[place + 1].isspace():
            place += 1
        return min(place, len(text))

    def _along(self, key: str) -> None:
        self._view.move(key)

    def _to_line_end(self) -> None:
        """In NORMAL mode the caret stands on a letter."""
        start, stop = self._line()
        self._edit.put_caret(stop)
        if self.normal and stop > start:
            self._edit.left()

    # -- changes

    def _take(self, start: int, stop: int, whole_lines: bool = False) -> None:
        if start < stop:
            self._taken, self._whole_lines = self._edit.text[start:stop], whole_lines
            self._edit.put_caret(stop)
            self._edit.put_caret(start, mark=True)  # where the caret stands again when it is undone
            self._edit.delete()

    def _delete_letter(self) -> None:
        if self._edit.caret < self._line()[1]:
            self._edit.delete()

    def _delete_line(self) -> None:
        start, stop = self._line()
        text = self._edit.text
        taken = text[start:stop]
        if stop < len(text):
            self._take(start, stop + 1)
        else:
            self._take(max(0, start - 1), stop)
            self._edit.put_caret(self._line()[0])
        self._taken, self._whole_lines = taken, True

    def _copy_line(self) -> None:
        start, stop = self._line()
        self._taken, self._whole_lines = self._edit.text[start:stop], True

    def _put(self, *, after: bool) -> None:
        edit = self._edit
        if self._whole_lines:
            start, stop = self._line()
            edit.put_caret(stop if after else start)
            edit.insert(f"\n{self._taken}" if after else f"{self._taken}\n")
            edit.put_caret(self._line()[0] if after else start)
        elif self._taken:
            if after and edit.caret < self._line()[1]:
                edit.right()
            edit.insert(self._taken)

    def _undo(self, step: Callable[[], bool]) -> None:
        step()

    # -- modes

    def _begin_at(self, place: int) -> None:
        self._edit.put_caret(place)
        self.begin()

    def _append(self) -> None:
        if self._edit.caret < self._line()[1]:
            self._edit.right()
        self.begin()

    def _open(self, place: int, broken: str, on: int) -> None:
        self._edit.put_caret(place)
        self._edit.insert(broken)
        self._edit.put_caret(place + on)
        self.begin()

    def _change_word(self) -> None:
        text, start = self._edit.text, self._edit.caret
        stop, last = start, self._line()[1]
        while stop < last and not text[stop].isspace():
            stop += 1
        self._take(start, stop)
        self.begin()

    def _change_line(self) -> None:
        start, stop = self._line()
        self._take(start, stop)
        self.begin()

    def _leave(self) -> None:
        self.normal = True
        if self._edit.caret > self._line()[0]:
            self._edit.left()
