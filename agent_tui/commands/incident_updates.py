"""Telling the customers of an incident something: the words, who hears them and who does not, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from agent_tui.commands.context import Choice, Context
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.channels import channel
from agent_tui.domain.incident_reach import words_for
from agent_tui.domain.incidents import Hearer, Incident, Unreached
from agent_tui.domain.model import EMPTY
from agent_tui.domain.orders import UpdateIncident
from agent_tui.domain.queries import Page, ReachPage, ReachQuery
from agent_tui.domain.replies.fields import open_fields
from agent_tui.domain.text import CustomerText, Phrase, SafeText, clean_line, compose, listed, marked, plural, trusted

MOST_SHOWN = 200
"""Customers named on the page; of more only the number is told."""
_NONE, _DO = "none", "do"
_WHY: dict[Unreached, Phrase] = {
    "closed": marked("the case is closed"),
    "blocked": marked("blocked"),
    "preference": marked("asked for no messages"),
    "no-address": marked("nothing to write to: they called"),
    "consent": marked("does not want to be written to there"),
    "window": marked("too long ago: their window is closed"),
    "too-long": marked("longer than the channel takes"),
}


def waiting_words(context: Context, backend: str, incident: str) -> UpdateIncident | None:
    """What was written for an incident and did not go out: taken back, refused, or left by a desk that ended."""
    return next((order for _, order in _left(context, backend, incident)), None)


def put_away(context: Context, backend: str, incident: str) -> None:
    """What was written for an incident and did not go out is kept no longer."""
    for id, _ in _left(context, backend, incident):
        context.workbench.dismiss(CaseKey(backend, ""), id)


def _left(context: Context, backend: str, incident: str) -> list[tuple[str, UpdateIncident]]:
    return [
        (entry.id, entry.order)
        for entry in reversed(context.workbench.desk.unsent)
        if entry.state == "failed"
        and entry.key.backend == backend
        and isinstance(entry.order, UpdateIncident)
        and entry.order.incident == incident
    ]


def ask_words(context: Context, backend: str, incident: Incident) -> None:
    """First in English, then in Hebrew; one of them is enough."""
    kept = waiting_words(context, backend, incident.id)

    def hebrew(said: str) -> None:
        english = CustomerText("" if said == _NONE else said)
        _ask(
            context,
            trusted("and in Hebrew, for those who speak it"),
            kept.hebrew if kept is not None else EMPTY,
            trusted("only in English: everybody gets that") if english.raw else None,
            lambda words: _look(context, backend, incident, english, CustomerText("" if words == _NONE else words)),
        )

    _ask(
        context,
        trusted("what they are told, in English"),
        kept.english if kept is not None else EMPTY,
        trusted("only in Hebrew: everybody gets that"),
        hebrew,
    )


def _ask(
    context: Context, title: SafeText, kept: CustomerText, without: SafeText | None, then: Callable[[str], None]
) -> None:
    choices = [Choice(kept.raw, kept.safe_line, trusted("as it was written"))] if kept.raw.strip() else []
    if without is not None:
        choices.append(Choice(_NONE, without))
    context.ui.pick(title, choices, then, free=True)


def _look(context: Context, backend: str, incident: Incident, english: CustomerText, hebrew: CustomerText) -> None:
    def arrived(page: Page) -> None:
        if isinstance(page, ReachPage):
            _preview(context, backend, incident, english, hebrew, page.hearers, frozenset())

    context.workbench.inquire(backend, ReachQuery(incident.id, english, hebrew), arrived)


def _preview(
    context: Context,
    backend: str,
    incident: Incident,
    english: CustomerText,
    hebrew: CustomerText,
    hearers: tuple[Hearer, ...],
    without: frozenset[str],
) -> None:
    """Who hears which words where, and who does not and why; nothing goes out before this was seen."""
    told = [one for one in hearers if not one.why and one.case not in without]
    title = plural("tell {n} customer", "tell {n} customers", n=len(told))
    why_not = trusted("nobody of them can be told") if not told else _left_open(english, hebrew)
    lines = [Choice(_DO, title, trusted("it can be taken back for a moment"), why_not=why_not)]
    for words, some in _by_words(told, english, hebrew):
        lines.append(Choice("", words.safe_line, heading=True))
        lines += [Choice(one.case, _name(one), _where(context, backend, one)) for one in some[:MOST_SHOWN]]
        if len(some) > MOST_SHOWN:
            more = plural("and {n} more", "and {n} more", n=len(some) - MOST_SHOWN)
            lines.append(Choice("", more, heading=True))
    others = [one for one in hearers if one.why or one.case in without]
    if others:
        lines.append(Choice("", trusted("Not told"), heading=True))
    for one in others[:MOST_SHOWN]:
        if one.why:
            lines.append(Choice(one.case, _name(one), why_not=_WHY[one.why].text))
        else:
            lines.append(Choice(one.case, _name(one), trusted("taken out: Enter puts it back")))

    def chosen(what: str) -> None:
        if what != _DO:
            _preview(context, backend, incident, english, hebrew, hearers, without ^ {what})
            return
        put_away(context, backend, incident.id)
        cases = tuple(one.case for one in told)
        context.workbench.order(backend, UpdateIncident(incident.id, f"u_{uuid4()}", cases, english, hebrew), hold=True)
        context.ui.say(plural("{n} customer is told", "{n} customers are told", n=len(told)))

    context.ui.page(compose("{incident}: who is told", incident=incident.title.safe_line), lines, chosen)


def _left_open(*texts: CustomerText) -> SafeText | None:
    """Words are the same for all of them; a place to fill, as canned replies have, would go out as it stands."""
    names = [name for words in texts for name in open_fields(words.raw)]
    if not names:
        return None
    return compose("{name} is not filled in here: all get the same words", name=clean_line(names[0]))


def _by_words(
    told: list[Hearer], english: CustomerText, hebrew: CustomerText
) -> list[tuple[CustomerText, list[Hearer]]]:
    """Which words go to whom, the words that most get first."""
    found: dict[str, tuple[CustomerText, list[Hearer]]] = {}
    for one in told:
        words = words_for(one.language, english, hebrew)
        found.setdefault(words.raw, (words, []))[1].append(one)
    return sorted(found.values(), key=lambda some: -len(some[1]))


def _name(one: Hearer) -> SafeText:
    return compose("{who} #{number}", who=one.name.safe_line or trusted("the case"), number=one.number)


def _where(context: Context, backend: str, one: Hearer) -> SafeText:
    """By which channel; and whose case it is, when it is somebody else's."""
    state = context.workbench.desk.backends[backend]
    profile = channel(one.channel)
    words = [profile.title, *([trusted("in public")] if profile.kind == "public" else [])]
    if one.owner and (state.me is None or one.owner != state.me.id):
        words.append(clean_line(state.directory.names.get(one.owner, one.owner)))
    return listed(" · ", words)
