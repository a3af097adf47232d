"""The shipped themes are whole and readable; a bad one is named by line and skipped."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest
from rich.style import Style
from textual.app import App

from agent_tui.config.problems import ConfigError
from agent_tui.themes.loader import BUILT_IN, load_theme, load_themes
from agent_tui.themes.textual_theme import textual_theme
from agent_tui.themes.theme import ATTRIBUTES, SCOPES, Depth, Theme

DEPTHS: tuple[Depth, ...] = ("truecolor", "16", "none")
THEMES, PROBLEMS = load_themes()


def test_eight_themes_come_with_the_desk() -> None:
    assert PROBLEMS == ()
    assert {theme.name: theme.dark for theme in THEMES.values()} == {
        **dict.fromkeys(("dark", "high-contrast", "colour-blind", "haifa-night", "terminal", "mono"), True),
        **dict.fromkeys(("light", "limestone"), False),
    }
    assert [path.stem for path in sorted(BUILT_IN.glob("*.toml"))] == sorted(THEMES)


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
class TestShipped:
    def test_every_style_is_one_rich_knows(self, theme: Theme) -> None:
        for depth in DEPTHS:
            for scope in SCOPES:
                Style.parse(theme.style(scope, depth))

    def test_no_colour_is_left_without_colours(self, theme: Theme) -> None:
        for scope in SCOPES:
            assert set(theme.style(scope, "none").split()) <= ATTRIBUTES

    def test_what_matters_has_a_weight_without_colours(self, theme: Theme) -> None:
        for scope in ("strong", "here", "danger", "warning", "cursor", "selection", "ring", "caret", "key", "note"):
            assert theme.style(scope, "none"), scope

    def test_the_terminals_own_colours_only(self, theme: Theme) -> None:
        assert not any("#" in theme.style(scope, "16") for scope in SCOPES)

    @pytest.mark.parametrize("depth", DEPTHS)
    async def test_textual_takes_it(self, theme: Theme, depth: Depth) -> None:
        app: App[None] = App()
        app.register_theme(textual_theme(theme, depth))
        app.theme = theme.name
        async with app.run_test() as pilot:
            await pilot.pause()
            variables = app.theme_variables
            for name in ("quiet", "rule", "here", "danger", "warning", "good", "cursor-row", "key", "heading"):
                assert variables[name]
            if theme.within(depth) == "truecolor":
                assert variables["quiet"] == theme.palette["soft"].hex


BAD = {
    'name = "Dark Side"': "name: not a theme's name",
    'dark = "yes"': "dark: neither yes nor no; expected true or false",
    'palette.ink = "#fff"': "palette.ink: not a colour",
    'palette.ink = ["#ffffff", "pink"]': "palette.ink[2]: not one of the 16 colours",
    'scopes.here = "bold pink"': "scopes.here: 'pink' is no colour here; expected a colour of [palette]",
    'scopes.here = "ink ground"': 'scopes.here: not a style; expected "bold ink on ground"',
    'scopes.here = "ink on"': "scopes.here: not a style",
    "scopes.here = 3": "scopes.here: not a style",
    'scopes.heer = "ink"': "scopes.heer: no such scope; expected here",
    'mono.here = "ink"': "mono.here: 'ink' is no colour here; expected bold, dim",
    'colours = "x"': 'colours: not a number of colours; expected "all" or "16"',
    'shades = "x"': "shades: unknown key; expected name, title, dark, colours, palette, scopes, mono",
}


def write(path: Path, change: str = "", drop: Collection[str] = ()) -> None:
    name, _, value = change.partition(" = ")
    top = {"name": '"test"', "title": '"Test"', "dark": "true"}
    palette = {"ink": '["#ffffff", "white"]', "ground": '["#000000", "default"]'}
    scopes = dict.fromkeys((scope for scope in SCOPES if scope not in drop), '"bold ink"')
    mono = {"here": '"reverse"'}
    tables = {"": top, "palette": palette, "scopes": scopes, "mono": mono}
    table, _, key = name.rpartition(".")
    if change:
        tables[table][key] = value
    lines = []
    for table, entries in tables.items():
        lines += [f"[{table}]"] if table else []
        lines += [f"{key} = {value}" for key, value in entries.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.parametrize("change", BAD)
def test_what_is_wrong_is_named(tmp_path: Path, change: str) -> None:
    path = tmp_path / "test.toml"
    write(path, change)
    expected_key = change.partition(" ")[0].rpartition(".")[2]
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if text.startswith(expected_key))
    if change.startswith("mono."):
        line = len(path.read_text().splitlines())
    with pytest.raises(ConfigError) as caught:
        load_theme(path)
    assert len(caught.value.problems) == 1
    assert str(caught.value).startswith(f"{path}:{line}: {BAD[change]}")


def test_a_missing_scope_is_named_with_its_meaning(tmp_path: Path) -> None:
    write(tmp_path / "test.toml", drop=["ring"])
    with pytest.raises(ConfigError, match=r"ring has no style; expected ring = \.\.\. \(the call line"):
        load_theme(tmp_path / "test.toml")


def test_missing_scopes_are_one_line_however_many_they_are(tmp_path: Path) -> None:
    path = tmp_path / "test.toml"
    few, all_of_them = list(SCOPES)[:3], list(SCOPES)
    for left_out, said in (
        (few, f"3 scopes have no style: {', '.join(few)}"),
        (all_of_them, f"{len(SCOPES)} scopes have no style: {', '.join(all_of_them[:6])} and {len(SCOPES) - 6} more"),
    ):
        write(path, drop=left_out)
        line = path.read_text().splitlines().index("[scopes]") + 1
        [problem] = load_themes([tmp_path])[1]
        assert str(problem) == f"{path}:{line}: scopes: {said}; expected a style for each"


def test_a_bad_theme_is_skipped_and_the_rest_goes_on(tmp_path: Path) -> None:
    write(tmp_path / "a.toml", 'scopes.here = "pink"')
    write(tmp_path / "b.toml")
    (tmp_path / "c.toml").write_text("name =\n")
    themes, problems = load_themes([BUILT_IN, tmp_path, tmp_path / "none"])
    assert set(themes) == {*THEMES, "test"}
    assert [Path(problem.file).name for problem in problems] == ["a.toml", "c.toml"]


def test_a_users_theme_replaces_a_shipped_one_of_its_name(tmp_path: Path) -> None:
    write(tmp_path / "mine.toml", 'name = "dark"')
    themes, problems = load_themes([BUILT_IN, tmp_path])
    assert problems == ()
    assert themes["dark"].title == "Test"


def test_themes_load_without_the_heavy_libraries() -> None:
    code = (
        "import sys, agent_tui.themes.loader as l, agent_tui.themes.textual_theme; l.load_themes();"
        "print(*sorted({'textual', 'pydantic', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
