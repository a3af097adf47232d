"""Every key's line is found, whatever shape the TOML takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.config.problems import ConfigError, Problem
from agent_tui.config.toml_source import KeyPath, parse_toml, read_toml, spell

TEXT = '''# a comment with = and [brackets]
top = 1
"quoted key" = "a # no comment"
dotted.inner.'deep' = 2

[[servers]]
name = "one"
ports = [
  1, # first
  2,
]
[[servers]]
name = """
[not a table]
key = "no key"
"""""
inline = { a = 1, b = { c = [1, 2] } }
[servers.login]
user = 'x\\'
[other]
when = 1979-05-27T07:32:00Z
'''


def test_lines() -> None:
    source = parse_toml(TEXT, "x.toml")
    lines = source.lines
    assert lines[("top",)] == 2
    assert lines[("quoted key",)] == 3
    assert lines[("dotted", "inner", "deep")] == 4
    assert lines[("servers", 0, "name")] == 7
    assert lines[("servers", 0, "ports", 1)] == 10
    assert lines[("servers", 1)] == 12
    assert lines[("servers", 1, "name")] == 13
    assert lines[("servers", 1, "inline", "b", "c", 1)] == 17
    assert lines[("servers", 1, "login", "user")] == 19
    assert lines[("other", "when")] == 21
    assert source.line_of(("other", "missing", 3)) == 20
    assert source.line_of(("missing",)) == 0


def paths(value: Any, path: KeyPath = ()) -> set[KeyPath]:
    found: set[KeyPath] = {path} if path else set()
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, inner in items:
        found |= paths(inner, (*path, key))
    return found


def test_every_key_has_a_line() -> None:
    source = parse_toml(TEXT, "x.toml")
    assert paths(source.data) == set(source.lines)


KEYS = st.text(st.sampled_from("ab-_.#\"' =[]\\ש\t"), min_size=1, max_size=4)
STRINGS = st.text(st.sampled_from("ab#\"'=[]{},\\\nש"), max_size=8)
VALUES = st.recursive(
    st.integers(0, 99) | st.booleans() | STRINGS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def quote(text: str) -> str:
    escaped = "".join(f"\\u{ord(char):04x}" if char in '"\\\n\t' else char for char in text)
    return f'"{escaped}"'


def write(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return f"'''\n{value}'''" if "'" not in value and "\\" not in value and len(value) > 4 else quote(value)
    if isinstance(value, list):
        return "[ # list\n" + ",\n".join(write(item) for item in value) + "\n]"
    return "{" + ", ".join(f"{quote(key)} = {write(item)}" for key, item in value.items()) + "}"


@given(st.dictionaries(KEYS, VALUES, max_size=4), st.dictionaries(KEYS, VALUES, max_size=3))
def test_any_document(top: dict[str, Any], table: dict[str, Any]) -> None:
    lines = [f"{quote(key)} = {write(value)}" for key, value in top.items()]
    lines += ["[[the.table]]", *(f"{quote(key)} = {write(value)}" for key, value in table.items())]
    source = parse_toml("\n".join(lines), "x.toml")
    assert source.data == {**top, "the": {"table": [table]}}
    assert paths(source.data) == set(source.lines)
    order = [source.lines[path] for path in [(key,) for key in top] + [("the", "table", 0)]]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("a = 1\nb = \n", "x.toml:2: not TOML: invalid value"),
        ("a = 1\na = 2\n", "x.toml:2: not TOML: cannot overwrite a value"),
        ('a = 1\n[b\nc = "secret"\n', "x.toml:2: not TOML: expected ']' at the end of a table declaration"),
        ('a = "open', "x.toml:1: not TOML: unterminated string"),
    ],
)
def test_syntax_errors_name_the_line(text: str, rendered: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_toml(text, "x.toml")
    assert str(caught.value) == rendered


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        read_toml(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_toml(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"a = 1\nb = '\xe9'\n")
    with pytest.raises(ConfigError) as caught:
        read_toml(tmp_path / "latin.toml", "latin.toml")
    assert str(caught.value) == "latin.toml:2: not UTF-8 text; expected a file saved as UTF-8"


def test_a_problem_is_one_harmless_line() -> None:
    problem = Problem("a.toml", 3, "x\x1b]0;owned\x07", "bad\nnews", "something\u202e")
    assert str(problem) == "a.toml:3: x\\x1b]0;owned\\x07: bad\\nnews; expected something\\u202e"
    assert spell(("backends", 0, "url")) == "backends[1].url"
