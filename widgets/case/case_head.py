"""The head of the opened case: who and whose, and under it what its clock counts."""

from __future__ import annotations

from textual.strip import Strip

from agent_tui.desk.countdown import is_soon
from agent_tui.desk.leases import standing
from agent_tui.desk.open_case import OpenCase
from agent_tui.desk.whole_row import whole_row
from agent_tui.domain.model import CaseRow, Clock
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, listed, marked, plural, trusted
from agent_tui.domain.text_metrics import METRIC_WORDS
from agent_tui.domain.text_time import length_words
from agent_tui.domain.time import MINUTE_MS, Ms, local_time
from agent_tui.services.workbench import Workbench
from agent_tui.terminal.line_view import LineView
from agent_tui.widgets.called import called
from agent_tui.widgets.case.host import host
from agent_tui.widgets.case.now_words import now_words
from agent_tui.widgets.case.pieces import NOTHING, LinePieces, Piece, strip_of
from agent_tui.widgets.case.when import clock_time, day
from agent_tui.widgets.paint import Paint, Part

_STAGES: dict[str, Phrase] = {
    "customer": marked("waits for the customer"),
    "done": marked("done", "state"),
    "spam": marked("spam", "state"),
}


class CaseHead(LineView):
    """Two lines, or with `brief` only the second one (the customer's line stands above then)."""

    DEFAULT_CSS = """
    CaseHead { height: 2; }
    """

    def __init__(self, workbench: Workbench, paint: Paint, id: str | None = None) -> None:
        super().__init__(id=id)
        self.workbench = workbench
        self.paint = paint
        self.brief = False
        self._shown: list[LinePieces] = []

    def set_brief(self, brief: bool) -> None:
        """Leave the first line to the customer's line above."""
        if brief != self.brief:
            self.brief = brief
            self.styles.height = 1 if brief else 2
            self.refresh()

    def take(self) -> None:
        """The case may be another: draw if it looks otherwise."""
        lines = self._lines()
        if lines != self._shown:
            self.refresh()

    def tick(self, now: Ms) -> Ms | None:
        """The clock steps by whole minutes here."""
        self.take()
        row = self._whole
        clock = row.clock if row is not None else None
        if clock is None or clock.state not in ("running", "breached"):
            return None
        left = clock.due - now
        step = now + (left % MINUTE_MS + 1 if left >= 0 else MINUTE_MS - (-left) % MINUTE_MS)
        return min(step, clock.warn) if clock.warn > now else step

    @property
    def _row(self) -> CaseRow | None:
        case = self.workbench.desk.open_case
        return case.row if case is not None else None

    @property
    def _whole(self) -> CaseRow | None:
        """What the person's cases say together: the clock that matters now may run at another server."""
        case, row = self.workbench.desk.open_case, self._row
        if case is None or row is None or not case.beside:
            return row
        return whole_row(row, [part.row for part in case.beside if part.row is not None])

    def _lines(self) -> list[LinePieces]:
        case, row = self.workbench.desk.open_case, self._row
        if case is None or row is None:
            return [LinePieces(), LinePieces()]
        beside = (*self._now(case, row, whose=False), Piece(trusted(" "))) if self.brief else (Piece(trusted(" ")),)
        clock = (Piece(trusted(" ")), *self._clock(self._whole or row), *self._caught_up(case))
        second = LinePieces(clock, beside, kept=2)
        return [second] if self.brief else [self._who(case, row), second]

    def _who(self, case: OpenCase, row: CaseRow) -> LinePieces:
        left = [
            Piece(trusted(" ")),
            Piece(called(row), "strong"),
            Piece(compose("  #{number}", number=row.number), "quiet"),
        ]
        if case.beside:
            server = clean_line(self.workbench.desk.backends[case.key.backend].name)
            left.append(Piece(compose(" · {server}", server=server), "quiet"))
        if row.labels:
            names = listed(" ", [clean_line(label) for label in row.labels])
            left.append(Piece(compose("  {names}", names=names), "label"))
        if incident := self._incident(case, row):
            left.append(Piece(compose("  = {incident}", incident=incident), "label"))
        return LinePieces(tuple(left), (*self._now(case, row, whose=True), Piece(trusted(" "))), kept=2)

    def _incident(self, case: OpenCase, row: CaseRow) -> SafeText:
        """What the incident is called that the case is linked to, "" none."""
        if not row.incident:
            return NOTHING
        heard = self.workbench.desk.backends[case.key.backend].incidents.get(row.incident, case.incident)
        return heard.safe_line or trusted("an incident")

    def _now(self, case: OpenCase, row: CaseRow, *, whose: bool) -> tuple[Piece, ...]:
        """Whose it is, who has it now, and who else is there: `yours · Avi is reading`."""
        desk = self.workbench.desk
        state = desk.backends.get(case.key.backend)
        others = now_words(state, case, row, desk.id, desk.asked_for) if state is not None else ()
        # "Dana has it" says whose it is, too
        me = state.me.id if state is not None and state.me is not None else ""
        told = row.lease is not None and row.lease.agent == row.owner != me and bool(others)
        whose_it_is = self._whose(case, row) if whose and not told else NOTHING
        parts = [Piece(whose_it_is, "quiet")] if whose_it_is else []
        for words, loud in others:
            if parts:
                parts.append(Piece(trusted(" · "), "quiet"))
            parts.append(Piece(words, "warning" if loud else "quiet"))
        return tuple(parts)

    def _whose(self, case: OpenCase, row: CaseRow) -> SafeText:
        state = self.workbench.desk.backends.get(case.key.backend)
        if state is None or not row.owner:
            queue = state.directory.queue_of(row) if state is not None and row.stage == "us" else None
            if queue is not None:
                return compose("nobody's, waits in {queue}", queue=clean_line(queue.name))
            if not row.team:
                return trusted("nobody's yet")
            title = state.directory.team_title(row.team) if state is not None else row.team
            return compose("nobody's, {team}", team=clean_line(title))
        if state.me is not None and row.owner == state.me.id:
            handed = row.lease is not None and standing(row.lease, state.me.id, self.workbench.desk.id) == "for-me"
            return NOTHING if handed else trusted("yours")
        names = {agent.id: agent.name for agent in state.directory.agents}
        return compose("{name}'s", name=clean_line(names.get(row.owner, row.owner)))

    def _caught_up(self, case: OpenCase) -> tuple[Piece, ...]:
        """What came here while the line was down."""
        if not case.missed:
            return ()
        since = clock_time(case.missed_since, host(self).settings.zone)
        words = plural("caught up: {n} new since {time}", "caught up: {n} new since {time}", n=case.missed, time=since)
        return (Piece(trusted("  ")), Piece(words, "warning"))

    def _clock(self, row: CaseRow) -> tuple[Piece, ...]:
        now, zone = self.workbench.time.now(), host(self).settings.zone
        if row.stage == "later":
            if not row.snoozed:
                return (Piece(trusted("II until the customer's next word"), "quiet"),)
            words = compose(
                "II until {day} {time}", day=day(row.snoozed, now, zone), time=clock_time(row.snoozed, zone)
            )
            return (Piece(words, "quiet"),)
        stands = (Piece(_STAGES[row.stage].text, "quiet"),) if row.stage in _STAGES else ()
        clock = row.clock
        if row.stage not in ("us", "customer") or clock is None:
            return stands or (Piece(NOTHING),)
        between = (Piece(trusted(" · "), "quiet"),) if stands else ()  # the group in the list says it, too
        due = self._instant(clock.due, now) if clock.warn else NOTHING
        told = _clock_words(clock, now, self._instant(clock.since, now), due, is_soon(row, now))
        return (*told, *between, *stands)

    def _instant(self, at: Ms, now: Ms) -> SafeText:
        """`12:30`, with its day where that is not today."""
        zone = host(self).settings.zone
        time = clock_time(at, zone)
        if local_time(at, zone).date() == local_time(now, zone).date():
            return time
        return compose("{day} {time}", day=day(at, now, zone), time=time)

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.base
        self._shown = self._lines()
        if y >= len(self._shown):
            return Strip.blank(width, base)
        return strip_of(self._shown[y], width, self.paint, base)


