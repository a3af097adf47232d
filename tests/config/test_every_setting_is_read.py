"""No setting is documented and checked and then read by nobody: from the syntax trees of the five real folders."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.config.hub_settings import HubSettings
from agent_tui.config.settings import Settings
from agent_tui.config.sla_settings import SlaSettings
from agent_tui.config.validation import ConfigModel, table_model

ROOT = Path(__file__).parents[2]
ROOMS = ("agent_tui", "widgets", "backends", "keymaps", "themes")
MODELS = {"agent_tui.config.settings", "agent_tui.config.hub_settings"}
MODELS |= {"agent_tui.config.mail_settings", "agent_tui.config.webhook_settings"}
MODELS |= {"agent_tui.config.sla_settings", "agent_tui.config.sla_targets"}
MODELS |= {"agent_tui.config.sla_calendar_settings"}
VALUES = "agent_tui.config.chosen"
"""Hands the desk's settings on as values: what it copies is not used yet either."""
VALUE_OF = {"backends": "servers"}
"""What a setting is called among the values, where that differs."""
ONLY_CHECKED = {"plain_allowed"}
"""These allow what a check would refuse; nothing else is theirs to do."""


def tables(model: type[ConfigModel]) -> Iterator[type[ConfigModel]]:
    """A file's model and those of the tables in it."""
    yield model
    for field in model.model_fields.values():
        inner = table_model(field.annotation)
        if inner is not None:
            yield from tables(inner)


def is_check(node: ast.AST) -> bool:
    """A validator, or a function that looks for mistakes in a file: what they read is not used yet."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    decorators = {ast.unparse(decorator).partition("(")[0] for decorator in node.decorator_list}
    return bool(decorators & {"model_validator", "field_validator"}) or node.name.startswith("check_")


def read_in(tree: ast.AST) -> Iterator[str]:
    """Names of attributes that are looked at outside of checks."""
    for child in ast.iter_child_nodes(tree):
        if is_check(child):
            continue
        if isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Load):
            yield child.attr
        yield from read_in(child)


def knows_settings(path: Path, tree: ast.AST) -> bool:
    """Whether a file is one of the models', or imports one: elsewhere `.images` is something else's."""
    if path.name == "chosen.py":
        return False
    if path.parent.name == "config" and f"agent_tui.config.{path.stem}" in MODELS:
        return True
    return any(isinstance(node, ast.ImportFrom) and node.module in {*MODELS, VALUES} for node in ast.walk(tree))


@pytest.fixture(scope="module")
def read() -> set[str]:
    found: set[str] = set()
    readers = 0
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            if knows_settings(path, tree):
                readers += 1
                found |= set(read_in(tree))
    assert readers >= 8
    return found


@pytest.mark.parametrize("file", [Settings, HubSettings, SlaSettings])
def test_every_setting_is_read_by_somebody(file: type[ConfigModel], read: set[str]) -> None:
    unread = [
        f"{table.__name__}.{name}"
        for table in tables(file)
        for name in table.model_fields
        if VALUE_OF.get(name, name) not in read | ONLY_CHECKED
    ]
    assert unread == []


def test_a_setting_that_only_a_check_looks_at_would_be_found() -> None:
    tree = ast.parse(
        "class Table:\n"
        "    @model_validator(mode='after')\n"
        "    def _ok(self): return self.lonely\n"
        "def check_it(settings): return settings.lonely\n"
        "def use(settings): return settings.wanted\n"
    )
    assert set(read_in(tree)) == {"wanted"}
