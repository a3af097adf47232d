"""The first line: who I am here, the views with their numbers, the servers, what is unsent, the time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from agent_tui.commands.presences import is_ready, presence_of
from agent_tui.commands.view_numbers import NUMBERED_VIEWS
from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.changes import Changes
from agent_tui.domain.channels import channel
from agent_tui.domain.queries import MOST_COUNTED
from agent_tui.domain.text import Phrase, clean_line, compose, fixed, marked, trusted
from agent_tui.domain.text_time import span
from agent_tui.domain.time import MINUTE_MS, MS, Ms
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.lines.line import Line, Piece
from agent_tui.widgets.paint import Paint, Part

BROAD = 110
"""From this width the header has room to breathe."""

ROOMY = 70
"""From this width it says what is quiet too: presence, nothing unsent."""

_BLANK: Piece = (trusted(" "), "text")
_STATES: dict[str, tuple[Phrase, Part]] = {
    "up": (marked("●"), "good"),
    "connecting": (marked("○ connecting"), "warning"),
    "down": (marked("○ down"), "danger"),
    "refused": (marked("✗ refused"), "danger"),
}
_UNKNOWN: tuple[Phrase, Part] = (marked("?"), "warning")


class HeaderLine(Line):
    """Drawn from the desk; its clock steps once a minute."""

    def __init__(self, workbench: Workbench, paint: Paint, zone: tzinfo, id: str | None = None) -> None:
        super().__init__(paint, id=id)
        self.workbench = workbench
        self.zone = zone
        self._minute = 0

    def changed(self, changes: Changes) -> None:
        """See `agent_tui.widgets.pane.Pane`."""
        if changes.header or changes.inbox or changes.found:
            self._draw()

    def tick(self, now: Ms) -> Ms | None:
        """See `agent_tui.widgets.pane.Pane`."""
        if now // MINUTE_MS != self._minute:
            self._draw()
        return (now // MINUTE_MS + 1) * MINUTE_MS

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        broad = self.size.width >= BROAD
        gap: Piece = (trusted("   ") if broad else trusted("  "), "text")
        left = [_BLANK, *self._me(), gap]
        for piece in self._views():
            left += [*piece, gap]
        left += self._narrowed(broad)
        right: list[Piece] = []
        for state in self.workbench.desk.backends.values():
            right += [*_server(state), gap if broad else _BLANK]
        unsent = len([entry for entry in self.workbench.desk.unsent if entry.writes])
        if unsent or self.size.width >= ROOMY:
            right += [(trusted("unsent "), "quiet"), (compose("{n}", n=unsent), "strong" if unsent else "quiet"), gap]
        now = self.workbench.time.now()
        self._minute = now // MINUTE_MS
        clock = datetime.fromtimestamp(now / MS, self.zone).strftime("%H:%M")
        right += [(clean_line(clock), "text"), _BLANK]
        self.put(left, right)

    def _me(self) -> list[Piece]:
        me = next((state.me for state in self.workbench.desk.backends.values() if state.me is not None), None)
        if me is None:
            return [(trusted("○ "), "quiet"), (trusted("nobody yet"), "quiet")]
        ready = is_ready(me)
        pieces: list[Piece] = [(trusted("● "), "good") if ready else (trusted("○ "), "quiet")]
        pieces.append((clean_line(me.name), "strong"))
        if me.presence and self.size.width >= ROOMY:
            words = presence_of(me, self._titles())
            pieces.append((compose(" {presence}", presence=words), "quiet" if ready else "warning"))
        if me.since and self.size.width >= (BROAD if ready else ROOMY):
            length = span(max(0, self.workbench.time.now() - me.since)).text
            pieces.append((compose(" {time}", time=length), "quiet"))
        return pieces

    def _titles(self) -> tuple[tuple[str, str], ...]:
        """The workspace's own words for its reasons."""
        states = self.workbench.desk.backends.values()
        return next((state.directory.reasons for state in states if state.me is not None), ())

    def _views(self) -> Sequence[Sequence[Piece]]:
        inbox = self.workbench.desk.inbox
        counts = dict(self.workbench.desk.counts())
        views: list[list[Piece]] = []
        for number, (name, title) in enumerate(NUMBERED_VIEWS, start=1):
            shown = name == inbox.view.name
            if not shown and name not in counts:
                continue
            total = counts.get(name, sum(total for _, total in inbox.totals()) if shown else 0)
            views.append(
                [
                    (compose("{number} ", number=number), "quiet"),
                    (title.text, "here" if shown else "text"),
                    (compose(" {total}", total=total), "text" if shown else "quiet"),
                ]
            )
        first = len(NUMBERED_VIEWS) + 1
        for number, saved in enumerate(self.workbench.desk.saved.views[: 10 - first], start=first):
            shown, count = saved.name == inbox.view.name, self.workbench.desk.saved.count(saved.name)
            if not shown and self.size.width < BROAD:
                continue
            views.append(
                [(compose("{number} ", number=number), "quiet"), (clean_line(saved.name), "here" if shown else "text")]
            )
            if count is not None:
                more = fixed("+") if count >= MOST_COUNTED else fixed("")
                views[-1].append((compose(" {n}{more}", n=count, more=more), "text" if shown else "quiet"))
        return views

    def _narrowed(self, broad: bool) -> list[Piece]:
        """What narrows the view, else where to look for the search."""
        view = self.workbench.desk.inbox.view
        pieces: list[Piece] = []
        if view.channel:
            pieces.append((channel(view.channel).title, "here"))
            if broad:
                pieces.append((trusted(" only"), "quiet"))
            if broad or view.text:
                pieces.append((trusted("  "), "text"))
        finding = self.workbench.desk.finding
        sought = finding.text if finding is not None else view.text
        if sought:
            return [*pieces, (trusted("/ "), "quiet"), (clean_line(sought), "here")]
        return [*pieces, (trusted("/ "), "quiet"), (trusted("search"), "quiet")] if broad else pieces


def _server(state: BackendState) -> list[Piece]:
    sign, part = _STATES.get(state.state, _UNKNOWN)
    return [(clean_line(state.name or state.id), "quiet"), (trusted(" "), "text"), (sign.text, part)]
