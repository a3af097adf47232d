"""Hostile text on the ways out that are no desk: command line, a demo's pictures, notifications, files, logs."""

from __future__ import annotations

import io
import json
import logging
import unicodedata
from contextlib import chdir
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from agent_tui.backends.connectors.mail.imap import log as mail_log
from agent_tui.backends.hub.access import Operator
from agent_tui.backends.hub.ids import Ids
from agent_tui.backends.hub.store import Store
from agent_tui.cli import main
from agent_tui.desk.changes import Notice
from agent_tui.domain.text import CustomerText, compose, safe_filename
from agent_tui.domain.time import SystemTime
from agent_tui.hub_process import JsonLines
from agent_tui.services.notify import signal
from agent_tui.widgets.case.files import save_copy
from tests.hostile.sequences import written
from tests.hostile.texts import corpus, harmless, ours

TEXTS = [*ours(), *corpus()]
FREE = "[listen]\nport = 0\n[http]\nport = 0\n"


def command(folder: Path, *words: str) -> Result:
    with chdir(folder):
        result = CliRunner(env={"HOME": str(folder), "NO_COLOR": ""}).invoke(main, list(words), prog_name="agent-tui")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def plain(text: str, tabs: bool = False) -> None:
    """No control but line ends (and tabs between columns), nothing that steers."""
    steering = {"Cc", "Cs", "Co", "Zl", "Zp"}
    allowed = "\n\t" if tabs else "\n"
    bad = [c for c in text if c not in allowed and (unicodedata.category(c) in steering or "\u202a" <= c <= "\u202e")]
    assert not bad, f"{[hex(ord(c)) for c in bad]} in {text[:300]!r}"


def test_notifications() -> None:
    for name, raw in TEXTS:
        notice = Notice(compose("new from {name}", name=CustomerText(raw).safe_line), attention=True)
        got = written(signal([notice], "osc9").encode())
        assert got.kinds == {"OSC 9"} and not got.unclean() and not got.text, name


def test_files_on_disk(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"x")
    folder = tmp_path / "saved"
    folder.mkdir()
    for name, raw in TEXTS:
        saved = save_copy(source, folder, safe_filename(CustomerText(raw).raw))
        assert saved.parent == folder, name
        assert len(saved.name.encode()) <= 120 and not saved.name.startswith((".", "-")), name
        plain(saved.name)
        assert "\n" not in saved.name and "/" not in saved.name
    assert len(list(folder.iterdir())) == len(TEXTS)


def test_agents_and_tokens_in_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text(FREE)
    store = Store.open(tmp_path / "data", check=False)
    operator = Operator(store, SystemTime(), Ids())
    for place, (_, raw) in enumerate(TEXTS):
        operator.add_agent(f"a{place}", raw[:80])
    store.close()
    listed = command(tmp_path, "hub", "agent", "list")
    plain(listed.output, tabs=True)
    assert len(listed.output.splitlines()) == len(TEXTS)
    assert all(line.count("\t") == 7 for line in listed.output.splitlines())


@pytest.mark.parametrize(
    "words",
    [
        ("hub", "agent", "add"),
        ("hub", "agent", "disable"),
        ("hub", "token", "add"),
        ("hub", "token", "revoke"),
        ("demo", "--headless", "--scenario"),
        ("demo", "--headless", "--size"),
        ("demo", "run"),
        ("hub", "--config"),
    ],
    ids=" ".join,
)
def test_what_is_refused_is_told_plainly(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "hub.toml").write_text(FREE)
    for name, raw in TEXTS[::7]:
        word = CustomerText(raw).raw.replace("\0", "")[:60].lstrip("-") or "x"
        said = command(tmp_path, *words, f"?{word}")
        try:
            plain(said.output)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


