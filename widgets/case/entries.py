"""What the timeline of a case consists of, in time order: rules where channel or day changes, messages, calls. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import tzinfo

from agent_tui.commands.breaches import reason_words
from agent_tui.commands.case import PRIORITIES
from agent_tui.commands.promises import promise_due, promise_end, promise_whose
from agent_tui.commands.transfer_words import transfer_words
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.channel_moves import ChannelMove
from agent_tui.domain.channels import channel
from agent_tui.domain.events import ClockTurned, Event
from agent_tui.domain.frozen import frozen
from agent_tui.domain.guided.place import CaseScript
from agent_tui.domain.mail_address import bare
from agent_tui.domain.model import Breach, Call, Conversation, Customer, Message, Promise
from agent_tui.domain.text import SafeText, clean_line, compose, fixed, listed, trusted
from agent_tui.domain.time import Ms
from agent_tui.domain.transfers import Transfer
from agent_tui.widgets.case.pieces import NOTHING
from agent_tui.widgets.case.when import clock_time, day, day_number, talk_time


@frozen
class Earlier:
    """Stands above the oldest message held while the server has more."""

    key: str = "earlier"


@frozen
class Rule:
    """A line between runs. `tag`: the channel's letters."""

    key: str
    tag: SafeText
    words: SafeText


@frozen
class Said:
    """A message. `author`: what stands in the author's column; `who`: a colleague's name; `unfolded`: with quotes and
    recipients. `stranger`: it came from somebody else than the customer is known as, or went to others alone.
    `cards`: its card numbers show; `seen`: whom they were shown to, and when. `erased`: the customer was, and what was
    said with them."""

    key: str
    message: Message
    author: SafeText
    who: SafeText
    unfolded: bool
    stranger: bool
    cards: bool = False
    seen: tuple[tuple[SafeText, Ms], ...] = ()
    erased: bool = False
    of: CaseKey | None = None
    """Which of the person's cases it is in, None where there is one only."""


@frozen
class Talked:
    """A call. `who`: the agent's name."""

    key: str
    call: Call
    who: SafeText


@frozen
class Owing:
    """A promise. `who`: who gave it; `due`: by when, and whose it is where that was said; `end`: what came of it, ""
    while it is open."""

    key: str
    promise: Promise
    who: SafeText
    due: SafeText
    end: SafeText


@frozen
class Late:
    """A promise of time that was broken. `why`: what somebody said about it, and who, "" while nobody has."""

    key: str
    breach: Breach
    why: SafeText


@frozen
class Acted:
    """What was done about a clock, or that it was in time after all. `who`: who did it, "" the server; `to`: whom or
    what it was done to."""

    key: str
    at: Ms
    body: ClockTurned
    who: SafeText
    to: SafeText


@frozen
class Given:
    """The case was given to somebody, or moved to another channel. `who`: by whom; `words`: to whom or where, and what
    became of it."""

    key: str
    at: Ms
    who: SafeText
    words: SafeText


@frozen
class Scripted:
    """A guided script was run. `who`: by whom it was begun; `words`: which, and what became of it; `answers`: what was
    found out."""

    key: str
    script: CaseScript
    who: SafeText
    words: SafeText
    answers: SafeText


Item = Earlier | Rule | Said | Talked | Owing | Late | Acted | Given | Scripted
Entry = Said | Talked | Owing | Late | Acted | Given | Scripted


@frozen
class Spoken:
    """How a server's case is told: the names of its agents by id and of its teams by `team:` and their short name, who
    I am there, what its keys begin with, and the server's name ("" where there is one only)."""

    names: Mapping[str, str]
    me: str
    mark: str = ""
    server: SafeText = NOTHING
    reasons: Mapping[str, str] = field(default_factory=dict)
    """What the reasons for being late are called, by their codes."""


What = Message | Call | Promise | Breach | Transfer | ChannelMove | CaseScript | Event


@frozen
class _Entry:
    """Something on the timeline, with the case that it is in."""

    at: Ms
    kind: int
    id: str
    what: What
    case: OpenCase
    waits: bool = False

    @property
    def place(self) -> tuple[bool, Ms, int, CaseKey, str]:
        return (self.waits, self.at, self.kind, self.case.key, self.id)


def items_of(
    case: OpenCase, now: Ms, zone: tzinfo, spoken: Mapping[str, Spoken], unfolded: frozenset[str]
) -> tuple[Item, ...]:
    """The person's timeline from the oldest to the newest item. `spoken`: by server. `unfolded`: keys of such
    messages."""
    items: list[Item] = []
    if any(part.more_before for part in case.parts):
        items.append(Earlier())
    run: tuple[CaseKey, str, int] | None = None
    # older than the oldest that is held of one case, nothing is whole
    oldest = max((part.messages[0].at for part in case.parts if part.messages and part.more_before), default=0)
    entries = [entry for part in case.parts for entry in _entries_of(part) if entry.at >= oldest]
    entries.sort(key=lambda entry: entry.place)
    seconds = {part.key: _Telling(part, spoken[part.key.backend]) for part in case.parts}
    for entry in entries:
        telling, what = seconds[entry.case.key], entry.what
        today = day_number(entry.at, zone)
        talk = what.conversation if isinstance(what, Message | Call) else ""
        aside = not talk and not (isinstance(what, Message) and what.kind in ("in", "out"))
        now_run = (entry.case.key, run[1] if aside and run is not None else talk, today)
        if now_run != run:
            run = now_run
            items.append(telling.rule(entry, day(entry.at, now, zone), aside))
        items.append(telling.item(entry, now, zone, unfolded))
    return tuple(items)


