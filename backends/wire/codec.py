"""Frames to text and back: limits first, then types; whatever arrives ends as a frame or as a `BadFrame`."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Annotated, Any

from agent_tui.backends.wire import plain
from agent_tui.backends.wire.frames import MAX_DEPTH, MAX_FRAME_BYTES, ClientFrame, ServerFrame
from agent_tui.backends.wire.rule import Rule
from agent_tui.domain.frozen import frozen
from agent_tui.domain.text import CustomerText

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MAX_NUMBER = (1 << 53) - 1
"""Greatest integer that every JSON reader keeps exactly (RFC 8259, section 6); clients may send no greater one."""

_STRINGS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")
_NUMBERS = re.compile(r"[-+.0-9eE]+")
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}
_SURROGATES = re.compile("[\ud800-\udfff]")


class BadFrame(ValueError):
    """A frame that is no frame. `code`: too-big, too-deep, bad-json, bad-number, unknown-frame, unknown-command,
    unknown-query, bad-arguments; `message` is for people; `id` of the command or query that it was, "" when unknown."""

    def __init__(self, code: str, message: str, id: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.id = id


@frozen
class Encoded:
    """An event as text, cut around `prev`, so that desks which may see less get theirs without encoding it again."""

    head: str
    tail: str
    prev: int

    def text(self, prev: int | None = None) -> str:
        return f"{self.head}{self.prev if prev is None else prev}{self.tail}"


@cache
def _server_frames() -> TypeAdapter[ServerFrame]:
    from pydantic import TypeAdapter

    return TypeAdapter(Annotated[ServerFrame, Rule(discriminator="type")])


@cache
def _client_frames() -> TypeAdapter[ClientFrame]:
    from pydantic import TypeAdapter

    return TypeAdapter(Annotated[ClientFrame, Rule(discriminator="type")])


@cache
def _frames_of(kind: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def prepare() -> None:
    """Make now what reads frames from a server: for a process that others are forked from."""
    _server_frames()
    plain.prepare(ServerFrame)


def encode(frame: ServerFrame | ClientFrame) -> str:
    """One frame as JSON text. Never fails on a customer's text: what UTF-8 cannot carry becomes U+FFFD. A value that is
    not of its declared type goes as it is, and the reader says where: pydantic would warn, and quote it.
    What a desk says is written plainly, so that it need not load pydantic; what a hub says to a thousand desks is not.
    """
    if isinstance(frame, ClientFrame):
        return plain.write(frame)
    kind: Any = type(frame)
    adapter = _frames_of(kind)
    try:
        return adapter.dump_json(frame, fallback=_undeclared, warnings="none").decode()
    except ValueError:  # lone surrogates, which old mail brings in
        value = adapter.dump_python(frame, mode="json", fallback=_undeclared, warnings="none")
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return _SURROGATES.sub("\ufffd", text)


def _undeclared(value: object) -> object:
    """Pydantic forgets what it knows of a union's member, CustomerText included, once one field of it does not fit."""
    if isinstance(value, CustomerText):
        return value.raw
    raise ValueError(f"no JSON for {type(value).__name__}")


_PREV = re.compile(r'("seq":\d+,"prev":)(\d+)')


def split_event(text: str) -> Encoded:
    """Cut the text of an event frame, as `encode` made it, around its `prev`."""
    found = _PREV.search(text)
    if found is None:
        raise ValueError("not an event frame")
    return Encoded(text[: found.end(1)], text[found.end(2) :], int(found[2]))


