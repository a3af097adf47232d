"""Only safe text is drawn: read from the syntax tree of the five real folders.

What Rich and Textual show as text they get as `Segment`s and from nowhere else; the words of one are a literal, the
result of a function that makes safe text, or stand in one of the listed drawing functions, which take safe text only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.rooms.test_layers import ROOMS, ROOT, _files

UNSAFE_MODULES = (
    "rich.align", "rich.columns", "rich.console", "rich.markdown", "rich.markup", "rich.panel", "rich.pretty",
    "rich.syntax", "rich.table", "rich.text", "rich.tree", "textual.content", "textual.markup", "textual.visual",
    "textual.widgets",
)  # fmt: skip
"""They take any str, most of them as markup."""
ALLOWED_MODULES = {
    "agent_tui/terminal/app_base.py": {"rich.console"},
    "agent_tui/terminal/diffscreen.py": {"rich.console"},
}
"""Where output is put together below the widgets; no words are made there."""
UNSAFE_NAMES = {
    "Static", "Label", "Text", "Content", "Markdown", "OptionList", "Option", "ListView", "DataTable", "RichLog", "Log",
    "Button", "Input", "TextArea", "Tree", "Toast", "from_markup", "from_rich_text", "render_markup", "render_str",
    "escape_markup", "assemble", "styled", "notify", "set_window_title",
}  # fmt: skip
"""Called by these names they would be Rich's or Textual's; ours is only the notifier (see `_ours`)."""
SCREEN = ("widgets/", "themes/", "agent_tui/app.py", "agent_tui/live.py", "agent_tui/terminal/")
"""Where widgets can be made; elsewhere the same names are other things (`Label` is an order of an agent)."""
SHOWN_ATTRIBUTES = {
    "title", "sub_title", "border_title", "border_subtitle", "tooltip", "placeholder", "renderable", "help_text",
}  # fmt: skip
CELLS = {"fit", "drawn", "compose", "clean"}
"""Functions that answer a plain str of cells made of safe text (`widgets.cells.fit`, `edit_row.drawn`), and two makers
whose names have other bearers too."""
SAFE_ATTRIBUTES = {"safe", "safe_line"}
DRAWING = {
    "widgets/cells.py": {"str(text)"},  # `segment`, whose callers are checked like those of Segment
    "widgets/case/preview.py": {"s.text"},  # cells of a picture drawn a line before
    "widgets/lines/line.py": {"text"},  # cells of pieces, SafeText by their type
    "widgets/paint.py": {"''.join(cells)", "str(text)", "text", "mark[0]"},  # a rule and its joints; pairs, see `PAIRS`
}
"""Expressions that reach a Segment in a module whose own types and tests keep them safe, each for its reason."""

PAIRS = {
    "widgets/ask/preview.py",
    "widgets/ask/prompt.py",
    "widgets/ask/sheet.py",
    "widgets/board/wallboard.py",
    "widgets/case/customer_pane.py",
    "widgets/case/guide.py",
    "widgets/case/pieces.py",
    "widgets/case/entry_list.py",
    "widgets/inbox/hit_list.py",
    "widgets/inbox/hit_strips.py",
    "widgets/inbox/inbox_list.py",
    "widgets/inbox/row_strips.py",
    "widgets/shell/lock_cover.py",
    "widgets/shell/which_key.py",
}
"""Modules that put lines together as pairs of words and style for `Paint.strip`, each of which is looked at."""
STYLES = ("quiet", "rule", "caret", "name", "look")
"""What styles are called in them."""


@cache
def makers() -> frozenset[str]:
    """Names of functions and methods that say they answer SafeText, wherever one of that name is defined (and mypy
    holds them to it)."""
    answers: dict[str, set[bool]] = {}
    for room in ROOMS:
        for path in _files(room):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    made = node.returns is not None and _says_safe(node.returns)
                    answers.setdefault(node.name, set()).add(made)
    return frozenset(name for name, made in answers.items() if made == {True}) | CELLS


def _says_safe(annotation: ast.expr) -> bool:
    return ast.unparse(annotation) in ("SafeText", "SafeText | None")


Known = dict[str, list[ast.expr]]
"""What the names of a function are bound to, parameters to their annotation; `self.x` to that of the class."""


def safe(node: ast.expr, known: Known, depth: int = 0) -> bool:
    """Whether `node` can only be safe text."""
    if depth > 8:
        return False

    def inner(part: ast.expr) -> bool:
        return safe(part, known, depth + 1)

    match node:
        case ast.Constant(value=str(text)):
            return text.isprintable() or set(text) <= {"\n"}
        case ast.Constant():
            return True
        case ast.Name(id="SafeText"):
            return True
        case ast.BinOp(op=ast.BitOr()):
            return _says_safe(node)
        case ast.Name(id=name) if name in known:
            return bool(known[name]) and all(map(inner, known[name]))
        case ast.Name(id=name):
            return name.strip("_").isupper()  # constants of a module are checked where they are made
        case ast.Attribute(value=ast.Name(id="self"), attr=name) if f"self.{name}" in known:
            return all(map(inner, known[f"self.{name}"]))
        case ast.Attribute(attr=name):
            return name in SAFE_ATTRIBUTES
        case ast.IfExp(body=one, orelse=other):
            return inner(one) and inner(other)
        case ast.BoolOp(values=parts):
            return all(map(inner, parts))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return inner(left) and inner(right)
        case ast.BinOp(left=ast.Constant(value=str()) as text, op=ast.Mult()):
            return inner(text)
        case ast.JoinedStr(values=parts):
            return all(map(inner, parts))
        case ast.FormattedValue(value=part):
            return inner(part)
        case ast.Subscript(value=part):
            return inner(part)
        case ast.Call(func=ast.Name(id="str"), args=[part]):
            return inner(part)
        case ast.Call(func=ast.Name(id=name)):
            return name in makers()
        case ast.Call(func=ast.Attribute(value=glue, attr="join"), args=[ast.List(elts=parts)]):
            return inner(glue) and all(map(inner, parts))
        case ast.Call(func=ast.Attribute(attr=name)):
            return name in makers()
    return False


def bindings(function: ast.AST) -> Known:
    """What the names of a function are bound to in it."""
    found: Known = {}
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            found.setdefault(node.arg, []).append(node.annotation or ast.Name("unknown"))
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                _bind(found, target, node.value)
        elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
            _bind(found, node.target, node.value)
        elif isinstance(node, ast.For | ast.comprehension):
            _bind(found, node.target, ast.Name("unknown"))
    return found


def attributes(tree: ast.Module) -> Known:
    """What a module's classes say their instances hold."""
    found: Known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            _bind(found, node.target, node.annotation)
    return {name: values for name, values in found.items() if name.startswith("self.")}


