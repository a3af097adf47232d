"""`agent-tui scripts`: guided scripts checked, drawn as trees, and made of other systems' files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from agent_tui.config.guided_abcd import scripts_of
from agent_tui.config.guided_source import load_scripts
from agent_tui.config.guided_writing import written
from agent_tui.config.problems import ConfigError, Problem
from agent_tui.domain.guided.script import Script
from agent_tui.domain.guided.tree import Branchlet, tree
from agent_tui.domain.guided.values import shown
from agent_tui.domain.text_clean import clean_line
from agent_tui.domain.text_safe import SafeText, fixed, listed
from agent_tui.domain.text_visual import Bidi, visual_line


def trees(path: Path, language: str, bidi: Bidi) -> Iterator[str]:
    """The lines of each script's tree, its words in `language`, else in the first it has. The branches stand at the
    left; words of each line are put in the order of its cells as `bidi` says. Raises ConfigError with what is wrong
    with a file."""
    files = load_scripts(path)
    if files.problems:
        raise ConfigError(files.problems)
    for number, script in enumerate(files.scripts.values()):
        if number:
            yield ""
        yield from _lines(script, language or next(iter(script.languages), ""), bidi)


def _lines(script: Script, language: str, bidi: Bidi) -> Iterator[str]:
    title = listed(" · ", [clean_line(script.key), shown(script.title, language)])
    yield visual_line(title, bidi).text
    for line in tree(script, language):
        yield drawn(line, bidi)


def drawn(line: Branchlet, bidi: Bidi) -> SafeText:
    """A line of a tree with its branches."""
    bars = [fixed("   ") if last else fixed("│  ") for last in line.last[:-1]]
    if line.begins:
        bars.append(fixed("└─ ") if line.last[-1] else fixed("├─ "))
    elif line.last:
        bars.append(fixed("   ") if line.last[-1] else fixed("│  "))
    words = visual_line(line.words, bidi).text
    way = [visual_line(line.way, bidi).text, fixed(" → ")] if line.way else []
    return fixed("").join([*bars, *way, words])


def imported(path: Path, folder: Path) -> Iterator[str]:
    """Write a file of scripts into `folder` for each subflow of ABCD's guidelines; says what was written. Raises
    ConfigError where the file cannot be read, or a script of that name is there already: nothing is written then."""
    scripts = scripts_of(path)
    _refuse_what_is_there(folder, (script.key for script in scripts))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for script in scripts:
            (folder / f"{script.key}.toml").write_text(written(script), encoding="utf-8")
    except OSError as error:
        raise ConfigError([Problem(str(folder), 0, "", f"cannot be written: {error.strerror or error}")]) from None
    yield f"{len(scripts)} scripts are in {folder}; next: agent-tui scripts check {folder}"


def _refuse_what_is_there(folder: Path, keys: Iterable[str]) -> None:
    there = [folder / f"{key}.toml" for key in keys if (folder / f"{key}.toml").exists()]
    if there:
        raise ConfigError([Problem(str(file), 0, "", "is there already", "another folder") for file in there])
