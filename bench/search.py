"""Search in a hub of a million messages, made from the real texts of the corpus: the size of the index, how long the
first results take, and how often what somebody remembers is among them.

Known items: a message is drawn, and looked for as people remember one: three of its longer words, without accents and
capitals, one of them cut short, in any order, with the customer's surname; a tenth by the customer's phone in another
format. It counts as found when that very message (that customer) is among the first 50 hits. The texts of the corpus
are repeated until there are enough, under other customers, so that words alone find some copies: that is counted too.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.seeding import SeedCase, SeedMessage, bulk_load
from agent_tui.backends.hub.store import Store
from agent_tui.backends.hub.store import search as asking
from agent_tui.backends.hub.store import search_index as index
from agent_tui.domain import folding
from agent_tui.domain.filing import Done
from agent_tui.domain.model import Agent, MessageKind
from agent_tui.domain.queries import SearchPage, SearchQuery
from agent_tui.domain.search import parse
from agent_tui.domain.time import DAY_MS, HOUR_MS, MS, Ms
from bench import corpus

MESSAGES = 1_000_000
ITEMS = 200
FIRST = 50
NOW: Ms = 1_780_000_000_000
YEAR = 365 * DAY_MS
PIECE = 2_000
ME = Agent("noa", "Noa", teams=("support",))
CHANNELS = ("whatsapp", "webchat", "sms", "email", "telegram")
LABELS = ("refund", "delivery", "technical", "invoice", "complaint")
COMMON = ("the", "i", "you", "hello", "thank you", "please", "yes", "order", "is it", "can i help")
AS_TYPED = ("th", "re", "hel", "acc", "you", "app", "boo", "car", "של", "ال", "請", "我要")
NARROWED = (
    "the channel:whatsapp",
    "the is:open",
    "you label:refund is:waiting",
    "hello owner:me",
    "is:note",
    "the is:unread -is:out",
    "label:complaint",
    "please before:2025-12-01",
    "order after:30d has:link",
    "from:brown card",
    '"thank you" -hello',
    "i is:urgent",
)
NOTHING = ("zzyzzyva", "qwertz asdf", "0549999999", '"purple elephant parcel"')


def cases(count: int) -> Iterator[SeedCase]:
    """Conversations with `count` messages in all, over a year, each of a customer of its own."""
    rng = random.Random(20261127)
    talks, names = corpus.talks(), corpus.names()
    surnames = sorted({name.split()[-1] for name in names})
    firsts = sorted({name.split()[0] for name in names})
    made = number = 0
    while made < count:
        rng.shuffle(talks)
        for talk in talks:
            if made >= count:
                return
            number += 1
            at = NOW - rng.randrange(HOUR_MS, YEAR)
            messages = []
            for theirs, text in talk.turns:
                at += rng.randrange(5, 600) * MS
                note = not theirs and rng.random() < 0.05
                kind: MessageKind = "in" if theirs else "note" if note else "out"
                messages.append(
                    SeedMessage(kind, min(at, NOW), text[:4000], "" if theirs else rng.choice(("noa", "avi")))
                )
            made += len(messages)
            closed = rng.random() < 0.9
            channel = rng.choice(CHANNELS)
            yield SeedCase(
                name=f"{rng.choice(firsts)} {rng.choice(surnames)}",
                scheme="tel",
                address=f"+9725{number:08d}",
                channel=channel,
                account=channel,
                messages=tuple(messages),
                owner=rng.choice(("noa", "avi", "", "")),
                labels=tuple(label for label in LABELS if rng.random() < 0.08),
                then=(Done(min(at + HOUR_MS, NOW)),) if closed else (),
            )


def fill(folder: Path, count: int) -> dict[str, Any]:
    """Make the store unless it is there; how long the index took, and the sizes in MiB."""
    done = folder / f".complete-{count}"
    if not done.exists():
        store = Store.open(folder, synchronous="OFF")
        try:
            bulk_load(store, cases(count), NOW, Ids(1))
            begun = time.perf_counter()
            more = True
            while more:
                with store.writer.begin() as connection:
                    more = index.index_some(connection, PIECE)
            done.write_text(f"{time.perf_counter() - begun:.1f}")
        finally:
            store.close()
    with closing(sqlite3.connect(folder / "hub.sqlite3")) as plain:
        sizes = dict(plain.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
        messages = plain.execute("SELECT count(*) FROM message").fetchone()[0]
    ours = sum(size for name, size in sizes.items() if "search_" in name and "case_search" not in name)
    text = sizes.get("message_text", 0) + sizes.get("sqlite_autoindex_message_text_1", 0)
    mib = 1 << 20
    return {
        "messages": messages,
        "index MiB": round(ours / mib),
        "text MiB": round(text / mib),
        "store MiB": round(sum(sizes.values()) / mib),
        "messages indexed/s": round(messages / max(0.1, float(done.read_text()))),
    }


def run(folder: Path, count: int) -> dict[str, dict[str, Any]]:
    """Figures by kind of question, and of the index."""
    figures: dict[str, dict[str, Any]] = {"index": fill(folder, count)}
    store = Store.open(folder, check=False, synchronous="OFF")
    try:
        items = list(_items(store))
        timed: list[float] = []
        figures["known items"] = _known(store, items, timed)
        figures["known items"] |= _spread(timed)
        everything = list(timed)
        for name, texts in (
            ("very common words", COMMON),
            ("as typed", AS_TYPED),
            ("narrowed", NARROWED),
            ("nothing there", NOTHING),
        ):
            times = [_timed(store, text)[1] for _ in range(3) for text in texts]
            figures[name] = _spread(times)
            everything += times
        figures["all"] = _spread(everything)
    finally:
        store.close()
    return figures


def _items(store: Store) -> Iterator[tuple[str, str, str, str]]:
    """(message, its text, the customer's name, phone) drawn at random, with at least three words to remember."""
    rng = random.Random(7)
    with store.read() as connection:
        last = connection.exec_driver_sql("SELECT max(rowid) FROM message").scalar_one()
        found = 0
        while found < ITEMS:
            row = connection.exec_driver_sql(
                "SELECT m.id, t.body, n.name, a.value FROM message m JOIN message_text t ON t.message_id = m.id"
                " JOIN cases c ON c.id = m.case_id JOIN customer_text n ON n.customer_id = c.customer_id"
                " JOIN address_link l ON l.customer_id = c.customer_id JOIN address a ON a.id = l.address_id"
                " WHERE m.rowid = ? AND m.kind = 'in'",
                (rng.randint(1, last),),
            ).first()
            if row is not None and len(_memorable(row.body)) >= 3:
                found += 1
                yield row.id, row.body, row.name, row.value


def _memorable(text: str) -> list[str]:
    return [word for word in dict.fromkeys(one.folded for one in folding.words(text)) if len(word) >= 4]


def _known(store: Store, items: list[tuple[str, str, str, str]], times: list[float]) -> dict[str, Any]:
    rng = random.Random(11)
    found = alone = by_phone = phones = 0
    for place, (id, text, name, phone) in enumerate(items):
        if place % 10 == 9:
            phones += 1
            local = phone.removeprefix("+972")
            page, took = _timed(store, f"0{local[:2]}-{local[2:5]} {local[5:]}")
            by_phone += any(hit.found == "customer" and phone in hit.said.raw for hit in page.hits)
            times.append(took)
            continue
        longest = sorted(_memorable(text), key=len, reverse=True)[:6]
        words = rng.sample(longest, 3)
        if len(words[0]) > 5:
            words[0] = words[0][: len(words[0]) - 2]
        page, took = _timed(store, " ".join([*words, name.split()[-1].lower()]))
        found += any(hit.message == id for hit in page.hits)
        times.append(took)
        page, took = _timed(store, " ".join(words))
        alone += any(_same(hit.said.raw, text) for hit in page.hits)
        times.append(took)
    return {
        "found %": round(100 * (found + by_phone) / len(items), 1),
        "by words alone %": round(100 * alone / (len(items) - phones), 1),
        "by phone %": round(100 * by_phone / phones, 1),
    }


def _same(shown: str, text: str) -> bool:
    return shown.removeprefix("… ")[:100] in text


def _timed(store: Store, text: str) -> tuple[SearchPage, float]:
    """One question as the hub answers it; ms."""
    begun = time.perf_counter()
    with store.read() as connection:
        page = asking.page(connection, SearchQuery(text), parse(text, NOW), ME, 0)
    return page, (time.perf_counter() - begun) * 1e3


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "p50 ms": round(statistics.median(ordered), 1),
        "p95 ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 1),
        "worst ms": round(ordered[-1], 1),
        "questions": len(ordered),
    }
