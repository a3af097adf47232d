"""The line above the keys: results and failures. A failure stays until it was seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from agent_tui.desk.changes import Changes, Level, Notice
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.outgoing import OutboxEntry
from agent_tui.domain.text import SafeText, clean_line, compose, trusted
from agent_tui.domain.time import MS, Ms
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.cells import cell_len
from agent_tui.widgets.lines.line import Line, Piece
from agent_tui.widgets.paint import Paint, Part

_LOOKS: dict[Level, Part] = {"info": "text", "warning": "warning", "failure": "danger"}
_MOST_KEPT = 50
SEEN_AFTER_MS = 2 * MS
"""What was shown for less than this cannot have been read."""


class StatusLine(Line):
    """Shows the oldest failure not seen yet, else the newest result. `seen()` is called with the next command. What
    comes while a question lies over the line (`cover`), or behind a notice that stays, stands there after it."""

    def __init__(self, workbench: Workbench, paint: Paint, id: str | None = None) -> None:
        super().__init__(paint, id=id)
        self.workbench = workbench
        self.take_back_key: SafeText = trusted("")
        self._failures: list[Notice] = []
        self._last: Notice | None = None
        self._shown_since: Ms = 0
        self._last_since: Ms = 0
        self._unread = 0
        self._covered = False
        self._behind: list[Notice] = []
        self._brought: Notice | None = None

    def cover(self, covered: bool) -> None:
        """A question is put over the line, or is over."""
        if covered:
            self._put_back()
        self._covered = covered
        if not covered and self._last is None:
            self._next_behind()
            self._draw()

    def say(self, text: SafeText, level: Level = "info") -> None:
        """Show a result of what the agent did."""
        self._unread = 0
        self._put_back()
        self._take((Notice(text, level),))

    def instead(self, told: SafeText, now: SafeText) -> None:
        """`told`, where it still stands here, is `now` by now; with nothing it needs no saying any more."""
        at = self._last.text.find(told) if self._last is not None else -1
        if self._last is not None and at >= 0:
            text = self._last.text[:at] + now + self._last.text[at + len(told) :]
            self._last = replace(self._last, text=text) if now else None
            self._draw()

    def holds(self, text: SafeText) -> bool:
        """Whether the line is long enough for it."""
        return cell_len(text.drawn()) + 2 <= self.size.width - sum(cell_len(words.drawn()) for words, _ in self._end)

    def changed(self, changes: Changes) -> None:
        """See `agent_tui.widgets.pane.Pane`."""
        if changes.erased:
            self._forget(changes.erased)
        if changes.notices:
            self._hear(changes.notices)
        elif changes.header or changes.composer or changes.erased:
            self._draw()

    def tick(self, now: Ms) -> Ms | None:
        """See `agent_tui.widgets.pane.Pane`: a held send counts down here, second by second."""
        self._draw()
        held = self._held()
        if held is None or held.hold_until is None:
            return None
        left = held.hold_until - now
        return now + (left - 1) % MS + 1 if left > 0 else None

    def seen(self, surely: bool = False) -> None:
        """The agent went on to something else: a failure that stood long enough was seen, a result has done its work.
        `surely`: it was put away by hand."""
        now = self.workbench.time.now()
        if self._failures and not self._covered and (surely or now - self._shown_since >= SEEN_AFTER_MS):
            self._failures.pop(0)
            self._shown_since = now
        self._put_back()
        self._last, self._unread = None, 0
        if not self._covered:
            self._next_behind()
        self._draw()

    @property
    def shows_failure(self) -> bool:
        """Whether what is shown is a failure."""
        return bool(self._failures)

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _forget(self, erased: Mapping[CaseKey, frozenset[str]]) -> None:
        """What is of a customer who was erased, or names them."""
        names = [clean_line(name) for names in erased.values() for name in names if name]

        def stays(notice: Notice) -> bool:
            return notice.key not in erased and not any(name in notice.text for name in names)

        self._failures = [one for one in self._failures if stays(one)]
        self._behind = [one for one in self._behind if stays(one)]
        if self._last is not None and not stays(self._last):
            self._last = None

    def _hear(self, notices: Iterable[Notice]) -> None:
        """What came by itself: behind a question it waits, and what it takes the place of may not have been read."""
        now = self.workbench.time.now()
        for notice in notices:
            stays = self._last is not None and self._last.stays
            if notice.level != "failure" and (self._covered or stays):
                self._behind.append(notice)
            elif notice.attention and notice.level != "failure":
                soon = self._last is not None and self._last.attention and now - self._last_since < SEEN_AFTER_MS
                self._unread = self._unread + 1 if soon else 0
                self._last_since = now
                self._take((notice,))
            else:
                self._take((notice,))
        del self._behind[:-_MOST_KEPT]
        self._draw()

    def _next_behind(self) -> None:
        if self._behind:
            self._last = self._brought = self._behind.pop(0)
            self._last_since = self.workbench.time.now()

    def _put_back(self) -> None:
        """What was brought from behind a question, and cannot have been read yet, waits once more."""
        young = self.workbench.time.now() - self._last_since < SEEN_AFTER_MS
        if self._brought is not None and self._last is self._brought and young:
            self._behind.insert(0, self._brought)
            self._last = None

    def _take(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            if notice.level == "failure":
                if not self._failures:
                    self._shown_since = self.workbench.time.now()
                self._failures.append(notice)
            else:
                self._last = notice
        del self._failures[:-_MOST_KEPT]
        self._draw()

    def _held(self) -> OutboxEntry | None:
        held = [entry for entry in self.workbench.desk.unsent if entry.state == "held" and entry.hold_until is not None]
        return max(held, key=lambda entry: entry.created, default=None)

    def _draw(self) -> None:
        notice = self._failures[0] if self._failures else self._last
        left: list[Piece] = [(trusted(" "), "text")]
        if notice is not None:
            left.append((notice.text.lines()[0], _LOOKS[notice.level]))
        more = len(self._failures) - 1 if self._failures else self._unread + len(self._behind)
        if more > 0:
            left.append((compose("  and {n} more", n=more), "quiet"))
        right: list[Piece] = []
        held = self._held()
        if held is not None and held.hold_until is not None:
            seconds = max(0, -(-(held.hold_until - self.workbench.time.now()) // MS))
            right = [
                (self.take_back_key, "key"),
                (trusted(" takes it back"), "text"),
                (compose("  {seconds} s ", seconds=seconds), "quiet"),
            ]
        self.put(left, right)
