"""Suggests canned replies for what a customer said, and learns from those that are picked, behind the sending.

What was picked is learned after the reply is on its way, in small pieces through the writer, counts and the mark that
they were counted in one transaction; so nothing is counted twice, and no send waits. The engine (`domain.suggesting`)
is kept in memory, made in the background after a start, and knows what the table of counts says.

Customers' words: a word that stands in the replies themselves, or that `MANY` customers have said, is counted for
everybody. Another one stands under the customer who said it, is suggested by nothing, and goes when the customer is
erased, or after `WORD_DAYS` in which not enough others have said it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from agent_tui.backends.hub import sight
from agent_tui.backends.hub.policy import HubPolicy
from agent_tui.backends.hub.store import Store, StoreError, agents, cases, log, picks, talk
from agent_tui.backends.hub.transaction import Tx
from agent_tui.backends.hub.worker import Rest, Worker
from agent_tui.backends.hub.writer import Writer
from agent_tui.domain.model import Agent
from agent_tui.domain.queries import SuggestQuery
from agent_tui.domain.replies.reply import Canned, canned_for
from agent_tui.domain.suggested import SuggestedReply
from agent_tui.domain.suggesting import MOST_COUNTS, CannedReply, Count, Suggesting
from agent_tui.domain.suggesting_signs import Moment, signs, split
from agent_tui.domain.time import DAY_MS, TimeSource

MANY: Final = 5
WORD_DAYS: Final = 90
SUGGESTED: Final = 5
PIECE: Final = 5
"""Replies that are learned from in one transaction: some ten milliseconds of the writer."""
BREATH_SECONDS: Final = 0.02
"""The writer is free for so long between two pieces."""
_CHUNK = 2_000
_TALK = 24
"""Messages of a case that are looked back at."""
_LONGEST_SIGN = 120
AGAIN_SECONDS = 5.0

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Known:
    """What a case is to the engine: its moment, and whom it speaks for."""

    moment: Moment
    brand: str


class SuggestedReplies:
    """`reading` runs a read beside the loop. `inline`: without waiting, for runs on virtual time. Make it on a running
    loop."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        time: TimeSource,
        policy: Callable[[], HubPolicy],
        spawn: Callable[[Coroutine[Any, Any, None]], None],
        reading: Callable[[Callable[[], Any]], Coroutine[Any, Any, Any]],
        *,
        inline: bool = False,
    ) -> None:
        self._store = store
        self._writer = writer
        self._time = time
        self._policy = policy
        self._reading = reading
        self._engine = Suggesting()
        self._held: dict[str, CannedReply] = {}
        self._canned: tuple[Canned, ...] | None = None
        self._brands: dict[str, dict[str, Canned]] = {}
        self._counted = False
        self._breath = 0.0 if inline else BREATH_SECONDS
        self._worker = Worker(time, spawn, self._step)

    def start(self) -> None:
        """Make the engine, then learn what a run before still owed."""
        self._worker.start()

    def stop(self) -> None:
        self._worker.stop()

    def wake(self) -> None:
        """A reply was given, or replies are others."""
        self._worker.wake()

    async def of(self, agent: Agent, query: SuggestQuery) -> tuple[SuggestedReply, ...]:
        """For a case as the agent sees it; none while the engine is being made."""
        if self._canned is not self._policy().canned:
            self.wake()
        if not self._counted or not self._held:
            return ()
        known: _Known | None = await self._reading(lambda: self._known(agent, query))
        if known is None or not known.moment.said:
            return ()
        here = self._of_brand(known.brand)
        channel = query.channel
        found = self._engine.suggest(
            known.moment, SUGGESTED, lambda key: key in here and (not channel or here[key].suits(channel))
        )
        return tuple(SuggestedReply(one.key, one.used, one.reasons) for one in found if one.reasons)

    def _known(self, agent: Agent, query: SuggestQuery) -> _Known | None:
        with self._store.read() as connection:
            me = agents.find(connection, agent.id) or agent
            head = cases.head_of(connection, query.case)
            row = log.case_row(connection, head)
            if row is None or row.erased or not sight.sees_case(connection, me, head):
                return None
            return _Known(_moment(connection, head, "", row.labels, query.language), row.brand)

    def _of_brand(self, brand: str) -> dict[str, Canned]:
        if brand not in self._brands:
            self._brands[brand] = canned_for(self._canned or (), brand)
        return self._brands[brand]

    # -- in the background

    async def _step(self) -> Rest:
        try:
            await self._put_replies()
            if not self._counted:
                await self._learn_all()
            if not await self._reading(self._owed):
                return Rest()
            counts = await self._writer.run(self._learn)
            self._engine.learn(counts)
        except StoreError:
            return Rest(AGAIN_SECONDS, AGAIN_SECONDS)
        return Rest(self._breath, self._breath)

    async def _put_replies(self) -> None:
        """The replies as they are now, a few at a time."""
        canned = self._policy().canned
        if canned is self._canned:
            return
        now = _replies(canned)
        changed = [one for key, one in now.items() if self._held.get(key) != one]
        for at, reply in enumerate(changed):
            self._engine.put(reply)
            if at % 20 == 19:
                await asyncio.sleep(0)
        for key in self._held.keys() - now.keys():
            self._engine.remove(key)
        self._held, self._canned, self._brands = now, canned, {}

    async def _learn_all(self) -> None:
        def read() -> list[Count]:
            with self._store.read() as connection:
                return list(picks.most(connection, MOST_COUNTS))

        counts: list[Count] = await self._reading(read)
        for start in range(0, len(counts), _CHUNK):
            self._engine.learn(counts[start : start + _CHUNK])
            await asyncio.sleep(0)
        old = self._time.now() - WORD_DAYS * DAY_MS
        await self._writer.run(lambda tx: picks.forget_words(tx.connection, old))
        self._counted = True

    def _owed(self) -> bool:
        with self._store.read() as connection:
            return picks.waiting(connection)

    def _learn(self, tx: Tx) -> list[Count]:
        """A piece; what it adds to what everybody is told by."""
        due, counts = picks.due(tx.connection, PIECE), list[Count]()
        words: set[str] = set()
        for message, keys, case, customer in due:
            row = log.case_row(tx.connection, case)
            labels = row.labels if row is not None else ()
            moment = _moment(tx.connection, cases.head_of(tx.connection, case), message, labels, "")
            seen = [sign for sign in signs(moment) if len(sign) <= _LONGEST_SIGN]
            open_to_all = [sign for sign in seen if self._everybodys(sign)]
            theirs = [sign for sign in seen if not self._everybodys(sign) and _word(sign)]
            for key in keys:
                counts += [Count("", key, 1), *(Count(sign, key, 1) for sign in open_to_all)]
                picks.add_words(tx.connection, customer, (Count(sign, key, 1) for sign in theirs), tx.now)
            words.update(theirs)
        picks.add(tx.connection, counts)
        picks.learned(tx.connection, [message for message, *_ in due])
        return counts + picks.said_by_many(tx.connection, sorted(words), MANY)

    def _everybodys(self, sign: str) -> bool:
        """Whether it tells nothing of one customer."""
        kind, seen = split(sign)
        return kind in ("after", "earlier") or self._engine.writes(seen)