def test_settings_with_hostile_keys(tmp_path: Path) -> None:
    for _, raw in TEXTS[::5]:
        key = json.dumps(CustomerText(raw).raw[:60])
        if "\\u0000" in key or "\\u007f" in key:
            continue
        (tmp_path / "hub.toml").write_text(f"{key} = {key}\n{FREE}", encoding="utf-8")
        plain(command(tmp_path, "hub", "check").output)


def scenario(texts: list[str]) -> str:
    def quoted(text: str) -> str:
        return '"' + "".join(c if " " < c <= "~" and c not in '"\\' else f"\\U{ord(c):08x}" for c in text) + '"'

    parts = ['title = "t"\n[[agent]]\nid = "noa"\nname = "Noa"\nme = true\n']
    for place, text in enumerate(texts):
        said, name = quoted(text), quoted(text[:60] or "x")
        parts.append(
            f'[[customer]]\nid = "c{place}"\nname = {name}\naddresses = {{ email = "c{place}@example.com" }}\n'
            f"[[customer.turn]]\nat = -{60 + place}\nsubject = {name}\nsay = {said}\n"
        )
    return "".join(parts)


def test_picture_and_text_of_a_demo(tmp_path: Path) -> None:
    texts = [CustomerText(raw).raw[:500] for _, raw in TEXTS if raw.strip()][::23]
    for kind, shown in (("hostile", texts), ("harmless", list(map(harmless, texts)))):
        (tmp_path / f"{kind}.toml").write_text(scenario(shown), encoding="utf-8")
        keys = " ".join(["enter wait:1 F f escape escape escape j"] * 4)
        said = command(tmp_path, "demo", "--headless", "--scenario", f"{kind}.toml", "--until", "5", "--keys", keys,
                       "--svg", f"{kind}.svg", "--text", f"{kind}.txt")  # fmt: skip
        assert said.exit_code == 0, said.output
    text, svg = (tmp_path / "hostile.txt").read_text(), (tmp_path / "hostile.svg").read_text()
    plain(text)
    plain(svg.replace("\r", ""))
    tags = {element.tag for element in ElementTree.parse(tmp_path / "hostile.svg").iter()}
    assert tags <= {element.tag for element in ElementTree.parse(tmp_path / "harmless.svg").iter()}


def test_recording_and_walk_through_of_a_demo(tmp_path: Path) -> None:
    texts = [CustomerText(raw).raw[:200] for _, raw in TEXTS if raw.strip()][::70]
    seen = {}
    for kind, shown in (("hostile", texts), ("harmless", list(map(harmless, texts)))):
        (tmp_path / f"{kind}-shop.toml").write_text(scenario(shown), encoding="utf-8")
        steps = '{ press = "enter", snapshot = "KIND" }, { press = "F escape escape j enter", advance = "1s" }'
        text = f'title = "x"\nsize = "80x24"\nscenario = "{kind}-shop.toml"\nstep = [{steps.replace("KIND", kind)}]\n'
        (tmp_path / f"{kind}.demo.toml").write_text(text)
        said = command(tmp_path, "demo", "run", f"{kind}.demo.toml")
        assert said.exit_code == 0, said.output
        recorded = (tmp_path / f"{kind}.cast").read_text(encoding="utf-8")
        plain(recorded)
        sent = [data for _, what, data in map(json.loads, recorded.splitlines()[1:]) if what == "o"]
        seen[kind] = written("".join(sent).encode())
        plain((tmp_path / f"{kind}.md").read_text(encoding="utf-8"))
    assert seen["hostile"].unclean() == []
    assert seen["hostile"].kinds <= seen["harmless"].kinds


def test_log_lines_are_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_log, "propagate", False)  # pytest would keep the raw ones, which no report can carry
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    mail_log.addHandler(handler)
    try:
        for _, raw in TEXTS:
            mail_log.warning("mail account %s: %s", "support", CustomerText(raw).safe_line)
            mail_log.error("raw %s", raw)
    finally:
        mail_log.removeHandler(handler)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2 * len(TEXTS)
    assert all(" " <= char <= "~" for line in lines for char in line)
