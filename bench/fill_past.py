"""A hub's folder with one open case of a customer who has said 5,000 messages before, an agent and a token:
python -m bench.fill_past FOLDER (done once). The words are real chats where those are at hand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from agent_tui.backends.hub.seeding import SeedCase, SeedMessage
from agent_tui.domain import filing
from agent_tui.domain.model import MessageKind
from agent_tui.domain.time import MS
from bench import corpus
from bench.fill_hub import AGENT, fill
from bench.mails import BODY

MESSAGES = 5_000
BEGUN = 1_589_000_000


def chats() -> list[list[tuple[str, int, str]]]:
    """Real conversations of the one who talked most, as (who, when, words); made ones where those are not here."""
    if not corpus.there():
        made = ["customer", "agent"]
        return [[(made[n % 2], n * 60, BODY) for n in range(20)]]
    of: dict[str, list[list[tuple[str, int, str]]]] = {}
    for held in corpus.entries("conversations", "star"):
        began = held["turns"][0]["at"]
        said = [(turn["who"], int(turn["at"] - began), turn["text"]) for turn in held["turns"]]
        of.setdefault(held["customer"]["key"], []).append(said)
    return max(of.values(), key=len)


def cases(count: int) -> Iterator[SeedCase]:
    """Conversations one after another until so many messages are said, all done; then one that waits for us."""
    kinds: dict[str, MessageKind] = {"customer": "in", "agent": "out"}
    known, left, at, number = chats(), count, BEGUN, 0
    while left:
        said = list(islice(known[number % len(known)], left))
        left -= len(said)
        messages = tuple(
            SeedMessage(kinds.get(who, "note"), (at + after) * MS, words, "" if who == "customer" else AGENT)
            for who, after, words in said
        )
        yield _case(number, messages, done=True)
        at += 7200 + said[-1][1]
        number += 1
    yield _case(number, (SeedMessage("in", at * MS, "#000000 and now?"),), done=False)


def _case(number: int, messages: tuple[SeedMessage, ...], *, done: bool) -> SeedCase:
    channel = ("whatsapp", "webchat", "email")[number % 3]
    then = (filing.Done(messages[-1].at),) if done else ()
    return SeedCase(
        "Dana Levi", "wa", "+972541234567", channel, channel, messages, f"question {number}", AGENT, then=then
    )


if __name__ == "__main__":
    fill(Path(sys.argv[1]), cases(MESSAGES))
