"""Which conversation a mail belongs to: by message ids first, then by subject with the same counterpart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent_tui.domain.time import DAY_MS, Ms

SUBJECT_PERIOD_MS = 30 * DAY_MS
"""A mail with the same subject from the same person joins a conversation quiet for no longer than this."""

_PREFIX = re.compile(
    r"\s*(?:(?:re|aw|antw|antwort|sv|vs|ref|rv|res|odp|ynt|fwd?|wg|tr|rif|i|r|vb|doorst|enc|pd|השב|תגובה|הועבר|הנדון|回复|回覆|答复|转发|轉寄|"
    r"отв|пересл)\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s*[:：]|\[(?:external|ext|חיצוני)\])\s*",
    re.IGNORECASE,
)
_REPLY_PREFIX = re.compile(
    r"\s*(?:re|aw|antw|antwort|sv|vs|ref|rv|res|odp|ynt|rif|r|השב|תגובה|回复|回覆|答复|отв)\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s*[:：]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An existing mail conversation with the counterpart: its normalised subject and when it last moved."""

    conversation: str
    subject: str
    last: Ms


def normal_subject(subject: str) -> str:
    """The subject without any reply and forward prefixes, folded for comparing; "" when nothing is left."""
    text = subject[:1000]
    for _ in range(30):
        shorter = _PREFIX.sub("", text, count=1) if _PREFIX.match(text) else text
        if shorter == text:
            break
        text = shorter
    return " ".join(text.split()).casefold()


def is_reply_subject(subject: str) -> bool:
    return bool(_REPLY_PREFIX.match(subject))


def reply_subject(subject: str) -> str:
    """The subject of an answer: `Re: ` once, whatever prefixes the customer's mailer has written."""
    text = " ".join(subject.split())[:900]
    while match := _REPLY_PREFIX.match(text):
        text = text[match.end() :].lstrip()
    return f"Re: {text}".rstrip()


def pick_conversation(
    references: Iterable[str],
    known: Mapping[str, str],
    subject: str,
    at: Ms,
    candidates: Iterable[Candidate],
    period_ms: int = SUBJECT_PERIOD_MS,
) -> str | None:
    """The conversation a mail joins, None for a new one.

    `references`: message ids, oldest first, the direct parent last; `known`: those of them that are stored -> their
    conversation. `candidates`: mail conversations *with this sender's address* on this account. An empty subject joins
    nothing, nor does a fresh mail (no reply prefix, no references) whose subject merely repeats.
    """
    listed = list(references)
    for reference in reversed(listed):
        if (found := known.get(reference)) is not None:
            return found
    wanted = normal_subject(subject)
    if not wanted or not (listed or is_reply_subject(subject)):
        return None
    fitting = [
        each for each in candidates if normal_subject(each.subject) == wanted and 0 <= at - each.last <= period_ms
    ]
    return max(fitting, key=lambda each: each.last).conversation if fitting else None
