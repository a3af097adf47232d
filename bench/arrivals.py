"""A day of arrivals over a hundred agents, on virtual time: how long customers wait, how busy agents are and how
evenly, by the hub's rule (`domain/routing.py`) and by plain round robin.

The chats are real ones (`conversations/star.jsonl.gz` of the corpus): when in the day each began, how long it took,
what it was about and whose it was are as recorded, all days of it put onto one. Agents are simulated: one chat at a
time, as those who were recorded worked, each with some of the topics.
"""

from __future__ import annotations

import heapq
import random
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from agent_tui.domain.routing import Queue, Ready, Waiting, route
from agent_tui.domain.time import DAY_MS, MINUTE_MS, Ms
from bench import corpus

AGENTS = 100
TOPICS_EACH = 5
STICKY_MS = MINUTE_MS
BUSIER = 3
"""On the busier day every third chat comes twice, the second time with another customer, seven minutes later."""
_QUEUE = "chats"


@dataclass(frozen=True, slots=True)
class Chat:
    """`began` and `took` in ms; `topic` "" where it was about none of its own."""

    id: str
    customer: str
    topic: str
    began: Ms
    took: Ms

    @property
    def needs(self) -> tuple[str, ...]:
        return (f"topic:{self.topic}",) if self.topic else ()


@dataclass(slots=True)
class Worker:
    """An agent of the day. `behind`: chats dealt to them that they have not come to."""

    id: str
    skills: tuple[str, ...]
    idle_since: Ms = 0
    chat: str = ""
    busy: Ms = 0
    behind: list[Chat] = field(default_factory=list)


class Rule(Protocol):
    """Who begins which chats now, of those that wait; and when to look again without an event (ms), None never."""

    def __call__(self, waiting: list[Chat], now: Ms) -> tuple[list[tuple[Chat, Worker]], Ms | None]: ...


def day() -> list[Chat]:
    """All recorded chats as of one day, in order of their beginning. Raises FileNotFoundError."""
    chats = []
    for held in corpus.entries("conversations", "star"):
        times = [turn["at"] * 1000 for turn in held["turns"] if turn.get("at")]
        topic = next((name for name in held["domains"] if name), "")
        took = max(times[-1] - times[0], 1000)
        chats.append(Chat(held["id"], held["customer"]["key"], topic, times[0] % DAY_MS, took))
    return sorted(chats, key=lambda chat: (chat.began, chat.id))


def busier(chats: Sequence[Chat]) -> list[Chat]:
    twice = [
        replace(chat, id=f"{chat.id}+", customer=f"{chat.customer}+", began=(chat.began + 7 * MINUTE_MS) % DAY_MS)
        for chat in chats[::BUSIER]
    ]
    return sorted([*chats, *twice], key=lambda chat: (chat.began, chat.id))


def workers(topics: Sequence[str]) -> list[Worker]:
    """The same hundred for every rule."""
    chance = random.Random(4)
    known = sorted(topics)
    return [
        Worker(f"agent-{n:03}", tuple(f"topic:{topic}" for topic in sorted(chance.sample(known, TOPICS_EACH))))
        for n in range(AGENTS)
    ]


class ByRouting:
    """The hub's rule."""

    def __init__(self, agents: list[Worker], sticky_ms: int) -> None:
        self._agents = {agent.id: agent for agent in agents}
        self._queue = Queue(_QUEUE, sticky_ms=sticky_ms)
        self._sticky = sticky_ms > 0
        self._last: dict[str, str] = {}
        self.spent: list[float] = []

    def __call__(self, waiting: list[Chat], now: Ms) -> tuple[list[tuple[Chat, Worker]], Ms | None]:
        chats = {chat.id: chat for chat in waiting}
        cases = [
            Waiting(
                chat.id,
                _QUEUE,
                chat.began,
                needs=chat.needs,
                last=self._last.get(chat.customer, "") if self._sticky else "",
            )
            for chat in waiting
        ]
        ready = [
            Ready(agent.id, (_QUEUE,), agent.skills, 1, 1 if agent.chat else 0, agent.idle_since)
            for agent in self._agents.values()
        ]
        begun = time.perf_counter()
        routed = route(cases, ready, (self._queue,), now)
        self.spent.append(time.perf_counter() - begun)
        for one in routed.given:
            self._last[chats[one.case].customer] = one.agent
        return [(chats[one.case], self._agents[one.agent]) for one in routed.given], routed.again


class RoundRobin:
    """Agents in turn; each chat goes to the next one who can do it and is free, the longest waiting chat first."""

    def __init__(self, agents: list[Worker]) -> None:
        self._agents = agents
        self._next = 0

    def __call__(self, waiting: list[Chat], now: Ms) -> tuple[list[tuple[Chat, Worker]], Ms | None]:
        begun: list[tuple[Chat, Worker]] = []
        taken: set[str] = set()
        for chat in waiting:
            for step in range(len(self._agents)):
                agent = self._agents[(self._next + step) % len(self._agents)]
                if not agent.chat and agent.id not in taken and set(chat.needs) <= set(agent.skills):
                    self._next = (self._next + step + 1) % len(self._agents)
                    taken.add(agent.id)
                    begun.append((chat, agent))
                    break
        return begun, None


