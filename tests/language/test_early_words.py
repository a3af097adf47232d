"""No word is looked up before it is known which desk shows it: read from the syntax tree of the five real folders."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_tui.language.build import sources
from agent_tui.language.extraction import functions_imported, has_letters

ROOT = Path(__file__).parents[2]
_LOOKED_UP = {"trusted", "compose", "plural"}
_KEEPS = ("lru_cache", "cache", "cached_property")


def early_words(source: str) -> Iterator[str]:
    """Words looked up at module or class level, in a default argument, or in what is kept for every desk."""
    tree = ast.parse(source)
    yield from _early(tree, functions_imported(tree) & _LOOKED_UP, True)


def _early(node: ast.AST, names: set[str], early: bool) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        kept = not isinstance(node, ast.Lambda) and any(
            keeper in ast.unparse(decorator) for decorator in node.decorator_list for keeper in _KEEPS
        )
        for default in (*node.args.defaults, *(one for one in node.args.kw_defaults if one is not None)):
            yield from _early(default, names, True)
        for part in node.body if isinstance(node.body, list) else (node.body,):
            yield from _early(part, names, kept)
        return
    if early and isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
        words = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
        if any(isinstance(word, str) and has_letters(word) for word in words):
            yield f"line {node.lineno}: {ast.unparse(node)}"
    for child in ast.iter_child_nodes(node):
        yield from _early(child, names, early)


def test_no_word_is_looked_up_when_a_module_is_loaded() -> None:
    found = [
        f"{path.relative_to(ROOT)} {line}"
        for path in sources(ROOT)
        for line in early_words(path.read_text(encoding="utf-8"))
    ]
    assert found == [], "marked(...) keeps words until they are drawn"


@pytest.mark.parametrize(
    "source",
    [
        'TITLE = trusted("NEEDS ME")',
        'class Asking:\n    enter = trusted("choose")',
        'TITLES = {"mine": (trusted("NEEDS ME"), 1)}',
        'def fit(mark=trusted("more")): ...',
        '@lru_cache(maxsize=1)\ndef title():\n    return compose("{n} more", n=1)',
        'LATER = plural("{n} case", "{n} cases", n=2)',
    ],
)
def test_early_words_are_found(source: str) -> None:
    assert list(early_words(f"from agent_tui.domain.text import compose, plural, trusted\n{source}"))


@pytest.mark.parametrize(
    "source", ['DOT = trusted(" · ")', 'TITLE = marked("NEEDS ME")', 'def title():\n    return trusted("NEEDS ME")']
)
def test_signs_and_marked_words_may_stand_anywhere(source: str) -> None:
    assert not list(early_words(f"from agent_tui.domain.text import marked, trusted\n{source}"))
