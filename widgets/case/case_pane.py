"""The opened case: its head, its timeline, the composer under it; and what of them the shell's commands reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.widget import Widget

from agent_tui.commands import ids, ids_keys
from agent_tui.commands.consenting import ask_agreed
from agent_tui.commands.context import Choice, ComposeMode, Move
from agent_tui.commands.spec import CALL, GLOBAL, LIST, PROMPT
from agent_tui.desk.changes import Changes
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.channels import channel
from agent_tui.domain.model import Message
from agent_tui.domain.text import SafeText, clean_line, compose, trusted
from agent_tui.domain.time import Ms
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.case import drafting
from agent_tui.widgets.case.answering import Answering
from agent_tui.widgets.case.case_head import CaseHead
from agent_tui.widgets.case.choosing import Choosing
from agent_tui.widgets.case.composer import Composer
from agent_tui.widgets.case.entry_lines import delivery_words
from agent_tui.widgets.case.files import Files
from agent_tui.widgets.case.history import History
from agent_tui.widgets.case.host import host
from agent_tui.widgets.case.past_card import PastCard
from agent_tui.widgets.case.preview import Preview
from agent_tui.widgets.case.reader import Reader
from agent_tui.widgets.case.reply_choosing import ReplyChoosing
from agent_tui.widgets.case.source import source_here, source_of
from agent_tui.widgets.case.timeline import Timeline
from agent_tui.widgets.case.when import clock_time, full_time, next_midnight
from agent_tui.widgets.paint import Paint

if TYPE_CHECKING:
    from agent_tui.widgets.case.guide import Guide

THREE_COLUMNS = 110
"""From this width of the screen the customer has a column and the case its full head."""
ROOMY = 26
"""From this height the empty composer has two lines of text."""


class CasePane(Widget):
    """Timeline and composer of `desk.open_case`."""

    KEY_CONTEXTS = (LIST, CALL, GLOBAL)
    DEFAULT_CSS = """
    CasePane { layout: vertical; overflow: hidden; }
    CasePane History { display: none; }
    """

    def __init__(self, workbench: Workbench, paint: Paint, id: str | None = None) -> None:
        super().__init__(id=id)
        self.workbench = workbench
        self.paint = paint
        self.head = CaseHead(workbench, paint)
        self.timeline = Timeline(workbench, paint)
        self.history = History(workbench, paint)
        self.card = PastCard(workbench, paint)
        self.preview = Preview(paint, self.timeline)
        self.reader = Reader(paint, self.timeline)
        self.composer = Composer(workbench, paint)
        self.choosing = Choosing(self.composer)
        self.replies = ReplyChoosing(self.composer)
        self.files = Files(self, workbench, self.preview)
        self.answering = Answering()
        self.strip: Guide | None = None
        """A guided script above the composer; made when one is run first where the screen is narrow."""
        self._today: Ms | None = None
        self._reading = ""
        self._read_in: CaseKey | None = None

    def compose(self) -> ComposeResult:
        yield self.head
        yield self.card
        yield self.history
        yield self.timeline
        yield self.preview
        yield self.reader
        yield self.composer

    # -- what the shell tells

    def changed(self, changes: Changes) -> None:
        """See `agent_tui.widgets.pane.Pane`."""
        if changes.timeline:
            self.preview.close()
            self._close_reader()
            self.head.take()
            self.timeline.take()
        if changes.timeline or changes.past:
            self._take_past()
        if changes.timeline or changes.composer:
            self.composer.take()
            self.files.take_uploads(self.composer)
        elif changes.header:
            self.head.take()

    def tick(self, now: Ms) -> Ms | None:
        """See `agent_tui.widgets.pane.Pane`."""
        midnight = next_midnight(now, host(self).settings.zone)
        if midnight != self._today:
            if self._today is not None:
                self.timeline.take()
                self._take_past()
            self._today = midnight
        steps = (self.head.tick(now), self.composer.tick(now), midnight if self.workbench.desk.open_case else None)
        return min((step for step in steps if step is not None), default=None)

    def repaint(self) -> None:
        """Draw everything anew: another theme."""
        for widget in (self.head, self.timeline, self.card, self.history, self.composer, self.preview, self.reader):
            widget.refresh()

    def on_mount(self) -> None:
        self.head.take()
        self.timeline.take()
        self.composer.take()

    def on_resize(self, event: events.Resize) -> None:
        self.head.set_brief(self.screen.size.width < THREE_COLUMNS)
        self.composer.most_lines = max(1, self.size.height // 2 - 2)
        self.composer.empty_lines = 2 if self.size.height >= ROOMY else 1
        self.composer.take()

    # -- a guided script

    def spoken(self, words: str, fields: Mapping[str, str]) -> str:
        """A step's words to the customer, with what is known in place of their variables."""
        return self.replies.filling.said(words, fields)

    def show_strip(self, shown: bool) -> None:
        """A guided script above the composer, or none there."""
        if shown and self.strip is None:
            from agent_tui.widgets.case.guide import Guide

            self.strip = Guide(self.workbench, self.paint, self.answering, self.spoken, brief=True)
            self.mount(self.strip, before=self.composer)
        if self.strip is not None and self.strip.display != shown:
            self.strip.display = shown
            self.take_strip()

    def take_strip(self) -> None:
        """It has as many lines as it needs."""
        if self.strip is not None and self.strip.display:
            lines = self.strip.take()
            if lines:
                self.strip.styles.height = lines

    def write(self, words: str, fields: Mapping[str, str]) -> SafeText | None:
        """Put words with variables into the reply; why not, where that cannot be."""
        if (why_not := self._no_reply()) is None:
            said = self.spoken(words, fields)
            self.composer.insert(said if self.composer.writing.edit.at_word_start() else f" {said}")
        return why_not

    def write_canned(self, key: str) -> SafeText | None:
        """Put a canned reply into the reply; why not, where that cannot be."""
        return self._no_reply() or self.replies.use(key)

    def _no_reply(self) -> SafeText | None:
        """A reply is being written from now on; why not, where that cannot be."""
        case, writing = self.workbench.desk.open_case, self.composer.writing
        call = case.row.call if case is not None and case.row is not None else None
        if call is not None and call.state in ("active", "held"):
            return trusted("they are on the line: it is said aloud")
        writing.back_to_case()
        if writing.draft.note and not writing.blank:
            return trusted("a note is being written here: send it or clear it first")
        self.compose_message("reply")
        return None if writing.writable else trusted("nothing can be written here")

    # -- reading

    @property
    def reading(self) -> Timeline | History:
        """What is read: the case's timeline, or the customer's history in its place."""
        return self.history if self.history.display else self.timeline

    def _take_past(self) -> None:
        shown = self.workbench.desk.past is not None
        if shown != self.history.display:
            self.preview.close()
            self.reader.close()
            read = self.screen.focused is self.reading
            self.history.display = self.card.display = shown
            self.timeline.display = not shown
            if read:
                self.focus_timeline()
        if shown:
            self.card.take()
        self.history.take()

    @property
    def in_history(self) -> bool:
        """Whether the history has the focus."""
        return self.is_attached and self.screen.focused is self.history

    def open_entry(self) -> None:
        """Open the case of what the history's cursor is on, at it."""
        case, entry = self.workbench.desk.open_case, self.history.entry
        talks = frozenset(talk.id for talk in case.conversations) if case is not None else frozenset()
        key = self.history.place_of_entry(case.key, talks) if case is not None else None
        if key is None or entry is None:
            host(self).ui.say(trusted("this is of no case"), "warning")
            return
        self.workbench.close_past()
        host(self).ui.open_case(key)
        self.workbench.seek(*entry.place)

    def quote(self) -> SafeText | None:
        """Put the message under the cursor into what is being written; why not, where that cannot be."""
        message, writing = self.reading.under_cursor, self.composer.writing
        if message is None:
            return trusted("there is no message here")
        writing.back_to_case()
        if message.kind in ("note", "system") and not writing.draft.note:
            return trusted("that is for the house only: it can be quoted in a note")
        words = drafting.quoted(message)
        if not words:
            return trusted("there are no words in this message")
        writing.edit.insert(words if writing.edit.at_word_start() else f"\n{words}")
        writing.edited()
        self.focus_composer()
        return None

    def move(self, move: Move) -> bool:
        """Move the timeline's cursor; False when it stands at that end already."""
        return self.reading.move(move)

    def focus_timeline(self) -> None:
        """Reading: the keys of lists apply."""
        self.composer.modes.begin()
        self.screen.set_focus(self.reading, scroll_visible=False)  # at once, unlike Widget.focus

    def message_under_cursor(self) -> Message | None:
        """The message that `copy-message`, `forward` and `retry-send` are about; the last one when none is marked."""
        return self.reading.under_cursor

    def case_under_cursor(self, *, put: bool) -> CaseKey | None:
        """See `Timeline.case_under_cursor`; None while the history is shown."""
        return None if self.history.display else self.timeline.case_under_cursor(put=put)

    def fold(self, every: bool = False) -> None:
        """Fold or unfold quotes and recipients of the message under the cursor; in the history the conversation, or
        `every` one."""
        if self.history.display:
            self.history.fold(every)
        else:
            self.timeline.fold()

    def show_letters(self) -> bool:
        """Offer links, files and hidden things of the messages in sight; False when there is nothing to pick."""
        return self.files.offer(self.timeline.messages_in_sight(), self._hidden_things())

    def _hidden_things(self) -> list[tuple[Choice, Callable[[], None]]]:
        """Sources of messages that are not drawn as they were sent, and their card numbers."""
        case, found = self.workbench.desk.open_case, list[tuple[Choice, Callable[[], None]]]()
        parts = {part.key: part for part in case.parts} if case is not None else {}
        for said in self.timeline.messages_in_sight():
            part, message = parts.get(said.of, case) if said.of is not None else case, said.message
            state = self.workbench.desk.backends.get(part.key.backend) if part is not None else None
            if part is None or state is None:
                continue
            at = clock_time(message.at, host(self).settings.zone)
            if message.body.altered:
                title = compose("source of {time}", time=at)
                choice = Choice("", title, trusted("what was sent, by code points"))
                found.append((choice, partial(self.show_source, message, part)))
            hidden = (message.body.has_card or message.folded.has_card) and not part.shows_cards(message.id)
            if hidden and "show-card" in state.capabilities.orders:
                title = compose("card number of {time}", time=at)
                choice = Choice("", title, trusted("that you asked is written down"))
                found.append((choice, partial(self.workbench.show_card, part.key, message.id)))
        return found

    def show_source(self, message: Message, part: OpenCase | None = None) -> None:
        """Show what was sent in the timeline's place. `part`: whose message it is, where not of the case that is
        worked on."""
        case = part or self.workbench.desk.open_case
        if case is None:
            return
        self._reading = message.id
        self.run_worker(self._read_source(case, message), group="source", exclusive=True, exit_on_error=False)

    async def _read_source(self, case: OpenCase, message: Message) -> None:
        title = compose("source of {time}", time=full_time(message.at, host(self).settings.zone))
        try:
            text = await source_of(self.workbench, case, message)
        except Exception as error:  # no connection, a refusal: told, and what is here is shown
            host(self).ui.say(compose("not all of it: {why}", why=clean_line(str(error))), "warning")
            text = source_here(case, message)
        shown = self.workbench.desk.open_case
        if shown is not None and case in shown.parts and self._reading == message.id:
            self.preview.close()
            self._read_in = shown.key
            self.reader.show(title, text)

    def _close_reader(self) -> None:
        """Another case: what is read belongs to the one before. News of the same case leave it open."""
        case = self.workbench.desk.open_case
        if case is None or case.key != self._read_in:
            self.reader.close()

    def explain(self) -> SafeText | None:
        """More to say about the message under the cursor: how far it got, what could not be decoded."""
        message = self.reading.under_cursor
        return delivery_words(message) if message is not None else None

    # -- writing

    def focus_composer(self) -> bool:
        """Writing: the composer's keys apply. False when there is nothing to write to."""
        if not self.composer.writing.writable:
            return False
        self.preview.close()
        self.reader.close()
        if not self.composing and PROMPT not in getattr(self.screen.focused, "KEY_CONTEXTS", ()):
            self.composer.modes.begin()
        self.screen.set_focus(self.composer, scroll_visible=False)
        return True

    @property
    def composing(self) -> bool:
        """Whether the composer has the focus."""
        return self.is_attached and self.screen.focused is self.composer

    @property
    def enter_sends(self) -> bool:
        """What Enter does in the composer as it is now: sends (True), or begins a new line."""
        return self.composer.enter_sends

    def compose_message(self, mode: ComposeMode, to: str = "") -> None:
        """Begin (or go on with) a draft of this kind in the composer and put the focus there. `to`: an address."""
        missing: Callable[[], object] | None = None
        if mode == "new":
            missing = self._new(to)
        elif self.workbench.desk.open_case is not None:
            self.composer.writing.back_to_case()
            if mode == "note" and self._reply_begun:
                # never into the reply: what was meant for the house would go to the customer
                host(self).ui.command_line(f"{ids.NOTE} ")
                return
            missing = self._about_case(mode, to)
        if self.focus_composer() and missing is not None:
            self.call_later(missing)  # when the shell knows that the focus is in the composer

    @property
    def _reply_begun(self) -> bool:
        writing = self.composer.writing
        return not writing.blank and not writing.draft.note

    def _new(self, to: str) -> Callable[[], object] | None:
        backend = next(iter(self.workbench.desk.backends.values()), None)
        if backend is None:
            return None
        self.composer.writing.begin_new(drafting.new_message(to, backend.id, backend.directory))
        return self._ask_to if not self.composer.writing.draft.to else None

    def _ask_to(self) -> None:
        self.choosing.ask_field("to")

    def _about_case(self, mode: ComposeMode, to: str) -> Callable[[], object] | None:
        """Begin the draft; what must be asked next, if anything."""
        case = self.workbench.desk.open_case
        assert case is not None
        composer, now = self.composer, self.workbench.time.now()
        draft, message = composer.writing.draft, self.reading.chosen
        kept = not composer.writing.blank
        if kept and mode in ("reply", "reply-choose") and not draft.note:
            return self.choosing.ask_channel if mode == "reply-choose" else None
        if kept and (mode != "note" or not draft.note):
            what = trusted("a note is being written here") if draft.note else trusted("a reply is being written here")
            host(self).ui.say(compose("{what}: send it or clear it first", what=what), "warning")
            return None
        directory = composer.writing.directory
        if mode == "note":
            if not draft.note:
                composer.writing.begin(drafting.note(case.key))
        elif mode == "forward":
            return self._forward(to)
        elif mode == "reply-all":
            composer.writing.begin(drafting.reply_all(case, directory, now, message or self._last_mail()))
        else:
            composer.writing.begin(drafting.reply(case, directory, now, message), stays=message is not None)
            if to:
                self._write_to(to)
            if mode == "reply-choose":
                return self.choosing.ask_channel
        return None

    def _forward(self, to: str) -> Callable[[], object] | None:
        case, message = self.workbench.desk.open_case, self.reading.under_cursor
        if case is None or message is None:
            return None
        name = case.row.name.safe_line if case.row is not None else trusted("")
        who = message.sender.safe_line or (name if message.kind == "in" else clean_line(message.author))
        when = full_time(message.at, host(self).settings.zone)  # it is read on another day than it is written
        self.composer.writing.begin(drafting.forward(case, self.composer.writing.directory, message, who, when))
        if not to:
            return self._ask_to
        self.composer.writing.change(to=drafting.addresses_in(to))
        return None

    def _write_to(self, to: str) -> None:
        """To this address of the customer."""
        case = self.workbench.desk.open_case
        if case is None:
            return
        ways = drafting.routes(case, self.composer.writing.directory, self.workbench.time.now())
        way = next((way for way in ways if way.address.safe_line == to), None)
        if way is not None:
            self.composer.writing.route(way)

    def _last_mail(self) -> Message | None:
        case = self.workbench.desk.open_case
        messages = case.messages if case is not None else ()
        mails = (m for m in reversed(messages) if m.kind == "in" and channel(m.channel).kind == "mail")
        return next(mails, None)

    def composer_key(self, command: str, arguments: tuple[str, ...]) -> SafeText | None:
        """Carry out one of the `compose-*` commands; what to say on the status line, if anything."""
        composer = self.composer
        acts: dict[str, Callable[[], SafeText | None]] = {
            ids.COMPOSE_ENTER: self._enter,
            ids.COMPOSE_SEND: self._send,
            ids.COMPOSE_NEWLINE: composer.newline,
            ids.COMPOSE_CHANNEL: lambda: self.choosing.ask_channel(*arguments[:1]),
            ids.COMPOSE_ATTACH: lambda: self.files.attach(composer, *arguments[:1]),
            ids.COMPOSE_CANNED: self._canned,
            ids.COMPOSE_SIGNATURE: composer.writing.toggle_signature,
            ids.COMPOSE_DELETE_WORD: composer.delete_word,
            ids.COMPOSE_DELETE_LINE: composer.delete_line,
            ids.COMPOSE_UNDO_TEXT: composer.undo_text,
            ids.COMPOSE_REDO_TEXT: composer.redo_text,
            ids_keys.COMPOSE_EDIT: lambda: composer.edit_by(*arguments[:1]),
        }
        act = acts.get(command)
        return act() if act is not None else None

    def _enter(self) -> SafeText | None:
        if self.enter_sends:
            return self._send()
        self.composer.newline()
        return None

    def _send(self) -> SafeText | None:
        if self.composer.writing.draft.consent == "ask":
            self._ask_consent()
            return None
        new, note = self.composer.writing.draft.key is None, self.composer.writing.draft.note
        words = self.composer.writing.send(self.timeline.keys_in_sight())
        if note and not self.composer.writing.draft.note:
            self.focus_timeline()  # else the next words, meant for a note too, would go to the customer
        if new and self.composer.writing.draft.key is not None:
            self.focus_timeline()  # nor are they for the customer whose case happens to be open
        if new and not self.composer.writing.writable:
            host(self).ui.focus("inbox")
        return words

    def _ask_consent(self) -> None:
        """The server knows of no word of theirs: who sends says whether there was one."""
        ui, writing = host(self).ui, self.composer.writing

        def answer(agreed: bool) -> None:
            if agreed:
                writing.change(consent="given")
                words = self._send()
            else:
                words = trusted("nothing was sent; the words are kept")
            if words is not None:
                ui.say(words)

        ask_agreed(ui, writing.draft.channel, trusted("no: nothing is sent"), answer)

    def _canned(self) -> SafeText | None:
        self.replies.ask(False)
        return None

    # -- what the parts tell

    def on_composer_canned_wanted(self, message: Composer.CannedWanted) -> None:
        message.stop()
        self.replies.ask(True)

    def on_composer_page_wanted(self, message: Composer.PageWanted) -> None:
        message.stop()
        self.reading.move("page-on" if message.on else "page-back")

    def on_preview_wanted(self, message: Preview.Wanted) -> None:
        message.stop()
        self.files.act_on_shown(message.what)

    def on_reader_closed(self, message: Reader.Closed) -> None:
        message.stop()
        self.focus_timeline()

    def on_preview_closed(self, message: Preview.Closed) -> None:
        message.stop()
        self.focus_timeline()