def _entries_of(case: OpenCase) -> Iterator[_Entry]:
    for message in case.messages:
        yield _Entry(message.at, 0, message.id, message, case, message.id.startswith("outbox:"))
    for call in case.calls:
        yield _Entry(call.since, 1, call.id, call, case)
    for promise in case.promises:
        if promise.state != "withdrawn":
            yield _Entry(promise.at, 2, promise.id, promise, case)
    for breach in case.breaches:
        yield _Entry(breach.due, 3, f"{breach.metric}:{breach.started}:{breach.key}", breach, case)
    for transfer in case.transfers:
        yield _Entry(transfer.at, 5, transfer.id, transfer, case)
    for move in case.moves:
        yield _Entry(move.at, 6, f"{move.seq:020}", move, case)
    for script in case.scripts:
        yield _Entry(script.begun, 7, script.id, script, case)
    for event in case.turns:
        yield _Entry(event.occurred, 4, f"{event.seq:020}", event, case)


class _Telling:
    """What is the same for all entries of a case."""

    def __init__(self, case: OpenCase, spoken: Spoken) -> None:
        self._case, self._spoken = case, spoken
        self._subjects = {m.conversation: m.subject.safe_line for m in reversed(case.messages) if m.subject}
        self._subjects |= {talk.id: talk.subject.safe_line for talk in case.conversations if talk.subject}
        self._erased = case.row is not None and case.row.erased
        called = case.row.name.safe_line if case.row is not None else NOTHING
        self._known = known_as(case.customer, case.conversations, called)
        self._theirs = addresses_of(case.customer)

    def rule(self, entry: _Entry, when: SafeText, aside: bool) -> Rule:
        """The line above a run of this case's."""
        spoken = self._spoken
        rule = _rule(entry, when, self._subjects, spoken.names, aside)
        words = listed(" · ", [rule.words, spoken.server]) if spoken.server else rule.words
        return replace(rule, key=spoken.mark + rule.key, words=words)

    def item(self, entry: _Entry, now: Ms, zone: tzinfo, unfolded: frozenset[str]) -> Entry:
        spoken, what = self._spoken, entry.what
        if isinstance(what, Message):
            return self._said(what, unfolded)
        if isinstance(what, Promise):
            owing = owing_of(what, now, zone, spoken.names, spoken.me)
            return replace(owing, key=spoken.mark + owing.key) if spoken.mark else owing
        if isinstance(what, Call):
            return Talked(f"{spoken.mark}call:{what.id}", what, name_of(what.agent, spoken.names))
        if isinstance(what, Breach):
            key = f"{spoken.mark}late:{entry.id}"
            return late_of(key, what, now, zone, spoken.names, spoken.me, spoken.reasons)
        if isinstance(what, Transfer):
            by = colleague_of(what.by, spoken.names, spoken.me)
            words = transfer_words(what, spoken.names, spoken.me)
            return Given(f"{spoken.mark}transfer:{what.id}", what.at, by, words)
        if isinstance(what, ChannelMove):
            by = colleague_of(what.by, spoken.names, spoken.me)
            came, went = channel(what.from_channel).title, channel(what.channel).title
            words = compose("moved from {came} to {went}", came=came, went=went)
            return Given(f"{spoken.mark}move:{what.seq}", what.at, by, words)
        if isinstance(what, CaseScript):
            # only a case with a script needs its words
            from agent_tui.widgets.case.script_words import answers_words, script_words

            by = colleague_of(what.by, spoken.names, spoken.me)
            return Scripted(f"{spoken.mark}script:{what.id}", what, by, script_words(what), answers_words(what))
        assert isinstance(what.body, ClockTurned)
        who = colleague_of(what.by, spoken.names, spoken.me) if what.by else NOTHING
        to = _target(what.body.detail.partition(" ")[2], spoken.names)
        return Acted(f"{spoken.mark}turn:{entry.id}", what.occurred, what.body, who, to)

    def _said(self, entry: Message, unfolded: frozenset[str]) -> Said:
        case, spoken = self._case, self._spoken
        key = spoken.mark + entry.id
        said = said_of(
            entry, spoken.names, spoken.me, frozenset((entry.id,)) if key in unfolded else frozenset(),
            self._known, self._theirs, erased=self._erased,
        )  # fmt: skip
        seen = tuple((name_of(d.agent, spoken.names), d.at) for d in case.disclosures if d.message == entry.id)
        if seen:
            said = replace(said, cards=case.shows_cards(entry.id), seen=seen)
        return replace(said, key=key, of=case.key) if case.beside else said


