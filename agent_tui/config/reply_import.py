"""Canned replies as other systems give them: a CSV, Chatwoot's canned responses, Zammad's text modules."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any, Final

from agent_tui.config.problems import ConfigError, Problem
from agent_tui.domain.frozen import frozen
from agent_tui.domain.promised_time import is_hebrew
from agent_tui.domain.replies.fields import old_spelling
from agent_tui.domain.replies.foreign import from_chatwoot, from_zammad, only_text
from agent_tui.domain.replies.reply import Canned, ReplyField, Variant
from agent_tui.domain.replies.template import Refused, shape_of

MOST_BYTES: Final = 30_000_000
MOST_REPLIES: Final = 50_000
COLUMNS: Final = ("key", "title", "language", "channel", "tags", "text")
_NO_KEY: Final = re.compile(r"[\s/\\]+")
_NO_TAG: Final = re.compile(r"[;,]")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_CHANNEL: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")
_LANGUAGE: Final = re.compile(r"[a-z]{2}")


@frozen
class Imported:
    """`notes`: what a person should know of: fields that were made, what was left out, what is only text now."""

    replies: tuple[Canned, ...]
    notes: tuple[str, ...]


@frozen
class _Row:
    """One text of theirs. `where`: as a person finds it; `text`: ours already."""

    where: str
    key: str
    text: str
    title: str = ""
    language: str = ""
    channel: str = ""
    tags: tuple[str, ...] = ()


def from_csv(path: Path) -> Imported:
    """With a first line of `key,title,language,channel,tags,text`, of which key and text are needed; several rows of
    one key are its languages and channels. Raises ConfigError."""
    words = _read(path)
    sample = words.partition("\n")[0]
    reader = csv.reader(StringIO(words, newline=""), delimiter=max(",;\t", key=sample.count), strict=True)
    notes: list[str] = []

    def rows() -> Iterator[_Row]:
        names = [name.strip().lower() for name in next(reader, [])]
        if "key" not in names or "text" not in names:
            raise ConfigError([Problem(str(path), 1, "", "no columns key and text", ",".join(COLUMNS))])
        for cells in reader:
            row = dict(zip(names, cells, strict=False))
            if not any(cell.strip() for cell in cells):
                continue
            yield _Row(
                f"line {reader.line_num}",
                row.get("key", ""),
                _template(row.get("text", ""), f"{path}: line {reader.line_num}", notes),
                row.get("title", "").strip(),
                row.get("language", "").strip().lower()[:2],
                row.get("channel", "").strip().lower(),
                tuple(tag for part in _NO_TAG.split(row.get("tags", "")) if (tag := part.strip())),
            )

    try:
        return _together(path, list(rows()), notes)
    except csv.Error as error:
        raise ConfigError([Problem(str(path), reader.line_num, "", f"not CSV: {error}")]) from None


def from_chatwoot_json(path: Path) -> Imported:
    """The answer of `canned_responses`: short_code and content. Raises ConfigError."""
    rows = [
        _Row(where, _word(one, "short_code"), from_chatwoot(_word(one, "content")))
        for where, one in _entries(path, "short_code", "content")
    ]
    return _together(path, rows, [])


def from_zammad_json(path: Path, to_text: Callable[[str], str]) -> Imported:
    """The answer of `text_modules`: name, keywords and content, made text by `to_text`. Raises ConfigError."""
    rows: list[_Row] = []
    notes: list[str] = []
    for where, one in _entries(path, "name", "content"):
        name = _word(one, "name")
        if one.get("active") is False:
            notes.append(f"{where}: {name} is not active, and left out")
            continue
        tags = tuple(_word(one, "keywords").replace(",", " ").split())
        rows.append(_Row(where, name, from_zammad(to_text(_word(one, "content"))), name, tags=tags))
    return _together(path, rows, notes)


# -- inside


def _read(path: Path) -> str:
    try:
        raw = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    except OSError as error:
        raise ConfigError([Problem(str(path), 0, "", f"cannot be read: {error.strerror or error}")]) from None
    if raw is None:
        raise ConfigError([Problem(str(path), 0, "", "too long", f"at most {MOST_BYTES // 1_000_000} MB")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError([Problem(str(path), line, "", "not UTF-8 text", "a file saved as UTF-8")]) from None


def _entries(path: Path, *needed: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each object of a list of them, or of the list within an answer's envelope, and where it is."""
    try:
        held = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        raise ConfigError([Problem(str(path), line, "", f"not JSON: {error}"[:200])]) from None
    if isinstance(held, dict):
        held = next((value for value in held.values() if isinstance(value, list)), None)
    if not isinstance(held, list):
        raise ConfigError([Problem(str(path), 0, "", "no list", f"objects with {' and '.join(needed)}")])
    for place, one in enumerate(held, 1):
        if not isinstance(one, dict) or not all(isinstance(one.get(name), str) for name in needed):
            what = "not an object with " + " and ".join(needed)
            raise ConfigError([Problem(str(path), 0, f"[{place}]", what, "as the server's API gives it")])
        yield f"{path}: [{place}]", one


