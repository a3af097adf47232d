"""Incidents: cases with one cause are linked, and what became of it is told to all their customers in one go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import uuid4

from agent_tui.commands import ids
from agent_tui.commands.case import who
from agent_tui.commands.command import CommandError, command
from agent_tui.commands.conditions import can
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.incident_updates import ask_words, put_away, waiting_words
from agent_tui.commands.when import say_when
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.incident_reach import words_for
from agent_tui.domain.incidents import MOST_TITLE, Incident, IncidentUpdate
from agent_tui.domain.model import CaseRow
from agent_tui.domain.orders import CloseIncident, LinkCases, OpenIncident
from agent_tui.domain.queries import IncidentsPage, IncidentsQuery, Page
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import CustomerText, SafeText, clean_line, compose, listed, plural, trusted

_LINK, _OUT, _TELL, _CLOSE, _OPEN, _DROP = "link", "out", "tell", "close", "open", "drop"


def _incident(context: Context, arguments: Arguments) -> SafeText | None:
    backend = context.backend
    if backend is None:
        raise CommandError(trusted("no server is connected yet"))
    rows = _rows(context, backend.id)
    if arguments:
        return _begin(context, backend.id, rows, arguments[0])

    def arrived(page: Page) -> None:
        if isinstance(page, IncidentsPage):
            _list(context, backend.id, rows, page.incidents)

    context.workbench.inquire(backend.id, IncidentsQuery(), arrived)
    return None


def _rows(context: Context, backend: str) -> list[CaseRow]:
    """The cases that it is about: those that are marked, else the one here."""
    desk = context.workbench.desk
    keys: Sequence[CaseKey] = tuple(desk.inbox.marked) if context.ui.place == "inbox" else ()
    if not keys:
        keys = (context.key,) if context.key is not None else ()
    found = (desk.row(key) for key in keys if key.backend == backend)
    return [row for row in found if row is not None and not row.erased]


def _named(rows: Sequence[CaseRow]) -> SafeText:
    """What the cases are called, so that it is seen which they are."""
    if len(rows) == 1:
        return compose("{who} #{number}", who=who(rows[0]), number=rows[0].number)
    return plural("the {n} marked case", "the {n} marked cases", n=len(rows))


def _list(context: Context, backend: str, rows: list[CaseRow], incidents: Sequence[Incident]) -> None:
    from agent_tui.domain.incident_fit import fitting  # late: a start does without

    own = {row.incident for row in rows if row.incident}
    known = {one.id: one for one in incidents}
    others = [one for one in incidents if one.id not in own]
    fits = {one.id: said for one, said in fitting(others, _said(context, rows))} if not own else {}
    choices: list[Choice] = []
    for heading, some in (
        (trusted("Of this case"), [one for one in incidents if one.id in own]),
        (trusted("It may be one of these"), [known[id] for id in fits]),
        (trusted("Still open"), [one for one in others if one.id not in fits and one.state == "open"]),
        (trusted("Closed"), [one for one in others if one.state == "closed"]),
    ):
        if some:
            choices.append(Choice("", heading, heading=True))
            choices += [
                Choice(one.id, one.title.safe_line, _beside(context, one, fits.get(one.id, ()))) for one in some
            ]

    def chosen(said: str) -> None:
        if said in known:
            _one(context, backend, rows, known[said])
        else:
            words = _begin(context, backend, rows, said)
            context.ui.say(words)

    title = compose("incident; or, for a new one with {cases}, what happened", cases=_named(rows))
    context.ui.pick(title if rows else trusted("incident"), choices, chosen, free=bool(rows))


def _said(context: Context, rows: Sequence[CaseRow]) -> list[str]:
    """What the customers of these cases wrote, as far as it is here."""
    case = context.workbench.desk.open_case
    said = [text.raw for row in rows for text in (row.subject, row.preview)]
    if case is not None and case.row is not None and case.row.id in {row.id for row in rows}:
        said += [message.body.raw for message in case.messages if message.kind == "in"]
    return said


def _beside(context: Context, one: Incident, fits: Sequence[str] = ()) -> SafeText:
    """`they say: router, Haifa · 12 cases · 2 updates · since 09:12`."""
    words = [compose("they say {words}", words=listed(", ", [clean_line(word) for word in fits]))] if fits else []
    words.append(plural("{n} case", "{n} cases", n=one.cases))
    if one.updates:
        words.append(plural("{n} update", "{n} updates", n=len(one.updates)))
    now = context.workbench.time.now()
    since = one.closed if one.closed is not None else one.at
    at = say_when(since, now, context.zone)
    words.append(compose("closed {when}", when=at) if one.closed is not None else compose("since {when}", when=at))
    return listed(" · ", words)


def _begin(context: Context, backend: str, rows: list[CaseRow], title: str) -> SafeText:
    words = " ".join(title.split())
    if not rows:
        raise CommandError(
            compose("an incident is of cases: put the cursor on one, or mark some ({key})", key=key_of(ids.MARK, "v"))
        )
    if not words:
        raise CommandError(trusted("say what happened, in a few words"))
    if len(words) > MOST_TITLE:
        raise CommandError(compose("a title has at most {n} letters", n=MOST_TITLE))
    cases = tuple(row.id for row in rows)
    context.workbench.order(backend, OpenIncident(f"i_{uuid4()}", CustomerText(words), cases))
    context.workbench.unmark()
    return compose("{title}: {cases}", title=clean_line(words), cases=_named(rows))


def _one(context: Context, backend: str, rows: list[CaseRow], one: Incident) -> None:
    lines = [*_actions(context, backend, rows, one), *_told(context, one)]
    inside = [row for row in rows if row.incident == one.id]
    others = [row for row in rows if row.incident != one.id]

    def chosen(what: str) -> None:
        order = context.workbench.order
        name = one.title.safe_line
        if what == _LINK:
            order(backend, LinkCases(one.id, tuple(row.id for row in others)))
            context.workbench.unmark()
            context.ui.say(compose("{title}: {cases}", title=name, cases=_named(others)))
        elif what == _OUT:
            order(backend, LinkCases(one.id, tuple(row.id for row in inside), on=False))
            context.ui.say(compose("{cases}: no longer of {title}", title=name, cases=_named(inside)))
        elif what == _TELL:
            ask_words(context, backend, one)
        elif what == _DROP:
            put_away(context, backend, one.id)
            context.ui.say(trusted("the words that were not sent are gone"))
        elif what in (_CLOSE, _OPEN):
            order(backend, CloseIncident(one.id, what == _CLOSE))
            said = compose("{title}: closed", title=name)
            context.ui.say(said if what == _CLOSE else compose("{title}: open again", title=name))

    context.ui.page(one.title.safe_line, lines, chosen)


def _actions(context: Context, backend: str, rows: list[CaseRow], one: Incident) -> Iterator[Choice]:
    kept = waiting_words(context, backend, one.id)
    inside = [row for row in rows if row.incident == one.id]
    others = [row for row in rows if row.incident != one.id]
    if one.state == "open" and others:
        yield Choice(_LINK, compose("link {cases}", cases=_named(others)))
    if one.state == "open":
        goes_on = trusted("the words that were not sent are kept") if kept is not None else trusted("each once")
        yield Choice(_TELL, trusted("tell their customers"), goes_on)
    if kept is not None:
        words = words_for("", kept.english, kept.hebrew)
        yield Choice(_DROP, trusted("put away what was not sent"), words.safe_line)
    if inside:
        yield Choice(_OUT, compose("take out {cases}", cases=_named(inside)))
    if one.state == "open":
        yield Choice(_CLOSE, trusted("close it: it is over"), plural("{n} case", "{n} cases", n=one.cases))
    else:
        yield Choice(_OPEN, trusted("open it again"), plural("{n} case", "{n} cases", n=one.cases))


def _told(context: Context, one: Incident) -> Iterator[Choice]:
    """What was said so far, the newest first."""
    if one.updates:
        yield Choice("", trusted("Told"), heading=True)
    for said in reversed(one.updates):
        yield Choice("", _words(said), why_not=_how_many(context, said))


def _words(said: IncidentUpdate) -> SafeText:
    return listed(" · ", [words.safe_line for words in (said.english, said.hebrew) if words.raw.strip()])


def _how_many(context: Context, said: IncidentUpdate) -> SafeText:
    names = context.backend.directory.names if context.backend is not None else {}
    at = say_when(said.at, context.workbench.time.now(), context.zone)
    by = clean_line(names.get(said.by, said.by))
    how_many = compose("{told} told, {others} not", told=said.told, others=said.unreached)
    return listed(" · ", [at, by, how_many])


COMMANDS = (command(ids.INCIDENT, _incident, can("open-incident")),)
