"""Writes the catalogues with Babel: `python -m agent_tui.language.build` (`make words`), in a checkout of the source.

The template comes from the source, `he.po` keeps what is translated and gets what is new (empty, for a person to fill
in), and each `.mo` is compiled. No line numbers and no date stand in them, so that they change with the words alone.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from agent_tui.language.catalogue import FOLDER, LANGUAGES
from agent_tui.language.extraction import words_of

ROOMS: Final = ("agent_tui", "widgets", "backends", "keymaps", "themes")
"""The five real folders: a walk skips the links to four of them."""

TRANSLATED: Final = tuple(code for code in LANGUAGES if code != "en")

_HEAD: Final = """\
# The desk's own words. Made by agent_tui.language.build; do not edit.
msgid ""
msgstr ""
"Project-Id-Version: agent-tui\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n\""""
_NO_DATE: Final = datetime(2026, 1, 1, tzinfo=UTC)
_WIDTH: Final = 110


def template(root: Path) -> Catalog:
    """All words of the source in `root`. Raises NoLiteral naming file and line."""
    catalog = Catalog()
    for path in sources(root):
        for word in words_of(path.read_text(encoding="utf-8")):
            catalog.add((word.text, word.plural) if word.plural else word.text, context=word.context or None)
    return catalog


def sources(root: Path) -> Iterator[Path]:
    """The modules whose words a desk shows."""
    for room in ROOMS:
        yield from sorted(path for path in (root / room).rglob("*.py") if "__pycache__" not in path.parts)


def updated(code: str, words: Catalog) -> Catalog:
    """The translation as it is, with exactly the words of the source; new ones are empty."""
    with (FOLDER / f"{code}.po").open("rb") as file:
        kept = read_po(file, locale=code, domain="agent-tui")
    kept.update(words, no_fuzzy_matching=True)
    kept.obsolete.clear()
    kept.creation_date = kept.revision_date = _NO_DATE
    return kept


def po_text(catalog: Catalog, head: str) -> bytes:
    """As a file under `head`, in the order of the words."""
    out = io.BytesIO()
    write_po(out, catalog, width=_WIDTH, omit_header=True, sort_output=True, ignore_obsolete=True)
    return f"{head}\n\n".encode() + out.getvalue()


def head_of(path: Path) -> str:
    """What stands over the words: the translator's comments and the form of plurals. Kept as it is."""
    return path.read_text(encoding="utf-8").split("\n\n", 1)[0]


def mo_bytes(catalog: Catalog) -> bytes:
    """Compiled."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def built(root: Path) -> dict[Path, bytes]:
    """Every file of the catalogues and what should stand in it."""
    words = template(root)
    files = {FOLDER / "agent-tui.pot": po_text(words, _HEAD)}
    for code in TRANSLATED:
        catalog = updated(code, words)
        files[FOLDER / f"{code}.po"] = po_text(catalog, head_of(FOLDER / f"{code}.po"))
        files[FOLDER / f"{code}.mo"] = mo_bytes(catalog)
    return files


def main() -> None:
    """Write the files that are stale and say which words still lack a translation."""
    for path, content in built(Path(__file__).parents[2]).items():
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
            print(f"wrote {path.name}")
    for code in TRANSLATED:
        with (FOLDER / f"{code}.po").open("rb") as file:
            missing = [message for message in read_po(file) if message.id and not all(_forms(message.string))]
        for message in missing:
            print(f"{code}.po lacks: {message.id!r}" + (f" ({message.context})" if message.context else ""))


def _forms(string: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, list | tuple) else (string or "",)


if __name__ == "__main__":
    main()
