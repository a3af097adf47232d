"""What stands in a *.demo.toml, and what is said of one that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui.config.problems import ConfigError
from agent_tui.demo.demo_file import read_demo
from tests.demo.small import small_demo

WRONG = """title = ""
sizes = "3"
size = "9x9"
seed = -1
[[step]]
press = 'j "x"'
[[step]]
within = "3m"
[[step]]
wait_for = "x"
within = "3d"
snapshot = "A b"
[[step]]
press = "j"
within = "3m"
[[step]]
advance = "0s"
[[step]]
type = "a\\nb"
press = '"j'
[[step]]
press = "j entr"
"""
EXPECTED = [
    "1: title: not a line of text; expected words on one line",
    "2: sizes: unknown key; expected size",
    "3: size: no size; expected COLUMNSxROWS, for example 120x40",
    "4: seed: out of range; expected at least 0",
    "6: step[1].press: not keys; expected keys by name",
    "7: step[2]: does nothing; expected one of press,",
    "11: step[3].within: days are not counted; expected",
    "12: step[3].snapshot: not a name of a picture; expected lower-case letters, digits and -",
    "15: step[4].within: there is nothing to wait for; expected wait_for beside it",
    "17: step[5].advance: not a length of time; expected",
    "19: step[6].type: not a line of text; expected words on one line; ctrl+j",
    "20: step[6].press: a quote is not closed in the keys",
    "22: step[7].press: entr is no key; expected keys by name such as enter",
]


def said_of(path: Path) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read_demo(path)
    return [str(problem).removeprefix(f"{path}:") for problem in caught.value.problems]


def test_steps_are_in_the_order_of_the_file(tmp_path: Path) -> None:
    demo = read_demo(small_demo(tmp_path))
    does = [(step.does, step.line) for step in demo.steps]
    assert does[:3] == [("wait_for", 6), ("press", 6), ("snapshot", 6)]
    assert [what for what, _ in does[3:7]] == ["say", "type", "press", "wait_for"]
    assert (demo.name, demo.size, demo.snapshots) == ("small", (70, 14), ("opened", "sent", "thanked"))
    assert demo.steps[-2].within == 20_000 and demo.steps[7].ms == 8_000


def test_every_mistake_is_named_with_its_line(tmp_path: Path) -> None:
    said = said_of(small_demo(tmp_path, WRONG))
    assert len(said) == len(EXPECTED), said
    assert [line for line, start in zip(said, EXPECTED, strict=True) if not line.startswith(start)] == []


def test_a_picture_twice_no_steps_and_names_of_files(tmp_path: Path) -> None:
    twice = 'title = "x"\nstep = [\n{ snapshot = "a" },\n{ snapshot = "a" } ]\n'
    assert said_of(small_demo(tmp_path, twice))[0].startswith("4: step[2].snapshot: the picture a is taken already on")
    assert said_of(small_demo(tmp_path, 'title = "x"\n'))[0].endswith("nothing happens in it; expected [[step]] tables")
    assert "expected lower-case letters" in said_of(small_demo(tmp_path, name="Small.demo.toml"))[0]
    assert "expected a file that ends in .demo.toml" in said_of(small_demo(tmp_path, name="small.toml"))[0]


def test_the_example_of_the_docs(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "demos.md").read_text(encoding="utf-8")
    demo = read_demo(small_demo(tmp_path, page.partition("```toml\n")[2].partition("```")[0]))
    assert [step.does for step in demo.steps] == ["say", "press", "type", "snapshot", "press", "wait_for", "snapshot"]
