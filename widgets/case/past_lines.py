"""How the items of a customer's history look, where they are no entries of a timeline. Pure."""

from __future__ import annotations

from datetime import tzinfo
from typing import cast

from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, compose, fixed, plural, trusted
from agent_tui.domain.text_visual import Bidi
from agent_tui.widgets.case.entries import Item
from agent_tui.widgets.case.entry_lines import lines_of
from agent_tui.widgets.case.frame import Frame, told, wrapped
from agent_tui.widgets.case.past_entries import Heading, Linked, PastItem, Stepped
from agent_tui.widgets.case.pieces import LinePieces, Piece


def past_lines(item: PastItem, width: int, zone: tzinfo, bidi: Bidi, from_right: bool) -> tuple[LinePieces, ...]:
    """The lines of an item, `width` cells wide."""
    if isinstance(item, Heading):
        return (_heading(item),)
    frame = Frame(width, bidi, from_right)
    if isinstance(item, Stepped):
        rows = wrapped(_step_words(item), frame, "system")
        return tuple(told(item.step.at, item.who, rows, frame, zone))
    if isinstance(item, Linked):
        template = trusted("joined") if item.join.revoked is None else trusted("parted")
        words = compose("{what}: {names}", what=template, names=item.names) if item.names else template
        return tuple(told(item.at, item.who, wrapped(words, frame, "system"), frame, zone))
    return lines_of(cast(Item, item), width, zone, bidi, from_right)


def _heading(item: Heading) -> LinePieces:
    words = compose("{tag} · {words}", tag=item.tag, words=item.words) if item.tag else item.words
    left = (Piece(trusted("─ "), "rule"), Piece(words, "heading"), Piece(trusted(" ")))
    if not item.folded:
        return LinePieces(left, (), trusted("─"), "rule")
    count = plural("+ {n} message", "+ {n} messages", n=item.count) if item.count else fixed("+")
    blank = Piece(fixed(" "))
    return LinePieces(
        left, (blank, Piece(count, "quiet"), blank, Piece(key_of("fold", "F"), "key"), blank), trusted("─"), "rule"
    )


def _step_words(item: Stepped) -> SafeText:
    change = item.step.change
    if change == "assigned":
        return compose("given to {who}", who=item.to) if item.to else trusted("back in the queue")
    if change == "resolved":
        return trusted("done")
    return trusted("open again") if change == "reopened" else trusted("held as spam")
