"""A folder of canned replies: `*.toml` with many, `*.md` with one each. What is wrong leaves out that reply alone."""

from __future__ import annotations

import mimetypes
import os
import re
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from agent_tui.config.problems import ConfigError, Problem
from agent_tui.config.reply_cache import Good, GoodFile, Stamp, digest_of, recall, remember
from agent_tui.config.reply_settings import RepliesSettings, ReplySettings
from agent_tui.config.toml_source import KeyPath, TomlSource, decoded, parse_toml
from agent_tui.config.validation import validate
from agent_tui.domain.frozen import frozen
from agent_tui.domain.replies.reply import Canned, ReplyFile

MOST_FILES: Final = 20_000
MOST_BYTES: Final = 8_000_000
"""Of one file; a whole export of a large company has some 3 MB."""
MOST_FILE_BYTES: Final = 25_000_000
"""Of a file that goes with a reply."""
_FENCE: Final = re.compile(r"\A\+\+\+[ \t]*\r?\n(.*?)^\+\+\+[ \t]*\r?\n?", re.DOTALL | re.MULTILINE)


@frozen
class FolderRead:
    """`replies`: the good ones, by folder and name of their file; `problems`: everything that is wrong."""

    replies: tuple[Canned, ...]
    problems: tuple[Problem, ...]


@frozen
class _OfFile:
    """What one file has: good replies, keys of those that are wrong ("" a key that is not told), what is wrong.
    `named`: files that its replies name, there or not; `digest`: of what it was read from."""

    good: tuple[Good, ...]
    bad: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    named: tuple[Path, ...] = ()
    digest: str = ""


class ReplyFolder:
    """`brands`: that there are, None where nobody knows; `taken`: replies that stand before those of the folder. Files
    that have not changed are not read again; of what is wrong now, the last good reply of that key in that file
    stays. `kept`: the file that remembers from one start to the next what was good, None: none does."""

    def __init__(
        self,
        path: Path,
        brands: Collection[str] | None = None,
        taken: Sequence[Canned] = (),
        kept: Path | None = None,
    ) -> None:
        self.path = path
        self._kept_at = kept
        self._good = recall(kept) if kept is not None else {}
        self._brands, self._taken = brands, {(one.key, one.brand): "hub.toml" for one in taken}
        self._held: dict[Path, tuple[tuple[Stamp | None, ...], _OfFile]] = {}

    def stamps(self) -> tuple[object, object]:
        """Others whenever something in it changed: its files of replies; the files that they name."""
        beside = tuple(_stamp(path) for _, of in self._held.values() for path in of.named)
        return tuple((str(file), stamp) for file, stamp in _files(self.path)), beside

    def read(self) -> FolderRead:
        """All replies; never raises for what is in the files."""
        held = {}
        for file, stamp in _files(self.path):
            was, of = self._held.get(file, ((), None))
            if of is None or was != (stamp, *map(_stamp, of.named)):
                of = _kept(self._read_file(file, of), of)
            held[file] = ((stamp, *map(_stamp, of.named)), of)
        self._held = held
        self._remember()
        return self._together()

    def _read_file(self, file: Path, before: _OfFile | None) -> _OfFile:
        try:
            content = _content(file)
            digest = digest_of(file, content)
            known = self._good.get(digest)
            if known is not None and all(_stamp(path) == stamp for path, stamp in known.named):
                return _OfFile(known.replies, named=tuple(path for path, _ in known.named), digest=digest)
            text = decoded(content, str(file))
            source = parse_toml(text, str(file)) if file.suffix == ".toml" else _markdown(text, file)
        except ConfigError as error:
            return _OfFile((), frozenset([""]), error.problems)
        read = _checked(source, file, self.path, {one.digest: one.reply for one in (before.good if before else ())})
        return replace(read, digest=digest)

    def _remember(self) -> None:
        if self._kept_at is None:
            return
        good = {
            of.digest: GoodFile(
                of.good, tuple((path, stamp) for path, stamp in zip(of.named, stamps, strict=True) if stamp)
            )
            for (_, *stamps), of in self._held.values()
            if not of.problems
        }
        if good != self._good:
            remember(self._kept_at, good)
            self._good = good

    def _together(self) -> FolderRead:
        """One reply for each key and brand; a second one is wrong."""
        found: list[Canned] = []
        problems: list[Problem] = []
        places = dict(self._taken)
        for file, (_, of) in self._held.items():
            problems += of.problems
            for good in of.good:
                one, line = good.reply, good.line
                there = places.setdefault((one.key, one.brand), here := f"{file}:{line}")
                if there != here:
                    what = f"{one.key} is in {there} too"
                    problems.append(Problem(str(file), line, "key", what, "another key, or another brand"))
                elif one.brand and self._brands is not None and one.brand not in self._brands:
                    what = f"{one.key} is of {one.brand}, which is no brand"
                    problems.append(Problem(str(file), line, "brand", what, "the name of one of [[brands]]"))
                else:
                    found.append(one)
        if not self.path.is_dir():
            problems.append(Problem(str(self.path), 0, "", "no such folder", "a folder of *.toml and *.md"))
        if len(self._held) >= MOST_FILES:
            problems.append(
                Problem(str(self.path), 0, "", f"more than {MOST_FILES} files", "fewer; the rest is left out")
            )
        return FolderRead(tuple(found), tuple(problems))


