"""How a timeline's items look, as lines of pieces: time, author, what was said, and how far it got. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from agent_tui.commands.calls import outcome_title
from agent_tui.domain.channels import channel
from agent_tui.domain.incidents import AUTO
from agent_tui.domain.model import Attachment, Call, Delivery, Message
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import (
    Phrase,
    SafeText,
    clean_line,
    compose,
    fixed,
    listed,
    marked,
    plural,
    truncate,
    trusted,
)
from agent_tui.domain.text_visual import Bidi
from agent_tui.widgets.case.entries import Acted, Earlier, Given, Item, Late, Owing, Rule, Said, Scripted, Talked
from agent_tui.widgets.case.frame import BLANK_PIECE, STATE, TIME, UNCUT, Frame, told, wrapped
from agent_tui.widgets.case.late_lines import acted_lines, late_lines
from agent_tui.widgets.case.links import disguised
from agent_tui.widgets.case.pieces import BLANK, NOTHING, LinePieces, Piece, blanks, cells
from agent_tui.widgets.case.when import clock_time, size, talk_time
from agent_tui.widgets.paint import Part
from agent_tui.widgets.text.layout import lay_out

_SOURCE = fixed(":message-source")
_CARD = fixed(":card-show")

_STATES: dict[Delivery, tuple[Phrase, Part]] = {
    "queued": (marked("..."), "quiet"),
    "sending": (marked("..."), "quiet"),
    "sent": (marked("✓"), "quiet"),
    "delivered": (marked("✓✓"), "quiet"),
    "read": (marked("read", "state"), "quiet"),
    "failed": (marked("!"), "danger"),
    "unknown": (marked("?"), "warning"),
}
_CALLS: dict[str, Phrase] = {
    "ringing": marked("rings"),
    "active": marked("in the call"),
    "held": marked("on hold"),
    "ended": marked("to write up"),
    "abandoned": marked("gave up"),
}
_UNANSWERED: dict[str, Phrase] = {
    "busy": marked("busy"),
    "no-answer": marked("nobody answered"),
    "failed": marked("it could not be called"),
    "unknown": marked("a restart hid what became of it"),
    "": marked("hung up before they answered"),
}
"""What became of a call of ours that nobody answered."""
_KINDS: dict[str, Part] = {"in": "them", "out": "us", "note": "note", "system": "system"}
_AUTO: dict[str, Phrase] = {
    "auto-reply": marked("auto-reply"),
    "bounce": marked("bounce"),
    "list": marked("list"),
    "loop": marked("loop"),
    "reminder": marked("reminder"),
    "acknowledgement": marked("acknowledgement"),
}
_TO, _CC, _BCC = marked("to"), marked("cc"), marked("bcc")


def lines_of(item: Item, width: int, zone: tzinfo, bidi: Bidi, from_right: bool = False) -> tuple[LinePieces, ...]:
    """The lines of an item, `width` cells wide. `from_right`: they begin at the right."""
    if isinstance(item, Rule):
        return (_rule(item),)
    if isinstance(item, Earlier):
        return (LinePieces((blanks(TIME), Piece(trusted("earlier messages: page back"), "quiet"))),)
    frame = Frame(width, bidi, from_right)
    if isinstance(item, Talked):
        return tuple(_talked(item, frame, zone))
    if isinstance(item, Owing):
        return tuple(_owing(item, frame, zone))
    if isinstance(item, Late):
        return tuple(late_lines(item, frame, zone))
    if isinstance(item, Given):
        return tuple(told(item.at, item.who, wrapped(item.words, frame, "system"), frame, zone))
    if isinstance(item, Scripted):
        rows = [*wrapped(item.words, frame, "system"), *(wrapped(item.answers, frame, "quiet") if item.answers else ())]
        return tuple(told(item.script.begun, item.who, rows, frame, zone))
    if isinstance(item, Acted):
        return tuple(acted_lines(item, frame, zone))
    return tuple(_said(item, frame, zone))


def _rule(rule: Rule) -> LinePieces:
    words = compose("{tag} · {words}", tag=rule.tag, words=rule.words) if rule.tag else rule.words
    left = (Piece(trusted("─ "), "rule"), Piece(words, "heading"), Piece(BLANK))
    return LinePieces(left, (), trusted("─"), "rule")


def _said(item: Said, frame: Frame, zone: tzinfo) -> Iterator[LinePieces]:
    message = item.message
    part: Part = _KINDS[message.kind]
    lead = _lead(message, item.author, frame, zone)
    state = _state(item)
    rows = list(_before(item, frame))
    if item.erased:
        rows += wrapped(trusted("erased"), frame, "quiet")
    elif message.body or not (message.attachments or message.problems):
        rows += _body(message.body.with_cards if item.cards else message.body.safe, frame, part)
    said = max(0, len(rows) - 1)  # how far it got stands where the words end, not under files and quotes
    rows += _after(item, frame, zone)
    for place, pieces in enumerate(rows):
        left = (*(lead if place == 0 else (blanks(TIME + frame.author),)), *pieces)
        yield LinePieces(left, (state,) if place == said and state.text else ())


def _body(text: SafeText, frame: Frame, part: Part) -> Iterator[tuple[Piece, ...]]:
    for line in lay_out(text, frame.body, frame.bidi):
        yield (blanks(frame.body - line.cells if line.right != frame.from_right else 0), Piece(line, part))


def _lead(message: Message, author: SafeText, frame: Frame, zone: tzinfo) -> tuple[Piece, ...]:
    room = frame.author - 1
    who = truncate(author, room, UNCUT if room < 6 else trusted("…"))
    named = Piece(who, "note" if message.kind == "note" else "quiet")
    return (
        Piece(clock_time(message.at, zone), "quiet"),
        BLANK_PIECE,
        named,
        blanks(frame.author - cells((named,))),
    )


def _state(item: Said) -> Piece:
    message = item.message
    if message.kind == "note" and message.state not in ("queued", "failed", "unknown"):
        return Piece(truncate(item.who, STATE - 1, UNCUT), "quiet")
    if message.kind not in ("out", "note"):
        return Piece(NOTHING)
    if message.state not in _STATES:
        return Piece(NOTHING, "quiet")
    words, part = _STATES[message.state]
    return Piece(words.text, part)


def _before(item: Said, frame: Frame) -> Iterator[tuple[Piece, ...]]:
    """Lines over the text: who wrote, or was written to, when that is no matter of course; on demand everybody."""
    message = item.message
    went_out = message.kind == "out"
    if (item.stranger and not went_out) or (item.unfolded and message.sender):
        yield from wrapped(compose("from {who}", who=message.sender.safe_line), frame, "quiet")
    if item.stranger and went_out and not item.unfolded:
        names = listed(", ", [one.safe_line for one in message.to])
        yield from wrapped(compose("{label} {names}", label=_TO.text, names=names), frame, "quiet")
    if item.unfolded:
        for label, people in ((_TO, message.to), (_CC, message.cc), (_BCC, message.bcc)):
            if people:
                names = listed(", ", [one.safe_line for one in people])
                yield from wrapped(compose("{label} {names}", label=label.text, names=names), frame, "quiet")
        if message.subject and channel(message.channel).kind == "mail":
            yield from wrapped(compose("subject {words}", words=message.subject.safe_line), frame, "quiet")
    if message.auto == AUTO:
        yield from wrapped(trusted("told to all customers of the incident"), frame, "quiet")
    elif message.auto == "invitation":
        yield (Piece(trusted("invited while the call rings"), "quiet"),)
    elif message.auto and message.kind != "note":
        yield (Piece(compose("automatic: {kind}", kind=_auto(message.auto)), "quiet"),)


def _auto(kind: str) -> SafeText:
    return _AUTO[kind].text if kind in _AUTO else clean_line(kind)


def _after(item: Said, frame: Frame, zone: tzinfo) -> Iterator[tuple[Piece, ...]]:
    """Lines under the text: what of it is not shown as it was sent, files, what could not be decoded, what is folded,
    why it was not sent."""
    message = item.message
    yield from _hidden(item, frame, zone)
    for place, file in enumerate(message.attachments, start=1):
        yield from _file(place, file, frame)
    for problem in message.problems:
        yield from wrapped(compose("! {problem}", problem=clean_line(problem)), frame, "warning")
    if message.folded and item.unfolded:
        yield from _body(message.folded.with_cards if item.cards else message.folded.safe, frame, "quote")
    elif message.folded:
        yield tuple(_fold_mark(message.folded.safe, frame.body))
    if message.state == "failed":
        why = message.error.safe_line or trusted("no reason was given")
        yield from wrapped(compose("! not sent: {why}", why=why), frame, "danger")
        yield from wrapped(compose("{key} sends it again", key=key_of("retry-send", "Z")), frame, "quiet")
    elif message.error and message.state in ("queued", "sending"):
        why = message.error.safe_line
        yield from wrapped(compose("not sent yet, tried again by itself: {why}", why=why), frame, "warning")
    elif message.error and message.state in ("sent", "delivered", "read"):
        yield from wrapped(compose("! not to all: {why}", why=message.error.safe_line), frame, "danger")
    elif message.state == "unknown":
        yield from wrapped(
            compose("? it may have arrived; {key} only if it has not", key=key_of("retry-send", "Z")), frame, "warning"
        )


def _fold_mark(folded: SafeText, width: int) -> Iterator[Piece]:
    """What is not shown and the key that shows it: `+ quoted mail, signature: 5 lines  F shows them`."""
    lines = [line.drawn().strip() for line in folded.lines()]
    signed = any(line == "--" for line in lines)
    quoted = any(line and line != "--" for line in (lines[: lines.index("--")] if signed else lines)) or any(
        line.startswith(">") for line in lines
    )
    if quoted and signed:
        what = trusted("quoted mail, signature")
    else:
        what = trusted("quoted mail") if quoted else trusted("signature") if signed else trusted("blank lines")
    count = plural("{n} line", "{n} lines", n=len(lines))
    mark = Piece(compose("+ {what}: {count}", what=what, count=count), "quiet")
    hint = Piece(trusted("shows it") if len(lines) == 1 else trusted("shows them"), "quiet")
    yield from (mark, blanks(2), Piece(key_of("fold", "F"), "key"))
    if cells((mark, hint)) + 4 <= width:
        yield from (BLANK_PIECE, hint)


def _hidden(item: Said, frame: Frame, zone: tzinfo) -> Iterator[tuple[Piece, ...]]:
    """What the picture keeps back, and who has seen it all the same."""
    message = item.message
    if message.body.altered:
        yield from wrapped(compose("~ changed; {command}", command=_SOURCE), frame, "quiet")
    if not item.cards and (message.body.has_card or message.folded.has_card):
        yield from wrapped(compose("• card number hidden; {command}", command=_CARD), frame, "quiet")
    for real in disguised(message.body.safe):
        yield from wrapped(compose("! link leads to {host}", host=real), frame, "warning")
    for who, at in item.seen:
        words = compose("card number shown to {who} {time}", who=who, time=clock_time(at, zone))
        yield from wrapped(words, frame, "quiet")


def _file(place: int, file: Attachment, frame: Frame) -> Iterator[tuple[Piece, ...]]:
    weight = clean_line(size(file.size))
    hint = compose("  {key} opens", key=key_of("labels-show", "f")) if place == 1 and file.blob else NOTHING
    number = compose("[{n}] ", n=place)
    room = max(4, frame.body - cells((Piece(number), Piece(weight), Piece(hint))) - 1)
    name = truncate(file.name.safe_line or trusted("unnamed"), room)
    yield (Piece(number, "quiet"), Piece(name, "link"), BLANK_PIECE, Piece(weight, "quiet"), Piece(hint, "quiet"))
    if file.claimed and file.media and file.claimed.split(";")[0].strip().lower() != file.media:
        words = compose("! says {claimed}, is {media}", claimed=clean_line(file.claimed), media=clean_line(file.media))
        yield from wrapped(words, frame, "warning")


def _talked(item: Talked, frame: Frame, zone: tzinfo) -> Iterator[LinePieces]:
    call = item.call
    lead = (Piece(clock_time(call.since, zone), "quiet"), BLANK_PIECE, Piece(trusted("☎"), "call"))
    pad = blanks(frame.author - 1)
    words = [Piece(line, "system") for line in lay_out(_call_words(call, item.who), frame.body, frame.bidi)]
    for place, piece in enumerate(words):
        yield LinePieces((*lead, pad, piece) if place == 0 else (blanks(TIME + frame.author), piece))


def _owing(item: Owing, frame: Frame, zone: tzinfo) -> Iterator[LinePieces]:
    open_part: Part = "quiet" if item.end else "strong"
    what = item.promise.what.safe_line or trusted("erased")
    rows = list(wrapped(compose("promised: {what}", what=what), frame, open_part))
    rows += wrapped(compose("by {due}", due=item.due), frame, "quiet")
    if item.end:
        rows += wrapped(item.end, frame, "quiet")
    yield from told(item.promise.at, item.who, rows, frame, zone)


def _call_words(call: Call, who: SafeText) -> SafeText:
    if call.part_of:
        return listed(" · ", _part_words(call, who))
    words = [trusted("they called") if call.direction == "in" else trusted("we called")]
    if call.direction == "out" and call.answered is None and call.ended is not None:
        return listed(" · ", [*words, (_UNANSWERED.get(call.outcome) or _UNANSWERED[""]).text])
    if call.state == "abandoned" or (call.answered is None and call.ended is not None):
        waited = talk_time((call.ended or call.since) - call.since)
        words.append(compose("gave up after {waited}", waited=waited))
    elif call.answered is not None and call.ended is not None:
        length = talk_time(call.ended - call.answered)
        put_through = call.passed is not None
        last = compose("{length} in all, at last with {who}", who=who, length=length) if put_through else None
        words.append(last or compose("{who}, {length}", who=who, length=length))
    state = _CALLS[call.state].text if call.state in _CALLS and call.state != "abandoned" else NOTHING
    if state:
        words.append(state)
    if call.outcome:
        words.append(outcome_title(call.outcome))
    return listed(" · ", words)


def _part_words(call: Call, who: SafeText) -> Iterator[SafeText]:
    """What an agent had of a call until it was put through."""
    yield trusted("put through")
    yield compose("{who}, {length}", who=who, length=talk_time((call.ended or call.since) - call.since))
    if call.state == "ended":
        yield _CALLS["ended"].text
    if call.outcome:
        yield outcome_title(call.outcome)


def delivery_words(message: Message) -> SafeText | None:
    """How far a message got, in words; None for what simply came in."""
    words = _DELIVERY[message.state].text if message.state in _DELIVERY else None
    if message.kind != "out":
        problems = listed(", ", [clean_line(problem) for problem in message.problems])
        return compose("could not be decoded: {problems}", problems=problems) if message.problems else None
    why = message.error.safe_line
    if words is None:
        return None
    return (
        compose("this message: {words}, {why}", words=words, why=why) if why else compose("this message: {w}", w=words)
    )


_DELIVERY: dict[Delivery, Phrase] = {
    "queued": marked("waits to be sent"),
    "sending": marked("is on its way"),
    "sent": marked("left us; the channel has it"),
    "delivered": marked("reached the customer's device"),
    "read": marked("was read"),
    "failed": marked("was not sent"),
    "unknown": marked("may have been sent, a broken line hid it"),
}
