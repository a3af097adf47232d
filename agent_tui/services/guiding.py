"""Guided scripts as an agent runs them: which is run with the open case, each act at once here and an order for there.

What a case's server says counts, but where this desk is ahead of it: an act shows before its order has arrived. Where
the server keeps no scripts a run stays in this desk alone, and ends with it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from agent_tui.desk.changes import Changes, Notice
from agent_tui.desk.desk import Desk
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.company_cards import card_variables
from agent_tui.domain.guided import ahead
from agent_tui.domain.guided import run as running
from agent_tui.domain.guided.place import CaseScript, Run, ScriptTitle
from agent_tui.domain.guided.run import Went
from agent_tui.domain.guided.script import MOST_STEPS, Effect, Script, Step
from agent_tui.domain.guided.values import Refused, shown
from agent_tui.domain.orders import Order, RunScript
from agent_tui.domain.queries import Page, Query, ScriptPage, ScriptQuery, ScriptsPage, ScriptsQuery
from agent_tui.domain.text import SafeText, compose, trusted

ORDER = "run-script"


@dataclass(slots=True)
class Guided:
    """A script that is run. `script` None: it is asked for; `run` is where it stands; `edited`: the version that it
    began with is gone, and it goes on in another; `here`: only this desk knows of it."""

    id: str
    source: str
    run: Run
    revision: int
    script: Script | None = None
    edited: bool = False
    here: bool = False

    @property
    def step(self) -> Step | None:
        """Where it stands, while it runs."""
        return self.script.by_id.get(self.run.at) if self.script is not None and self.run.state == "running" else None


class Guiding:
    """The scripts of the cases that were opened since the desk began."""

    def __init__(
        self,
        desk: Desk,
        give: Callable[[CaseKey, Order], object],
        inquire: Callable[[str, Query, Callable[[Page], None]], None],
        changed: Callable[[Changes], None],
    ) -> None:
        self._desk = desk
        self._give = give
        self._inquire = inquire
        self._changed = changed
        self._held: dict[CaseKey, Guided] = {}
        self._scripts: dict[tuple[str, str, str], Script | None] = {}

    # -- which there are

    def source_of(self, key: CaseKey) -> str:
        """The server whose scripts are for this case: its own, else the first that has any; "" none."""
        states = self._desk.backends
        found = [key.backend] if key.backend in states else []
        every = (name for name in (*found, *states) if ORDER in states[name].capabilities.orders)
        return next(every, "")

    def titles(self, key: CaseKey, then: Callable[[tuple[ScriptTitle, ...]], None]) -> None:
        """Which scripts can be begun, those that fit the case first."""
        row = self._desk.row(key)
        channel, brand = (row.channel, row.brand) if row is not None else ("", "")

        def came(page: Page) -> None:
            if isinstance(page, ScriptsPage):
                fits = (one for one in page.scripts if not one.brands or not brand or brand in one.brands)
                then(tuple(sorted(fits, key=lambda one: (bool(one.channels) and channel not in one.channels, one.key))))

        self._inquire(self.source_of(key), ScriptsQuery(), came)

    # -- which is run

    def current(self, key: CaseKey) -> Guided | None:
        """What is run with the open case now, None where nothing is."""
        told, held = self._told(key), self._held.get(key)
        if told is not None and (held is None or held.here is False):
            ahead_of = held is not None and held.id == told.id and held.revision > told.revision
            newer = held is not None and held.id != told.id and held.revision and not self._knows(key, held.id)
            if not ahead_of and not newer:
                held = self._take(key, told, held)
        if held is None or held.run.state != "running":
            return None
        if held.script is None:
            self._fetch(key, held)
        return held

    def _knows(self, key: CaseKey, id: str) -> bool:
        case = self._case(key)
        return case is not None and any(one.id == id for one in case.scripts)

    def _case(self, key: CaseKey) -> OpenCase | None:
        opened = self._desk.open_case
        return next((part for part in opened.parts if part.key == key), None) if opened is not None else None

    def _told(self, key: CaseKey) -> CaseScript | None:
        """The one that the server says is run; of several the last that was moved; else the last of all."""
        case = self._case(key)
        scripts = case.scripts if case is not None else ()
        return max(scripts, key=lambda one: (one.run.state == "running", one.moved, one.id), default=None)

    def _take(self, key: CaseKey, told: CaseScript, held: Guided | None) -> Guided:
        if held is not None and held.id == told.id and held.revision == told.revision and held.run == told.run:
            return held
        same = held is not None and held.id == told.id and held.run.version == told.run.version
        script = held.script if held is not None and same else None
        taken = Guided(told.id, self.source_of(key), told.run, told.revision, script)
        if script is not None:
            taken.run = running.mapped(script, told.run)
        self._held[key] = taken
        return taken

    def _fetch(self, key: CaseKey, held: Guided) -> None:
        """The script itself, asked for once for each version."""
        wanted = (held.source, held.run.script, held.run.version)
        if wanted in self._scripts:
            if (script := self._scripts[wanted]) is not None:
                self._found(held, script)
            return
        self._scripts[wanted] = None

        def came(page: Page) -> None:
            script = _script_of(page)
            if script is None:
                words = compose("there is no script {key} any more", key=shown((("", wanted[1]),)))
                self._changed(Changes(notices=[Notice(words, "warning", key)]))
                return
            self._scripts[wanted] = script
            self._changed(Changes(timeline=True, customer=True))

        self._inquire(held.source, ScriptQuery(held.run.script, held.run.version), came)

    def _found(self, held: Guided, script: Script) -> None:
        held.script = script
        if script.version != held.run.version:
            held.edited = True
            held.run = running.mapped(script, held.run)

    # -- acting

    def begin(self, key: CaseKey, script: str, began: Callable[[], None]) -> None:
        """Begin a script with the case, as soon as it is here; `began` is called then."""
        source = self.source_of(key)

        def came(page: Page) -> None:
            found = _script_of(page)
            if found is None:
                words = compose("there is no script {key}", key=shown((("", script),)))
                self._changed(Changes(notices=[Notice(words, "warning", key)]))
                return
            self._scripts[source, found.key, found.version] = found
            went = running.start(found, self.given(key))
            here = ORDER not in self._desk.backends[key.backend].capabilities.orders
            self._held[key] = Guided(f"r_{uuid.uuid4()}", source, went.run, 0, found, here=here)
            self._move(key, went.run)
            began()

        self._inquire(source, ScriptQuery(script), came)

    def given(self, key: CaseKey) -> Mapping[str, str]:
        """What conditions may ask about the case besides what was answered."""
        row, case = self._desk.row(key), self._case(key)
        known = {"agent.id": self._desk.my_id(key.backend)}
        if row is not None:
            known |= {"case.channel": row.channel, "case.number": str(row.number), "case.team": row.team}
            known |= {"case.priority": str(row.priority), "brand.id": row.brand}
        if case is not None and case.customer is not None:
            known["customer.language"] = case.customer.language
        for card, fields in card_variables(case.cards or ()).items() if case is not None else ():
            known |= {f"card.{card}.{field}": value.raw for field, value in fields.items()}
        return known

    def answer(self, key: CaseKey, typed: str) -> tuple[Effect, ...] | SafeText:
        """Answer where it stands; what the step does, or why that is no answer."""
        held = self.current(key)
        if held is None or held.script is None:
            return trusted("no script is run here")
        if not typed and held.step is not None and held.step.choices:
            typed = self.offered(key)  # Enter keeps what was chosen before
        went = running.answer(held.script, held.run, typed, self.given(key))
        if isinstance(went, Refused):
            return went.why
        assert isinstance(went, Went)
        self._move(key, went.run)
        return went.effects

    def offered(self, key: CaseKey) -> str:
        """What may answer where it stands, so that nobody is asked twice: what was answered there before, else what
        any script of the case found out under that name, else what the step says is known."""
        held = self.current(key)
        step = held.step if held is not None else None
        if held is None or step is None:
            return ""
        case = self._case(key)
        others = sorted(case.scripts, key=lambda one: one.moved, reverse=True) if case is not None else []
        told = [answer for run in (held.run, *(one.run for one in others)) for answer in reversed(run.answers)]
        before = held.run.answer_of(step.id) or next((one.value.raw for one in told if one.name == step.name), "")
        return before or self.given(key).get(step.ask.offer, "")

    def back(self, key: CaseKey) -> bool:
        """To the step before; False where this is the first."""
        held = self.current(key)
        if held is None or len(held.run.path) < 2:
            return False
        self._move(key, running.back(held.run))
        return True

    def jump(self, key: CaseKey, step: str) -> None:
        """To a step that was passed or can be reached."""
        held = self.current(key)
        if held is not None and held.script is not None:
            self._move(key, ahead.jump(held.script, held.run, step, self.given(key)))

    def leave(self, key: CaseKey, reason: str, words: str) -> None:
        """It is not gone on with, and why."""
        held = self.current(key)
        if held is not None:
            self._move(key, running.leave(held.run, reason, words))

    def last(self, key: CaseKey | None) -> Guided | None:
        """The one that is run, else that was run here last."""
        return self._held.get(key) if key is not None else None

    def left(self, key: CaseKey) -> Guided | None:
        """The last one, where it was left."""
        self.current(key)  # what the server says now
        held = self._held.get(key)
        return held if held is not None and held.run.state == "left" else None

    def resume(self, key: CaseKey) -> None:
        """The one that was left runs again."""
        held = self.left(key)
        if held is not None:
            self._move(key, running.resumed(held.run))

    def _move(self, key: CaseKey, run: Run) -> None:
        held = self._held[key]
        if run == held.run and held.revision:
            return
        held.run, held.revision = run, held.revision + 1
        if not held.here:
            self._give(key, RunScript(key.case, held.id, replace(run), held.revision))
        self._changed(Changes(timeline=True, customer=True))

    def forget(self, cases: Iterable[CaseKey]) -> None:
        """Their customers were erased."""
        for key in cases:
            self._held.pop(key, None)

    def refused(self, key: CaseKey, order: RunScript) -> None:
        """The server did not take a move: what it says counts."""
        held = self._held.get(key)
        if held is not None and held.id == order.id:
            del self._held[key]
            self._changed(Changes(timeline=True, customer=True))


def _script_of(page: Page) -> Script | None:
    """What a server answered, if that can be run here: it need not be a hub of ours."""
    script = page.script if isinstance(page, ScriptPage) else None
    return script if script is not None and 0 < len(script.steps) <= MOST_STEPS else None
