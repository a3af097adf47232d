"""python -m bench [names] [--rounds N] [--starts N] [--cases N] [--messages N] [--out FOLDER] [--work FOLDER]: measure,
print a table, write JSON.

Names are those of programs.toml, and `fanout`, `ingest`, `clean`, `text`, `clocks`, `search`, `wallboard`, `arrivals`
and `suggest`; without names all that an aim is held to, and their peers: half an hour, most of it for a hub with a
million messages. Programs are run interleaved (A B C, A B C ...), so that noise falls on all alike: compare ratios
within one run. Each round measures everything of each program; before it the starts alone are repeated.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import (
    aims,
    arrivals,
    cleaning,
    clocks,
    corpus,
    fanout,
    ingest,
    meter,
    peers,
    search,
    suggesting,
    table,
    text,
    ticks,
    wallboard,
)
from bench.services import serving
from bench.specs import Program, Service, load

HERE = Path(__file__).parent
SERVERS = ("fanout", "ingest", "clean", "text", "clocks", "search", "wallboard", "arrivals", "suggest")


def choose(programs: dict[str, Program], names: list[str]) -> tuple[list[Program], dict[str, str]]:
    """The programs asked for, and why others are skipped."""
    chosen, skipped = [], {}
    for program in programs.values():
        if program.name not in names if names else program.asked:
            continue
        if program.needs and shutil.which(program.needs) is None:
            skipped[program.name] = f"{program.needs} is not installed"
        else:
            chosen.append(program)
    return chosen, skipped


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def start_all(chosen: list[Program], times: int, failed: dict[str, str]) -> dict[str, list[float]]:
    """Start all programs `times` times in turn; ms. Those that fail are added to `failed`."""
    starts: dict[str, list[float]] = {program.name: [] for program in chosen}
    for number in range(1, times + 1):
        for program in chosen:
            if program.name in failed:
                continue
            try:
                starts[program.name].append(meter.start(program))
            except meter.Failed as error:
                failed[program.name] = str(error)
                say(str(error))
        say(f"start {number}/{times}: " + ", ".join(f"{name} {ms[-1]:.0f} ms" for name, ms in starts.items() if ms))
    return starts


def compare(chosen: list[Program], rounds: int, times: int, save: Path, more: dict[str, Any]) -> dict[str, Any]:
    """Start all programs `times` times, then run all `rounds` times in turn; saves after every run, as a long one may
    be cut."""
    runs: dict[str, list[meter.Run]] = {program.name: [] for program in chosen}
    failed: dict[str, str] = {}
    starts = start_all(chosen, times, failed)
    result: dict[str, Any] = {}
    began, done = time.monotonic(), 0
    for number in range(1, rounds + 1):
        for program in chosen:
            if program.name in failed:
                continue
            try:
                runs[program.name].append(meter.measure(program))
                done += 1
                spent = time.monotonic() - began
                left = spent / done * (rounds * len(chosen) - done)
                say(f"round {number}/{rounds}: {program.name}; {spent:.0f} s spent, about {left:.0f} s left")
            except meter.Failed as error:
                failed[program.name] = str(error)
                say(f"round {number}/{rounds}: {error}")
            result = {
                **more,
                "machine": meter.machine(),
                "programs": {name: meter.summary(each, starts[name]) for name, each in runs.items() if each},
                "failed": failed,
                "starts": starts,
                "runs": {name: [asdict(run) for run in each] for name, each in runs.items()},
            }
            save.write_text(json.dumps(result, indent=1))
    return result


def with_services(
    stack: ExitStack, chosen: list[Program], services: dict[str, Service], variables: dict[str, str]
) -> list[Program]:
    """Start the services that the chosen programs need; the programs with the announced addresses filled in."""
    for name in dict.fromkeys(name for program in chosen for name in program.services):
        say(f"starting {name}")
        variables |= stack.enter_context(serving(services[name]))
    again, _ = load(HERE / "programs.toml", variables)
    return [again[program.name] for program in chosen]


def told(result: dict[str, Any], save: Path) -> None:
    """Print the tables, and keep what the aims were held to."""
    for name in SERVERS:
        if name in result:
            print(table.rates(name, result[name]), end="\n\n")
    if result.get("programs"):
        print(table.programs(result["programs"]), end="\n\n")
    if held := aims.held(result):
        print(table.rates("aim", held))
        save.write_text(json.dumps({**result, "aims": held}, indent=1))
    for name, why in [
        *result["skipped"].items(),
        *((n, w.splitlines()[0]) for n, w in result.get("failed", {}).items()),
    ]:
        print(f"not measured: {name}: {why}")
    print(f"\n{save}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--starts", type=int, default=9)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=search.MESSAGES, help="how many search looks through")
    parser.add_argument("--out", type=Path, default=HERE / "out")
    parser.add_argument(
        "--work", type=Path, help="where mails and stores are kept for the next run (default: a new one)"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    save = options.out / f"bench-{time.strftime('%Y%m%dT%H%M%S')}.json"
    with ExitStack() as stack:
        work = options.work or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        work.mkdir(parents=True, exist_ok=True)
        variables = {
            "PYTHON": sys.executable,
            "BIN": str(Path(sys.executable).parent),
            "CASES": str(options.cases),
            "WORK": str(work.resolve()),
            "INBOX": "",
            "PEER_HOME": "",
        }
        programs, services = load(HERE / "programs.toml", variables)
        if unknown := set(options.names) - set(programs) - set(SERVERS):
            parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join([*programs, *SERVERS])}")
        wanted = [name for name in options.names if name in programs]
        chosen, skipped = choose(programs, wanted) if wanted or not options.names else ([], {})
        for name, why in skipped.items():
            say(f"skipped {name}: {why}")
        if any(program.needs for program in chosen):
            say(f"writing {options.cases} mails")
            variables |= peers.prepare(work.resolve(), options.cases)
            if any(program.needs == "neomutt" for program in chosen):
                peers.warm_neomutt(variables)
        more: dict[str, Any] = {"cases": options.cases, "skipped": skipped}
        for name, run in (("fanout", fanout.run), ("ingest", ingest.run)):
            if not options.names or name in options.names:
                say(f"measuring {name}")
                more[name] = asyncio.run(run(options.rounds))
        if not options.names or "clean" in options.names:
            say("measuring clean")
            more["clean"] = cleaning.run(options.rounds)
        if not options.names or "text" in options.names:
            say("measuring text")
            more["text"] = text.run(options.rounds)
        if not options.names or "clocks" in options.names:
            say("measuring clocks")
            more["clocks"] = clocks.run(options.rounds) | asyncio.run(ticks.run())
        if not options.names or "search" in options.names:
            if corpus.there():
                say(f"measuring search over {options.messages} messages (writing and indexing them takes minutes)")
                more["search"] = search.run(work.resolve() / "search", options.messages)
            else:
                skipped["search"] = f"no corpus at {corpus.folder()}; set AGENT_TUI_CORPUS"
        if not options.names or "wallboard" in options.names:
            say("measuring the wallboard (writing its hub takes two minutes)")
            more["wallboard"] = wallboard.run(work.resolve() / "wallboard", options.rounds)
        if not options.names or "arrivals" in options.names:
            if corpus.there():
                say("measuring arrivals")
                more["arrivals"] = arrivals.run()
            else:
                skipped["arrivals"] = f"no corpus at {corpus.folder()}; set AGENT_TUI_CORPUS"
        if not options.names or "suggest" in options.names:
            if corpus.there():
                say("measuring suggested replies (takes minutes)")
                more["suggest"] = suggesting.run()
            else:
                skipped["suggest"] = f"no corpus at {corpus.folder()}; set AGENT_TUI_CORPUS"
        chosen = with_services(stack, chosen, services, variables)
        save.write_text(json.dumps(more, indent=1))
        told(compare(chosen, options.rounds, options.starts, save, more) if chosen else more, save)
        say("ending what served, and removing what was written for this run")


if __name__ == "__main__":
    main()
