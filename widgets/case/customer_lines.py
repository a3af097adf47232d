"""Who a customer is, as lines: name, addresses, notes, earlier cases. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from agent_tui.commands.joining import reason_words, who_is
from agent_tui.commands.promises import promise_due, promise_whose
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.channels import CHANNEL_KEYS, channel
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import Address, Customer, PastCase
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import Phrase, SafeText, clean_line, compose, fixed, listed, marked, trusted
from agent_tui.domain.time import Ms
from agent_tui.widgets.called import called
from agent_tui.widgets.case.pieces import BLANK, NOTHING, LinePieces, Piece, spaces
from agent_tui.widgets.case.when import short_day, year
from agent_tui.widgets.cells import TextLine, cell_len
from agent_tui.widgets.paint import Paint
from agent_tui.widgets.text.layout import lay_out

NOBODY_ELSE: Mapping[str, SafeText] = {}
MOST_NOTES = 3
NOTE_LINES = 4
MIN_PROMISE = 12
"""A promise with fewer cells beside its time has the time under it."""
MOST_SUGGESTIONS = 3
_ORIGINS: dict[str, Phrase] = {
    "agent": marked("by us"),
    "verified": marked("checked"),
}
"""How an address came to be the customer's, where that is not by writing or calling from it."""
_BLANK = LinePieces()
_ON = fixed("…")
_LANGUAGES = {"he": fixed("עברית"), "en": fixed("English"), "ar": fixed("العربية"), "ru": fixed("русский")}


@frozen
class CustomerLine:
    """A line of the pane. `past`: the earlier case it opens. `address`: the address it writes to."""

    pieces: LinePieces
    past: CaseKey | None = None
    address: Address | None = None

    @property
    def choosable(self) -> bool:
        """Whether the cursor can stand on it."""
        return self.past is not None or self.address is not None


def customer_lines(
    case: OpenCase,
    width: int,
    now: Ms,
    zone: tzinfo,
    paint: Paint,
    names: Mapping[str, str],
    me: str,
    whole_history: bool = False,
    servers: Mapping[str, SafeText] = NOBODY_ELSE,
) -> list[CustomerLine]:
    """The whole pane, `width` cells wide. `names`: see `Directory.names`. `whole_history`: `h` shows it. `servers`:
    what servers are called, by id."""
    lines = [CustomerLine(line) for line in _who(case, zone, names)]
    if case.customer is not None and case.customer.addresses:
        lines += [CustomerLine(_BLANK), *_addresses(case, width)]
    lines += [CustomerLine(line) for line in _elsewhere(case, now, zone, servers)]
    if case.customer is not None and case.customer.erased:
        return lines
    if case.customer is not None:
        lines += [CustomerLine(line) for line in _suggestions(case.customer, width)]
        lines += [CustomerLine(line) for line in _joins(case.customer, now, zone, names)]
    lines += [CustomerLine(line) for line in _promises(case, width, now, zone, paint, names, me)]
    lines += [CustomerLine(line) for line in _cards(case, width, now, zone, paint)]
    lines += [CustomerLine(line) for line in _collected(case, width, paint)]
    lines += [CustomerLine(line) for line in _labels(case, width, paint)]
    lines += [CustomerLine(line) for line in _notes(case, width, now, zone, paint)]
    lines += _history(case, now, zone, whole_history)
    return lines


def one_line(case: OpenCase) -> LinePieces:
    """The customer where the screen is narrow: `Dana Levi #4471 refund   i card`."""
    row = case.row
    left = [Piece(trusted(" ")), Piece(_name(case), "strong")]
    if row is not None:
        left.append(Piece(compose(" #{number}", number=row.number), "quiet"))
        if row.labels:
            labels = listed(" ", [clean_line(label) for label in row.labels])
            left.append(Piece(compose("  {labels}", labels=labels), "label"))
    right = [
        Piece(key_of("customer-card", "i"), "key"),
        Piece(trusted(" card ")),
    ]
    if case.customer is not None and case.customer.language:
        right.insert(0, Piece(compose("{language}  ", language=language_name(case.customer.language)), "quiet"))
    return LinePieces(tuple(left), tuple(right))


