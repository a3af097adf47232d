"""What the agent looks for across all that was said, and what every backend has found so far. Pure.

A new line keeps the old hits until the first answer to it comes, so that nothing flickers while one types; an answer to
a line that is no longer there is dropped, however late it comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from agent_tui.desk.backend_state import BackendState
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.frozen import frozen
from agent_tui.domain.queries import Hit, SearchPage, SearchQuery
from agent_tui.domain.search import Sought
from agent_tui.domain.text import SafeText, clean_line, compose
from agent_tui.domain.time import Ms

PAGE_HITS = 50
MOST_HITS = 1000
"""Hits that are held at most; who has not found it by then needs other words."""


@frozen
class Found:
    """One hit and the case it is in."""

    key: CaseKey
    hit: Hit


@dataclass(frozen=True, slots=True)
class _Answer:
    hits: tuple[Hit, ...] = ()
    more: str = ""
    reached: Ms = 0
    indexed_from: Ms | None = None
    refused: SafeText | None = None
    answered: bool = False
    """Something came for the line as it is now; what is held else is of the one before."""


@dataclass(slots=True)
class Finding:
    """One line that is looked for. `problem`: what is wrong with it, then nothing is asked. `ready`: the agent has
    stopped typing for a moment, so that it may be asked."""

    text: str
    sought: Sought
    zone_minutes: int = 0
    problem: SafeText | None = None
    ready: bool = False
    prefixes: bool = True
    _answers: dict[str, _Answer] = field(default_factory=dict)
    _asked: dict[str, SearchQuery] = field(default_factory=dict)
    _gone: set[CaseKey] = field(default_factory=set)
    """Erased since: an answer from before may still name them."""
    _more_wanted: bool = False
    _found: tuple[Found, ...] | None = None

    def after(self, before: Finding | None) -> Finding:
        """This line, with the hits of the one before shown until its own come."""
        if before is not None:
            self._answers = {name: replace(answer, answered=False) for name, answer in before._answers.items()}
        return self

    @property
    def found(self) -> tuple[Found, ...]:
        """Customers, then messages, the newest first, of all backends."""
        if self._found is None:
            every = [
                Found(CaseKey(name, hit.row.id), hit) for name, answer in self._answers.items() for hit in answer.hits
            ]
            every.sort(key=lambda one: (one.hit.found != "customer", -one.hit.at))
            self._found = tuple(every[:MOST_HITS])
        return self._found

    @property
    def more(self) -> bool:
        """There may be older ones."""
        return len(self.found) < MOST_HITS and any(answer.more for answer in self._answers.values())

    @property
    def waiting(self) -> bool:
        """Nothing was answered yet, or a further page is on its way."""
        return bool(self._asked) or (self.problem is None and bool(self.sought) and not self.ready)

    @property
    def indexed_from(self) -> Ms | None:
        """Older messages than this are not in every index yet."""
        dates = [answer.indexed_from for answer in self._answers.values() if answer.indexed_from is not None]
        return max(dates, default=None)

    @property
    def reached(self) -> Ms:
        """How far back was looked where that was not all."""
        return max((answer.reached for answer in self._answers.values() if answer.more), default=0)

    def refusals(self, backends: Mapping[str, BackendState]) -> tuple[SafeText, ...]:
        """Who cannot answer, and why."""
        told = []
        for name, state in backends.items():
            answer = self._answers.get(name)
            called = clean_line(state.name or name)
            if state.state == "up" and not state.capabilities.search:
                told.append(compose("{server} cannot search", server=called))
            elif answer is not None and answer.refused is not None and answer.answered:
                told.append(answer.refused)
            elif state.state != "up":
                told.append(compose("{server} is not connected", server=called))
        return tuple(told)

    def want_more(self) -> bool:
        """The agent comes to the end of what is held. True when there is something to ask."""
        self._more_wanted = self.more and not self._asked
        return self._more_wanted

    def asks(self, backends: Mapping[str, BackendState]) -> list[tuple[str, SearchQuery]]:
        """What to ask now; marks it as asked."""
        out: list[tuple[str, SearchQuery]] = []
        if not self.ready or self.problem is not None or not self.sought:
            return out
        for name, state in backends.items():
            answer = self._answers.get(name, _Answer())
            if state.state != "up" or not state.capabilities.search or name in self._asked:
                continue
            if not answer.answered:
                query = SearchQuery(self.text, "", PAGE_HITS, self.zone_minutes, self.prefixes)
            elif self._more_wanted and answer.more:
                query = SearchQuery(self.text, answer.more, PAGE_HITS, self.zone_minutes, self.prefixes)
            else:
                continue
            self._asked[name] = query
            out.append((name, query))
        self._more_wanted = False
        return out

    def arrived(self, backend: str, query: SearchQuery, page: SearchPage) -> bool:
        """An answer; False when it is to a line that is no longer there."""
        if self._asked.get(backend) != query:
            return False
        del self._asked[backend]
        before = self._answers.get(backend, _Answer())
        fresh = tuple(hit for hit in page.hits if CaseKey(backend, hit.row.id) not in self._gone)
        hits = (*before.hits, *fresh) if query.before else fresh
        self._answers[backend] = _Answer(hits, page.more, page.reached, page.indexed_from, None, True)
        self._found = None
        return True

    def refused(self, backend: str, query: SearchQuery, reason: SafeText) -> bool:
        """A backend will not answer this line."""
        if self._asked.get(backend) != query:
            return False
        del self._asked[backend]
        self._answers[backend] = _Answer(refused=reason, answered=True)
        self._found = None
        return True

    def forget(self, key: CaseKey) -> bool:
        """Its customer was erased; whether anything of the case was found."""
        self._gone.add(key)
        answer = self._answers.get(key.backend)
        kept = tuple(hit for hit in answer.hits if hit.row.id != key.case) if answer is not None else ()
        if answer is None or len(kept) == len(answer.hits):
            return False
        self._answers[key.backend] = replace(answer, hits=kept)
        self._found = None
        return True

    def unanswered(self, backend: str, query: SearchQuery) -> None:
        """The line broke first: it is asked again when the backend is there."""
        if self._asked.get(backend) == query:
            del self._asked[backend]

    def line_changed(self, backend: str) -> None:
        """A backend came up or went down."""
        self._asked.pop(backend, None)
