"""The generated references are as the code is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from agent_tui.commands.ids import SPECS
from agent_tui.docs_build import PAGES, main, render, stale, write

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


def test_every_link_within_the_protocol_page_leads_somewhere() -> None:
    page = render("protocol.md")
    headings = {heading.lower() for heading in re.findall(r"^### (\w+)$", page, re.M)}
    assert len(headings) > 50
    assert {anchor for anchor in re.findall(r"\]\(#([\w-]+)\)", page) if anchor not in headings} == set()