def _clock_words(clock: Clock, now: Ms, since: SafeText, due: SafeText, soon: bool) -> tuple[Piece, ...]:
    """`due`: where it counts in hours of its own, so that from `since` to then is no length that was promised."""
    left = clock.due - now
    tilde = trusted("~") if clock.estimated else NOTHING
    look: Part = "text"
    if clock.state == "paused":
        lead, look = compose("II {t}{n} left", t=tilde, n=_at_least_a_minute(clock.left)), "quiet"
    elif clock.state == "met":
        lead, look = trusted("in time"), "quiet"
    elif left < 0:
        lead, look = compose("{t}late {n}", t=tilde, n=_at_least_a_minute(-left)), "danger"
    else:
        lead, look = compose("{t}{n} left", t=tilde, n=_at_least_a_minute(left)), "warning" if soon else "text"
    metric = METRIC_WORDS[clock.metric].text
    if clock.state == "paused":
        rest = compose(": {metric}, the clock rests", metric=metric)
    elif due:
        rest = compose(": {metric}, due {due}", metric=metric, due=due)
    else:
        length = length_words(clock.due - clock.since)
        rest = compose(": {metric}, {length}, since {since}", metric=metric, length=length, since=since)
    return (Piece(lead, look), Piece(rest, "quiet"))


def _at_least_a_minute(ms: int) -> SafeText:
    return length_words(ms) if ms >= MINUTE_MS else trusted("under 1 min")
