"""Every sign that the interface draws has a twin in ASCII: read from the strings of the widgets' syntax trees."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from rich.cells import cell_len

from agent_tui.widgets.glyphs import TWINS

ROOT = Path(__file__).parents[2]
DRAWN_FROM = ("widgets", "agent_tui/commands", "agent_tui/desk", "agent_tui/services", "agent_tui/domain")
_LOOKED_FOR = (
    "text_tables.py",
    "text_names.py",
    "text_clean.py",
    "text_cards.py",
    "bidi_tables.py",
    "bidi_classes.py",
    "folding.py",
)
"""Signs that customers' text is looked through for; none is drawn from there but the ellipsis and a card's bullet."""


def _signs(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """What is no letter of some language, no mark on one and no control, but for what docstrings say."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            for sign in node.value:
                if not sign.isascii() and unicodedata.category(sign)[0] in "SP":
                    yield sign, node.lineno


def test_every_sign_of_the_interface_has_its_twin() -> None:
    files = [path for room in DRAWN_FROM for path in (ROOT / room).rglob("*.py")]
    assert len(files) > 60
    found = {
        sign: f"{path.relative_to(ROOT)}:{line}"
        for path in files
        if path.name not in _LOOKED_FOR
        for sign, line in _signs(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert len(found) > 10
    assert {sign: place for sign, place in found.items() if sign not in TWINS} == {}


def test_a_twin_is_as_wide_as_its_sign() -> None:
    assert all(cell_len(sign) == 1 and twin.isascii() and len(twin) == 1 for sign, twin in TWINS.items())
