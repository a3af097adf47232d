"""Reads themes from TOML one by one; a bad one is named, with line and what was expected, and left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from agent_tui.config.problems import ConfigError, Problem
from agent_tui.config.toml_source import KeyPath, TomlSource, read_toml
from agent_tui.themes.theme import ATTRIBUTES, NAMES_16, SCOPES, Colour, Depth, Theme

BUILT_IN = Path(__file__).parent
"""The folder of the themes that come with the desk."""

NAMED = 6
"""So many scopes without a style are named at most."""
_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_KEYS = ("name", "title", "dark", "colours")
_TABLES = ("palette", "scopes", "mono")


def load_themes(folders: Iterable[Path] = (BUILT_IN,)) -> tuple[dict[str, Theme], tuple[Problem, ...]]:
    """All themes of `folders` by name, a later folder's over an earlier one's, and what is wrong with the others.

    A folder that is not there holds none.
    """
    themes: dict[str, Theme] = {}
    problems: list[Problem] = []
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            try:
                theme = load_theme(path)
            except ConfigError as error:
                problems.extend(error.problems)
            else:
                themes[theme.name] = theme
    return themes, tuple(problems)


def load_theme(path: Path) -> Theme:
    """Read one theme. Raises ConfigError with everything that is wrong with it."""
    source = read_toml(path)
    problems: list[Problem] = []
    name = _text(source, "name", path.stem, problems)
    if not _NAME.fullmatch(name):
        problems.append(source.problem(("name",), "not a theme's name", "lower-case letters, digits and -"))
    title = _text(source, "title", name, problems)
    dark = source.data.get("dark", True)
    if not isinstance(dark, bool):
        problems.append(source.problem(("dark",), "neither yes nor no", "true or false"))
    colours = source.data.get("colours", "all")
    if colours not in ("all", "16"):
        problems.append(source.problem(("colours",), "not a number of colours", '"all" or "16"'))
    for key in source.data:
        if key not in (*_KEYS, *_TABLES):
            problems.append(source.problem((key,), "unknown key", ", ".join((*_KEYS, *_TABLES))))
    palette = _palette(source, problems)
    styles = _styles(source, palette, problems)
    if problems:
        raise ConfigError(sorted(problems, key=lambda problem: problem.line))
    return Theme(name, title, bool(dark), MappingProxyType(palette), styles, colours == "16")


def _text(source: TomlSource, key: str, default: str, problems: list[Problem]) -> str:
    value = source.data.get(key, default)
    if isinstance(value, str) and value.isprintable() and value:
        return value
    problems.append(source.problem((key,), "not text", "a short text in quotes"))
    return default


def _table(source: TomlSource, key: str, problems: list[Problem]) -> Mapping[str, object]:
    value = source.data.get(key, {})
    if isinstance(value, dict):
        return value
    problems.append(source.problem((key,), "not a table", f"[{key}]"))
    return {}


def _palette(source: TomlSource, problems: list[Problem]) -> dict[str, Colour]:
    palette: dict[str, Colour] = {}
    for name, value in _table(source, "palette", problems).items():
        where = ("palette", name)
        if not _NAME.fullmatch(name) or name in ATTRIBUTES or name == "on":
            problems.append(source.problem(where, "not a colour's name", "lower-case letters, digits and -"))
        palette[name] = Colour("#000000", "default")  # known from here on, so that its uses are not blamed as well
        match value:
            case [str(code), str(named)] if _HEX.fullmatch(code) and named in NAMES_16:
                palette[name] = Colour(code.lower(), named)
            case [str(code), str(_)] if _HEX.fullmatch(code):
                problems.append(
                    source.problem((*where, 1), "not one of the 16 colours", "red, bright_black, default ...")
                )
            case _:
                problems.append(source.problem(where, "not a colour", '["#rrggbb", "one of the 16 names"]'))
    return palette


def _styles(
    source: TomlSource, palette: Mapping[str, Colour], problems: list[Problem]
) -> Mapping[Depth, Mapping[str, str]]:
    scopes = _table(source, "scopes", problems)
    mono = _table(source, "mono", problems)
    true: dict[str, str] = {}
    named: dict[str, str] = {}
    none: dict[str, str] = {}
    for table, entries in (("scopes", scopes), ("mono", mono)):
        for scope in entries:
            if scope not in SCOPES:
                problems.append(source.problem((table, scope), "no such scope", _closest(scope)))
    problems.extend(_missing(source, [scope for scope in SCOPES if scope not in scopes]))
    for scope in (scope for scope in SCOPES if scope in scopes):
        words = _words(source, ("scopes", scope), scopes[scope], palette, problems)
        true[scope] = " ".join(palette[word].hex if word in palette else word for word in words)
        named[scope] = " ".join(palette[word].name if word in palette else word for word in words)
        weights = [word for word in words if word in ATTRIBUTES]
        if scope in mono:
            weights = _words(source, ("mono", scope), mono[scope], {}, problems)
        none[scope] = " ".join(weights)
    by_depth: dict[Depth, Mapping[str, str]] = {
        "truecolor": MappingProxyType(true),
        "16": MappingProxyType(named),
        "none": MappingProxyType(none),
    }
    return MappingProxyType(by_depth)


def _missing(source: TomlSource, scopes: list[str]) -> Iterator[Problem]:
    """One problem, however many scopes have no style."""
    if len(scopes) == 1:
        yield source.problem(("scopes",), f"{scopes[0]} has no style", f"{scopes[0]} = ... ({SCOPES[scopes[0]]})")
    elif scopes:
        named = ", ".join(scopes[:NAMED]) + (f" and {len(scopes) - NAMED} more" if len(scopes) > NAMED else "")
        yield source.problem(("scopes",), f"{len(scopes)} scopes have no style: {named}", "a style for each")


def _words(
    source: TomlSource, where: KeyPath, style: object, palette: Mapping[str, Colour], problems: list[Problem]
) -> list[str]:
    """The words of `bold ink on ground`: weights, at most one colour, at most one ground."""
    if not isinstance(style, str):
        problems.append(source.problem(where, "not a style", '"bold ink on ground"'))
        return []
    ink, on, ground = f" {style} ".partition(" on ")
    colours = [word for word in ink.split() if word not in ATTRIBUTES]
    grounds = ground.split()
    allowed = "bold, dim, italic, underline, reverse, strike"
    if unknown := [word for word in colours + grounds if word not in palette]:
        expected = f"a colour of [palette], or {allowed}" if palette else f"{allowed}: [mono] is without colours"
        problems.append(source.problem(where, f"{unknown[0]!r} is no colour here", expected))
        return []
    if len(colours) > 1 or len(grounds) != bool(on):
        problems.append(source.problem(where, "not a style", '"bold ink on ground": one ink, one ground'))
        return []
    return style.split()


def _closest(scope: str) -> str:
    from difflib import get_close_matches  # only a mistake needs it

    return " or ".join(get_close_matches(scope, SCOPES, n=2)) or "one of " + ", ".join(SCOPES)
