"""Whatever stands in a file, it is TOML with lines or a problem with a line; nothing else happens."""

from __future__ import annotations

import tomllib

from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent_tui.config.problems import ConfigError
from agent_tui.config.template import hub_template
from agent_tui.config.toml_source import parse_toml

PIECES = st.sampled_from(
    [
        *("a", "b.c", '"k"', "'k'", " = ", "=", "1", "true", "1979-05-27 07:32:00", '"s"', "'s'", '"""', "'''", "\\"),
        *(
            "[",
            "]",
            "[[",
            "]]",
            "{",
            "}",
            ",",
            "\n",
            "\r\n",
            "# c\n",
            " ",
            "\t",
            ".",
            "ש",
            "\n[a]\n",
            "\n[[a]]\n",
            "a=1\n",
        ),
        *("b = [1,\n 2]\n", 'c = """x\n"""\n', "d = {e = 1}\n", "-", "inf", "\x00"),
    ]
)


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
@example("a = 1")
@example("[a]\n[[a.b]]\n[a.b.c]\n[[a.b]]\nx = 1")
@example('a = """"""""\n')
@example("a = " + "[" * 5000 + "]" * 5000)
def test_any_text(text: str) -> None:
    try:
        source = parse_toml(text, "x.toml")
    except ConfigError as error:
        (problem,) = error.problems
        assert 0 <= problem.line <= text.count("\n") + 1
        return
    assert source.data == tomllib.loads(text)
    for key in source.data:
        assert 1 <= source.lines[(key,)] <= text.count("\n") + 1


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_real_file_cut_anywhere(data: st.DataObject) -> None:
    whole = hub_template()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    text = whole[:start] + data.draw(st.sampled_from(["", "[", '"', "=", "#", "\n"])) + whole[end:]
    try:
        parse_toml(text, "x.toml")
    except ConfigError as error:
        assert len(str(error).splitlines()) == 1