class Dealt:
    """Each chat is dealt at once to the next agent in turn who can do it, and waits there."""

    def __init__(self, agents: list[Worker]) -> None:
        self._agents = agents
        self._next = 0
        self._dealt: set[str] = set()

    def __call__(self, waiting: list[Chat], now: Ms) -> tuple[list[tuple[Chat, Worker]], Ms | None]:
        for chat in waiting:
            if chat.id in self._dealt:
                continue
            self._dealt.add(chat.id)
            for step in range(len(self._agents)):
                agent = self._agents[(self._next + step) % len(self._agents)]
                if set(chat.needs) <= set(agent.skills):
                    self._next = (self._next + step + 1) % len(self._agents)
                    agent.behind.append(chat)
                    break
        free = (agent for agent in self._agents if agent.behind and not agent.chat)
        return [(agent.behind.pop(0), agent) for agent in free], None


def play(chats: Sequence[Chat], agents: Sequence[Worker], rule: Rule) -> dict[str, Any]:
    """The whole day by one rule. Waiting times in seconds; `occupancy`: part of the paid time (first chat to last end)
    that agents were in a chat, `busiest hour`: in that hour; `gini` of the agents' busy time, 0 is even; `same agent`:
    how often a returning customer met whom they had before."""
    times: list[tuple[Ms, int, Worker | None]] = [(chat.began, n, None) for n, chat in enumerate(chats)]
    heapq.heapify(times)
    count = len(times)
    coming = list(reversed(chats))
    waiting: dict[str, Chat] = {}
    waits: list[Ms] = []
    spans: list[tuple[Ms, Ms]] = []
    last: dict[str, str] = {}
    returned = same = 0
    while times:
        now = times[0][0]
        while times and times[0][0] == now:
            _, _, done = heapq.heappop(times)
            if done is not None:
                done.chat = ""
        while coming and coming[-1].began <= now:
            chat = coming.pop()
            waiting[chat.id] = chat
        if not waiting:
            continue
        begun, again = rule(list(waiting.values()), now)
        for chat, agent in begun:
            assert not agent.chat and set(chat.needs) <= set(agent.skills)
            del waiting[chat.id]
            agent.chat, agent.idle_since = chat.id, now
            agent.busy += chat.took
            waits.append(now - chat.began)
            spans.append((now, now + chat.took))
            count += 1
            heapq.heappush(times, (now + chat.took, count, agent))
            returned += chat.customer in last
            same += last.get(chat.customer) == agent.id
            last[chat.customer] = agent.id
        if again is not None and again > now:
            count += 1
            heapq.heappush(times, (again, count, None))
    assert not waiting and len(waits) == len(chats), "a chat was never answered"
    waits.sort()
    paid = (max(end for _, end in spans) - chats[0].began) * len(agents)
    return {
        "chats": len(waits),
        "p50 s": _at(waits, 0.5) / 1000,
        "p95 s": _at(waits, 0.95) / 1000,
        "max s": waits[-1] / 1000,
        "mean s": round(sum(waits) / len(waits) / 1000, 1),
        "occupancy": round(sum(agent.busy for agent in agents) / paid, 3),
        "busiest hour": round(_busiest(spans) / len(agents), 3),
        "gini": round(gini(agent.busy for agent in agents), 3),
        "same agent": round(same / max(1, returned), 3),
    }


def _at(ordered: Sequence[Ms], part: float) -> Ms:
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def _busiest(spans: Sequence[tuple[Ms, Ms]]) -> float:
    """How many agents were in a chat, on average, in the busiest hour of the clock."""
    hour = 60 * MINUTE_MS
    held: dict[int, int] = {}
    for begun, end in spans:
        for number in range(begun // hour, (end - 1) // hour + 1):
            held[number] = held.get(number, 0) + min(end, (number + 1) * hour) - max(begun, number * hour)
    return max(held.values()) / hour


def gini(amounts: Iterable[float]) -> float:
    """0: all have the same; near 1: one has all (Gini's coefficient)."""
    ordered = sorted(amounts)
    total, number = sum(ordered), len(ordered)
    if not total:
        return 0.0
    return sum((2 * place - number - 1) * amount for place, amount in enumerate(ordered, 1)) / (number * total)


def run() -> dict[str, dict[str, Any]]:
    """Both days by every rule. Raises FileNotFoundError without a corpus."""
    chats = day()
    topics = sorted({chat.topic for chat in chats if chat.topic})
    found: dict[str, dict[str, Any]] = {}
    for name, arrivals in (("as recorded", chats), ("a third more", busier(chats))):
        for title, sticky_ms in (("rule", 0), ("rule, sticky 60 s", STICKY_MS)):
            agents = workers(topics)
            rule = ByRouting(agents, sticky_ms)
            found[f"{title}, {name}"] = play(arrivals, agents, rule)
            found[f"{title}, {name}"]["ms a turn"] = round(sum(rule.spent) / len(rule.spent) * 1000, 2)
        agents = workers(topics)
        found[f"round robin, {name}"] = play(arrivals, agents, RoundRobin(agents))
        agents = workers(topics)
        found[f"round robin dealt at once, {name}"] = play(arrivals, agents, Dealt(agents))
    return found
