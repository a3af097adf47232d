"""What was found good in files of canned replies, kept beside the hub's data: a start checks only what is new.

It is used only where a file, those that it names and the program's own idea of replies are to the byte what they were.
Whoever renders a text checks it again, so nothing has to be believed that stands here.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter

from agent_tui.domain.frozen import frozen
from agent_tui.domain.replies import reply
from agent_tui.domain.replies.reply import Canned

Stamp = tuple[int, int, int]
"""By what a change of a file is seen: its time, size and place on the disk."""


@frozen
class Good:
    """A reply without a mistake, the line of its key, and a digest of what is written there."""

    reply: Canned
    line: int
    digest: str


@frozen
class GoodFile:
    """A file without a mistake, and the files that its replies name."""

    replies: tuple[Good, ...]
    named: tuple[tuple[Path, Stamp], ...] = ()


@frozen
class _Kept:
    code: str
    files: dict[str, GoodFile]


_KEPT = TypeAdapter(_Kept)


def digest_of(file: Path, content: bytes) -> str:
    """Of what its replies follow from, other files apart."""
    return sha256(os.fsencode(file.absolute()) + b"\0" + content).hexdigest()


def recall(place: Path) -> Mapping[str, GoodFile]:
    """What is kept at `place`, by digest; nothing where another version of the program kept it."""
    try:
        kept = _KEPT.validate_json(place.read_bytes())
    except (OSError, ValueError):
        return {}
    return kept.files if kept.code == _code() else {}


def remember(place: Path, files: dict[str, GoodFile]) -> None:
    """Keep `files` at `place`, readable by the owner alone; what cannot be kept costs time at the next start, no
    more."""
    new = place.with_name(f"{place.name}.new")
    with contextlib.suppress(OSError):
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(_KEPT.dump_json(_Kept(_code(), files)))
        new.replace(place)


def _code() -> str:
    """Of the modules that decide what a reply is."""
    folders = (Path(__file__).parent, Path(reply.__file__).parent)
    stamps = [(file.name, file.stat().st_mtime_ns) for folder in folders for file in sorted(folder.glob("*.py"))]
    return sha256(repr(stamps).encode()).hexdigest()
