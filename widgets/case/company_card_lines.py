"""What the company's systems know of a customer, as lines of the customer pane. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from agent_tui.domain.channels import CHANNEL_KEYS, channel
from agent_tui.domain.company_cards import CardField, CardTrouble, CompanyCard, Titles, titled
from agent_tui.domain.language import SPOKEN
from agent_tui.domain.text import (
    SafeText,
    clean_line,
    compose,
    fixed,
    safe_link_host,
    truncate,
    trusted,
)
from agent_tui.domain.time import MS, Ms, local_time
from agent_tui.widgets.case.pieces import NOTHING, LinePieces, Piece, spaces
from agent_tui.widgets.case.when import clock_time, short_day
from agent_tui.widgets.cells import cell_len
from agent_tui.widgets.paint import Paint
from agent_tui.widgets.text.layout import lay_out

VALUE_LINES = 3
"""Lines of one value that has no room beside its title."""


def company_card_lines(card: CompanyCard, width: int, now: Ms, zone: tzinfo, paint: Paint) -> list[LinePieces]:
    """Its title with its age, what it says, and why the newest try gave nothing."""
    aside = trusted("looking…") if card.looking else _age(card.at, now, zone)
    right = (Piece(aside, "quiet"), Piece(trusted(" "))) if aside else ()
    title = clean_line(_words(card.titles, card.name).upper())  # as all headings here
    lines = [LinePieces((Piece(trusted(" ")), Piece(title, "heading")), right)]
    if card.trouble is not None and not card.looking:
        words = lay_out(trouble_words(card.trouble), max(8, width - 4), paint.bidi)
        marks = [fixed("! "), *[spaces(2)] * (len(words) - 1)]
        for mark, line in zip(marks, words, strict=True):
            lines.append(LinePieces((Piece(trusted(" ")), Piece(mark, "danger"), Piece(line, "quiet"))))
    lines += [_row(row, width, now, zone) for row in card.lines]
    if card.more:
        lines.append(LinePieces((Piece(compose("    {n} more", n=card.more), "quiet"),)))
    for field in card.fields:
        lines += _field(field, width, now, zone, paint)
    if card.at and not (card.fields or card.lines):
        lines.append(LinePieces((Piece(trusted(" nothing is known there"), "quiet"),)))
    return lines


def trouble_words(trouble: CardTrouble) -> SafeText:
    """Why a system gave nothing."""
    detail = truncate(trouble.detail.safe_line, 40)
    match trouble.kind:
        case "late":
            return compose("no answer in {n} s", n=detail)
        case "unreachable":
            return compose("no connection: {why}", why=detail)
        case "private":
            return trusted("its name leads into a private network")
        case "status":
            return compose("it answered {status}", status=detail)
        case "redirect":
            return compose("it answered {status} and sent us elsewhere", status=detail)
        case "type":
            return compose("not JSON: it is {kind}", kind=detail)
        case "too-big":
            return trusted("it answered more than 256 kB")
        case "not-json":
            return compose("not JSON: line {n}", n=detail) if detail else trusted("not JSON")
        case "not-run":
            return compose("the command cannot be run: {why}", why=detail)
        case "ended":
            return compose("the command ended with {status}", status=detail)
        case "lacks":
            return compose("no {what} to ask by", what=_address(trouble))
        case "unfit":
            return compose("their {what} cannot be asked by", what=_address(trouble))
        case "busy":
            return trusted("too much is being looked up at once")
        case "failed":
            return trusted("the hub could not ask; its log says why")


def _address(trouble: CardTrouble) -> SafeText:
    """What such an address is called, by the first channel that has it."""
    scheme = trouble.detail.safe_line
    known = (channel(key) for key in CHANNEL_KEYS if channel(key).scheme == scheme)
    return next((profile.title for profile in known), scheme)


def _age(at: Ms, now: Ms, zone: tzinfo) -> SafeText:
    """`09:40`, another day's with its date; nothing for never."""
    if not at:
        return NOTHING
    if local_time(at, zone).date() == local_time(now, zone).date():
        return clock_time(at, zone)
    return compose("{day} {time}", day=short_day(at, now, zone), time=clock_time(at, zone))


def _words(titles: Titles, name: str) -> str:
    language = SPOKEN.get()
    return titled(titles, language.code if language is not None else "en") or name


def _field(field: CardField, width: int, now: Ms, zone: tzinfo, paint: Paint) -> list[LinePieces]:
    """Its title and, at the end of the line where there is room, its value; else the value below."""
    title, value, part = clean_line(_words(field.titles, field.name)), _value(field, now, zone), _part(field)
    start = (Piece(trusted(" ")), Piece(title, "quiet"))
    if cell_len(title.drawn()) + cell_len(value.drawn()) + 3 <= width:
        return [LinePieces(start, (Piece(value, part), Piece(trusted(" "))))]
    below = lay_out(value, max(8, width - 4), paint.bidi)[:VALUE_LINES]
    return [LinePieces(start), *(LinePieces((Piece(spaces(3)), Piece(line, part))) for line in below)]


def _row(row: tuple[CardField, ...], width: int, now: Ms, zone: tzinfo) -> LinePieces:
    """One line of a list: what it is, its values, and the last one at the end, cut to half of the line."""
    start = [Piece(trusted(" ")), Piece(clean_line(_words(row[0].titles, row[0].name)), "quiet"), Piece(trusted(" "))]
    for field in row[:-1] or row:
        start += [Piece(_value(field, now, zone), _part(field)), Piece(trusted(" "))]
    if len(row) == 1:
        return LinePieces(tuple(start))
    last = truncate(_value(row[-1], now, zone), max(8, width // 2))
    return LinePieces(tuple(start), (Piece(last, _part(row[-1])), Piece(trusted(" "))))


def _part(field: CardField) -> str:
    return "link" if field.kind == "link" else "text"


def _value(field: CardField, now: Ms, zone: tzinfo) -> SafeText:
    shown = field.value.safe_line
    if field.kind == "link":
        return safe_link_host(shown.drawn()) or shown  # f has the whole of it
    if field.kind == "money" and field.unit:
        return compose("{amount} {unit}", amount=shown, unit=clean_line(field.unit))
    if field.kind == "date":
        return _day(shown.drawn(), now, zone) or shown
    return shown


def _day(written: str, now: Ms, zone: tzinfo) -> SafeText:
    """An ISO 8601 date as the desk says days, an instant with its time today; nothing for anything else."""
    try:
        then = datetime.fromisoformat(written)
    except ValueError:
        return NOTHING
    if len(written) <= 10 or then.tzinfo is None:
        then = then.replace(tzinfo=zone)
    try:
        at = round(then.astimezone(UTC).timestamp() * MS)
    except (OverflowError, ValueError):
        return NOTHING
    if len(written) > 10 and local_time(at, zone).date() == local_time(now, zone).date():
        return clock_time(at, zone)
    return short_day(at, now, zone)