def _who(case: OpenCase, zone: tzinfo, names: Mapping[str, str]) -> list[LinePieces]:
    customer, row = case.customer, case.row
    marks = [language_name(customer.language)] if customer is not None and customer.language else []
    if customer is not None and customer.blocked:
        marks.append(trusted("BLOCKED"))
    right = (Piece(listed(" ", marks), "quiet"), Piece(trusted(" "))) if marks else ()
    lines = [LinePieces((Piece(trusted(" ")), Piece(_name(case), "strong")), right)]
    about = [clean_line(names.get(f"brand:{row.brand}", row.brand))] if row is not None and row.brand else []
    if customer is not None and customer.since:
        about.append(compose("since {year}", year=year(customer.since, zone)))
    if about:
        lines.append(LinePieces((Piece(trusted(" ")), Piece(listed(" · ", about), "quiet"))))
    if customer is not None and customer.preferences:
        lines.append(LinePieces((Piece(trusted(" ")), Piece(customer.preferences.safe_line))))
    return lines


def _addresses(case: OpenCase, width: int) -> list[CustomerLine]:
    """Each address with the letters of its channel; a check where the customer may be written to on it, since they
    wrote there or said so, and a word where they do not want it. Where it came from is said where that leaves the
    address whole."""
    assert case.customer is not None
    given = {channel(one.channel).scheme for one in case.customer.consents if one.given and one.how != "wrote"}
    used = {(talk.channel, talk.address.safe_line) for talk in case.conversations}
    by_value = {value for _, value in used}
    lines = []
    for address in case.customer.addresses:
        value = address.value.safe_line
        mine = sorted(key for key, at in used if at == value and channel(key).scheme == address.scheme)
        tag = channel(mine[0]).tag if mine else _tag(address.scheme)
        refused = _refused(case.customer, address.scheme)
        agreed = value in by_value or address.scheme in given
        check = trusted("✓ ") if agreed and not refused else trusted("  ")
        left = (Piece(trusted(" ")), Piece(clean_line(tag), "quiet"), Piece(trusted(" ")), Piece(value, "link"))
        origin = _ORIGINS.get("verified" if address.verified else address.origin)
        words = compose("{origin} ", origin=origin.text) if origin is not None else NOTHING
        if refused:
            words = compose("no {channel} ", channel=listed(", ", refused))
        fits = cell_len(value) + cell_len(words) + 8 <= width
        if refused and not fits:
            words, fits = trusted("no "), True
        right = (Piece(words, "strong" if refused else "quiet"),) if words and fits else ()
        lines.append(CustomerLine(LinePieces(left, (*right, Piece(check, "good"))), address=address))
    return lines


def _refused(customer: Customer, scheme: str) -> list[SafeText]:
    """The channels of an address on which they do not want to be written to."""
    held = [channel(one.channel) for one in customer.consents if not one.given]
    return [profile.title for profile in held if profile.scheme == scheme]


def _suggestions(customer: Customer, width: int) -> list[LinePieces]:
    """Who may be the same person, and why; the key that says no stands where it leaves the address whole."""
    lines = []
    for each in customer.suggestions[:MOST_SUGGESTIONS]:
        left = (Piece(trusted(" ")), Piece(fixed("?"), "strong"), Piece(trusted("  ")), Piece(who_is(each), "link"))
        refusal = (Piece(key_of("suggestion refuse", "K"), "key"), Piece(trusted(" no "), "quiet"))
        fits = cell_len(who_is(each)) + 10 <= width
        lines.append(LinePieces(left, refusal if fits else ()))
        key = (Piece(key_of("join", "J"), "key"), Piece(trusted(" join "), "quiet"))
        lines.append(LinePieces((Piece(trusted("    ")), Piece(reason_words(each.reason), "quiet")), key))
    more = len(customer.suggestions) - MOST_SUGGESTIONS
    if more > 0:
        lines.append(LinePieces((Piece(compose("    {n} more", n=more), "quiet"),)))
    return lines