def _word(one: dict[str, Any], name: str) -> str:
    value = one.get(name)
    return value if isinstance(value, str) else ""


def _template(text: str, where: str, notes: list[str]) -> str:
    """A text of a CSV: ours where it is one of ours, else only text; `{field}` is a field."""
    while (old := old_spelling(text)) is not None:
        name, now = old
        text = text.replace(f"{{{name}}}", now)
        notes.append(f"{where}: {{{name}}} is {now} now")
    try:
        shape_of(text)
    except Refused as refused:
        notes.append(f"{where}: only text now, since it is no template: {refused.what}")
        return only_text(text)
    return text


def _together(path: Path, rows: list[_Row], notes: list[str]) -> Imported:
    if len(rows) > MOST_REPLIES:
        raise ConfigError([Problem(str(path), 0, "", f"{len(rows)} replies", f"at most {MOST_REPLIES}")])
    groups: dict[str, list[_Row]] = {}
    for row in rows:
        key = _NO_KEY.sub("-", _CONTROL.sub("", row.key).strip())[:60].strip("-")
        if not key or not row.text.strip():
            notes.append(f"{row.where}: no {'text' if key else 'key'}, and left out")
            continue
        groups.setdefault(key, []).append(row)
    return Imported(tuple(_reply(key, group, notes) for key, group in groups.items()), tuple(notes))


def _reply(key: str, rows: list[_Row], notes: list[str]) -> Canned:
    first, *others = sorted(rows, key=lambda row: bool(row.channel))  # what is for every channel stands first
    kept: dict[tuple[str, str], _Row] = {}
    for row in (first, *others):
        where = (_language(row), _channel(row))
        if where in kept:
            notes.append(f"{row.where}: {key} has a text like that already, and this is left out")
        kept.setdefault(where, row)
    (main, _), *_ = kept.items()
    texts = {where: _bounded(row, notes) for where, row in kept.items()}
    variants = tuple(Variant(text, *where) for where, text in texts.items() if where != main)
    only = (main[1],) if main[1] and not variants else ()
    if main[1] and variants:  # every text is for a channel: the first one serves all others too
        notes.append(f"{first.where}: {key} is said on every other channel as on {main[1]}")
    names = dict.fromkeys(name for text in texts.values() for name in shape_of(text).fields)
    if names:
        notes.append(f"{first.where}: {key} has the field{'s' if len(names) > 1 else ''} {', '.join(names)}")
    tags = tuple(dict.fromkeys(tag[:60] for row in rows for tag in row.tags))[:30]
    fields = tuple(ReplyField(name, name.replace("_", " ")) for name in names)
    return Canned(key, texts[main], "", first.title[:200], main[0], only, tags, variants, fields)


def _language(row: _Row) -> str:
    if _LANGUAGE.fullmatch(row.language):
        return row.language
    return "he" if is_hebrew(row.text) else ""


def _channel(row: _Row) -> str:
    return row.channel if _CHANNEL.fullmatch(row.channel) else ""


def _bounded(row: _Row, notes: list[str]) -> str:
    """Its text, if that can be used; else what can be."""
    text = _CONTROL.sub("", row.text.replace("\r\n", "\n").replace("\r", "\n"))
    try:
        shape_of(text)
    except Refused as refused:
        notes.append(f"{row.where}: cut, since it is {refused.what}")
        return only_text(text[:5_000])
    return text
