"""`agent-tui demo run`: plays demo files, and writes what they make or compares it with what is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from agent_tui.config.problems import ConfigError, Problem, printable
from agent_tui.demo.demo_file import Demo, read_demo
from agent_tui.demo.kept import differences, keep, unmistakable
from agent_tui.demo.player import DemoFailed, play_demo


async def run_files(
    paths: Sequence[Path], out: Path | None, *, check: bool, columns: int | None, echo: Callable[[str], None]
) -> int:
    """`out`: the folder of what they make; None: each file's own. `columns` of a side by side difference; None: as
    wide as the lines. Answers 1 when a demo fails or, with `check`, when something is not as it is kept; what differs
    goes to `echo`.

    Raises ConfigError with what is wrong in all of the files.
    """
    worst = 0
    for demo, folder in _read(paths, out):
        try:
            files = await play_demo(demo)
        except DemoFailed as failed:
            worst = 1
            echo(f"{failed.problem}\n{failed.screen}")
            continue
        if not check:
            changed = keep(files, folder)
            for name in changed:
                echo(f"wrote {printable(str(folder / name))}")
            if not changed:
                echo(f"{printable(demo.file)}: nothing changed")
            continue
        for name, lines in differences(files, folder, columns or 2 * demo.size[0] + 3):
            worst = 1
            echo("\n".join([f"{printable(str(folder / name))}, kept and now:", *lines]))
    return worst


def _read(paths: Sequence[Path], out: Path | None) -> list[tuple[Demo, Path]]:
    read: list[tuple[Demo, Path]] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            read.append((read_demo(path), path.parent if out is None else out))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    for folder in {folder for _, folder in read}:
        unmistakable(demo for demo, its in read if its == folder)
    return read