def _joins(customer: Customer, now: Ms, zone: tzinfo, names: Mapping[str, str]) -> list[LinePieces]:
    """What made these customers one."""
    if not customer.joins:
        return []
    lines = [_BLANK, _heading(trusted("JOINED"), compose("{key} parts", key=key_of("join", "J")))]
    for join in reversed(customer.joins):
        when = short_day(join.at, now, zone)
        both = listed(" + ", [name.safe_line for name in join.names])
        left = (Piece(trusted(" ")), Piece(when, "quiet"), Piece(spaces(max(1, 9 - cell_len(when)))), Piece(both))
        by = clean_line(names.get(join.by, join.by)) if join.by else trusted("checked")
        lines.append(LinePieces(left, (Piece(compose(" {by} ", by=by), "quiet"),)))
    return lines


def _promises(
    case: OpenCase, width: int, now: Ms, zone: tzinfo, paint: Paint, names: Mapping[str, str], me: str
) -> list[LinePieces]:
    """What we owe, the first due first; `!` before what is late."""
    if not case.owed:
        return []
    lines = [_BLANK, _heading(trusted("PROMISES"), compose("{key} new", key=key_of("promise", "p")))]
    for promise in case.owed:
        late = promise.due < now
        due = promise_due(promise, now, zone)
        owner = promise_whose(promise, names, me)
        right = compose("{whose} {due} ", whose=owner, due=due) if owner else compose("{due} ", due=due)
        mark = Piece(trusted("! ") if late else trusted("  "), "danger")
        end = (Piece(right, "danger" if late else "quiet"),)
        room = width - 4 - cell_len(right.drawn())
        beside = room >= MIN_PROMISE
        words = lay_out(promise.what.safe_line, room if beside else max(8, width - 4), paint.bidi)[:NOTE_LINES]
        for place, line in enumerate(words):
            lead = (Piece(trusted(" ")), mark if place == 0 else Piece(spaces(2)))
            lines.append(LinePieces((*lead, Piece(line)), end if beside and place == 0 else ()))
        if not beside:
            lines.append(LinePieces((), end))
    return lines


def _cards(case: OpenCase, width: int, now: Ms, zone: tzinfo, paint: Paint) -> list[LinePieces]:
    """What the company's systems know of them."""
    if not case.cards:
        return []
    # no desk needs this before a case with cards is open
    from agent_tui.widgets.case.company_card_lines import company_card_lines

    return [line for card in case.cards for line in (_BLANK, *company_card_lines(card, width, now, zone, paint))]


def _collected(case: OpenCase, width: int, paint: Paint) -> list[LinePieces]:
    """What guided scripts found out, the last answer of each kind."""
    answers = [answer for part in case.parts for script in part.scripts for answer in script.run.answers]
    if not answers:
        return []
    # only a case with a script needs its words
    from agent_tui.widgets.case.found_lines import found_lines
    from agent_tui.widgets.case.script_words import told

    pairs = told({answer.name: answer for answer in answers}.values())
    rows = found_lines(pairs, width, paint.bidi)
    return (
        [_BLANK, _heading(trusted("COLLECTED"), compose("{key} script", key=key_of("script", "S"))), *rows]
        if pairs
        else []
    )


def _labels(case: OpenCase, width: int, paint: Paint) -> list[LinePieces]:
    if case.row is None or not case.row.labels:
        return []
    labels = listed(" · ", [clean_line(label) for label in case.row.labels])
    rows = [LinePieces((Piece(trusted(" ")), Piece(line, "label"))) for line in lay_out(labels, width - 2, paint.bidi)]
    return [_BLANK, _heading(trusted("LABELS"), compose("{key} new", key=key_of("label", "l"))), *rows]


def _notes(case: OpenCase, width: int, now: Ms, zone: tzinfo, paint: Paint) -> list[LinePieces]:
    notes = [message for message in case.messages if message.kind == "note"][-MOST_NOTES:]
    if not notes:
        return []
    lines = [_BLANK, _heading(trusted("NOTES"), compose("{key} new", key=key_of("note", "n")))]
    for note in reversed(notes):
        said = note.body.safe if note.body else listed(", ", [file.name.safe_line for file in note.attachments])
        laid = lay_out(said, max(8, width - 10), paint.bidi)
        if len(laid) > NOTE_LINES:
            laid = lay_out(said, max(8, width - 12), paint.bidi)
        for place, line in enumerate(laid[:NOTE_LINES]):
            when = short_day(note.at, now, zone) if place == 0 else NOTHING
            if place + 1 == NOTE_LINES < len(laid):
                line = _and_more(line)
            pad = spaces(8 - cell_len(when))
            shift = spaces(max(0, width - 10 - line.cells)) if line.right != paint.from_right else NOTHING
            left = (Piece(trusted(" ")), Piece(when, "quiet"), Piece(pad + shift), Piece(line, "note"))
            lines.append(LinePieces(left))
    return lines


