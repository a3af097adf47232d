"""Reads a folder of guided scripts, one TOML file each; a file that is wrong leaves out itself alone."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from agent_tui.config.guided_settings import ScriptSettings, words
from agent_tui.config.problems import ConfigError, Problem
from agent_tui.config.toml_source import TomlSource, read_toml
from agent_tui.config.validation import validate
from agent_tui.domain.frozen import frozen
from agent_tui.domain.guided.linking import LinkError, linked
from agent_tui.domain.guided.mistakes import Mistake, mistakes
from agent_tui.domain.guided.script import Script

MOST_FILES: Final = 500
MOST_BYTES: Final = 512 * 1024
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@frozen
class ScriptFiles:
    """What a folder holds: each script as its file has it, where that stands, and `problems` of files that are no
    scripts."""

    scripts: Mapping[str, Script]
    sources: Mapping[str, TomlSource]
    problems: tuple[Problem, ...] = ()

    @property
    def usable(self) -> dict[str, Script]:
        """Those that can be run, with their parts in their places."""
        found = {}
        for key, script in self.scripts.items():
            if script.part or not script.steps:
                continue
            try:
                found[key] = linked(key, self.scripts)
            except LinkError:
                continue
        return found


def files_in(path: Path) -> list[Path]:
    """The files of a folder by name, or the one file. Raises ConfigError where there is neither."""
    try:
        if path.is_file():
            return [path]
        return sorted(file for file in path.iterdir() if file.suffix == ".toml" and not file.name.startswith("."))
    except OSError as error:
        raise ConfigError([Problem(str(path), 0, "", f"no folder of scripts: {error.strerror or error}")]) from None


def load_scripts(path: Path) -> ScriptFiles:
    """The scripts of a folder, or of one file. Raises ConfigError where there is no such folder."""
    files = files_in(path)
    problems = [Problem(str(path), 0, "", f"more than {MOST_FILES} scripts")] if len(files) > MOST_FILES else []
    scripts: dict[str, Script] = {}
    sources: dict[str, TomlSource] = {}
    for file in files[:MOST_FILES]:
        try:
            source, script = _read(file)
        except ConfigError as error:
            problems += error.problems
            continue
        scripts[script.key], sources[script.key] = script, source
    return ScriptFiles(scripts, sources, tuple(problems))


def _read(file: Path) -> tuple[TomlSource, Script]:
    name = str(file)
    if not _KEY.fullmatch(file.stem):
        what = "not the name of a script"
        raise ConfigError([Problem(name, 0, "", what, "lower-case letters, digits and -: late-parcel.toml")])
    found = _stat(file)
    if found is not None and not stat.S_ISREG(found.st_mode):  # reading a pipe or a device may never end
        raise ConfigError([Problem(name, 0, "", "not a file", "a file of TOML")])
    if found is not None and found.st_size > MOST_BYTES:
        raise ConfigError([Problem(name, 0, "", f"more than {MOST_BYTES // 1024} KiB")])
    source = read_toml(file)
    settings = validate(ScriptSettings, source, {}, "").settings
    steps = tuple(step.step for step in settings.step)
    title = words(settings.title)
    script = Script(file.stem, title, steps, settings.start, settings.brands, settings.channels, settings.part)
    return source, script


def _stat(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:
        return None  # reading it says why


def check_scripts(path: Path) -> list[Problem]:
    """Everything that is wrong with the scripts of a folder or with one file, by file and line."""
    try:
        files = load_scripts(path)
        # one file alone may use parts that stand beside it
        beside = load_scripts(path.parent).scripts if path.is_file() else {}
    except ConfigError as error:
        return list(error.problems)
    found = mistakes({**beside, **files.scripts}, whole=not beside)
    own = (mistake for mistake in found if mistake.script in files.scripts)
    return [*files.problems, *_placed(own, files.sources)]


def _placed(found: Iterable[Mistake], sources: Mapping[str, TomlSource]) -> list[Problem]:
    placed = []
    for mistake in found:
        path = mistake.place if mistake.index < 0 else ("step", mistake.index, *mistake.place)
        placed.append(sources[mistake.script].problem(path, mistake.what, mistake.expected))
    return sorted(placed, key=lambda problem: (problem.file, problem.line))
