"""The rule under the header, which is the call line: a ring appears in it and moves nothing."""

from __future__ import annotations

from textual import events

from agent_tui.desk.changes import Changes
from agent_tui.desk.countdown import to_caller
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.channels import channel
from agent_tui.domain.model import Call, CaseRow, Clock
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, marked, trusted
from agent_tui.domain.time import MS, Ms
from agent_tui.services.workbench import Workbench
from agent_tui.widgets.case.host import host
from agent_tui.widgets.case.pieces import Piece as Cut
from agent_tui.widgets.case.pieces import cut
from agent_tui.widgets.case.when import talk_time
from agent_tui.widgets.cells import cell_len
from agent_tui.widgets.lines.line import Line, Piece
from agent_tui.widgets.paint import Paint, Part

BROAD = 110
"""From this width the line has room to breathe."""
NARROW = 72
"""Below it the law's time stands without the queue's name, rather than cut."""


class CallLine(Line):
    """One line high; never has the focus. Without a call it is the plain rule, joined to the columns under it."""

    DEFAULT_CSS = """
    CallLine { height: 1; }
    """

    def __init__(self, workbench: Workbench, paint: Paint, id: str | None = None) -> None:
        super().__init__(paint, id=id)
        self.workbench = workbench
        self.joints: tuple[int, ...] = ()
        self._plain: list[Piece] = []
        self._plain_for: tuple[int, tuple[int, ...]] | None = None

    def set_joints(self, joints: tuple[int, ...]) -> None:
        """The columns (cells from the left) at which a vertical rule hangs from this line: a `┬` there."""
        if joints != self.joints:
            self.joints = joints
            self._draw()

    def changed(self, changes: Changes) -> None:
        """See `agent_tui.widgets.pane.Pane`."""
        if changes.calls or changes.header:
            self._draw()

    def tick(self, now: Ms) -> Ms | None:
        """See `agent_tui.widgets.pane.Pane`: seconds run only while something rings or somebody talks."""
        self._draw()
        since = next((_since(call) for _, call in self._calls() if call.state in ("ringing", "active", "held")), None)
        return None if since is None else now + MS - (now - since) % MS

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _calls(self) -> tuple[tuple[CaseKey, Call], ...]:
        return self.workbench.desk.live_calls()

    @property
    def _on_keypad(self) -> bool:
        return host(self).ui.on_keypad

    # -- drawing

    def _draw(self) -> None:
        width = self.size.width
        if not width:
            return
        calls = self._calls()
        live = next((entry for entry in calls if entry[1].state in ("active", "held") or entry[1].goes), None)
        ringing = [entry for entry in calls if entry[1].comes]
        if live is not None:
            words = self._in_call(live[1], ringing)
            keys = _GOING_KEYS if live[1].goes else _KEYPAD_KEYS if self._on_keypad else _LIVE_KEYS
        elif ringing:
            words, keys = self._ringing(*ringing[0], others=len(ringing) - 1), _RING_KEYS
        elif calls:
            words, keys = self._to_write_up(calls[0][1], len(calls) - 1), _WRITE_UP_KEYS
        else:
            if self._plain_for != (width, self.joints):
                self._plain_for = width, self.joints
                self._plain = [(self._rule(0, width), "rule")]
            self.put(self._plain)
            return
        heavy: Part = "ring" if ringing and live is None else "call"
        broad = width >= BROAD
        edge = trusted("━━") if broad else trusted("━")
        right: list[Piece] = [(trusted(" "), "text"), *_taught(keys), (trusted(" "), "text"), (edge, "call")]
        room = width - _cells(right) - cell_len(edge) - 1
        kept = cut([Cut(text, part if part != "ring" else heavy) for text, part in words], room)
        said = [(piece.text, piece.part) for piece in kept if isinstance(piece.text, SafeText)]
        left: list[Piece] = [(edge, "call"), *said, (trusted(" "), "text")]
        fill = width - _cells(left) - _cells(right)
        self.put([*left, (clean_line("━" * max(0, fill)), "call"), *right])

    def _rule(self, start: int, stop: int) -> SafeText:
        return clean_line("".join("┬" if column in self.joints else "─" for column in range(start, stop)))

    def _ringing(self, key: CaseKey, call: Call, others: int) -> list[Piece]:
        now = self.workbench.time.now()
        waited = talk_time(now - call.since)
        more = [self._who(key, call)]
        if call.queue and (call.law_due is None or self.size.width >= NARROW):
            more.append(clean_line(call.queue))
        row = self.workbench.desk.row(key)
        clock = row.clock if row is not None and to_caller(row.clock) else None
        if clock is not None and clock.due != call.law_due:
            more.append(_promised(clock, now))  # what the hub goes by, whatever the exchange thinks
        elif call.law_due is not None:
            more.append(_law(call.law_due - now))
        if row is not None and (elsewhere := _writes(row, call)) is not None:
            more.append(elsewhere)
        if others:
            more.append(compose("{n} more ring", n=others))
        return [
            (compose(" ☎ RINGING {waited} ", waited=waited), "ring"),
            (trusted(" "), "text"),
            (more[0], "strong"),
            *((compose(" · {words}", words=words), "text") for words in more[1:]),
        ]

    def _in_call(self, call: Call, ringing: list[tuple[CaseKey, Call]]) -> list[Piece]:
        now = self.workbench.time.now()
        length = talk_time(now - _since(call))
        state = compose(" ☎ ON HOLD {n} ", n=length) if call.state == "held" else compose(" ☎ {n} ", n=length)
        if call.goes:
            state = compose(" ☎ CALLING {n} ", n=length)
        words: list[Piece] = [(state, "ring" if call.state == "held" else "call"), (trusted(" "), "text")]
        words.append((call.caller.safe_line or trusted("somebody"), "strong"))
        if call.muted:
            words.append((trusted(" · MUTED: you are not heard"), "warning"))
        if call.keys or self._on_keypad:
            sent = clean_line(call.keys[-12:])
            words.append((compose(" · KEYPAD {keys}", keys=sent), "here" if self._on_keypad else "quiet"))
        if ringing:
            key, other = ringing[0]
            waits = talk_time(now - other.since)
            words.append((compose(" · rings {n}: {who}", n=waits, who=self._who(key, other)), "here"))
        return words

    def _to_write_up(self, call: Call, others: int) -> list[Piece]:
        words: list[Piece] = [(trusted(" ☎ write up: "), "call")]
        words.append((call.caller.safe_line or trusted("somebody"), "strong"))
        if call.answered is not None and call.ended is not None:
            words.append((compose(" · {n}", n=talk_time(call.ended - call.answered)), "text"))
        if others:
            words.append((compose(" · {n} more", n=others), "quiet"))
        return words

    def _who(self, key: CaseKey, call: Call) -> SafeText:
        """The caller's name as the case knows it, with the number."""
        row = self.workbench.desk.row(key)
        number = call.caller.safe_line
        name = row.name.safe_line if row is not None else trusted("")
        if name and number and name != number and self.size.width >= BROAD:
            return compose("{name} {number}", name=name, number=number)
        return name or number or trusted("somebody")