def _bind(found: Known, target: ast.expr, value: ast.expr) -> None:
    if isinstance(target, ast.Name):
        found.setdefault(target.id, []).append(value)
    elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
        found.setdefault(f"self.{target.attr}", []).append(value)
    elif isinstance(target, ast.Tuple):
        values = value.elts if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts) else None
        for place, part in enumerate(target.elts):
            _bind(found, part, values[place] if values is not None else ast.Name("unknown"))


def offences(path: str, source: str) -> list[str]:
    """What a module gives to Rich or Textual that need not be safe."""
    tree, found = ast.parse(source), []
    found += [f"imports {name}" for name in _imported(tree) if _banned(path, name)]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    within = {id(node): function for function in functions for node in ast.walk(function)}  # the innermost comes last
    held, ours = attributes(tree), "agent_tui.domain.text" in _imported(tree)
    bound = {id(function): bindings(function) | held for function in functions}
    for node in ast.walk(tree):
        known = bound[id(within[id(node)])] if id(node) in within else {}
        found += [f"line {node.lineno}: {what}" for what in _offences(path, node, known, ours)]  # type: ignore[attr-defined]
    return [f"{path}: {what}" for what in found]


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _banned(path: str, name: str) -> bool:
    return name.startswith(UNSAFE_MODULES) and name not in ALLOWED_MODULES.get(path, set())


def _offences(path: str, node: ast.AST, known: Known, ours: bool) -> Iterator[str]:
    """`ours`: the module's `trusted` and `compose` are those of the domain."""
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = next(iter(node.args), None)
        if name in ("Segment", "segment"):
            if first is None or not (safe(first, known) or ast.unparse(first) in DRAWING.get(path, set())):
                yield f"{ast.unparse(node)[:80]} draws what need not be safe"
        elif name in UNSAFE_NAMES and path.startswith(SCREEN) and not _ours(node.func):
            yield f"{ast.unparse(node)[:80]} shows any str"
        elif name in ("trusted", "compose") and isinstance(node.func, ast.Name) and node.args:
            if ours and not _literal(node.args[0]):
                yield f"{ast.unparse(node)[:80]} trusts what is no literal"
        elif name in ("seal", "repair") and not path.startswith("agent_tui/domain/text"):
            yield f"{ast.unparse(node)[:80]} is for the text modules only"
        elif name in ("copy_to_clipboard",) and not (first is not None and safe(first, known)):
            yield f"{ast.unparse(node)[:80]} copies what need not be safe"
        elif name == "cast" and first is not None and "SafeText" in ast.unparse(first):
            yield f"{ast.unparse(node)[:80]} only pretends"
    elif isinstance(node, ast.Assign | ast.AnnAssign) and path.startswith(SCREEN):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            shown = isinstance(target, ast.Attribute) and target.attr in SHOWN_ATTRIBUTES
            if shown and node.value is not None and not safe(node.value, known):
                yield f"{ast.unparse(node)[:80]} shows what need not be safe"
    elif isinstance(node, ast.Tuple) and path in PAIRS and len(node.elts) == 2:
        style = ast.unparse(node.elts[1])
        pair = isinstance(node.ctx, ast.Load) and ("paint[" in style or style.startswith(("base", "_style(", *STYLES)))
        if pair and not safe(node.elts[0], known):
            yield f"{ast.unparse(node)[:80]} draws what need not be safe"


