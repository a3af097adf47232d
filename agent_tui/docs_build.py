"""Writes the generated references into docs/: `python -m agent_tui.docs_build [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

PAGES: Mapping[str, str] = {
    "protocol.md": "agent_tui.reference.protocol",
    "asyncapi.json": "agent_tui.reference.asyncapi",
    "commands.md": "agent_tui.reference.commands",
    "keys.md": "agent_tui.reference.keys",
    "themes.md": "agent_tui.reference.themes",
    "config.md": "agent_tui.reference.config",
}
"""File in docs/ -> the module whose `render()` gives its text."""


def render(page: str) -> str:
    """The text of one page. Raises KeyError for an unknown one."""
    make: Callable[[], str] = import_module(PAGES[page]).render
    return make()


def stale(folder: Path) -> list[str]:
    """The pages whose file in `folder` is missing or not what would be written now."""
    return [page for page in PAGES if not _holds(folder / page, render(page))]


def write(folder: Path) -> list[str]:
    """Bring every page up to date; the names of those that changed."""
    changed = stale(folder)
    folder.mkdir(exist_ok=True)
    for page in changed:
        (folder / page).write_text(render(page), encoding="utf-8")
    return changed


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def main(arguments: list[str]) -> int:
    """Exit code 0, or with `--check` 1 when something is stale."""
    folder = Path(__file__).resolve().parent.parent / "docs"
    if arguments == ["--check"]:
        old = stale(folder)
        for page in old:
            print(f"docs/{page} is stale; run `make docs`", file=sys.stderr)
        return 1 if old else 0
    if arguments:
        print("usage: python -m agent_tui.docs_build [--check]", file=sys.stderr)
        return 2
    for page in write(folder):
        print(f"docs/{page}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