def _writes(row: CaseRow, call: Call) -> SafeText | None:
    """The caller was offered to write, or does so while they wait."""
    profile = channel(row.channel)
    if profile.kind == "voice" or row.last_at <= call.since:
        return None
    if row.preview_kind == "in":
        return compose("writes on {channel}", channel=profile.title)
    return compose("was offered {channel}", channel=profile.title)


def _since(call: Call) -> Ms:
    return call.answered if call.answered is not None and call.state != "ringing" else call.since


def _law(left: int) -> SafeText:
    if left < 0:
        return compose("law: {n} late!", n=talk_time(-left))
    return compose("law: {n} left", n=talk_time(left))


def _promised(clock: Clock, now: Ms) -> SafeText:
    left = clock.due - now
    time = talk_time(abs(left))
    if clock.metric == "notice":
        return compose("notice: {n} late!", n=time) if left < 0 else compose("notice in {n}", n=time)
    return compose("{n} late!", n=time) if left < 0 else compose("{n} left", n=time)


def _taught(keys: _Keys) -> list[Piece]:
    pieces: list[Piece] = []
    for command, usual, words in keys:
        key = key_of(command, usual) if command else clean_line(usual)
        pieces += [(trusted("  "), "text")] if pieces else []
        pieces += [(key, "key"), (trusted(" "), "text"), (words.text, "text")] if words.text else [(key, "key")]
    return pieces


def _cells(pieces: list[Piece]) -> int:
    return sum(cell_len(words.drawn()) for words, _ in pieces)


_Keys = tuple[tuple[str, str, Phrase], ...]
_RING_KEYS: _Keys = (("call-answer", "^O", marked("answer", "key")),)
_GOING_KEYS: _Keys = (("call-hang-up", "O", marked("hang up", "key")),)
_LIVE_KEYS: _Keys = (
    ("call-hang-up", "O", marked("hang up", "key")),
    ("call-hold", "-", marked("hold", "key")),
    ("call-mute", "m", marked("mute", "key")),
)
_KEYPAD_KEYS: _Keys = (("", "0-9 * #", marked("into the call")), ("", "Esc", marked("out", "key")))
_WRITE_UP_KEYS: _Keys = (("call-write-up", "C", marked("write up", "key")),)
