"""What demos made, kept in a folder: written there, or compared with what they make now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from agent_tui.config.problems import ConfigError, Problem
from agent_tui.demo.demo_file import Demo
from agent_tui.demo.picture_text import picture_text
from agent_tui.demo.player import Files
from agent_tui.demo.side_by_side import first_other, side_by_side


def made_by(demo: Demo) -> tuple[str, ...]:
    """The names of the files that a demo makes."""
    return (*(f"{name}.svg" for name in demo.snapshots), f"{demo.name}.cast", f"{demo.name}.md")


def unmistakable(demos: Iterable[Demo]) -> None:
    """Raises ConfigError when two demos would write the same file."""
    makers: dict[str, Demo] = {}
    problems = []
    for demo in demos:
        for name in made_by(demo):
            if (first := makers.setdefault(name, demo)) is not demo:
                problems.append(Problem(demo.file, 0, "", f"writes {name}, as {first.file} does", "another name"))
    if problems:
        raise ConfigError(problems)


def keep(files: Files, folder: Path) -> list[str]:
    """Write what is new or has changed; the names of that. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = [name for name, text in files.items() if _kept(folder / name) != text]
    for name in changed:
        (folder / name).write_text(files[name], encoding="utf-8", newline="\n")
    return changed


def differences(files: Files, folder: Path, columns: int) -> Iterator[tuple[str, list[str]]]:
    """Name and what differs, kept left and made now right in `columns` cells, of each file that is not as it was."""
    for name, now in files.items():
        kept = _kept(folder / name)
        if kept is None:
            yield name, ["is missing"]
        elif kept != now:
            yield name, _difference(kept, now, Path(name).suffix, (columns - 3) // 2)


def _kept(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return None


def _difference(kept: str, now: str, ending: str, width: int) -> list[str]:
    if ending == ".svg":
        old, new = picture_text(kept), picture_text(now)
        if old == new:
            return ["the same words in other colours or styles"]
        return side_by_side(old, new, width)
    if ending == ".cast":
        return [_first_other_moment(kept, now)]
    return side_by_side(kept, now, width)


def _first_other_moment(kept: str, now: str) -> str:
    """Recordings are bytes for terminals; where they part says enough, the pictures say the rest."""
    old, new = kept.splitlines(), now.splitlines()
    place = first_other(old, new)
    if place == 0:
        return "another head: size, title or begin"
    try:
        second = json.loads((new[place:] or new[-1:])[0])[0]
    except (ValueError, LookupError, TypeError):
        second = "?"
    return f"another picture from second {second} on (line {place + 1} of the file)"
