"""The type checker refuses raw text wherever text is drawn, told or copied: mypy on a module with each mistake once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.rooms.test_layers import ROOT
from tests.type_check import type_errors

_MISTAKES = """
from textual.widgets import Label, Static
from rich.segment import Segment
from rich.text import Text
from textual.content import Content

from agent_tui.commands.context import Choice, Ui
from agent_tui.desk.changes import Notice
from agent_tui.domain.model import CaseRow, Message
from agent_tui.domain.text import CustomerText, SafeText, compose, truncate
from agent_tui.widgets.ask.asking import Offer
from agent_tui.widgets.case.pieces import Piece
from agent_tui.widgets.cells import fit
from agent_tui.widgets.lines import StatusLine
from agent_tui.widgets.text.layout import lay_out


def mistakes(message: Message, row: CaseRow, ui: Ui, status: StatusLine, text: CustomerText) -> None:
    Static(message.body)  # refused
    Label(message.subject)  # refused
    Text(row.name)  # refused
    Content(row.preview)  # refused
    Segment(message.body)  # refused
    Piece(message.body, "text")  # refused
    Piece(message.body.raw, "text")  # refused
    Piece(row.labels[0], "text")  # refused
    Piece(f"{row.name.safe_line}", "text")  # refused
    Piece(row.name.safe_line.upper(), "text")  # refused
    Choice("value", message.body.raw)  # refused
    Offer("value", row.name.raw)  # refused
    Notice(row.name.raw)  # refused
    ui.say(row.name.raw)  # refused
    ui.say("new: " + row.name.safe_line)  # refused
    ui.copy(message.body.raw)  # refused
    ui.pick(row.name.raw, [], print)  # refused
    status.say(row.name.raw)  # refused
    lay_out(message.body.raw, 40, "visual")  # refused
    fit(message.body.raw, 40, "visual")  # refused
    truncate(message.body.raw, 40)  # refused
    compose("{name}", name=row.name.raw)  # refused
    compose("{name}", name=row.name)  # refused
    made: SafeText = message.body.raw  # refused
    SafeText(message.body.raw).nothing  # refused
    "new: " + text  # refused
    text.strip()  # refused


def good(message: Message, ui: Ui) -> None:
    Piece(message.body.safe, "text")
    ui.say(compose("{name}", name=message.sender.safe_line))
    lay_out(message.body.safe, 40, "visual")
"""


@pytest.mark.timeout(400)  # the first run fills mypy's cache
def test_mypy_refuses_raw_text(tmp_path: Path) -> None:
    module = tmp_path / "mistakes.py"
    module.write_text(_MISTAKES)
    out = type_errors(module, ROOT / ".mypy_cache", "--config-file=", "--hide-error-context")
    found = {int(line) for line in re.findall(r"mistakes\.py:(\d+): error:", out)}
    wanted = {number for number, line in enumerate(_MISTAKES.splitlines(), 1) if line.endswith("# refused")}
    assert found == wanted, out
