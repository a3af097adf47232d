"""The proof at the terminal: hostile text adds no escape sequence that harmless text lacks.

The real hub (its channels played) and the real desk as a process on a pseudo-terminal. Each text stands in every place
that somebody outside can fill: a customer's name, a mail's subject, body, folded quote, recipients, file names and
claimed types, language, decoding problems; a caller's name and the queue's; reasons of a failed send; and in those that
colleagues fill: labels, notes, replies, promises, agents' names, canned replies. So it comes to inbox rows and their
previews, case head, timeline, customer card, history, pick lists, explanations, call line, status line, search and its
hits, composer, file names on disk, clipboard (OSC 52) and notifications (OSC 9). The desk sets no window title, and
must not begin to. Log lines are the hub's; a desk writes none. Command line and pictures are in test_other_ways_out.py.
"""

from __future__ import annotations

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

KINDS = frozenset(Path(__file__).with_name("harmless_kinds.txt").read_text().splitlines())
"""Every kind of sequence that a tour of harmless texts has the desk write, one a line."""

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
    hits: dict[str, int]
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


def of_every_kind(texts: list[str]) -> list[str]:
    """With what shows that a text is there."""
    return [f"{text}{SENTINEL}" if len(text) < 2000 else f"{SENTINEL}{text}" for text in texts]


async def nothing_gets_out(folder: Path, texts: list[str]) -> None:
    """A tour of hostile texts writes what a harmless one writes, and nothing of them steers."""
    seen = await run(folder, of_every_kind(texts), len(texts), notices=12)
    assert seen.sequences.kinds - KINDS == set()
    assert seen.sequences.unclean() == []
    assert seen.done <= EVERY_ORDER_OF_THE_TOUR
    assert seen.numbers == len(texts), "a case was not opened"
    assert seen.scripts, "no guided script was seen"
    assert len(seen.hits) == 4 and min(seen.hits.values()) >= len(texts), seen.hits
    assert len(seen.files) == seen.saved > 0
    for name in seen.files:
        assert name.isprintable() and not name.startswith((".", "-")) and len(name.encode()) <= 120, repr(name)
    assert SENTINEL not in seen.log
    assert all(" " <= char <= "~" or char == "\n" for char in seen.log)
    assert "trace" not in seen.log, seen.log


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_harmless_texts_have_every_kind_of_sequence_written_that_is_held_for_harmless(tmp_path: Path) -> None:
    texts = [*map(harmless, of_every_kind([text for _, text in ours()[:8]])), *PLAIN]
    seen = await run(tmp_path, texts, len(texts) - len(PLAIN) + 1, notices=12)
    assert sorted(seen.sequences.kinds) == sorted(KINDS)


PARTS = 4
"""All texts are gone through in so many desks, which can run side by side: they wait more than they work."""


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(PARTS))
async def test_all_texts_of_our_own(part: int, tmp_path: Path) -> None:
    await nothing_gets_out(tmp_path, [text for _, text in (*ours(), *long_ones())][part::PARTS])


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not CORPUS.exists(), reason=f"no corpus at {CORPUS}; set AGENT_TUI_CORPUS")
@pytest.mark.parametrize("part", range(PARTS))
async def test_the_shared_corpus(part: int, tmp_path: Path) -> None:
    await nothing_gets_out(tmp_path, [text for _, text in corpus()][part::PARTS])
