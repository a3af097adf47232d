"""What commands may ask of the screen, carried out on the shell's widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from agent_tui.commands.context import Arguments, Choice, ComposeMode, Move, Place
from agent_tui.commands.hands import Looks
from agent_tui.desk.changes import Changes, Level
from agent_tui.desk.desk import Desk
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Message
from agent_tui.domain.orders import MarkRead
from agent_tui.domain.text import SafeText, clean_line, compose, listed, trusted
from agent_tui.domain.time import local_time
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.ask import Asking
from agent_tui.widgets.ask.pick import FilterAsking, PageAsking, PickAsking
from agent_tui.widgets.shell.desk_screen import DeskScreen
from agent_tui.widgets.shell.macro import Macro
from agent_tui.widgets.shell.typed_ahead import TypedAhead

_ORDER: tuple[Place, ...] = ("inbox", "timeline", "customer")


class DeskUi:
    """Implements `agent_tui.commands.context.Ui`. It keeps where the focus is while a line is typed, and which case was
    open before this one."""

    def __init__(self, workbench: Workbench, screen: DeskScreen) -> None:
        self._workbench = workbench
        self._screen = screen
        self.lock: Callable[[], None] = lambda: None
        """Hides all; set by what can unlock again."""
        self.looks: Looks
        """Themes and keymaps; set by what has them."""
        self._place: Place = "inbox"
        self._opened: CaseKey | None = None
        self.last_case: CaseKey | None = None
        self.on_keypad = False
        self._in_hits = False
        self._before_search: CaseKey | None = None
        self.ahead = TypedAhead()
        self.hands = Macro(lambda words: self.say(words, "warning"))
        self.ask_command: Callable[[Literal["line", "palette", "help"], str], Asking] | None = None

    # -- where the focus is

    @property
    def place(self) -> Place:
        screen = self._screen
        focused = screen.focused
        if focused is not None and focused is not screen.prompt:
            self._place = self._place_of_focus()
        return self._place

    @property
    def key_in_list(self) -> CaseKey | None:
        """The case under the cursor of the rows, or of what was found where the focus is (or was) there."""
        return self._screen.hits.key if self._hits_have_it() else self._screen.inbox.key

    def _hits_have_it(self) -> bool:
        """Whether the inbox's cursor is among what was found."""
        screen = self._screen
        if screen.focused is screen.hits or screen.focused is screen.inbox:
            self._in_hits = screen.focused is screen.hits
        return self._in_hits and self._workbench.desk.finding is not None

    def _place_of_focus(self) -> Place:
        screen, focused = self._screen, self._screen.focused
        if focused is not None and focused in (screen.guide, screen.case.strip):
            return "script"
        if focused is not None and screen.case in focused.ancestors_with_self:
            if screen.case.composing:
                return "composer"
            return "history" if screen.case.in_history else "timeline"
        if focused is not None and screen.customer in focused.ancestors_with_self:
            return "customer"
        return "inbox"

    def focus(self, place: Place) -> None:
        screen = self._screen
        self._place = place
        if place == "inbox":
            in_hits = self._in_hits and self._workbench.desk.finding is not None
            screen.see("inbox")
            screen.set_focus(screen.hits if in_hits else screen.inbox, scroll_visible=False)
        elif place == "script":
            self._focus_script()
        elif place == "customer":
            self._want_card(True)
            screen.see("card")
            screen.set_focus(screen.customer, scroll_visible=False)
        else:
            screen.see("case")
            if place in ("timeline", "history") or not screen.case.focus_composer():
                screen.case.focus_timeline()
                self._place = self._place_of_focus()

    def _focus_script(self) -> None:
        """Answering: where the script stands on the screen; reading the case where none is run."""
        screen = self._screen
        screen.see("case")
        self._want_card(False)
        screen.changed(Changes(timeline=True, customer=True))
        if screen.answered_at is None:
            self.focus("timeline")
        else:
            screen.set_focus(screen.answered_at, scroll_visible=False)

    def _want_card(self, wanted: bool) -> None:
        """The customer in the column that a script has, or the script there again."""
        if wanted != self._screen.card_wanted:
            self._screen.card_wanted = wanted
            self._screen.place()

    def focus_again(self) -> None:
        """After a line was typed: back to where the focus was."""
        self.focus(self._place)

    def focus_next(self, step: int) -> None:
        open_case = self._workbench.desk.open_case is not None
        places = [place for place in _ORDER if place == "inbox" or open_case]
        if self._screen.answered_at is not None:
            places[-1] = "script"
        now: Place = "timeline" if self.place in ("composer", "history") else self.place
        at = places.index(now) if now in places else len(places) - 1  # the card stands in the script's place
        self.focus(places[(at + step) % len(places)])

    def back(self) -> None:
        screen = self._screen
        if screen.prompt.asking is not None:
            screen.prompt.leave()
        elif self.on_keypad:
            self.on_keypad = False
        elif screen.status.shows_failure and self.place != "composer":
            screen.status.seen(surely=True)
        elif self.place == "composer" and screen.writing_new:
            screen.writing_new = False
            self.focus("timeline" if self._workbench.desk.open_case is not None else "inbox")
            screen.place()
        elif self.place == "history":
            self._workbench.close_past()
            screen.changed(Changes(past=True))
            self.focus("timeline")
        elif self.place in ("composer", "customer", "script"):
            self.focus("timeline")
        elif screen.sight == "card":
            screen.see("case")
        elif self.place == "timeline":
            self._workbench.settle()
            self.focus("inbox")
        elif self._workbench.desk.inbox.marked:
            self._workbench.unmark()
        elif self._workbench.desk.open_case is not None:
            self._workbench.close_case()
        elif self._workbench.desk.inbox.view.text or self._workbench.desk.finding is not None:
            self._narrow("")

    # -- rows and cases

    def move(self, move: Move) -> bool:
        if self.place == "inbox":
            return self._move_in_list(move)
        if self.place == "customer":
            return self._screen.customer.move(move)
        return self._screen.case.move(move)

    def _move_in_list(self, move: Move) -> bool:
        """Rows and what was found under them are one way down and up."""
        screen = self._screen
        if self._hits_have_it():
            finding = self._workbench.desk.finding
            if screen.hits.move(move):
                return True
            if move in ("previous", "page-back", "first"):
                self._in_hits = False
                screen.set_focus(screen.inbox, scroll_visible=False)
                return True
            self._workbench.find_more()
            return finding is not None and (finding.more or finding.waiting)
        if screen.inbox.move(move):
            return True
        if move in ("next", "page-on", "last") and screen.hits.display and screen.hits.chosen is not None:
            self._in_hits = True
            screen.set_focus(screen.hits, scroll_visible=False)
            return True
        return False

    def point_at(self, key: CaseKey) -> None:
        self._screen.inbox.point_at(key)

    def open_case(self, key: CaseKey, place: Place = "timeline") -> None:
        desk = self._workbench.desk
        hit = self._screen.hits.chosen if self.place == "inbox" and self._hits_have_it() else None
        at = (hit.hit.at, hit.hit.message) if hit is not None and hit.key == key and hit.hit.message else None
        if self._opened is not None and self._opened != key:
            self.last_case = self._opened
        self._opened = key
        screen = self._screen
        screen.writing_new = False
        if not _is_open(desk, key) or at is not None:
            self._workbench.open(key, at)
            # at once, not with the next drawing: the very next key may be a letter of the reply
            screen.changed(Changes(timeline=True, customer=True, composer=True))
        if at is None:
            screen.inbox.point_at(key)
        self._workbench.handling.look(key)
        self._mark_read(key)
        self.focus(place)

    def turn_to_message(self, *, put: bool) -> None:
        """What is done with the message under the cursor is done in its own case, whichever server has it. `put`: only
        where the agent put the cursor there."""
        key = self._screen.case.case_under_cursor(put=put) if self.place == "timeline" else None
        if key is not None:
            self._workbench.turn(key)
            self._screen.changed(Changes(timeline=True, customer=True, composer=True))

    def look_at(self, key: CaseKey) -> None:
        """Show a case while the cursor rests on it: it stays unread, nobody takes it, the focus stays in the inbox."""
        screen = self._screen
        elsewhere = self.place != "inbox" or screen.prompt.asking is not None or screen.writing_new
        if elsewhere or _is_open(self._workbench.desk, key):
            return
        self._workbench.handling.look(None)
        self._workbench.open(key)
        screen.changed(Changes(timeline=True, customer=True, composer=True))

    def _mark_read(self, key: CaseKey) -> None:
        """Opened by one who answers it: no longer unread. A supervisor who looks in leaves it as it was."""
        row, backend = self._workbench.desk.row(key), self._workbench.desk.backends.get(key.backend)
        if row is None or not row.unread or backend is None or backend.me is None:
            return
        if row.owner in ("", backend.me.id) and "mark-read" in backend.capabilities.orders:
            self._workbench.order(key.backend, MarkRead(key.case, row.version), key=key)

    def open_past(self) -> None:
        self._screen.customer.open_under_cursor()

    # -- the case pane

    def toggle_history(self) -> None:
        screen, desk = self._screen, self._workbench.desk
        case, past = desk.open_case, desk.past
        parts = (case, *case.beside) if case is not None else ()
        told = [part.key for part in parts if desk.backends[part.key.backend].capabilities.history]
        at = next((place for place, key in enumerate(told) if past is not None and key.backend == past.backend), -1)
        if past is not None and at + 1 >= len(told):
            self._workbench.close_past()
        elif not told:
            self._workbench.show_past()
        else:
            key = told[at + 1]
            self._workbench.show_past(key)
            if len(told) > 1:
                server = clean_line(desk.backends[key.backend].name)
                self.say(compose("history at {server}", server=server))
        screen.changed(Changes(past=True))
        self.focus("timeline")

    def open_entry(self) -> None:
        self._screen.case.open_entry()

    def come_back_to(self, key: CaseKey) -> None:
        self._screen.inbox.await_row(key)

    def keep_draft(self) -> None:
        self._screen.case.composer.writing.save()

    def quote(self) -> SafeText | None:
        why_not = self._screen.case.quote()
        if why_not is None:
            self._screen.see("case")
            self._place = self._place_of_focus()
        return why_not

    def toggle_customer(self) -> None:
        if self._screen.sight == "card":
            self._want_card(False)
            self.focus("timeline")
        else:
            self.focus("customer")

    @property
    def typed(self) -> str:
        return self._screen.case.answering.line.text

    def untype(self) -> bool:
        if not self._screen.case.answering.untype():
            return False
        self._take_answer()
        return True

    def refuse(self, why: SafeText) -> None:
        self._screen.case.answering.problem = why
        self._take_answer()

    def _take_answer(self) -> None:
        if self._screen.answered_at is not None:
            self._screen.answered_at.take()

    def write(self, words: str, fields: Mapping[str, str]) -> SafeText | None:
        self._screen.see("case")
        why_not = self._screen.case.write(words, fields)
        self._place = self._place_of_focus()
        return why_not

    def write_canned(self, key: str) -> SafeText | None:
        self._screen.see("case")
        return self._screen.case.write_canned(key)

    def compose(self, mode: ComposeMode, to: str = "") -> None:
        self._screen.writing_new = mode == "new"
        self._screen.see("case")
        self._screen.place()
        self._screen.case.compose_message(mode, to)
        self._place = self._place_of_focus()

    def composer_key(self, command: str, arguments: Arguments) -> SafeText | None:
        return self._screen.case.composer_key(command, arguments)

    def message(self) -> Message | None:
        return self._screen.case.message_under_cursor()

    def show_source(self, message: Message) -> None:
        self._screen.case.show_source(message)

    def fold(self, every: bool = False) -> None:
        self._screen.case.fold(every)

    def show_letters(self) -> bool:
        return self._screen.case.show_letters()

    def explain(self) -> SafeText | None:
        return self._screen.case.explain() if self.place == "timeline" else None

    def keypad(self) -> None:
        self.on_keypad = True

    # -- asking

    def edit(self, action: Literal["delete-word", "delete-line", "undo-text"]) -> bool:
        if self._screen.prompt.asking is None:
            return False
        self._screen.prompt.edit(action)
        return True

    def ask(self, asking: Asking, text: str = "") -> None:
        """Put a question at the bottom of the screen; the focus comes back when it is over."""
        screen = self._screen
        self._place = self.place
        screen.prompt.display = True
        screen.status.cover(True)
        screen.prompt.ask(asking, text)
        screen.set_focus(screen.prompt, scroll_visible=False)
        self.ahead.end()

    def asked(self) -> None:
        """The question is over."""
        screen = self._screen
        if screen.prompt.asking is not None:
            return
        mine = screen.focused is screen.prompt or screen.focused is None
        screen.prompt.display = False
        screen.status.cover(False)
        screen.sheet.display = False
        if mine:
            self._to_what_matches()
            self.focus_again()

    def _to_what_matches(self) -> None:
        """After a search was typed and no row matches: the cursor is among what was found."""
        inbox, finding = self._workbench.desk.inbox, self._workbench.desk.finding
        if self._place == "inbox" and finding is not None and finding.found:
            self._in_hits = not any(total for _, total in inbox.totals()) or not inbox.view.text

    def pick(
        self,
        title: SafeText,
        choices: Sequence[Choice],
        then: Callable[[str], None],
        free: bool = False,
        numbered: bool = False,
    ) -> None:
        self.ask(PickAsking(title, choices, then, free, numbered))

    def page_comes(self) -> None:
        self.ahead.begin()

    def page_came(self) -> None:
        self.ahead.end()

    def page(self, title: SafeText, choices: Sequence[Choice], then: Callable[[str], None], at: str = "") -> None:
        self.ask(PageAsking(title, choices, then, at))

    def wallboard(self, backend: str) -> None:
        from agent_tui.widgets.board.wallboard import WallboardAsking  # not before somebody wants to see it

        screen = self._screen
        self.ask(WallboardAsking(screen.narrow_board, screen.hide_board))
        screen.show_board(backend)

    @property
    def asking(self) -> bool:
        return self._screen.prompt.asking is not None

    def filter(self) -> None:
        self._in_hits = False
        self.focus("inbox")
        finding = self._workbench.desk.finding
        if finding is None:
            self._before_search = self._screen.inbox.key
        self.ask(
            FilterAsking(self._narrow), finding.text if finding is not None else self._workbench.desk.inbox.view.text
        )

    def search(self, words: str) -> None:
        if self._workbench.desk.finding is None:
            self._before_search = self._screen.inbox.key
        self._narrow(words)
        self._in_hits = bool(words)
        self.focus("inbox")

    def find_again(self, step: int) -> SafeText | None:
        finding = self._workbench.desk.finding
        self._in_hits = finding is not None and bool(finding.found)
        self.focus("inbox")
        moved = self._move_in_list("next" if step > 0 else "previous")
        key = self.key_in_list
        if not moved or key is None:
            self.focus("timeline")
            return trusted("no more was found")
        self.open_case(key)
        return None

    def command_line(self, start: str = "") -> None:
        if self.ask_command is not None:
            self.ask(self.ask_command("line", start), start)

    def palette(self) -> None:
        if self.ask_command is not None:
            self.ask(self.ask_command("palette", ""))

    def help(self, command: str = "") -> None:
        if self.ask_command is not None:
            self.ask(self.ask_command("help", command), command)

    def _narrow(self, text: str) -> SafeText | None:
        """Rows by name and number, and all that was said; operators are for what was said alone."""
        from agent_tui.domain.search import plain_words  # not before somebody looks for something

        view = self._workbench.desk.inbox.view
        rows = plain_words(text) if text else ""
        if view.text != rows:
            self._workbench.show(replace(view, text=rows))
        self._workbench.find(text, self._zone_minutes())
        if not text:
            self._in_hits = False
            if self._before_search is not None:
                self._screen.inbox.come_back_to(self._before_search)
                self._before_search = None
        finding = self._workbench.desk.finding
        return finding.problem if finding is not None else None

    def _zone_minutes(self) -> int:
        """The agent's zone now, in minutes east of UTC."""
        offset = local_time(self._workbench.time.now(), self._screen.inbox.zone).utcoffset()
        return round(offset.total_seconds() / 60) if offset is not None else 0

    # -- the rest

    def say(self, text: SafeText, level: Level = "info") -> None:
        if level != "info":
            self.hands.stop()
        self._screen.status.say(text, level)

    def instead(self, told: SafeText, now: SafeText) -> None:
        self._screen.status.instead(told, now)

    def tell(self, about: SafeText, words: Sequence[SafeText]) -> None:
        line = listed(" · ", words)
        if self.asking or self._screen.status.holds(line):
            self.say(line)
        else:
            self.page(about, [Choice(f"{at}", said) for at, said in enumerate(words)], lambda _value: None)

    def copy(self, text: SafeText) -> None:
        self._screen.app.copy_to_clipboard(text.drawn())

    def redraw(self) -> None:
        redraw = getattr(self._screen.app, "redraw", self._screen.app.refresh)
        redraw()

    def quit(self) -> None:
        self._screen.app.exit()


def _is_open(desk: Desk, key: CaseKey) -> bool:
    """Whether the person whom a case is of is open, whichever of their cases is worked on."""
    case = desk.open_case
    return case is not None and any(part.key == key for part in case.parts)
