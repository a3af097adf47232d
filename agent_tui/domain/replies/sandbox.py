"""Jinja2 set up for canned replies: our filters only, no global name, a missing value shown by its name. Loads
Jinja2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from jinja2 import Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from agent_tui.domain.replies.fields import place_of

_AMOUNT: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,6})?")


WITHIN: Final = "within"
"""The filter that `in` becomes: Python's own `in` raises for what is not text, or not there."""


class Missing(Undefined):
    """A value that is not known: it counts as no, and is shown as the place where it belongs."""

    __slots__ = ()

    def __str__(self) -> str:
        return place_of(self._name)

    @property
    def _name(self) -> str:
        name = str(self._undefined_name)
        if isinstance(self._undefined_obj, Missing):
            return f"{self._undefined_obj._name}.{name}"
        of = getattr(self._undefined_obj, "thing", "")
        return f"{of}.{name}" if of else name


class Thing(dict[str, object]):
    """Values of one thing, or things of it, which knows how it is called."""

    def __init__(self, thing: str, parts: Mapping[str, object]) -> None:
        super().__init__(parts)
        self.thing = thing


class _Sandbox(ImmutableSandboxedEnvironment):
    def getattr(self, obj: Any, attribute: str) -> Any:
        """Of a thing its values, of nothing else anything at all."""
        if isinstance(obj, Thing) and attribute in obj:
            return obj[attribute]
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self.undefined(obj=obj, name=str(argument))


@lru_cache(maxsize=1)
def environment() -> ImmutableSandboxedEnvironment:
    """One for all: nothing in it changes."""
    made = _Sandbox(undefined=Missing, trim_blocks=True, lstrip_blocks=True, cache_size=0)
    made.globals.clear()
    made.filters.clear()
    made.filters.update(
        {
            "default": _default,
            **{name: _of_words(getattr(str, method)) for name, method in _METHODS.items()},
            "date": _date,
            "time": _time,
            "money": _money,
            WITHIN: _within,
        }
    )
    tests = {name: made.tests[name] for name in ("defined", "undefined")}
    made.tests.clear()
    made.tests.update(tests)
    return made


_METHODS: Final = {"upper": "upper", "lower": "lower", "title": "title", "capitalize": "capitalize", "trim": "strip"}


def _of_words(change: Any) -> Any:
    return lambda value: value if isinstance(value, Undefined) else change(str(value))


def _default(value: object, words: object = "") -> object:
    return words if isinstance(value, Undefined) or value == "" else value


def _within(value: object, among: object) -> bool:
    """Whether it is one of a list, or a part of a text; what is missing is in nothing, and nothing is in it."""
    if isinstance(value, Undefined) or isinstance(among, Undefined):
        return False
    return value in among if isinstance(among, list | tuple) else str(value) in str(among)


def _date(value: object, form: object = "d.m.y") -> object:
    """`2026-11-27` as 27.11.2026; `form`: d, m and y (the whole year), in their order with what stands between."""
    read = _moment(value)
    if read is None:
        return value
    parts = {"d": f"{read.day}", "m": f"{read.month}", "y": f"{read.year}"}
    return "".join(parts.get(sign, sign) for sign in str(form)[:20])


def _time(value: object) -> object:
    read = _moment(value)
    return value if read is None else f"{read:%H:%M}"


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _money(value: object, sign: object = "") -> object:
    """`1200` as 1,200.00, with a currency's sign before it."""
    if isinstance(value, Undefined) or not _AMOUNT.fullmatch(str(value).strip().replace(",", "")):
        return value
    return f"{str(sign)[:8]}{float(str(value).strip().replace(',', '')):,.2f}"
