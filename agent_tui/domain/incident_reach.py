"""Whom an update of an incident reaches, where, and why not the others. Pure.

It goes to each customer once, however many of the linked cases are theirs, where they wrote last and may be written to,
in their language where its words are given in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from agent_tui.domain.channels import channel as profile_of
from agent_tui.domain.channels import window_left
from agent_tui.domain.consents import of_channel
from agent_tui.domain.incidents import Unreached
from agent_tui.domain.model import Conversation, Customer, Stage
from agent_tui.domain.text import CustomerText
from agent_tui.domain.time import Ms

_NO_MESSAGES: Final = re.compile(
    r"\b(no (messages?|updates?|mails?|texts?|writing)|(calls?|phone) only|only (by )?(phone|calls?)|do not write)\b"
    r"|(בלי|ללא|לא) (הודעות|עדכונים|מיילים|לכתוב)|רק ב?(טלפון|שיחות)",
    re.IGNORECASE,
)


def words_for(language: str, english: CustomerText, hebrew: CustomerText) -> CustomerText:
    """The words in the customer's language, else those there are."""
    wanted, other = (hebrew, english) if language[:2].lower() in ("he", "iw") else (english, hebrew)
    return wanted if wanted.raw.strip() else other


def wants_no_messages(preferences: str) -> bool:
    """Whether a customer asked not to be written to, as an agent wrote it down."""
    return bool(_NO_MESSAGES.search(preferences))


def where_to_tell(
    stage: Stage, who: Customer, talks: Iterable[Conversation], words: CustomerText, now: Ms
) -> tuple[Conversation | None, Unreached]:
    """In which of their conversations a customer hears `words`: the one that they wrote in last, else the next one
    that works; or why in none. Of `words` that are not written yet (EMPTY) all else is said."""
    if stage in ("done", "spam"):
        return None, "closed"
    if who.blocked:
        return None, "blocked"
    if wants_no_messages(who.preferences.raw):
        return None, "preference"
    first: Unreached = ""
    nearest = None
    for talk in sorted(talks, key=lambda talk: (talk.last_inbound or 0, talk.started, talk.id), reverse=True):
        if profile_of(talk.channel).kind == "voice":
            continue
        why = _in_the_way(talk, who, words, now)
        if not why:
            return talk, ""
        if not first:
            first, nearest = why, talk
    return nearest, first or "no-address"


def _in_the_way(talk: Conversation, who: Customer, words: CustomerText, now: Ms) -> Unreached:
    profile, heard = profile_of(talk.channel), talk.last_inbound
    said = of_channel(who.consents, talk.channel)
    if said is not None and not said.given and (heard is None or heard <= said.at):
        return "consent"
    if window_left(profile, heard, now) == 0:
        return "window"
    if profile.max_chars is not None and len(words.raw) > profile.max_chars:
        return "too-long"
    return ""