def _and_more(line: TextLine) -> TextLine:
    """The line with the sign that its text goes on, where the reading ends."""
    text = _ON + BLANK + line.text if line.right else line.text + BLANK + _ON
    return TextLine(text, line.cells + 2, line.right)


def _history(case: OpenCase, now: Ms, zone: tzinfo, whole: bool) -> list[CustomerLine]:
    if case.history is None:
        return []
    past = [one for one in case.history if one.id != case.key.case]
    more = fixed("+") if case.more_history else NOTHING
    heading = compose("HISTORY {n}{more}", n=len(past), more=more) if past else trusted("HISTORY")
    lines = [
        CustomerLine(_BLANK),
        CustomerLine(_heading(heading, compose("{key} all", key=key_of("history", "h")) if whole else NOTHING)),
    ]
    if not past:
        lines.append(CustomerLine(LinePieces((Piece(trusted(" the first time"), "quiet"),))))
    for one in past:
        lines.append(CustomerLine(_past(one, now, zone), past=CaseKey(case.key.backend, one.id)))
    if case.more_history:
        lines.append(CustomerLine(LinePieces((Piece(fixed(" ")), Piece(trusted("earlier ones: page on"), "quiet")))))
    return lines


def _past(one: PastCase, now: Ms, zone: tzinfo) -> LinePieces:
    when = short_day(one.last_at, now, zone)
    pad = spaces(max(1, 9 - cell_len(when)))
    left = (
        Piece(trusted(" ")),
        Piece(when, "quiet"),
        Piece(pad),
        Piece(clean_line(channel(one.channel).tag), "quiet"),
        Piece(trusted(" ")),
        Piece(one.subject.safe_line or compose("#{number}", number=one.number)),
    )
    count = compose(" {n} ", n=one.count) if one.stage == "done" else compose(" {n}, open ", n=one.count)
    return LinePieces(left, (Piece(count, "quiet"),))


def _elsewhere(case: OpenCase, now: Ms, zone: tzinfo, servers: Mapping[str, SafeText]) -> list[LinePieces]:
    """The same person at other servers: as what they are known there, and since when the case is."""
    lines: list[LinePieces] = []
    for part in case.beside:
        server = servers.get(part.key.backend, clean_line(part.key.backend))
        lines += [_BLANK, _heading(compose("ALSO AT {server}", server=server), NOTHING)]
        number = compose("#{number} ", number=part.row.number) if part.row is not None else NOTHING
        last = short_day(part.row.last_at, now, zone) if part.row is not None and part.row.last_at else NOTHING
        right = (Piece(last, "quiet"), Piece(trusted(" "))) if last else ()
        lines.append(LinePieces((Piece(trusted(" ")), Piece(number, "quiet"), Piece(_name(part))), right))
    return lines


def _heading(words: SafeText, aside: SafeText) -> LinePieces:
    right = (Piece(aside, "quiet"), Piece(trusted(" "))) if aside else ()
    return LinePieces((Piece(trusted(" ")), Piece(words, "heading")), right)


def _name(case: OpenCase) -> SafeText:
    if case.customer is not None and (case.customer.name or case.customer.erased or case.row is None):
        return called(case.customer)
    return called(case.row) if case.row is not None else trusted("somebody")


def language_name(code: str) -> SafeText:
    """A language in its own words, else its code."""
    return _LANGUAGES.get(code) or clean_line(code)


def _tag(scheme: str) -> str:
    """The letters of the first channel that such addresses belong to; `?` when none is known."""
    return next((channel(key).tag for key in CHANNEL_KEYS if channel(key).scheme == scheme), "? ")
