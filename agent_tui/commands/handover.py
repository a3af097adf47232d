"""Handing my work over: each case, promise, draft and unsent reply stays, goes back, or goes to somebody with a note.
What will be done stands on one page, is done in one go, and z takes it back; what it noted stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agent_tui.commands import ids
from agent_tui.commands.case import assignees, who
from agent_tui.commands.command import command
from agent_tui.commands.context import Arguments, Choice, Context
from agent_tui.commands.promises import promise_due
from agent_tui.commands.shift import agent_named, case_title, case_words, silent_lines
from agent_tui.desk.desk import Desk
from agent_tui.desk.drafts import Draft
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.outgoing import OutboxEntry
from agent_tui.desk.shift import InHand, in_hand
from agent_tui.desk.undo import writes_note
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import CaseRow, Promise
from agent_tui.domain.orders import Assign, ChangePromise, Note, Order
from agent_tui.domain.queries import Page, ShiftPage, ShiftQuery
from agent_tui.domain.taught import key_of
from agent_tui.domain.text import CustomerText, SafeText, clean_line, compose, listed, plural, trusted
from agent_tui.services.in_hand import ask_in_hand

_DO, _ALL, _KEEP, _QUEUE, _NOTE = "do", "all", "keep", "queue", "note"


@frozen
class Fate:
    """What becomes of a row: it stays ("keep"), goes back ("queue"), becomes a note of its case ("note"), or goes to
    `agent:ID` or `team:NAME`; `note` goes with it."""

    where: str = _KEEP
    note: str = ""


_STAYS = Fate()
_Then = Callable[[Fate], None]
Thing = CaseRow | Promise | Draft | OutboxEntry


class _Handing:
    """One going through. `things`: every row of the page by its value."""

    def __init__(self, context: Context, held: InHand, whose: SafeText | None = None) -> None:
        self._whose = whose
        self._context = context
        self._held = held
        self._fates: dict[str, Fate] = {}
        self._things: dict[str, tuple[CaseKey, Thing]] = {}
        for key, row in held.cases:
            self._things[f"case\n{key.backend}\n{key.case}"] = (key, row)
        for key, promise in held.promises:
            self._things[f"promise\n{key.backend}\n{promise.id}"] = (key, promise)
        if whose is None:
            self._take_written(context.workbench.desk)

    def _take_written(self, desk: Desk) -> None:
        """What this desk holds by itself."""
        for number, draft in enumerate(desk.drafts.values()):
            if draft.key is not None:
                self._things[f"draft\n{number}"] = (draft.key, draft)
        for entry in desk.unsent:
            if entry.writes and entry.key.case:
                self._things[f"unsent\n{entry.id}"] = (entry.key, entry)

    def show(self, at: str = "") -> None:
        context, things = self._context, self._things
        changed = len(self._fates)
        do = Choice(_DO, compose("hand over: {changes}", changes=plural("{n} change", "{n} changes", n=changed)))
        if not changed:
            do = replace(do, why_not=trusted("choose first what becomes of a line"))
        lines = [do]
        if any(isinstance(thing, CaseRow) for _, thing in things.values()):
            lines.append(Choice(_ALL, trusted("all cases"), trusted("the same for every case that stays so far")))
        for kind, heading in (
            (CaseRow, trusted("Open cases")),
            (Promise, trusted("Promises")),
            (Draft, trusted("Drafts")),
            (OutboxEntry, trusted("Not sent yet")),
        ):
            under = [self._line(value, *held) for value, held in things.items() if isinstance(held[1], kind)]
            lines += [Choice("", heading, heading=True), *under] if under else []
        if not things:
            lines.append(Choice("", trusted("Nothing is in hand"), heading=True))
        title = trusted("hand over")
        if self._whose is not None:
            title = compose("hand over what {who} has", who=self._whose)
        context.ui.page(title, [*lines, *silent_lines(self._held)], self._chosen, at)

    # -- lines

    def _line(self, value: str, key: CaseKey, thing: Thing) -> Choice:
        fate = self._fates.get(value, _STAYS)
        words = self._fate_words(key, fate) if fate != _STAYS else self._words(key, thing)
        return Choice(value, self._title(key, thing), words)

    def _title(self, key: CaseKey, thing: Thing) -> SafeText:
        if isinstance(thing, CaseRow):
            return case_title(thing)
        if isinstance(thing, Promise):
            return thing.what.safe_line
        row = self._row(key)
        return who(row) if row is not None else trusted("the case")

    def _words(self, key: CaseKey, thing: Thing) -> SafeText:
        context = self._context
        if isinstance(thing, CaseRow):
            return case_words(context, thing)
        if isinstance(thing, Promise):
            row = self._row(key)
            due = promise_due(thing, context.workbench.time.now(), context.zone)
            return listed(" · ", [due, who(row)]) if row is not None else due
        return CustomerText(_body(thing)).safe_line

    def _fate_words(self, key: CaseKey, fate: Fate) -> SafeText:
        if fate.where == _NOTE:
            return trusted("-> as a note of its case")
        if fate.where == _QUEUE:
            words = trusted("-> back to the queue")
        else:
            kind, _, id = fate.where.partition(":")
            name = agent_named(self._context, key.backend, id if kind == "agent" else fate.where)
            words = compose("-> {name}", name=name)
        return compose("{words}: {note}", words=words, note=clean_line(fate.note)) if fate.note else words

    def _row(self, key: CaseKey) -> CaseRow | None:
        return self._held.row(key) or self._context.workbench.desk.row(key)

    # -- choosing

    def _chosen(self, value: str) -> None:
        if value == _DO:
            self._do()
        elif value == _ALL:
            first = next(key for key, thing in self._things.values() if isinstance(thing, CaseRow))
            self._ask(first, trusted("all cases"), [_KEEP, _QUEUE], self._set_all)
        else:
            key, thing = self._things[value]
            ways = [_KEEP, _QUEUE] if isinstance(thing, CaseRow | Promise) else [_KEEP, _NOTE]
            self._ask(key, self._title(key, thing), ways, lambda fate: self._set(value, fate))

    def _ask(self, key: CaseKey, title: SafeText, ways: list[str], then: _Then) -> None:
        here = replace(self._context, key=key)
        ways_said = {
            _KEEP: trusted("stays with me") if self._whose is None else compose("stays with {who}", who=self._whose),
            _QUEUE: trusted("goes back: to the queue, or to whoever has the case"),
            _NOTE: trusted("as a note of its case; it stays here too"),
        }
        choices = [Choice(way, ways_said[way]) for way in ways]
        if _QUEUE in ways:
            me = here.backend.me.id if here.backend is not None and here.backend.me is not None else ""
            choices += [one for one in assignees(here) if one.value != f"agent:{me}"]

        def chosen(where: str) -> None:
            if where in (_KEEP, _NOTE):
                then(Fate(where))
                return
            note = [Choice("", trusted("without a note"))]
            asked = compose("{title}: a note with it", title=title)
            self._context.ui.pick(asked, note, lambda words: then(Fate(where, words)), free=True)

        self._context.ui.pick(title, choices, chosen)

    def _set(self, value: str, fate: Fate) -> None:
        self._fates.pop(value, None)
        if fate != _STAYS:
            self._fates[value] = fate
        self.show(value)

    def _set_all(self, fate: Fate) -> None:
        for value, (_, thing) in self._things.items():
            if isinstance(thing, CaseRow) and value not in self._fates and fate != _STAYS:
                self._fates[value] = fate
        self.show(_DO)

    # -- doing

    def _do(self) -> None:
        orders = [(self._things[value][0], self._order(value, fate)) for value, fate in self._fates.items()]
        self._context.workbench.order_together(orders, self._held)
        said = plural("{n} thing handed over", "{n} things handed over", n=len(orders))
        back = compose("{done}; {key} takes it back", done=said, key=key_of(ids.UNDO, "z"))
        if any(writes_note(order) for _, order in orders):
            back = compose("{done}; {key} takes it back, but no note", done=said, key=key_of(ids.UNDO, "z"))
        self._context.ui.say(said if all(isinstance(order, Note) for _, order in orders) else back)

    def _order(self, value: str, fate: Fate) -> Order:
        key, thing = self._things[value]
        kind, _, id = fate.where.partition(":")
        agent, team = id if kind == "agent" else "", id if kind == "team" else ""
        if isinstance(thing, CaseRow):
            return Assign(thing.id, agent, team or (thing.team if agent else ""), CustomerText(fate.note))
        if isinstance(thing, Promise):
            return ChangePromise(key.case, thing.id, thing.due, agent, team)
        return Note(key.case, CustomerText(_body(thing)))


def _body(thing: Draft | OutboxEntry) -> str:
    if isinstance(thing, Draft):
        return thing.body
    body = getattr(thing.order, "body", None)
    return body.raw if isinstance(body, CustomerText) else ""


def _handover(context: Context, _arguments: Arguments) -> SafeText | None:
    begin(context)
    return None


def begin(context: Context) -> None:
    """Ask what is in hand, then show it line by line."""
    context.ui.page_comes()
    ask_in_hand(context.workbench, lambda held: _Handing(context, held).show())


def begin_for(context: Context, backend: str, agent: str) -> None:
    """The same for what another agent has: a supervisor gives it to others."""
    names = context.workbench.desk.backends[backend].directory.names

    def show(page: Page) -> None:
        if isinstance(page, ShiftPage):
            _Handing(context, in_hand({backend: page}), clean_line(names.get(agent, agent))).show()

    context.workbench.inquire(backend, ShiftQuery(agent), show)


def _can_assign(context: Context) -> SafeText | None:
    if any("assign" in state.capabilities.orders for state in context.workbench.desk.backends.values()):
        return None
    return trusted("no server here lets a case be given away")


COMMANDS = (command(ids.HANDOVER, _handover, _can_assign),)