def _ours(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and ast.unparse(function.value).endswith(("notifier", "self._state"))


def _literal(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=str()):
            return True
        case ast.IfExp(body=one, orelse=other):
            return _literal(one) and _literal(other)
        case ast.BinOp(left=left, op=ast.Mult(), right=ast.Constant(value=int())):
            return _literal(left)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _literal(left) and _literal(right)
    return False


def test_nothing_unsafe_is_given_to_rich_or_textual() -> None:
    walked, found = 0, []
    for room in ROOMS:
        for path in _files(room):
            walked += 1
            found += offences(path.relative_to(ROOT).as_posix(), path.read_text())
    assert walked > 200
    assert found == []


def test_the_listed_drawing_functions_are_there() -> None:
    """What is not drawn any more must leave the list, else something else may hide behind it."""
    for path, expressions in DRAWING.items():
        calls = [
            ast.unparse(node.args[0])
            for node in ast.walk(ast.parse((ROOT / path).read_text()))
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Segment", "segment") and node.args
        ]
        assert expressions <= set(calls), f"{path}: {sorted(expressions - set(calls))}"


@pytest.mark.parametrize(
    "source",
    [
        "Static(message.text)",
        "Static('ready')",
        "Label(row.name.raw)",
        "yield Static(str(name))",
        "segment(message.body.raw, base)",
        "Segment(row.labels[0], base)",
        "Segment(f'{row.number} {name}', base)",
        "Segment(' '.join(labels), base)",
        "Segment('\\x1b[2J', base)",
        "Strip([Segment(agent.name, base)])",
        "self.notify(reason)",
        "self.app.notify('hello')",
        "self.border_title = case.subject.raw",
        "self.app.title = name",
        "self.tooltip: str = name",
        "trusted(name)",
        "trusted(f'{name}')",
        "compose(template, n=1)",
        "seal(name)",
        "cast(SafeText, name)",
        "cast('SafeText', name)",
        "app.copy_to_clipboard(message.body.raw)",
        "from rich.text import Text",
        "from textual.widgets import OptionList",
        "import rich.markup",
        "OptionList(*names)",
        "Content.from_markup(name)",
        "Text.assemble(name)",
    ],
)
def test_what_it_refuses(source: str) -> None:
    body = f"from agent_tui.domain.text import trusted\ndef draw(self, name: str, message, base):\n    {source}\n"
    assert offences("widgets/new.py", body if not source.startswith(("from", "import")) else source)


@pytest.mark.parametrize(
    "source",
    [
        "Segment('──', base)",
        "Segment(' ' * width, base)",
        "segment(words, base)",
        "Segment(str(words.drawn()), base)",
        "Segment(fit(clean_line(name), 4), base)",
        "segment(message.body.safe_line, base)",
        "line = compose('{n}', n=1); segment(line + trusted(' '), base)",
        "self.border_title = trusted('Inbox')",
        "self.notifier.notify(changes, now)",
        "trusted('a' if now else 'b')",
    ],
)
def test_what_it_lets_pass(source: str) -> None:
    assert offences("widgets/new.py", f"def draw(self, name: str, words: SafeText):\n    {source}\n") == []


def test_whoever_has_a_line_painted_is_listed() -> None:
    painting = {
        path.relative_to(ROOT).as_posix()
        for path in _files("widgets")
        if any(call in path.read_text() for call in ("paint.strip(", "paint.edged("))
    }
    assert painting == PAIRS


def test_row_pairs_are_looked_at() -> None:
    source = "def line(row, base):\n    parts = [(row.name.raw, base)]\n    return _strip(parts, 3)\n"
    assert offences("widgets/inbox/row_strips.py", source)


def test_every_room_has_its_real_folder() -> None:
    """The links into the package are skipped by walkers; the rooms are not."""
    assert all(not (ROOT / room).is_symlink() and isinstance(ROOT / room, Path) for room in ROOMS)
