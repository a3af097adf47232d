"""Frames read and written without pydantic: for a desk, whose start would wait a fifth of its time for it.

Reads less than pydantic does, and the same where it reads: only values that are exactly of their declared type, as the
hub writes them. Everything else is `Misfit`, and the codec asks pydantic, which converts it or says what is wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from agent_tui.backends.wire.rule import Rule
from agent_tui.domain.text import CustomerText

Read = Callable[[Any], Any]

_SURROGATES = re.compile("[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Misfit(Exception):
    """Not read here; it may be good all the same."""


def read(frame: Any, text: str) -> Any:
    """The frame that `text` is, of a union of frames told apart by `type`. Raises Misfit."""
    if not text.isascii() and _SURROGATES.search(text):
        raise Misfit
    if "\\u" in text and _ESCAPED_SURROGATE.search(text):
        raise Misfit  # a half one is no text to pydantic
    try:
        value = json.loads(text)
    except ValueError:
        raise Misfit from None
    return _tagged(frame, "type")(value)


def prepare(frames: Any) -> None:
    """Make the readers of a union of frames now."""
    for kind in get_args(frames):
        _record(kind)


def write(frame: Any) -> str:
    """The frame as JSON, as pydantic writes it; what UTF-8 cannot carry becomes U+FFFD."""
    text = json.dumps(_json(frame), ensure_ascii=False, separators=(",", ":"))
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def _json(value: Any) -> Any:
    if isinstance(value, CustomerText):
        return value.raw
    if is_dataclass(value):
        return {part.name: _json(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return value


@cache
def _tagged(union: Any, tag: str) -> Read:
    """Reads a union of dataclasses whose member is told by the value of its field `tag`."""
    kinds = {_default(kind, tag): kind for kind in get_args(union)}

    def read(value: Any) -> Any:
        if type(value) is not dict:
            raise Misfit
        kind = value.get(tag)
        if type(kind) is not str or kind not in kinds:
            raise Misfit
        return _record(kinds[kind])(value)

    return read


def _default(kind: Any, name: str) -> Any:
    return next(part.default for part in fields(kind) if part.name == name)


@cache
def _record(kind: Any) -> Read:
    """Reads a dataclass from a JSON object: unknown keys are ignored, missing ones have their default."""
    hints = get_type_hints(kind, include_extras=True)
    parts = [(part.name, _reader(hints[part.name])) for part in fields(kind)]
    required = {part.name for part in fields(kind) if part.default is MISSING and part.default_factory is MISSING}

    def read(value: Any) -> Any:
        if type(value) is not dict or not required <= value.keys():
            raise Misfit
        return kind(**{name: reader(value[name]) for name, reader in parts if name in value})

    return read


def _reader(hint: Any, rule: dict[str, Any] | None = None) -> Read:
    """How a value declared as `hint` is read. Raises TypeError for a declaration it does not know: then this file needs
    to learn it, which `tests/wire/test_plain.py` tells."""
    rule = rule or {}
    origin = get_origin(hint)
    if origin is Annotated:
        inner, *notes = get_args(hint)
        return _reader(inner, next(note.said for note in notes if isinstance(note, Rule)))
    if "discriminator" in rule:
        return _tagged(hint, rule["discriminator"])
    if origin is Union or origin is UnionType:
        members = get_args(hint)
        if len(members) != 2 or NoneType not in members:
            raise TypeError(f"cannot read {hint}")
        return _or_none(_reader(next(member for member in members if member is not NoneType)))
    if origin is Literal:
        return _one_of(get_args(hint))
    if origin is tuple:
        members = get_args(hint)
        return _many(_reader(members[0])) if members[1:] == (...,) else _row([_reader(each) for each in members])
    if is_dataclass(hint):
        return _later(hint)
    if hint in _SIMPLE:
        return _SIMPLE[hint] if not rule else _SIMPLE_WITHIN[hint](**rule)
    raise TypeError(f"cannot read {hint}")


def _later(kind: Any) -> Read:
    """Read as its own class; prepared when the first one comes."""
    return lambda value: _record(kind)(value)


def _or_none(inner: Read) -> Read:
    return lambda value: None if value is None else inner(value)


def _one_of(choices: tuple[Any, ...]) -> Read:
    def read(value: Any) -> Any:
        if type(value) is not str or value not in choices:
            raise Misfit
        return value

    return read


def _many(inner: Read) -> Read:
    def read(value: Any) -> Any:
        if type(value) is not list:
            raise Misfit
        return tuple([inner(item) for item in value])

    return read


def _row(inner: list[Read]) -> Read:
    def read(value: Any) -> Any:
        if type(value) is not list or len(value) != len(inner):
            raise Misfit
        return tuple([each(item) for each, item in zip(inner, value, strict=True)])

    return read


def _exactly(kind: type[Any]) -> Read:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise Misfit
        return value

    return read


def _number(value: Any) -> float:
    if type(value) is not float and type(value) is not int:
        raise Misfit
    return float(value)


def _customer_text(value: Any) -> CustomerText:
    if type(value) is not str:
        raise Misfit
    return CustomerText(value)


_SIMPLE: dict[Any, Read] = {
    str: _exactly(str),
    int: _exactly(int),
    bool: _exactly(bool),
    float: _number,
    CustomerText: _customer_text,
}


def _within(kind: type[Any]) -> Callable[..., Read]:
    def bounded(*, ge: float, le: float, allow_inf_nan: bool = True) -> Read:
        inner = _SIMPLE[kind]

        def read(value: Any) -> Any:
            number = inner(value)
            if not ge <= number <= le:
                raise Misfit
            return number

        return read

    return bounded


def _of_length(*, min_length: int = 0, max_length: int) -> Read:
    def read(value: Any) -> Any:
        if type(value) is not str or not min_length <= len(value) <= max_length:
            raise Misfit
        return value

    return read


_SIMPLE_WITHIN: dict[Any, Callable[..., Read]] = {str: _of_length, int: _within(int), float: _within(float)}
