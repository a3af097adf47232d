"""Folders of guided scripts: every mistake with its line, one bad file leaves the others, trees, and ABCD's flows."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from agent_tui.cli import main
from agent_tui.config.guided_abcd import scripts_of
from agent_tui.config.guided_source import check_scripts, load_scripts
from agent_tui.config.guided_writing import written
from agent_tui.config.problems import ConfigError
from agent_tui.domain.guided.ahead import progress
from agent_tui.domain.guided.linking import linked
from agent_tui.domain.guided.mistakes import mistakes
from agent_tui.domain.guided.run import Went, answer, back, start
from agent_tui.domain.guided.script import Script
from agent_tui.domain.guided.values import choices_of
from tests.connectors.corpus import corpus_root

GUIDELINES = corpus_root() / "data" / "scripts" / "abcd-guidelines.json"
GOOD = """\
title = { en = "Lost parcel", he = "חבילה שאבדה" }
[[step]]
id = "order"
say = { en = "Your order number?", he = "מה מספר ההזמנה?" }
ask = { kind = "code", pattern = "#####" }
next = "how"
[[step]]
id = "how"
title = { en = "Refund or again", he = "החזר או משלוח חוזר" }
ask = "choice"
do = ["label lost-parcel"]
end = true
[[step.choice]]
key = "refund"
label = { en = "Refund", he = "החזר" }
next = "bye"
[[step.choice]]
key = "again"
label = { en = "Send again", he = "משלוח חוזר" }
[[step]]
id = "bye"
note = { en = "Say when it comes.", he = "לומר מתי." }
do = ["promise 120 Call back", "wrap-up"]
end = true
"""
BAD = """\
title = { en = "Bad", he = "רע" }
start = "nowhere"
[[step]]
id = "a"
note = { en = "round" }
next = "b"
[[step]]
id = "b"
note = "and round"
when = "colour == 'red' and"
next = "a"
[[step]]
id = "alone"
ask = "colour"
branch = [{ when = "colur == 'red'", next = "c" }]
[[step]]
id = "uses"
use = "good-on"
end = true
"""


def folder(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.toml").write_text(text)
    return tmp_path


def test_every_mistake_is_named_with_its_line(tmp_path: Path) -> None:
    found = [str(one).partition("bad.toml:")[2] for one in check_scripts(folder(tmp_path, good=GOOD, bad=BAD))]
    assert found == [
        "2: start: there is no step nowhere",
        "4: step[1].id: from a on nothing leads to an end; expected end = true somewhere",
        "5: step[1].note: missing in he; expected the languages of the title",
        "6: step[1].next: goes round without a question: a > b > a; expected a step that asks",
        "8: step[2].id: from b on nothing leads to an end; expected end = true somewhere",
        "10: step[2].when: it ends too early; expected method == 'gift' and not (amount > 50)",
        "13: step[3].id: no way leads to alone; expected a next, choice or branch that names it",
        "13: step[3].id: no way out of alone; expected next = a step, or end = true",
        "14: step[3].ask.kind: colour cannot be asked; expected text, number, date, choice, yes-no, email, phone, code",
        "15: step[3].branch[1].next: there is no step c",
        "15: step[3].branch[1].when: nothing collects colur",
        "17: step[4].id: no way leads to uses; expected a next, choice or branch that names it",
        "18: step[4].use: there is no script good-on; expected good",
    ]


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("{{ ordr }}", "nothing collects ordr; expected order"),
        ("{{ customer.nam }}", "customer has no nam"),
        ("{{ ''.__class__ }}", "nothing here has a .__class__"),
        ("{{ order", "unexpected end of template"),
        ("{{ customer.name }}: {{ order }}", ""),
    ],
)
def test_words_that_cannot_be_filled_are_named(tmp_path: Path, said: str, wrong: str) -> None:
    bye = GOOD.replace('note = { en = "Say when it comes."', f'say = {{ en = "{said}"').replace("לומר מתי.", "ok")
    found = [str(one).partition("good.toml:")[2] for one in check_scripts(folder(tmp_path, good=bye))]
    assert [line.startswith(f"22: step[3].say.en: {wrong}") for line in found] == [True] * bool(wrong)


def test_a_file_that_is_no_script_leaves_out_itself_alone(tmp_path: Path) -> None:
    where = folder(tmp_path, good=GOOD, torn="title = ", odd=GOOD.replace("wrap-up", "fly"))
    files = load_scripts(where)
    assert list(files.usable) == ["good"]
    assert [problem.line for problem in files.problems] == [23, 1]


def test_a_script_that_no_frame_holds_is_named_and_left_out(tmp_path: Path) -> None:
    long = "".join(f'[[step]]\nid = "s{n}"\nnote = "{"x" * 3999}"\nnext = "s{n + 1}"\n' for n in range(51))
    where = folder(tmp_path, good=GOOD, long=f'title = "Long"\n{long}[[step]]\nid = "s51"\nnote = "."\nend = true\n')
    [problem] = check_scripts(where)
    assert problem.what == "more than 200000 letters with its parts"
    assert list(load_scripts(where).usable) == ["good"]


def test_a_device_or_a_pipe_is_named_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "device.toml").symlink_to("/dev/null")
    assert [one.what for one in load_scripts(tmp_path).problems] == ["not a file"]


def test_a_script_is_written_as_it_is_read(tmp_path: Path) -> None:
    script = load_scripts(folder(tmp_path, good=GOOD)).scripts["good"]
    again = load_scripts(folder(tmp_path, good=written(script))).scripts["good"]
    assert again == script and script.by_id["bye"].effects[0].minutes == 120


def test_a_tree_shows_each_way_and_puts_hebrew_in_order(tmp_path: Path) -> None:
    where = folder(tmp_path, good=GOOD)
    ran = CliRunner().invoke(main, ["scripts", "tree", str(where)])
    assert ran.output.splitlines() == [
        "good · Lost parcel",
        "order · Your order number? · asks: order",
        "how · Refund or again · asks: how · ! label lost-parcel",
        "├─ Refund → bye · Say when it comes. · ! promise 120 min Call back · ! wrap-up",
        "│  the end",
        "└─ Send again → the end",
    ]
    hebrew = CliRunner().invoke(main, ["scripts", "tree", str(where), "--language", "he"]).output
    assert "רזוח חולשמ וא רזחה" in hebrew and "├─ רזחה" in hebrew


def test_what_is_wrong_ends_the_check_with_two(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["scripts", "check", str(folder(tmp_path, good=GOOD))]).exit_code == 0
    assert CliRunner().invoke(main, ["scripts", "check", str(folder(tmp_path, bad=BAD))]).exit_code == 2
    assert CliRunner().invoke(main, ["scripts", "check", str(tmp_path / "none")]).exit_code == 2


@pytest.mark.skipif(not GUIDELINES.exists(), reason="without the corpus")
def test_the_flows_of_abcd_are_imported_checked_and_walked_to_their_ends(tmp_path: Path) -> None:
    scripts = {script.key: script for script in scripts_of(GUIDELINES)}
    assert len(scripts) == 46 and mistakes(scripts) == []
    once = next(iter(scripts.values()))
    assert load_scripts(folder(tmp_path, **{once.key: written(once)})).scripts[once.key] == once
    for key in scripts:
        for pick in (0, 1):
            walked(linked(key, scripts), pick)


def walked(script: Script, pick: int) -> None:
    """From the start to an end, choosing always the `pick`th; back again, every answer is there still."""
    run = start(script).run
    for _ in range(len(script.steps) + 1):
        if run.state == "finished":
            break
        known = choices_of(script.by_id[run.at])
        went = answer(script, run, known[min(pick, len(known) - 1)][0] if known else "7")
        assert isinstance(went, Went)
        assert progress(script, went.run).at <= progress(script, went.run).of
        run = went.run
    assert run.state == "finished" and run.answers
    said = run.answers
    for _ in script.steps:
        run = back(run)
    assert len(run.path) == 1 and run.answers == said


def test_another_file_is_no_guideline(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"flows": 3, "ontology": {"values": {"enumerable": {}}}}')
    with pytest.raises(ConfigError, match="not the guidelines of ABCD"):
        scripts_of(tmp_path / "x.json")


def test_what_scripts_name_and_the_hub_does_not_have_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "scripts").mkdir()
    named = GOOD.replace('"wrap-up"', '"reply bye", "transfer #gone"').replace(
        "[[step]]", 'brands = ["lamps"]\n[[step]]', 1
    )
    folder(tmp_path / "scripts", good=named)
    (tmp_path / "hub.toml").write_text('scripts = "scripts"\n')
    checked = CliRunner().invoke(main, ["hub", "--config", "hub.toml", "check"])
    assert checked.exit_code == 2
    assert [line.partition("good.toml:")[2] for line in checked.output.splitlines()] == [
        "2: brands: there is no brand lamps",
        "24: step[3].do: there is no canned reply bye",
        "24: step[3].do: there is no queue gone",
    ]