def _word(sign: str) -> bool:
    """Whether others may say it too: numbers are one customer's."""
    return not any(char.isdigit() for char in sign)


def _replies(canned: Iterable[Canned]) -> dict[str, CannedReply]:
    """What the engine knows of replies: all brands' of one key together."""
    found: dict[str, CannedReply] = {}
    for one in canned:
        texts = tuple((text.language, text.text) for text in one.texts)
        before = found.get(one.key)
        if before is not None:
            texts = (*before.texts, *texts)
        found[one.key] = CannedReply(one.key, texts, one.title, one.tags)
    return found


def _moment(connection: Connection, head: str, before: str, labels: tuple[str, ...], language: str) -> Moment:
    """What was said since our last answer, and what was answered, before a message or ("") now."""
    messages, _ = talk.timeline(connection, cases.parts(connection, head), before, _TALK)
    spoken = [one for one in messages if one.kind in ("in", "out") and one.auto == ""]
    ours = [one.id for one in spoken if one.kind == "out"]
    made = picks.keys_of(connection, ours)
    said: list[str] = []
    for one in reversed(spoken):
        if one.kind == "out":
            break
        said.append(one.body.raw)
    sent = tuple(key for id in ours for key in made.get(id, ("",)))
    return Moment("", "\n".join(reversed(said)), sent, labels, "", language)
