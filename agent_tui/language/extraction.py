"""Finds our interface words in the source, by its syntax tree: an extraction method for Babel.

Words are the literals given to `trusted`, `compose`, `plural` and `marked`; titles, helps and argument names of command
declarations; and the channels' names. A text without a letter of its own (signs, `{name}: {why}`) is the same in every
language; blanks around words belong to the layout.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

FUNCTIONS = {"trusted": 1, "marked": 1, "compose": 1, "plural": 2}
"""How many literals each takes, before its context or parts."""

_DECLARED = {"CommandSpec": (1, 2), "Argument": (0,), "Channel": (2,)}
_FIELDS = re.compile(r"\{[^{}]*\}")


class Word(NamedTuple):
    """`plural` "": there is one form only. `where`: the line."""

    where: int
    text: str
    plural: str = ""
    context: str = ""


class NoLiteral(Exception):
    """Something else than a literal is given where words are looked up: no catalogue could hold it."""


def has_letters(text: str) -> bool:
    """Whether there is anything to translate."""
    return any(char.isalpha() for char in _FIELDS.sub("", text))


def words_of(source: str) -> Iterator[Word]:
    """The words in a module, in its order. Raises NoLiteral naming the line."""
    tree = ast.parse(source)
    imported = functions_imported(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in imported:
            yield from _of_call(node, name)
        elif name in _DECLARED:
            yield from _of_declaration(node, name)


def functions_imported(tree: ast.Module) -> set[str]:
    """Those of `FUNCTIONS` that a module has from the domain: another's `compose` may compose mails."""
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("agent_tui.domain.text")
        for alias in node.names
        if alias.name in FUNCTIONS
    }


def _of_call(node: ast.Call, name: str) -> Iterator[Word]:
    context = next((_literal(keyword.value) for keyword in node.keywords if keyword.arg == "context"), "")
    if name in ("trusted", "marked") and len(node.args) > 1:
        context = _literal(node.args[1])
    if name == "plural":
        yield Word(node.lineno, _literal(node.args[0]), _literal(node.args[1]))
        return
    for text in _choices(node.args[0]):
        if has_letters(text):
            yield Word(node.lineno, text.strip(" "), "", context)


def _of_declaration(node: ast.Call, name: str) -> Iterator[Word]:
    texts = [node.args[place] for place in _DECLARED[name]]
    texts += [keyword.value for keyword in node.keywords if keyword.arg in ("title", "help")]
    if name == "Channel":  # an unknown one is called by its key
        texts = [text for text in texts if isinstance(text, ast.Constant)]
    yield from (Word(text.lineno, _literal(text)) for text in texts)


def _choices(node: ast.expr) -> Iterator[str]:
    """`"a" if it else "b"` is two literals."""
    if isinstance(node, ast.IfExp):
        yield from _choices(node.body)
        yield from _choices(node.orelse)
    elif isinstance(node, ast.BinOp) and not _parts_with_letters(node):
        return  # blanks and rules, repeated
    else:
        yield _literal(node)


def _parts_with_letters(node: ast.BinOp) -> bool:
    return any(isinstance(part, ast.Constant) and has_letters(str(part.value)) for part in ast.walk(node))


def _literal(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise NoLiteral(f"line {node.lineno}: {ast.unparse(node)} is no literal; no catalogue can hold it")
