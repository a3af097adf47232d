"""Measures one program in one session: start, keys, typing, idle, memory. Records first, interprets afterwards."""

from __future__ import annotations

import os
import random
import re
import statistics
import string
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.emulator import Emulator
from bench.procfs import cpu_ms, pss_mib
from bench.session import Chunk, Session, now
from bench.specs import Program, Scenario

#: Characters that must stand side by side in a row for a typed letter to count as painted. Longer than any accident.
SHOWN = 5
SEED = 20


@dataclass
class Keys:
    """One scenario in one session; times in ms from the key's write. A key that changed nothing has no time."""

    first: list[float] = field(default_factory=list)  # to the first chunk that changed the screen
    paint: list[float] = field(default_factory=list)  # to the last one
    sizes: list[int] = field(default_factory=list)  # bytes written for the key
    sent: int = 0
    cpu_ms_per_key: float = 0.0


@dataclass
class Run:
    """One program, started once."""

    start_ms: float
    start_bytes: int
    pss_mib: float
    idle_cpu_percent: float
    idle_bytes_per_s: float
    keys: dict[str, Keys]


class Failed(Exception):
    """The program did not come up, or ended early; the message shows its screen."""


def start(program: Program) -> float:
    """Start the program, wait for its first useful paint, end it; ms. Raises Failed."""
    session = Session(program)
    try:
        return _until_ready(session, Emulator(program.columns, program.rows))[0]
    finally:
        session.close()


def measure(program: Program) -> Run:
    """Start the program, measure everything, end it. Raises Failed."""
    session = Session(program)
    try:
        screen = Emulator(program.columns, program.rows)
        start_ms, start_bytes = _until_ready(session, screen)
        session.until_quiet(0.4, first=1.0, longest=15.0)
        session.type(program.after_ready)
        pss = pss_mib(session.pids)
        idle_cpu, idle_bytes = _idle(session, program.idle)
        _replay(screen, session.take())
        keys = {name: _scenario(session, screen, scenario) for name, scenario in program.scenarios.items()}
        if session.ended:
            raise Failed(f"{program.name} ended while it was measured; its screen:\n{screen.text}")
        return Run(start_ms, start_bytes, pss, idle_cpu, idle_bytes, keys)
    finally:
        session.close()


def _until_ready(session: Session, screen: Emulator) -> tuple[float, int]:
    """Ms and bytes until the chunk after which the screen matched; that chunk is found in a second replay."""
    program = session.program
    pattern = re.compile(program.ready)
    recorded: list[Chunk] = []
    while not session.ended and now() < session.began + program.ready_timeout:
        session.until_quiet(0.02, first=0.05, longest=0.25)
        fresh = session.take()
        _replay(screen, fresh)
        recorded += fresh
        if fresh and pattern.search(screen.text):
            break
    else:
        raise Failed(f"{program.name}: nothing like {program.ready!r} on its screen:\n{screen.text}")
    if not session.has_worker:
        raise Failed(f"{program.name} started by itself, not by the process that was to work for it")
    again = Emulator(program.columns, program.rows)
    size = 0
    for chunk in recorded:
        size += len(chunk.data)
        if again.feed(chunk.data) and pattern.search(again.text):
            return (chunk.at - session.began) * 1e3, size
    raise AssertionError("a replay showed what the same replay did not")


def _replay(screen: Emulator, chunks: list[Chunk]) -> tuple[float | None, float | None, int]:
    """(time of the first change, of the last change, bytes)."""
    first = last = None
    size = 0
    for chunk in chunks:
        size += len(chunk.data)
        if screen.feed(chunk.data):
            first = chunk.at if first is None else first
            last = chunk.at
    return first, last, size


def _idle(session: Session, seconds: float) -> tuple[float, float]:
    """CPU percent and bytes a second with nobody typing."""
    if not seconds:
        return 0.0, 0.0
    session.take()
    pids = session.pids
    cpu, start = cpu_ms(pids), now()
    session.until(start + seconds)
    spent = now() - start
    cpu = cpu_ms(pids) - cpu
    return cpu / spent / 10, sum(len(chunk.data) for chunk in session.chunks) / spent


@contextmanager
def _beside(argv: tuple[str, ...]) -> Iterator[None]:
    if not argv:
        yield
        return
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def _scenario(session: Session, screen: Emulator, scenario: Scenario) -> Keys:
    session.type(scenario.before)
    _replay(screen, session.take())
    with _beside(scenario.beside):
        result = _typing(session, screen, scenario) if scenario.rate else _one_by_one(session, screen, scenario)
    session.type(scenario.after)
    _replay(screen, session.take())
    return result