def size_of(text: str) -> int:
    """Bytes of `text` on the line."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def check_limits(text: str, max_bytes: int = MAX_FRAME_BYTES, max_depth: int = MAX_DEPTH) -> bytes:
    """The frame's bytes. Raises BadFrame for what must not reach a parser: size, nesting, numbers beyond 64 bits.
    Passes over the whole text are C; only what looks odd is looked at again without its strings."""
    if len(text) > max_bytes:
        raise BadFrame("too-big", f"a frame may have at most {max_bytes} bytes")
    raw = text.encode("utf-8", "surrogatepass")
    if len(raw) > max_bytes:
        raise BadFrame("too-big", f"a frame may have at most {max_bytes} bytes")
    if raw.count(b"[") + raw.count(b"{") > max_depth:
        brackets = _BRACKETS.findall(_STRINGS.sub('"', text))
        if max(accumulate(map(_STEP.__getitem__, brackets)), default=0) > max_depth:
            raise BadFrame("too-deep", f"a frame may be nested at most {max_depth} levels deep")
    if b"0" * 19 in raw.translate(_DIGITS) or b"NaN" in raw or b"Infinity" in raw:
        _check_numbers(text, (1 << 63) - 1)
    return raw


def _check_numbers(text: str, most: int) -> None:
    bare = _STRINGS.sub('"', text)
    if "NaN" in bare or "Infinity" in bare:
        raise BadFrame("bad-number", "NaN and Infinity are no JSON")
    for token in _NUMBERS.findall(bare):
        if len(token) < 16 and "e" not in token and "E" not in token:
            continue
        try:
            size = abs(float(token))
        except ValueError:
            continue  # letters of true, false; the parser names what is wrong
        if size > most:
            raise BadFrame("bad-number", f"a number is beyond {most}")


def decode_server(text: str) -> ServerFrame:
    """A frame from a server. An event whose body is unknown or unreadable becomes one with an UnknownBody, so that it
    still moves the place in the log. Raises BadFrame; code `unknown-frame` is to be ignored by a client."""
    raw = check_limits(text)
    try:
        return plain.read(ServerFrame, text)  # type: ignore[no-any-return]
    except plain.Misfit:
        pass
    try:
        return _server_frames().validate_json(raw)
    except ValueError as error:
        return _salvage_event(_parsed(text), error)


def decode_client(text: str, max_bytes: int = MAX_FRAME_BYTES, max_depth: int = MAX_DEPTH) -> ClientFrame:
    """A frame from a client. Raises BadFrame; with an `id` when the server should answer with `reject`."""
    raw = check_limits(text, max_bytes, max_depth)
    _check_numbers(text, MAX_NUMBER)  # what a desk says comes back to every desk
    try:
        return _client_frames().validate_json(raw)
    except ValueError as error:
        raise _client_fault(_parsed(text), error) from None


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise BadFrame("bad-json", f"not JSON: {_short(str(error))}") from None
    if not isinstance(value, dict):
        raise BadFrame("bad-json", "a frame is a JSON object")
    return value


_EVENT_ENVELOPE = ("type", "seq", "prev", "occurred", "recorded", "case", "by")


def _salvage_event(value: dict[str, Any], error: ValueError) -> ServerFrame:
    kind = value.get("type")
    if kind != "event":
        known = ("welcome", "ack", "reject", "page", "seen", "bye")
        if kind in known:
            raise BadFrame("bad-arguments", f"{kind}: {_why(error)}", _id_of(value))
        raise BadFrame("unknown-frame", f"unknown frame type {_short(repr(kind))}")
    bare = {key: value[key] for key in _EVENT_ENVELOPE if key in value} | {"body": {"type": "unknown"}}
    for kept in (bare | {"row": value.get("row")}, bare):
        try:
            return _server_frames().validate_python(kept)
        except ValueError:
            continue
    raise BadFrame("bad-arguments", f"event: {_why(error)}")


def _client_fault(value: dict[str, Any], error: ValueError) -> BadFrame:
    from pydantic import ValidationError

    kind, id = value.get("type"), _id_of(value)
    if kind in ("command", "query"):
        inner, tag = ("order", "name") if kind == "command" else ("query", "kind")
        body = value.get(inner)
        name = body.get(tag) if isinstance(body, dict) else None
        if isinstance(error, ValidationError) and any(
            fault["type"] in ("union_tag_invalid", "union_tag_not_found") and fault["loc"][-1:] == (inner,)
            for fault in error.errors(include_url=False, include_context=False, include_input=False)
        ):
            return BadFrame(f"unknown-{kind}", f"this server knows no {kind} {_short(repr(name))}", id)
        return BadFrame("bad-arguments", _why(error), id)
    if kind == "hello":
        return BadFrame("bad-arguments", f"hello: {_why(error)}")
    return BadFrame("unknown-frame", f"unknown frame type {_short(repr(kind))}", id)


def _id_of(value: dict[str, Any]) -> str:
    id = value.get("id")
    if not isinstance(id, str) or not 0 < len(id) <= 64:
        return ""
    return "" if _SURROGATES.search(id) else id


def _why(error: ValueError) -> str:
    """Where and why, without the sender's own text: it may be a customer's, and this goes to logs."""
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        return _short(f"{where}: {first['msg']}" if where else first["msg"])
    return "not valid UTF-8"


def _short(text: str) -> str:
    text = _SURROGATES.sub("\ufffd", text)
    return text if len(text) <= 120 else text[:119] + "…"
