"""Whether a customer may be written to on a channel: what they did there, or said to one of us. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from agent_tui.domain.frozen import frozen
from agent_tui.domain.time import Ms

ConsentHow = Literal["wrote", "word", "said"]
"""They wrote or called there first; they sent a word that says it (STOP, START); an agent wrote down what they said."""
Standing = Literal["given", "refused", "unknown"]

WORD_CHANNELS: Final = ("sms",)
"""Where words alone take a number off or on: carriers and laws ask it of text messages."""
STOP_WORDS: Final = frozenset({"stop", "stopall", "unsubscribe", "הסר", "הסירו", "להסרה"})
START_WORDS: Final = frozenset({"start", "unstop", "הצטרף", "הצטרפות"})
_AROUND: Final = " \t\r\n.,!?\"'‎‏"


@frozen
class Consent:
    """What is known of one customer and one channel. `at` (Ms), `by`: when, and which agent wrote it down ("" nobody
    did: it followed from what they did)."""

    channel: str
    given: bool
    at: Ms
    how: ConsentHow = "said"
    by: str = ""


def said(channel: str, body: str) -> bool | None:
    """What a message that is one such word says: False stop, True start again; None: it says nothing of it."""
    if channel not in WORD_CHANNELS or len(body) > 40:
        return None
    word = body.strip(_AROUND).casefold()
    return False if word in STOP_WORDS else True if word in START_WORDS else None


def newest(consents: Iterable[Consent]) -> tuple[Consent, ...]:
    """Of each channel what was said last, by channel; of two at once the refusal."""
    held: dict[str, Consent] = {}
    for one in consents:
        known = held.get(one.channel)
        if known is None or (one.at, not one.given) > (known.at, not known.given):
            held[one.channel] = one
    return tuple(held[channel] for channel in sorted(held))


def of_channel(consents: Iterable[Consent], channel: str) -> Consent | None:
    """What is known of a channel."""
    return next((one for one in consents if one.channel == channel), None)


def standing(consents: Iterable[Consent], channel: str, *, wrote: bool = False) -> Standing:
    """Whether they may be written to on a channel. `wrote`: they have written to us there, which is as good as a word
    where nothing was written down."""
    known = of_channel(consents, channel)
    if known is None:
        return "given" if wrote else "unknown"
    return "given" if known.given else "refused"
