"""A `*.demo.toml`: what a scripted agent presses and types, what is waited for, pictured and said of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from agent_tui.config.problems import ConfigError, Problem, Wrong
from agent_tui.config.sla_words import Length, length_ms
from agent_tui.config.toml_source import KeyPath, TomlSource, read_toml
from agent_tui.config.validation import ConfigModel, validate
from agent_tui.demo.typed_keys import BadKeys, Press, parse_keys
from agent_tui.domain.frozen import frozen

ENDING: Final = ".demo.toml"
LEAST, MOST = (20, 5), (500, 200)
"""Columns and rows of a screen."""

_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def size_of(text: str) -> tuple[int, int]:
    """`120x40` as columns and rows. Raises Wrong."""
    columns, times, rows = text.partition("x")
    if times and columns.isdecimal() and rows.isdecimal() and len(text) < 10:
        size = int(columns), int(rows)
        if all(least <= given <= most for least, given, most in zip(LEAST, size, MOST, strict=True)):
            return size
    raise Wrong("no size", "COLUMNSxROWS, for example 120x40")


def _size(text: str) -> str:
    size_of(text)
    return text


def _keys(text: str) -> str:
    try:
        keys = parse_keys(text)
    except BadKeys as error:
        raise Wrong(str(error)) from None
    if not keys or not all(isinstance(key, Press) for key in keys):
        raise Wrong("not keys", 'keys by name such as "j j enter"; `type` is for text, `advance` for time')
    return text


def _some(text: str) -> str:
    if not text.strip():
        raise Wrong("empty", "text")
    return text


def _one_line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise Wrong("not a line of text", "words on one line; ctrl+j is the key for a new one")
    return text


def _name(text: str) -> str:
    if not _NAME.fullmatch(text) or len(text) > 60:
        raise Wrong("not a name of a picture", "lower-case letters, digits and -")
    return text


Text = Annotated[str, AfterValidator(_some)]
Line = Annotated[str, AfterValidator(_one_line)]


class StepTable(ConfigModel):
    """One [[step]]. What it has is done in the order in which it stands there."""

    press: Annotated[str, AfterValidator(_keys)] | None = None
    """Keys by name, one after the other: `"j j enter"`."""
    type: Line | None = None
    """Text, letter by letter."""
    wait_for: Line | None = None
    """Time passes until these words are on one line of the screen; without them by then the demo fails."""
    within: Length = "1m"
    """How long `wait_for` waits, of the demo's time."""
    advance: Length | None = None
    """This much time passes: `"30s"`, `"2m"`, `"1h30m"`."""
    snapshot: Annotated[str, AfterValidator(_name)] | None = None
    """A picture of the screen, by this name."""
    say: Text | None = None
    """What the walk-through says here, in Markdown."""

    @model_validator(mode="after")
    def _does_something(self) -> StepTable:
        given = self.model_fields_set
        if not given - {"within"}:
            raise Wrong("does nothing", "one of press, type, wait_for, advance, snapshot, say")
        if "within" in given and "wait_for" not in given:
            raise Wrong("there is nothing to wait for", "wait_for beside it", ("within",))
        return self


class DemoTable(ConfigModel):
    """A whole file."""

    title: Line
    """What the demo shows, in a few words."""
    about: str = ""
    """What the walk-through begins with, in Markdown."""
    scenario: Line = "nofar"
    """Who works and who writes: a scenario by name, or its file, from this file's folder."""
    seed: Annotated[int, Field(ge=0)] = 1
    """The same seed makes customers do the same."""
    size: Annotated[str, AfterValidator(_size)] = "120x40"
    """Columns and rows of the screen."""
    language: Literal["en", "he"] = "en"
    """What the desk speaks."""
    theme: Line = "dark"
    """The desk's colours, by name."""
    keymap: str = ""
    """Keys by name (`vim`, `emacs`, `gmail`), or a file of keys from this file's folder; without: the default ones."""
    step: tuple[StepTable, ...] = ()
    """What happens, one after the other."""


Does = Literal["press", "type", "wait_for", "advance", "snapshot", "say"]


@frozen
class DemoStep:
    """One thing that is done. `within`: ms that a `wait_for` has. `number` of its table, and its `line`, from 1."""

    does: Does
    words: str
    number: int
    line: int
    within: int = 0

    @property
    def ms(self) -> int:
        """How long an `advance` is."""
        return length_ms(self.words)


@frozen
class Demo:
    """A checked demo. `name`: of its file; `scenario` and `keymap` are paths that can be opened, or names; `lines`:
    where the keys of the file stand."""

    name: str
    file: str
    title: str
    about: str
    scenario: str
    seed: int
    size: tuple[int, int]
    language: Literal["en", "he"]
    theme: str
    keymap: str
    steps: tuple[DemoStep, ...]
    lines: Mapping[KeyPath, int]

    @property
    def snapshots(self) -> tuple[str, ...]:
        """The names of its pictures."""
        return tuple(step.words for step in self.steps if step.does == "snapshot")

    def wrong(self, key: str, what: str, expected: str = "") -> Problem:
        """What is wrong with a key of the file's own."""
        return Problem(self.file, self.lines.get((key,), 0), key, what, expected)

    def problem(self, step: DemoStep, what: str, expected: str = "") -> Problem:
        """What is wrong with a step."""
        return Problem(self.file, step.line, f"step[{step.number}].{step.does}", what, expected)


def read_demo(path: Path) -> Demo:
    """Raises ConfigError with everything that is wrong, each with its line."""
    if not path.name.endswith(ENDING):
        raise ConfigError([Problem(str(path), 0, "", "not a demo", f"a file that ends in {ENDING}")])
    source = read_toml(path)
    table = validate(DemoTable, source, {}, "").settings
    steps = tuple(step for place, entry in enumerate(table.step) for step in _steps(source, place, entry))
    demo = Demo(
        path.name.removesuffix(ENDING),
        source.file,
        table.title,
        table.about,
        _beside(path, table.scenario) if table.scenario.endswith(".toml") else table.scenario,
        table.seed,
        size_of(table.size),
        table.language,
        table.theme,
        _beside(path, table.keymap) if table.keymap.endswith(".toml") else table.keymap,
        steps,
        source.lines,
    )
    if problems := [*_unnamed(demo, source), *_twice(demo)]:
        raise ConfigError(problems)
    return demo


def _beside(path: Path, name: str) -> str:
    return str(path.parent / name)


def _steps(source: TomlSource, place: int, entry: StepTable) -> list[DemoStep]:
    """In the order of the file, which the model does not keep."""
    return [
        DemoStep(key, getattr(entry, key), place + 1, source.line_of(("step", place, key)), length_ms(entry.within))
        for key in source.data["step"][place]
        if key != "within"
    ]


def _unnamed(demo: Demo, source: TomlSource) -> list[Problem]:
    if demo.steps and _NAME.fullmatch(demo.name):
        return []
    if demo.steps:
        expected = f"lower-case letters, digits and - before {ENDING}"
        return [Problem(demo.file, 0, "", "the file's name names what is written", expected)]
    return [source.problem(("step",), "nothing happens in it", "[[step]] tables")]


def _twice(demo: Demo) -> list[Problem]:
    seen: dict[str, int] = {}
    problems = []
    for step in demo.steps:
        if step.does == "snapshot":
            if step.words in seen:
                before = f"the picture {step.words} is taken already on line {seen[step.words]}"
                problems.append(demo.problem(step, before, "another name"))
            seen.setdefault(step.words, step.line)
    return problems
