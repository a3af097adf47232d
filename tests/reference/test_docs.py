"""The generated references are as the code is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent_tui import cli
from agent_tui.commands.ids import SPECS
from agent_tui.config.problems import ConfigError
from agent_tui.docs_build import PAGES, main, render, stale, write
from agent_tui.keymaps.keys import show_keys
from agent_tui.keymaps.loader import keymap_names, load_keymap
from agent_tui.keys_process import key_sheet

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("page", list(PAGES))
def test_no_page_is_stale(page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == render(page), "run `make docs`"


def test_a_stale_page_is_found_and_written(tmp_path: Path) -> None:
    assert write(tmp_path) == list(PAGES)
    assert stale(tmp_path) == []
    (tmp_path / "protocol.md").write_text("old")
    assert stale(tmp_path) == ["protocol.md"]
    assert write(tmp_path) == ["protocol.md"]
    assert main(["--nonsense"]) == 2


def test_the_asyncapi_document_holds_together() -> None:
    text = render("asyncapi.json")
    document = json.loads(text)
    assert document["asyncapi"] == "3.0.0"
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', text)):
        place = document
        for step in reference.split("/"):
            place = place[step]
    used = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert used == set(document["components"]["schemas"])


def test_every_command_is_in_the_reference() -> None:
    page = render("commands.md")
    assert [name for name in SPECS if f"`:{name}" not in page] == []


def test_every_key_of_every_keymap_is_on_the_sheet() -> None:
    parts = re.split(r"^## (\w+)$", render("keys.md"), flags=re.M)
    pages = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert tuple(pages) == keymap_names()
    for name, page in pages.items():
        keymap, _ = load_keymap(name=name)
        for binding in keymap.bindings:
            key, act = show_keys(binding.keys).replace("|", "\\|"), " ".join(binding.act)
            rows = [line for line in page.splitlines() if f"`{key}`" in line and line.endswith(f"| `{act}` |")]
            assert rows, (name, key, act)
    assert "`:w` is `compose-keep`" in pages["vim"] and "say how often" in pages["vim"]


def test_the_key_sheet_is_of_the_agents_own_keys(tmp_path: Path) -> None:
    env = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    folder = tmp_path / "agent-tui"
    folder.mkdir()
    (folder / "keymap.toml").write_text('base = "vim"\n[list]\nreply = "%"\nnote = "ctrl+c"\n')
    text, problems = key_sheet(env, None, "", "json", "list")
    rows = {row["command"]: row for row in json.loads(text)}
    assert rows["reply"] == {
        "context": "list",
        "keys": ["%"],
        "hebrew": "",
        "command": "reply",
        "arguments": [],
        "title": "Reply",
    }
    assert (rows["case-done"]["keys"], rows["case-done"]["hebrew"], rows["note"]["keys"]) == (["d d"], "ג ג", ["g n"])
    assert [problem.line for problem in problems] == [4]
    text, problems = key_sheet(env, None, "gmail", "text", "call")
    assert text.startswith("CALL: ") and "LIST" not in text and not problems
    (folder / "config.toml").write_text('keymap = "emacs"\n')
    assert "^X Enter" in key_sheet(env, None, "", "text", "composer")[0]
    for name, context in (("joe", ""), ("", "lists")):
        with pytest.raises(ConfigError):
            key_sheet(env, None, name, "text", context)
    ran = CliRunner().invoke(cli.main, ["keys", "--map", "vim", "--context", "composer.normal"])
    assert ran.exit_code == 0 and "Delete the line" in ran.output


def test_every_link_within_the_protocol_page_leads_somewhere() -> None:
    page = render("protocol.md")
    headings = {heading.lower() for heading in re.findall(r"^### (\w+)$", page, re.M)}
    assert len(headings) > 50
    assert {anchor for anchor in re.findall(r"\]\(#([\w-]+)\)", page) if anchor not in headings} == set()
