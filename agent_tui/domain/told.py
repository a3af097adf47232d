"""What the facts of a case (`domain/filing.py`) tell the engine of service levels (`domain/sla/`).

Facts are read in the order in which they became known, beside the state that they make; the engine orders what comes
out by when it happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, cast

from agent_tui.domain import filing
from agent_tui.domain.filing import CaseState, Fact
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import CaseRow, Metric
from agent_tui.domain.queues import QueueSetup, queue_of
from agent_tui.domain.sla import facts as sla
from agent_tui.domain.sla.policies import ReplyKind, SlaMetric, Trait, Traits
from agent_tui.domain.time import Ms

ROW_METRIC: Final[dict[SlaMetric, Metric]] = {
    "pickup": "call",
    "notice": "notice",
    "call-back": "call-back",
    "first-response": "first",
    "next-response": "next",
    "periodic-update": "update",
    "requester-wait": "wait",
    "agent-work": "work",
    "first-resolution": "solve",
    "total-resolution": "total",
    "ownership": "ours",
}
"""What a row calls each metric."""
SLA_METRIC: Final = {row: metric for metric, row in ROW_METRIC.items()}
PRIORITIES: Final = ("low", "normal", "high", "urgent")
_TRAITS: Final[tuple[Trait, ...]] = ("channel", "queue", "team", "tier", "priority", "topic")


UNKNOWN: Final = "?"
"""The queue of a case, where whoever changed it knew no queues: then it is the one that it is in now."""


def traits_of(row: CaseRow, queues: tuple[QueueSetup, ...] | None) -> tuple[str, ...]:
    """What policies ask about a case, as words: channel, queue, team, tier, priority, topic, then its tags. `queues`:
    of hub.toml, None where they are not known. A label `tier:gold` or `topic:fault` says the tier or the topic, and is
    a tag too."""
    said = dict(label.split(":", 1) for label in row.labels if ":" in label)
    queue = UNKNOWN
    if queues is not None:
        setup = queue_of(queues, team=row.team, channel=row.channel, brand=row.brand, labels=row.labels)
        queue = setup.id if setup is not None else ""
    return (
        row.channel,
        queue,
        row.team,
        said.get("tier", ""),
        PRIORITIES[min(max(row.priority, 0), len(PRIORITIES) - 1)],
        said.get("topic", ""),
        *sorted(row.labels),
    )


def _traits(words: Sequence[str], language: str) -> Traits:
    channel, queue, team, tier, priority, topic, *tags = words
    return Traits(channel, queue, team, tier, priority, language, topic, frozenset(tags))


@frozen
class Told:
    """A case as the engine sees it. `facts`: by the channel where the customer wrote last; `calls`: the same by the
    channel of its calls, empty where there were none: what is promised to callers does not hang on what they write
    elsewhere. `begun`: since when facts are kept one by one (Ms); of what was before only the state at that time is
    known."""

    facts: tuple[sla.Fact, ...]
    calls: tuple[sla.Fact, ...]
    begun: Ms


def told(
    kept: Iterable[Fact | CaseState], traits: Sequence[str], language: str, versions: Sequence[sla.InForce]
) -> Told:
    """The engine's facts of a case. `traits`: what it is like now, for one that never was different; `language`: its
    customer's; `versions`: since when which rules are in force, oldest first."""
    held = list(kept)
    first = next((fact.was for fact in held if isinstance(fact, filing.TraitsChanged)), traits)
    queue = traits[1]
    reading = _Reading(queue)
    for fact in held:
        reading.read(fact)
    found = reading.found
    known = [fact.at for fact in found]
    created = min((reading.created, *known)) if reading.created is not None else min(known, default=0)
    began = _traits(_in_queue(first, queue), language)
    later = [version for version in versions if version.at > created]
    before = [version for version in versions if version.at <= created]
    told = (*before[-1:], *later, *found)
    begun = sla.Created(created, replace(began, channel=reading.first or began.channel))
    called = sla.Created(created, replace(began, channel=reading.called))
    return Told(
        (*told, begun, *reading.moves),
        (*told, called) if reading.called else (),
        reading.created if reading.created is not None else created,
    )


def _in_queue(words: Sequence[str], queue: str) -> Sequence[str]:
    return (words[0], queue, *words[2:]) if words[1] == UNKNOWN else words


