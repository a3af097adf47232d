"""The card over a customer's history: since when, how often, what last, how they are best reached."""

from __future__ import annotations

from datetime import tzinfo

from textual.strip import Strip

from agent_tui.desk.past import Past
from agent_tui.domain.channels import channel
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, compose, fixed, listed, plural, trusted
from agent_tui.domain.text_time import length_words
from agent_tui.domain.time import MINUTE_MS, Ms
from agent_tui.services.workbench import Workbench
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.called import called
from agent_tui.widgets.case.customer_lines import language_name
from agent_tui.widgets.case.host import host
from agent_tui.widgets.case.pieces import NOTHING, LinePieces, Piece, strip_of
from agent_tui.widgets.case.when import short_day
from agent_tui.widgets.paint import Paint

HEIGHT = 3
_MARGIN = Piece(fixed(" "))


def card_lines(past: Past, now: Ms, zone: tzinfo) -> list[LinePieces]:
    """Who they are, what they prefer and what is usual, and a rule that says what is shown below: always `HEIGHT`
    lines, so that nothing moves when the answer comes."""
    preferred = past.who.preferences.safe_line if past.who is not None else NOTHING
    usual = _usual(past)
    second = [Piece(preferred, "strong")] if preferred else []
    if usual:
        second += [Piece(fixed(" · ")), Piece(usual)] if preferred else [Piece(usual)]
    words = trusted("HISTORY")
    if past.channel:
        words = compose("HISTORY · only {channel}", channel=channel(past.channel).title)
    left = (Piece(trusted("── "), "rule"), Piece(words, "heading"), Piece(fixed(" ")))
    right = (Piece(compose(" {key}", key=key_of("history", "h")), "key"), Piece(trusted(" back ")))
    return [_who(past, now, zone), LinePieces((_MARGIN, *second)), LinePieces(left, right, trusted("─"), "rule")]


def _who(past: Past, now: Ms, zone: tzinfo) -> LinePieces:
    who, summary = past.who, past.summary
    name = called(who) if who is not None else NOTHING
    about: list[SafeText] = []
    if who is not None and who.since:
        about.append(compose("since {day}", day=short_day(who.since, now, zone)))
    if summary is not None:
        about.append(plural("{n} case", "{n} cases", n=summary.cases))
        about.append(plural("{n} message", "{n} messages", n=summary.messages))
        if summary.calls:
            about.append(plural("{n} call", "{n} calls", n=summary.calls))
    left = [_MARGIN, Piece(name, "strong")]
    if about:
        left += [Piece(fixed("  ")), Piece(listed(" · ", about), "quiet")]
    right: tuple[Piece, ...] = ()
    if who is not None and who.language:
        right = (Piece(language_name(who.language), "quiet"), _MARGIN)
    return LinePieces(tuple(left), right)


def _usual(past: Past) -> SafeText:
    summary = past.summary
    if summary is None:
        return NOTHING
    words = []
    if summary.channel:
        words.append(compose("mostly {channel}", channel=channel(summary.channel).title))
    if summary.answers_in is not None:
        words.append(compose("answers in {time}", time=length_words(max(MINUTE_MS, summary.answers_in))))
    if summary.topic:
        words.append(compose("last: {topic}", topic=summary.topic.safe_line))
    return listed(" · ", words) if words else NOTHING


class PastCard(LineView):
    """Over the history, while that is shown."""

    DEFAULT_CSS = f"""
    PastCard {{ height: {HEIGHT}; display: none; }}
    """

    def __init__(self, workbench: Workbench, paint: Paint) -> None:
        super().__init__()
        self.workbench = workbench
        self.paint = paint
        self._rows: list[LinePieces] = []

    def take(self) -> None:
        """Look again at whose history is shown."""
        past = self.workbench.desk.past
        rows = card_lines(past, self.workbench.time.now(), host(self).settings.zone) if past is not None else []
        if rows != self._rows:
            self._rows = rows
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.base
        if y >= len(self._rows):
            return Strip.blank(width, base)
        return strip_of(self._rows[y], width, self.paint, base)