def _one_by_one(session: Session, screen: Emulator, scenario: Scenario) -> Keys:
    keys = scenario.keys
    result = Keys()
    turns: list[tuple[float, list[Chunk], list[Chunk]]] = []

    def press(text: str) -> tuple[float, list[Chunk], list[Chunk]]:
        session.until_quiet(0.02, first=0.0, longest=1.0)
        before = session.take()  # background output is not the key's
        at = now()
        session.send(text)
        session.until_quiet(scenario.quiet, first=scenario.timeout, longest=max(3.0, scenario.timeout))
        chunks = session.take()
        if scenario.between:
            session.type(scenario.between)
        return at, before, chunks

    if scenario.burst:
        wanted = ["".join(keys[n % len(keys)] for n in range(scenario.count))]
    else:
        wanted = [keys[n % len(keys)] for n in range(scenario.count)]
        for n in range(scenario.warmup):
            _, before, chunks = press(keys[n % len(keys)])
            _replay(screen, before + chunks)
    pids = session.pids
    cpu = cpu_ms(pids)
    for text in wanted:
        turns.append(press(text))
    result.cpu_ms_per_key = (cpu_ms(pids) - cpu) / scenario.count
    for at, before, chunks in turns:
        _replay(screen, before)
        first, last, size = _replay(screen, chunks)
        result.sent += 1
        result.sizes.append(size)
        if first is not None and last is not None:
            result.first.append((first - at) * 1e3)
            result.paint.append((last - at) * 1e3)
    return result


def letters(count: int) -> str:
    """Letters to type, in which no run of SHOWN comes twice."""
    chance = random.Random(SEED)
    text = ""
    seen: set[str] = set()
    while len(text) < count:
        letter = chance.choice(string.ascii_lowercase)
        if (tail := (text + letter)[-SHOWN:]) not in seen:
            seen.add(tail)
            text += letter
    return text


def _typing(session: Session, screen: Emulator, scenario: Scenario) -> Keys:
    """Type at a fixed rate; when did each letter stand on the screen beside those before it?"""
    text = letters(scenario.count)
    session.until_quiet(0.1, first=0.0, longest=1.0)
    _replay(screen, session.take())
    pids = session.pids
    cpu, began = cpu_ms(pids), now()
    sent: list[float] = []
    for number, letter in enumerate(text):
        session.until(began + number / scenario.rate)
        sent.append(now())
        session.send(letter)
    session.until(now() + scenario.timeout)
    result = Keys(sent=len(text) - SHOWN + 1, cpu_ms_per_key=(cpu_ms(pids) - cpu) / scenario.count)
    chunks = session.take()
    result.sizes = [sum(len(chunk.data) for chunk in chunks) // scenario.count]
    awaited = SHOWN - 1
    for chunk in chunks:
        rows = [screen.row(row) for row in screen.feed(chunk.data)]
        possible = sum(at <= chunk.at for at in sent)
        for newest in range(possible - 1, awaited - 1, -1):  # one frame may show several letters
            if any(text[newest - SHOWN + 1 : newest + 1] in row for row in rows):
                result.paint += [(chunk.at - sent[n]) * 1e3 for n in range(awaited, newest + 1)]
                awaited = newest + 1
                break
    result.first = list(result.paint)
    return result


def percentile(values: list[float], share: float) -> float | None:
    """The value that `share` of all values do not exceed (nearest rank); None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def summary(runs: list[Run], starts: list[float]) -> dict[str, object]:
    """All rounds of one program: medians of single figures, percentiles over the keys of all rounds together. `starts`:
    of starts alone, in ms, beside those of the runs."""

    def median(what: str) -> float:
        return round(float(statistics.median(getattr(run, what) for run in runs)), 2)

    scenarios: dict[str, object] = {}
    for name in runs[0].keys:
        parts = [run.keys[name] for run in runs if name in run.keys]
        paint = [value for part in parts for value in part.paint]
        first = [value for part in parts for value in part.first]
        sizes = [float(value) for part in parts for value in part.sizes]
        scenarios[name] = {
            "keys": sum(part.sent for part in parts),
            "painted": len(paint),
            "first_p50": _rounded(percentile(first, 0.5)),
            "p50": _rounded(percentile(paint, 0.5)),
            "p95": _rounded(percentile(paint, 0.95)),
            "p99": _rounded(percentile(paint, 0.99)),
            "bytes_per_key": _rounded(statistics.mean(sizes) if sizes else None),
            "cpu_ms_per_key": _rounded(statistics.median(part.cpu_ms_per_key for part in parts)),
        }
    return {
        "rounds": len(runs),
        "starts": len(runs) + len(starts),
        "start_ms": round(statistics.median([*starts, *(run.start_ms for run in runs)]), 2),
        "start_bytes": median("start_bytes"),
        "pss_mib": median("pss_mib"),
        "idle_cpu_percent": median("idle_cpu_percent"),
        "idle_bytes_per_s": median("idle_bytes_per_s"),
        "scenarios": scenarios,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def machine() -> dict[str, object]:
    return {"cpus": os.cpu_count(), "load": os.getloadavg()}