class _Reading:
    """Reads facts one by one. `created`: when the state that the case began with was entered; `found`: what they tell,
    but for channels; `first`: the channel that the customer came by, "" where that is not known; `moves`: where they
    wrote later; `called`: the channel of calls."""

    def __init__(self, queue: str) -> None:
        self._queue = queue
        self.created: Ms | None = None
        self.found: list[sla.Fact] = []
        self.first = ""
        self.moves: list[sla.Fact] = []
        self.called = ""
        self._channel = ""
        self._state = CaseState()
        self._lost = True  # a caller who hangs up now does not write instead
        self._answered: set[str] = set()
        self._asked: list[str] = []

    def read(self, fact: Fact | CaseState) -> None:
        """The next fact."""
        if isinstance(fact, CaseState):
            self.found += self._begins(fact)
            return
        before, self._state = self._state, filing.step(self._state, fact)
        self._lost = not filing.writes_instead(before)
        self.found += self._said(fact)
        self.found += _moved(before, self._state, fact.at)

    def _begins(self, state: CaseState) -> Iterator[sla.Fact]:
        self._state = state
        since = [waiting.since for waiting in (state.waiting, state.answered) if waiting is not None]
        at = min([moment for moment in (state.entered, state.last_at, *since) if moment], default=0)
        self.created = max(state.entered, state.last_at)
        if state.replied:  # an answer to words that nobody knows any more
            yield sla.CustomerWrote(at)
            yield sla.Replied(at)
        if state.waiting is not None:
            yield sla.CustomerWrote(state.waiting.since)
        yield from _moved(CaseState(), state, self.created)

    def _said(self, fact: Fact) -> Iterator[sla.Fact]:
        at = fact.at
        match fact:
            case filing.CustomerWrote(auto=auto, channel=channel):
                if not auto:
                    self._came(at, channel)
                    yield sla.CustomerWrote(at)
            case filing.Replied(message=message, kind=kind):
                yield sla.Replied(at, message, cast(ReplyKind, kind))
            case filing.SendFailed(message=message):
                yield sla.SendFailed(at, message)
            case filing.SendSettled(message=message):
                yield sla.SendSettled(at, message)
            case filing.Noted(message=message):
                yield sla.Replied(at, message, "note")
            case filing.SignOfLife():
                yield sla.SignOfLife(at)
            case filing.CallMoved():
                yield from self._call(fact)
            case filing.CallTold(call=call):
                yield sla.CallMoved(at, call, "told")
            case filing.CallBackAsked(call=call):
                if call not in self._asked:
                    self._asked.append(call)
                yield sla.CallMoved(at, call, "asked")
            case filing.CalledBack(call=call):
                self._asked = [asked for asked in self._asked if asked != call]
                yield sla.CallMoved(at, call, "called-back")
            case filing.TraitsChanged(was=was, now=now):
                yield from _changed(at, _in_queue(was, self._queue), _in_queue(now, self._queue))
            case _:
                pass

    def _came(self, at: Ms, channel: str) -> None:
        """The customer was heard by that channel."""
        if not self.first:
            self.first = channel
        elif channel != self._channel:
            self.moves.append(sla.TraitChanged(at, "channel", channel))
        self._channel = channel

    def _call(self, fact: filing.CallMoved) -> Iterator[sla.Fact]:
        at, call = fact.at, fact.call
        self.called = fact.channel
        if not self.first and fact.inbound:
            self._came(at, fact.channel)
        match fact.state:
            case "ringing":
                if call in self._answered:  # the exchange could not put the agent through
                    self._answered.remove(call)
                    self.found = [one for one in self.found if not _answers(one, call)]
                elif fact.inbound:
                    yield sla.CallMoved(at, call, "rang")
            case "active" | "held":
                if call in self._answered:
                    return
                self._answered.add(call)
                yield sla.Replied(at, f"call {call}", "call")
                if fact.inbound:
                    yield sla.CallMoved(at, call, "answered")
                    if call in self._asked:
                        self._asked.remove(call)
                        yield sla.CallMoved(at, call, "called-back")
                    return
                for asked in self._asked:
                    yield sla.CallMoved(at, asked, "called-back")
                self._asked.clear()
            case "ended" | "abandoned":
                if fact.inbound:
                    yield sla.CallMoved(at, call, "ended")
                if fact.state == "abandoned" and fact.inbound and call not in self._asked and self._lost:
                    yield sla.CustomerWrote(at)
            case "written-up":
                pass


def _answers(fact: sla.Fact, call: str) -> bool:
    """Whether it says that a human answered the call."""
    if isinstance(fact, sla.CallMoved):
        return fact.call == call and fact.moved == "answered"
    return isinstance(fact, sla.Replied) and fact.message == f"call {call}"


def _moved(before: CaseState, after: CaseState, at: Ms) -> Iterator[sla.Fact]:
    """Where a case stands now, where that is somewhere else."""
    over = after.stage in ("done", "spam")
    was_over = before.stage in ("done", "spam")
    if over:
        if not was_over:
            yield sla.Resolved(at)
        return
    if was_over:
        yield sla.Reopened(at)
    if after.stage == "later":
        if before.stage != "later" or before.snoozed != after.snoozed:
            yield sla.Snoozed(at, after.snoozed or None)
        return
    if before.stage == "later":
        yield sla.Woke(at)
    if after.stage != before.stage:
        yield sla.StatusChanged(at, "pending" if after.stage == "customer" else "open")


def _changed(at: Ms, was: Sequence[str], now: Sequence[str]) -> Iterator[sla.Fact]:
    for trait, before, after in zip(_TRAITS, was, now, strict=False):
        if before != after and trait != "channel":  # what we answer by moves nobody
            yield sla.TraitChanged(at, trait, after)
    tags = frozenset(now[len(_TRAITS) :])
    if tags != frozenset(was[len(_TRAITS) :]):
        yield sla.Tagged(at, tags)