def _files(folder: Path) -> Iterator[tuple[Path, Stamp]]:
    """Its files of replies in the order of their names, and by what a change of one is seen."""
    count = 0
    for at, folders, names in os.walk(folder):
        folders.sort()
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in sorted(names):
            path = Path(at) / name
            if path.suffix not in (".toml", ".md") or name.startswith(".") or name == "README.md":
                continue
            stamp = _stamp(path)
            if stamp is None:
                continue  # it is being replaced
            count += 1
            if count > MOST_FILES:
                return
            yield path, stamp


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _kept(now: _OfFile, before: _OfFile | None) -> _OfFile:
    if before is None or not now.bad:
        return now
    there = {one.reply.key for one in now.good}

    def stays(key: str) -> bool:
        return key not in there and ("" in now.bad or key in now.bad)

    return replace(now, good=(*now.good, *(one for one in before.good if stays(one.reply.key))))


def _content(file: Path) -> bytes:
    """Raises ConfigError."""
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):  # reading a pipe or a device may never end
            raise ConfigError([Problem(str(file), 0, "", "not a file", "a file of replies")])
        if found.st_size > MOST_BYTES:
            raise ConfigError([Problem(str(file), 0, "", "too long", f"at most {MOST_BYTES // 1_000_000} MB")])
        return file.read_bytes()
    except OSError as error:
        raise ConfigError([Problem(str(file), 0, "", f"cannot be read: {error.strerror}")]) from None


def _checked(source: TomlSource, file: Path, folder: Path, known: Mapping[str, Canned]) -> _OfFile:
    """Table by table, so that a wrong one leaves the others alone; `known`: what is good, by digest of its table."""
    tables = source.data.get("reply", [])
    problems: list[Problem] = []
    if set(source.data) - {"reply"} or not isinstance(tables, list):
        found = _valid(source)
        if not isinstance(found, ReplySettings):
            problems += [one for one in found if not one.key.startswith("reply[")]
    good: list[Good] = []
    bad: set[str] = set()
    named: list[Path] = []
    folders = file.parent.relative_to(folder).parts
    lines: dict[object, dict[KeyPath, int]] = {}
    for path, line in source.lines.items():
        if path[0] == "reply" and len(path) > 1:
            lines.setdefault(path[1], {})[("reply", 0, *path[2:])] = line
    for place, table in enumerate(tables if isinstance(tables, list) else []):
        one = TomlSource(source.file, {"reply": [table]}, lines.get(place, {}))
        digest = sha256(repr(table).encode("utf-8", "surrogatepass")).hexdigest()
        reply = known.get(digest) or _reply(one, folders)
        if isinstance(reply, Canned):
            named += [file.parent / of.name for of in reply.files]
            files = [_attached(of.name, file, one, number) for number, of in enumerate(reply.files)]
            wrong = [found for found in files if isinstance(found, Problem)]
            if not wrong:
                kept = tuple(found for found in files if isinstance(found, ReplyFile))
                good.append(Good(replace(reply, files=kept), one.line_of(("reply", 0, "key")), digest))
        else:
            wrong = reply
        if wrong:
            bad.add(str(table.get("key", "")) if isinstance(table, dict) else "")
            here = f"reply[{place + 1}]"
            problems += [replace(found, key=found.key.replace("reply[1]", here, 1)) for found in wrong]
    return _OfFile(tuple(good), frozenset(bad), tuple(problems), tuple(named))


def _reply(source: TomlSource, folders: tuple[str, ...]) -> Canned | list[Problem]:
    """Its only reply, its files by their names alone; or everything that is wrong."""
    found = _valid(source)
    return found.canned(folders) if isinstance(found, ReplySettings) else found


def _valid(source: TomlSource) -> ReplySettings | list[Problem]:
    """The first reply of a file, or everything that is wrong with the file."""
    try:
        return validate(RepliesSettings, source, {}, "").settings.reply[0]
    except IndexError:
        return []
    except ConfigError as error:
        return list(error.problems)


def _attached(name: str, file: Path, source: TomlSource, number: int) -> ReplyFile | Problem:
    """A file beside the one that names it."""
    where = ("reply", 0, "files", number)
    path = file.parent / name
    if Path(name).name != name or name.startswith("."):
        return source.problem(where, "not the name of a file", "a file in the same folder")
    there = _stamp(path) if path.is_file() else None
    if there is None:
        return source.problem(where, "no such file", "a file in the same folder")
    size = there[1]
    if not 0 < size <= MOST_FILE_BYTES:
        return source.problem(where, "empty" if not size else "too large", f"at most {MOST_FILE_BYTES // 1_000_000} MB")
    return ReplyFile(name, mimetypes.guess_type(name)[0] or "application/octet-stream", size, "", str(path))


def _markdown(words: str, file: Path) -> TomlSource:
    """One reply: TOML between lines of +++, then its text. The file's name is its key. Raises ConfigError."""
    name = str(file)
    words = words.replace("\r\n", "\n")
    front = _FENCE.match(words)
    if front is None:
        if words.startswith("+++"):
            raise ConfigError([Problem(name, 1, "", "the +++ is never closed", "a line of +++ after the settings")])
        head, text, at = "", words, 1
    else:
        head, text = front[1], words[front.end() :]
        at = 2 + front[1].count("\n") + 1
    source = parse_toml(f"\n{head}", name)  # its first line is the second one of the file
    for taken in ("key", "text"):
        if taken in source.data:
            raise ConfigError([source.problem((taken,), "is told by the file", "the file's name, or what follows +++")])
    at += len(text) - len(text.lstrip("\n"))
    table = {**source.data, "key": file.stem, "text": text.strip("\n")}
    lines = {("reply", 0, *path): line for path, line in source.lines.items()}
    lines |= {("reply", 0): 1, ("reply", 0, "key"): 1, ("reply", 0, "text"): at}
    return TomlSource(name, {"reply": [table]}, lines)


def check_replies(
    folder: Path, brands: Collection[str] | None = None, taken: Sequence[Canned] = ()
) -> tuple[Problem, ...]:
    """Everything that is wrong with the replies in a folder."""
    return ReplyFolder(folder, brands, taken).read().problems
