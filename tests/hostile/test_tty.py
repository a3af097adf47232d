"""The proof at the terminal: hostile text adds no escape sequence that harmless text of the same shape lacks.

The real hub (its channels played) and the real desk as a process on a pseudo-terminal. Each text stands in every place
that somebody outside can fill: a customer's name, a mail's subject, body, folded quote, recipients, file names and
claimed types, language, decoding problems; a caller's name and the queue's; reasons of a failed send; and in those that
colleagues fill: labels, notes, replies, promises, agents' names, canned replies. So it comes to inbox rows and their
previews, case head, timeline, customer card, history, pick lists, explanations, call line, status line, search and its
hits, composer, file names on disk, clipboard (OSC 52) and notifications (OSC 9). The desk sets no window title, and
must not begin to. Log lines are the hub's; a desk writes none. Command line and pictures are in test_other_ways_out.py.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent_tui.domain.events import CallChanged, CaseChanged, MessageAdded, MessageChanged
from tests.hostile.sequences import Written, written
from tests.hostile.stage import AGENT, SENTINEL, desk_on, filled_hub
from tests.hostile.texts import CORPUS, corpus, harmless, long_ones, ours
from tests.hostile.tour import Tour

EVERY_ORDER_OF_THE_TOUR = {"read"}
"""What an agent who only looks has the hub write down."""

PLAIN = [f"row {number}\n" * 60 for number in range(24)]
"""So that inbox and timeline of the harmless run scroll, whatever the hostile one gives to scroll through."""


@dataclass(frozen=True, slots=True)
class Seen:
    """`sequences`: what the terminal got. `log`: the hub's. `files`: names of saved files. `done`: what the hub wrote
    down as this agent's doing."""

    sequences: Written
    log: str
    files: tuple[str, ...]
    saved: int
    numbers: int
    hits: int
    scripts: int
    done: frozenset[str]


async def run(folder: Path, texts: list[str], opened: int, notices: int) -> Seen:
    async with filled_hub(folder, texts, opened) as hub, desk_on(hub) as desk:
        tour = Tour(hub, desk, texts, opened, notices)
        await tour.all()
        done = {
            event.body.change if isinstance(event.body, CaseChanged) else event.body.type
            for event in hub.events
            if event.by == AGENT.id
            and isinstance(event.body, CaseChanged | MessageAdded | MessageChanged | CallChanged)
        }
        files = tuple(os.listdir(folder / "home" / "Downloads"))  # noqa: PTH208 - one look at a small folder
        return Seen(
            written(bytes(desk.bytes)),
            hub.log.getvalue(),
            files,
            tour.saved,
            len(tour.numbers),
            tour.hits,
            tour.scripts,
            frozenset(done),
        )


async def compared(folder: Path, texts: list[str], notices: int = 12) -> None:
    marked = [f"{text}{SENTINEL}" if len(text) < 2000 else f"{SENTINEL}{text}" for text in texts]
    for kind in ("hostile", "harmless"):
        folder.joinpath(kind).mkdir()
    bad, good = await asyncio.gather(  # side by side: both wait more than they work
        run(folder / "hostile", marked, len(marked), notices),
        run(folder / "harmless", [*map(harmless, marked), *PLAIN], len(marked) + 1, notices),
    )
    assert bad.sequences.kinds - good.sequences.kinds == set()
    assert bad.sequences.unclean() == []
    assert bad.done <= EVERY_ORDER_OF_THE_TOUR
    assert bad.numbers == len(texts) == good.numbers - 1, "a case was not opened"
    assert bad.scripts, "no guided script was seen"
    assert bad.hits == 3 + 2 * len(texts)
    assert len(bad.files) == bad.saved > 0
    for name in bad.files:
        assert name.isprintable() and not name.startswith((".", "-")) and len(name.encode()) <= 120, repr(name)
    assert SENTINEL not in bad.log
    assert all(" " <= char <= "~" or char == "\n" for char in bad.log)
    assert "trace" not in bad.log, bad.log


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_few_of_each_kind(tmp_path: Path) -> None:
    texts = dict(ours())
    few = ("title", "csi", "csi-utf8-c1", "action-click", "override")
    await compared(tmp_path, [texts[f"our-{name}"] for name in few], notices=2)


PARTS = 4
"""All texts are gone through in so many desks, which can run side by side: they wait more than they work."""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(PARTS))
async def test_all_texts_of_our_own(part: int, tmp_path: Path) -> None:
    await compared(tmp_path, [text for _, text in (*ours(), *long_ones())][part::PARTS])


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not CORPUS.exists(), reason=f"no corpus at {CORPUS}; set AGENT_TUI_CORPUS")
@pytest.mark.parametrize("part", range(PARTS))
async def test_the_shared_corpus(part: int, tmp_path: Path) -> None:
    await compared(tmp_path, [text for _, text in corpus()][part::PARTS])
