"""What a customer's history consists of: a heading where another conversation or day begins, under it what was said,
called, promised and done; of a conversation that is folded the heading alone. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import tzinfo

from agent_tui.desk.past import Chunk, Past
from agent_tui.domain.channels import channel
from agent_tui.domain.frozen import frozen
from agent_tui.domain.model import Join
from agent_tui.domain.past import CaseStep, PastEntry
from agent_tui.domain.text import SafeText, clean_line, compose, fixed, listed
from agent_tui.domain.time import Ms
from agent_tui.widgets.case.entries import (
    Earlier,
    Late,
    Owing,
    Said,
    Talked,
    addresses_of,
    colleague_of,
    known_as,
    late_of,
    name_of,
    owing_of,
    said_of,
)
from agent_tui.widgets.case.pieces import NOTHING
from agent_tui.widgets.case.when import day, day_number, talk_time

Run = tuple[str, int]
"""What goes on without a heading: the conversation (see `group_of`) and the day, 0 while it is folded."""


@frozen
class Heading:
    """A conversation begins or goes on. `group`: the conversation; `folded`: what is in it is not shown, `count`
    messages; `entry`: the first thing in it."""

    key: str
    group: str
    tag: SafeText
    words: SafeText
    folded: bool
    count: int
    entry: PastEntry


@frozen
class Stepped:
    """What became of a case. `to`: the name of whom it was given to, "" back to the queue."""

    key: str
    step: CaseStep
    who: SafeText
    to: SafeText


@frozen
class Linked:
    """Customers became one, or were parted again."""

    key: str
    join: Join
    at: Ms
    who: SafeText
    names: SafeText


PastItem = Earlier | Heading | Said | Talked | Owing | Late | Stepped | Linked


@frozen
class Reading:
    """How a history is read now: `folded_all`: conversations are folded but for `others`, else only `others` are.
    `unfolded`: messages with their quotes and recipients."""

    now: Ms
    zone: tzinfo
    names: Mapping[str, str]
    me: str
    folded_all: bool
    others: frozenset[str]
    unfolded: frozenset[str]
    reasons: Mapping[str, str] = field(default_factory=dict)
    """What the reasons for being late are called, by their codes."""

    def folds(self, group: str) -> bool:
        """Whether a conversation is folded."""
        return (group in self.others) != self.folded_all

    @property
    def same_as(self) -> tuple[object, ...]:
        """Equal while nothing but the hour is otherwise."""
        today = day_number(self.now, self.zone)
        reasons = tuple(self.reasons.items())
        return (today, self.zone, id(self.names), self.me, self.folded_all, self.others, self.unfolded, reasons)


class PastItems:
    """Makes the items of a history, and keeps those of the pages that have not changed."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Chunk, Run, tuple[object, ...], tuple[PastItem, ...], Run]] = {}
        self.entries: dict[str, PastEntry] = {}
        """What each item that the cursor can stand on is of, by the item's key."""

    def of(self, past: Past, reading: Reading) -> list[PastItem]:
        """The items from the oldest to the newest."""
        items: list[PastItem] = [Earlier()] if past.more else []
        kept: dict[str, tuple[Chunk, Run, tuple[object, ...], tuple[PastItem, ...], Run]] = {}
        same, run = reading.same_as, ("", -1)
        people: tuple[frozenset[str], frozenset[str]] | None = None
        for chunk in past.chunks:
            known = self._kept.get(chunk[0].id)
            if known is None or known[0] is not chunk or known[1:3] != (run, same):
                people = people or (known_as(past.who, past.conversations.values()), addresses_of(past.who))
                made, after = self._made(past, chunk, run, reading, *people)
                known = (chunk, run, same, made, after)
            kept[chunk[0].id] = known
            items += known[3]
            run = known[4]
        self._kept = kept
        return items

    def _made(
        self, past: Past, chunk: Chunk, run: Run, reading: Reading, known: frozenset[str], theirs: frozenset[str]
    ) -> tuple[tuple[PastItem, ...], Run]:
        items: list[PastItem] = []
        case = ""
        for entry in chunk:
            group = group_of(entry)
            if group.startswith("case:") and run[0] and (not entry.case or entry.case == case):
                group = run[0]  # what was done meanwhile does not break talk
            case = entry.case or case
            folded = reading.folds(group)
            now = (group, 0 if folded else day_number(entry.at, reading.zone))
            if now != run:
                run = now
                heading = _heading(past, entry, group, folded, reading)
                self.entries[heading.key] = entry
                items.append(heading)
            if not folded:
                item = _item(entry, reading, known, theirs)
                if isinstance(item, Said) and past.who is not None and past.who.erased:
                    item = replace(item, erased=True)
                self.entries[item.key] = entry
                items.append(item)
        return tuple(items), run


def group_of(entry: PastEntry) -> str:
    """The conversation that an entry is of; `case:` and the case, where it is of none."""
    if entry.message is not None and entry.message.conversation:
        return entry.message.conversation
    return entry.call.conversation if entry.call is not None else f"case:{entry.case}"


def _heading(past: Past, entry: PastEntry, group: str, folded: bool, reading: Reading) -> Heading:
    talk, case = past.conversations.get(group), past.cases.get(entry.case)
    words = [day(entry.at, reading.now, reading.zone)]
    call = entry.call
    if call is not None and call.answered is not None and call.ended is not None:
        words.append(talk_time(call.ended - call.answered))
    said = entry.message.channel if entry.message is not None and entry.message.conversation else ""
    key = talk.channel if talk is not None else said
    subject = talk.subject.safe_line if talk is not None else NOTHING
    subject = subject or (case.subject.safe_line if case is not None else NOTHING)
    if subject:
        words.append(subject)
    if case is not None:
        words.append(compose("#{number}", number=case.number))
    tag = fixed("PH") if call is not None else clean_line(channel(key).tag) if key else NOTHING
    count = talk.count if talk is not None else 0
    return Heading(f"talk:{entry.id}", group, tag, listed(" · ", words), folded, count, entry)


def _item(
    entry: PastEntry, reading: Reading, known: frozenset[str], theirs: frozenset[str]
) -> Said | Talked | Owing | Late | Stepped | Linked:
    names, me = reading.names, reading.me
    if entry.message is not None:
        return said_of(entry.message, names, me, reading.unfolded, known, theirs)
    if entry.call is not None:
        return Talked(f"call:{entry.id}", entry.call, name_of(entry.call.agent, names))
    if entry.promise is not None:
        return owing_of(entry.promise, reading.now, reading.zone, names, me)
    if entry.breach is not None:
        return late_of(entry.id, entry.breach, reading.now, reading.zone, names, me, reading.reasons)
    if entry.step is not None:
        to = entry.step.detail if entry.step.change == "assigned" else ""
        named = names.get(to) or names.get(f"team:{to}") or to
        who = colleague_of(entry.step.by, names, me) if entry.step.by else NOTHING
        return Stepped(entry.id, entry.step, who, clean_line(named) if to else NOTHING)
    assert entry.join is not None
    parted = entry.join.revoked is not None
    by = entry.join.revoked_by if parted else entry.join.by
    who = colleague_of(by, names, me) if by else NOTHING
    return Linked(entry.id, entry.join, entry.at, who, listed(" + ", [name.safe_line for name in entry.join.names]))