def _rule(
    entry: _Entry,
    when: SafeText,
    subjects: Mapping[str, SafeText],
    names: Mapping[str, str],
    aside: bool,
) -> Rule:
    what = entry.what
    if isinstance(what, Call):
        words = [when]
        if what.answered is not None and what.ended is not None:
            words.append(talk_time(what.ended - what.answered))
        if what.agent:
            words.append(name_of(what.agent, names))
        return Rule(f"rule:call:{what.id}", fixed("PH"), listed(" · ", words))
    if aside or not isinstance(what, Message):
        return Rule(f"rule:{entry.id}", NOTHING, when)
    profile = channel(what.channel)
    words = [when]
    subject = what.subject.safe_line or subjects.get(what.conversation, NOTHING)
    if profile.kind == "mail" and subject:
        words.append(subject)
    return Rule(f"rule:{what.id}", clean_line(profile.tag), listed(" · ", words))


def said_of(
    message: Message,
    names: Mapping[str, str],
    me: str,
    unfolded: frozenset[str],
    known: frozenset[str],
    theirs: frozenset[str],
    *,
    erased: bool = False,
) -> Said:
    """A message as an entry. `known`: see `known_as`; `theirs`: see `addresses_of`; `erased`: its words were."""
    who = NOTHING
    if message.kind == "note":
        author = trusted("talk") if message.auto == "side-talk" else trusted("note")
        who = name_of(message.author, names) if message.author != me else NOTHING
    elif message.kind == "out":
        author = trusted("you") if message.author == me and me else name_of(message.author, names)
        who = author
    else:
        author = NOTHING
    if message.kind == "in":
        stranger = bool(message.sender) and not _is_known(message.sender.safe_line, known)
    else:
        stranger = bool(message.to and theirs) and not any(bare(one.safe_line.drawn()) in theirs for one in message.to)
    return Said(message.id, message, author, who, message.id in unfolded, stranger and not erased, erased=erased)


def _is_known(sender: SafeText, known: frozenset[str]) -> bool:
    """Whether it is the customer who wrote. Where an address is told it alone says so: a name is soon put on."""
    written = sender.drawn()
    return bare(written) in known if "@" in bare(written) else any(name in written for name in known)


def owing_of(promise: Promise, now: Ms, zone: tzinfo, names: Mapping[str, str], me: str) -> Owing:
    """A promise as an entry."""
    end = NOTHING
    if promise.settled is not None:
        words = [promise_end(promise), day(promise.settled, now, zone), colleague_of(promise.settled_by, names, me)]
        end = listed(" · ", [word for word in words if word])
    due = listed(" · ", [word for word in (promise_due(promise, now, zone), promise_whose(promise, names, me)) if word])
    return Owing(f"promise:{promise.id}", promise, colleague_of(promise.by, names, me), due, end)


def late_of(
    key: str, breach: Breach, now: Ms, zone: tzinfo, names: Mapping[str, str], me: str, reasons: Mapping[str, str]
) -> Late:
    """A promise of time that was broken, as an entry."""
    if not breach.reason:
        return Late(key, breach, NOTHING)
    words = [reason_words(breach.reason, reasons)]
    if breach.by:
        words.append(colleague_of(breach.by, names, me))
    time = clock_time(breach.at, zone)
    today = day_number(breach.at, zone) == day_number(now, zone)
    words.append(time if today else listed(" ", [day(breach.at, now, zone), time]))
    return Late(key, breach, listed(" · ", words))


def _target(to: str, names: Mapping[str, str]) -> SafeText:
    """To whom a step was done: a policy writes `agent:avi`, `team:lead`, `queue:chats`, a priority, or another name."""
    kind, _, name = to.partition(":")
    if to in PRIORITIES:
        return PRIORITIES[to].text
    known = names.get(name) if kind == "agent" else names.get(to)
    return clean_line(known or (name if kind in ("agent", "team", "queue") else to))


def colleague_of(agent: str, names: Mapping[str, str], me: str) -> SafeText:
    """What a colleague is called, or I am."""
    return trusted("you") if agent == me and me else name_of(agent, names)


def known_as(customer: Customer | None, talks: Iterable[Conversation], called: SafeText = NOTHING) -> frozenset[str]:
    """What the customer is called on the screen already: the name and all addresses."""
    names = {called, *(talk.address.safe_line for talk in talks)}
    if customer is not None:
        names.add(customer.name.safe_line)
        names |= {address.value.safe_line for address in customer.addresses}
    return frozenset(name.drawn() for name in names if name) | {bare(name.drawn()) for name in names if name}


def addresses_of(customer: Customer | None) -> frozenset[str]:
    """The customer's own addresses, not those that a mail was forwarded to; empty when nothing is known of them."""
    owned = customer.addresses if customer is not None else ()
    return frozenset(bare(address.value.safe_line.drawn()) for address in owned)


def name_of(agent: str, names: Mapping[str, str]) -> SafeText:
    """What a colleague is called."""
    return clean_line(names.get(agent, agent)) if agent else trusted("us")
