"""Why a canned reply is suggested, in words; and the line that names the best ones in an empty composer. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agent_tui.domain.suggested import Reason, SuggestedReply
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import SafeText, clean_line, compose, listed, trusted
from agent_tui.widgets.case.pieces import LinePieces, Piece

SHOWN = 3
_LONGEST_NAME = 30


def suggested_line(suggested: Sequence[SuggestedReply]) -> LinePieces:
    """`F2  late-parcel · tracking · refund`."""
    names = listed(" · ", [clean_line(one.key)[:_LONGEST_NAME] for one in suggested[:SHOWN]])
    key = Piece(key_of("compose-canned", "F2"), "key")
    return LinePieces((Piece(trusted(" ")), key, Piece(trusted("  ")), Piece(names, "quiet")))


def why_suggested(one: SuggestedReply) -> SafeText:
    """By the strongest sign, in counts: `refund: picked 31 of 40`; by use alone where there is none."""
    best = next((why for why in one.reasons if why.picked), None)
    if best is None:
        return compose("picked {n} times", n=one.used)
    return compose("{sign}: picked {n} of {of}", sign=_sign(best), n=best.picked, of=best.of)


def _sign(why: Reason) -> SafeText:
    """A word of the customer's stands for itself."""
    seen = clean_line(why.seen)
    match why.kind:
        case "label":
            return compose("label {label}", label=seen)
        case "after" if why.seen == "^":
            return trusted("first answer")
        case "after" | "earlier" if why.seen:
            return compose("after {reply}", reply=seen)
        case "after" | "earlier":
            return trusted("after free words")
        case _:
            return seen
