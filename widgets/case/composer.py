"""The composer: the draft of the open case (or of a new message), its rule and fields, and the text being written."""

from __future__ import annotations

from rich.style import Style
from textual import events
from textual.geometry import Offset, Region
from textual.message import Message as Posted
from textual.strip import Strip

from agent_tui.commands.spec import COMPOSER, COMPOSER_NORMAL, GLOBAL
from agent_tui.domain.channels import channel
from agent_tui.domain.suggested import SuggestedReply
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, compose, trusted
from agent_tui.domain.time import Ms
from agent_tui.services.workbench import Workbench
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.case.composer_rule import field_lines, hint_line, rule_of, rule_steps
from agent_tui.widgets.case.host import host
from agent_tui.widgets.case.pieces import LinePieces, cells, strip_of
from agent_tui.widgets.case.suggested_words import suggested_line
from agent_tui.widgets.case.writing import Writing
from agent_tui.widgets.paint import Paint
from agent_tui.widgets.text.editing import MOST
from agent_tui.widgets.text.modal_edit import ModalEdit


class Composer(LineView, can_focus=True):
    """Rule, fields and text. As high as it needs, up to `most_lines` of text. `empty_lines`: of a text not begun."""

    DEFAULT_CSS = """
    Composer { height: 2; }
    """

    class CannedWanted(Posted):
        """A slash was typed where a word begins: canned replies."""

    class PageWanted(Posted):
        """PageUp or PageDown while writing: the timeline's page."""

        def __init__(self, on: bool) -> None:
            super().__init__()
            self.on = on

    def __init__(self, workbench: Workbench, paint: Paint, id: str | None = None) -> None:
        super().__init__(id=id)
        self.workbench = workbench
        self.paint = paint
        self.most_lines = 8
        self.empty_lines = 2
        self.writing = Writing(workbench, self._show, lambda: host(self).settings.signature)
        self.modes = ModalEdit(self.writing.view)
        self._rule_shown: LinePieces | None = None
        self._fields: list[LinePieces] = []

    @property
    def KEY_CONTEXTS(self) -> tuple[str, ...]:  # named as the constant is that other widgets have
        """What keys mean here: in NORMAL mode letters are commands."""
        return (COMPOSER_NORMAL, COMPOSER, GLOBAL) if self.modes.normal else (COMPOSER, GLOBAL)

    @property
    def enter_sends(self) -> bool:
        """Live and messaging channels, and notes: Enter sends. Mail and public posts: a new line."""
        return self.writing.enter_sends

    def take(self) -> None:
        """The case, its conversations or its draft may be others."""
        self.writing.take()

    # -- keys that the keymap leaves to the composer

    def on_key(self, event: events.Key) -> None:
        edit, key = self.writing.edit, event.key
        changes = {"backspace": edit.backspace, "delete": edit.delete}
        if self.writing.view.move(key.removeprefix("shift+"), mark=key.startswith("shift+")):
            self._show()
        elif self.modes.normal:
            pass  # a letter without a meaning is not written either
        elif key in changes:
            changes[key]()
            self.writing.edited()
        elif key in ("pageup", "pagedown"):
            self.post_message(self.PageWanted(key == "pagedown"))
        elif key == "tab":
            self.writing.next_field()
            self._show()
        elif event.character == "/" and edit.at_word_start() and self.writing.has_replies:
            self.post_message(self.CannedWanted())
        elif event.character is not None and event.is_printable:
            edit.insert(event.character)
            self.writing.edited()
        else:
            return
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """A paste never sends, and is cleaned of controls."""
        event.stop()
        self.insert(event.text)

    def insert(self, text: str) -> None:
        """Put text in at the caret; the first `{{ field }}` of it is marked to be filled."""
        start = self.writing.edit.marked[0]
        if len(self.writing.edit.text) + len(text) > MOST:
            words = compose(
                "cut: a text holds {n} characters at most; send the rest as a file ({key})",
                n=MOST,
                key=key_of("compose-attach", "^F"),
            )
            host(self).ui.say(words, "failure")
        self.writing.edit.insert(text)
        self.writing.mark_field(start, self.writing.edit.caret)
        self.writing.edited()

    def edit_by(self, what: str) -> SafeText | None:
        """One of the acts of `compose-edit`."""
        if not self.modes.act(what):
            return trusted("these keys have no NORMAL mode; those of vim have")
        self.writing.edited()
        return None

    def newline(self) -> None:
        """A new line."""
        self.writing.edit.insert("\n")
        self.writing.edited()

    def delete_word(self) -> None:
        self.writing.edit.delete_word()
        self.writing.edited()

    def delete_line(self) -> None:
        self.writing.edit.delete_line()
        self.writing.edited()

    def undo_text(self) -> SafeText | None:
        """Take the last change of the text back."""
        done = self.writing.edit.undo()
        self.writing.edited()
        return None if done else trusted("nothing more to undo in the text")

    def redo_text(self) -> SafeText | None:
        """Make the last change of the text again that was taken back."""
        done = self.writing.edit.redo()
        self.writing.edited()
        return None if done else trusted("nothing was taken back in the text")

    def on_focus(self) -> None:
        self.writing.begun_to_write()
        self._ask_suggestions()  # here it has the focus for others only when this is over
        self._show()

    def on_blur(self) -> None:
        self.writing.save()
        self.workbench.left_composer()
        self._show()

    def on_unmount(self) -> None:
        self.writing.save()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._put_caret(event, mark=event.shift)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._put_caret(event, mark=True)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.release_mouse()

    def _put_caret(self, event: events.MouseEvent, mark: bool) -> None:
        self.writing.view.put_caret_at(event.x, event.y - self._head, mark)
        self._show()

    # -- drawing

    def tick(self, now: Ms) -> Ms | None:
        """The window's minutes run."""
        if not self.writing.writable:
            return None
        if self._rule_shown is not None and self._rule() != self._rule_shown:
            self.refresh(Region(0, 0, self.size.width, 1))
        return rule_steps(self.writing.about, self.writing.draft, now)

    def _rule(self) -> LinePieces:
        writing = self.writing
        now, width = self.workbench.time.now(), self.size.width
        mode = (trusted("NORMAL") if self.modes.normal else trusted("INSERT")) if self.modes.modal else None
        return rule_of(writing.about, writing.draft, writing.directory, now, width, writing.server, mode)

    def _ask_suggestions(self) -> None:
        if host(self).settings.suggestions:
            self.writing.ask_suggestions()

    def _suggested(self) -> tuple[SuggestedReply, ...]:
        """What stands in the last line of a text that is not begun."""
        if not self.has_focus or not host(self).settings.suggestions or "\n" in self.writing.edit.text:
            return ()
        return self.writing.suggested

    @property
    def _head(self) -> int:
        return 1 + len(self._fields)

    def _keep_true(self) -> None:
        """What was said of fields that are still to be filled goes by what is filled since."""
        told = self.writing.told_lacking
        if told and told != (now := self.writing.tell_lacking()):
            host(self).ui.instead(told, now)

    def _show(self) -> None:
        """Wrap, take the height that is needed, keep the caret in sight, draw."""
        self._keep_true()
        self.display = self.writing.writable
        self._fields = field_lines(self.writing.about, self.writing.draft)
        if (words := self.writing.hint) is not None:
            self._fields = [hint_line(words), *self._fields]
        if not self.size.width or not self.writing.writable:
            self.refresh()
            return
        wrapped = self.writing.view.wrap(self.size.width, self.paint.bidi)
        least = self.empty_lines + (channel(self.writing.draft.channel).kind == "mail")
        lines = max(1, min(self.most_lines, max(least, wrapped)))
        self.writing.view.fit(lines)
        height = self._head + lines
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height
        if self.has_focus:
            column, line = self.writing.view.caret_cell
            self.app.cursor_position = self.content_region.offset + Offset(column, self._head + line)
            self._ask_suggestions()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.base
        if not self.writing.writable:
            return Strip.blank(width, base)
        if y == 0:
            self._rule_shown = self._rule()
            return strip_of(self._rule_shown, width, self.paint, base)
        if y < self._head:
            return strip_of(self._fields[y - 1], width, self.paint, base)
        suggested = self._suggested() if y == self.size.height - 1 else ()
        if suggested and y > self._head:
            return strip_of(suggested_line(suggested), width, self.paint, base)
        ink = base + self.paint["note"] if self.writing.draft.note else base
        line = self.writing.view.strip(y - self._head, width, self.paint, base, ink, caret=self.has_focus)
        return self._with_hint(line, suggested_line(suggested), base) if suggested else line

    def _with_hint(self, line: Strip, hint: LinePieces, base: Style) -> Strip:
        """In the one empty line, at the side where the caret is not."""
        width, taken = self.size.width, cells(hint.start) + 1
        if taken + 4 > width:
            return line
        beside = strip_of(hint, taken, self.paint, base)
        if self.writing.view.caret_cell[0] < width // 2:
            return Strip.join([line.crop(0, width - taken), beside])
        return Strip.join([beside, line.crop(taken, width)])

    def on_resize(self) -> None:
        self._show()
