"""`agent-tui demo run`: the same files each time, a recording that plays, and what differs from what is kept."""

from __future__ import annotations

import getpass
import json
import socket
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pyte
import pytest
from click.testing import CliRunner

from agent_tui.cli import main
from agent_tui.demo.demo_file import read_demo
from agent_tui.demo.picture_text import picture_text
from agent_tui.demo.player import DemoFailed, Files, play_demo
from agent_tui.demo.side_by_side import side_by_side
from tests.demo.small import DEMO, small_demo


def run(folder: Path, *words: str) -> tuple[int, str]:
    with chdir(folder):
        result = CliRunner(env={"HOME": str(folder)}).invoke(main, ["demo", "run", *words], prog_name="agent-tui")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which the small demo was played, by a person who has names and a secret."""
    folder = tmp_path_factory.mktemp("a-private-place")
    small_demo(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGENT_TUI_TOKEN", "hunter2-secret")
        code, said = run(folder, "small.demo.toml", "--out", "made")
    names = ["opened.svg", "sent.svg", "thanked.svg", "small.cast", "small.md"]
    assert (code, said) == (0, "".join(f"wrote made/{name}\n" for name in names))
    yield folder


def made(folder: Path) -> Files:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((folder / "made").iterdir())}


def test_a_second_run_makes_the_same_bytes(played: Path) -> None:
    before = made(played)
    assert run(played, "small.demo.toml", "--out", "made") == (0, "small.demo.toml: nothing changed\n")
    assert made(played) == before


def test_nothing_of_the_machine_is_in_the_files(played: Path) -> None:
    for name, text in made(played).items():
        for private in (str(played), "a-private", "agent-tui-demo-", "hunter2", socket.gethostname()):
            assert private not in text, f"{private} in {name}"
        assert getpass.getuser() == "root" or getpass.getuser() not in text


def test_the_recording_shows_in_a_terminal_what_the_pictures_show(played: Path) -> None:
    files = made(played)
    head, *events = map(json.loads, files["small.cast"].splitlines())
    assert (head["version"], head["width"], head["height"], head["title"]) == (2, 70, 14, "A small *shop*")
    screen = pyte.Screen(70, 14)
    stream = pyte.Stream(screen)
    marks, last = [], 0.0
    for second, kind, data in events:
        assert second >= last
        last = second
        if kind == "o":
            stream.feed(data)
            continue
        marks.append((round(second), data))
        if data != "She writes":
            shown = "".join(f"{line.rstrip()}\n" for line in screen.display).rstrip()
            assert shown == picture_text(files[f"{data}.svg"]).rstrip(), data
    assert [mark for _, mark in marks] == ["opened", "She writes", "sent", "thanked"]
    assert marks[2][0] - marks[1][0] >= 8, "timed by the demo's clock"


def test_the_walk_through(played: Path) -> None:
    page = made(played)["small.md"]
    assert page.startswith("<!-- Written by `agent-tui demo run` from small.demo.toml; change that instead. -->\n\n")
    assert "# A small \\*shop\\*\n\nWhat Noa does.\n\n> press `enter` `enter`\n\n![" in page
    assert "](opened.svg)\n\nShe writes\nand sends.\n\n> type ``By `now`.``, press `ctrl+g`, 8s pass" in page


def test_a_difference_is_shown_side_by_side(played: Path) -> None:
    now = DEMO.replace("`now`.", "`ten`.")
    small_demo(played, now)
    small_demo(played, now, "other.demo.toml")
    code, said = run(played, "small.demo.toml", "--out", "made", "--check")
    small_demo(played)
    assert code == 1
    assert "made/sent.svg, kept and now:\n" in said and "made/opened.svg" not in said
    left, right = next(line for line in said.splitlines() if "09:41" in line and "now" in line and "|" in line).split(
        " | "
    )
    assert "By `now`." in left and "By `ten`." in right
    assert "made/small.cast, kept and now:\nanother picture from second " in said
    code, said = run(played, "small.demo.toml", "other.demo.toml", "--out", "made")
    assert code == 2 and "other.demo.toml: writes opened.svg, as small.demo.toml does; expected another name" in said


def test_long_lines_are_cut_where_they_differ() -> None:
    left, right = "a\nb" + "-" * 40 + "old\nc\nd\ne", "a\nb" + "-" * 40 + "new one\nc\nd\nf\ng\x1b"
    assert side_by_side(left, right, 20) == [
        "a                      a",
        "~----------old       | ~----------new one",
        "c                      c",
        "d                      d",
        "e                    | f",
        "                     > g\\x1b",
    ]
    assert side_by_side("1\n2\n3\n4\n5\nx", "1\n2\n3\n4\n5", 3) == ["...", "5     5", "x   <"]


async def test_words_that_never_come_fail_with_their_line_and_the_screen(tmp_path: Path) -> None:
    text = DEMO.replace('"Thank you so much"', '"Thank you very much"')
    with pytest.raises(DemoFailed) as failed:
        await play_demo(read_demo(small_demo(tmp_path, text)))
    said = str(failed.value)
    assert said.startswith(f"{tmp_path}/small.demo.toml:9: step[4].wait_for: not on the screen within 20 s; expected ")
    assert "Thank you so much" in said.partition("\n")[2]


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ('theme = "no"', "small.demo.toml:2: theme: no such theme; expected one of "),
        ('keymap = "no.toml"', "no.toml: no such file"),
        ('keymap = "no"', "small.demo.toml:2: keymap: no such keymap; expected one of "),
        ("scenario", "small.demo.toml:3: scenario: no such scenario; expected one of nofar"),
    ],
)
def test_what_it_names_must_be_there(tmp_path: Path, key: str, expected: str) -> None:
    text = DEMO.replace("about", f"{key}\nabout") if "=" in key else DEMO.replace("shop.toml", "shop")
    small_demo(tmp_path, text)
    code, said = run(tmp_path, "small.demo.toml")
    assert code == 2 and said.startswith(f"agent-tui: {expected}"), said
    assert len(list(tmp_path.iterdir())) == 2, "nothing is written"
