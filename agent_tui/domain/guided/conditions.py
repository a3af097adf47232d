"""The language of `when`: `method == 'gift' and not (amount > 50)`.

It compares what was collected, and can do nothing else: no call, no attribute, no loop. A condition is read once and
then holds or does not; what is not known is "" and never an error.

    or    = and { "or" and }            and = not { "and" not }           not = "not" not | compared
    compared = one [ op one | "in" list ]    op = "==" "!=" "<" "<=" ">" ">="    list = "[" one { "," one } "]"
    one   = name | 'text' | "text" | number | "(" or ")"
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from agent_tui.domain.frozen import frozen

MOST_CHARS: Final = 500
_DEEPEST: Final = 20
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'[^'\n]*'|"[^"\n]*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[^\W\d][\w.-]*)"""
    r"""|(?P<sign>==|!=|<=|>=|[<>()\[\],]))"""
)
_COMPARED: Final = ("==", "!=", "<", "<=", ">", ">=")


class ConditionError(ValueError):
    """A condition that cannot be read: what is wrong with it."""


@frozen
class Condition:
    """A node: `kind` is a sign of comparison, `or`, `and`, `not`, `in`, `name` or `text`; the last two have `word`."""

    kind: str
    parts: tuple[Condition, ...] = ()
    word: str = ""

    def holds(self, known: Mapping[str, str]) -> bool:
        """Whether it is so, by what is `known`; any text but "", `no` and `false` counts as yes."""
        match self.kind:
            case "or":
                return any(part.holds(known) for part in self.parts)
            case "and":
                return all(part.holds(known) for part in self.parts)
            case "not":
                return not self.parts[0].holds(known)
            case "in":
                one, *several = (part._value(known) for part in self.parts)
                return any(_same(one, other) for other in several)
            case "name" | "text":
                return self._value(known).casefold() not in ("", "no", "false")
        one, other = (part._value(known) for part in self.parts)
        return _compared(self.kind, one, other)

    def _value(self, known: Mapping[str, str]) -> str:
        if self.kind == "name":
            return known.get(self.word, "")
        if self.kind == "text":
            return self.word
        return "yes" if self.holds(known) else "no"

    @property
    def names(self) -> frozenset[str]:
        """What it asks about."""
        own = {self.word} if self.kind == "name" else set()
        return frozenset(own.union(*(part.names for part in self.parts)))


def _same(one: str, other: str) -> bool:
    return _compared("==", one, other)


def _compared(sign: str, one: str, other: str) -> bool:
    """As numbers where both are, else as words, whatever their case."""
    first, second = _number(one), _number(other)
    if first is not None and second is not None:
        return _by_sign(sign, (first > second) - (first < second))
    left, right = one.casefold(), other.casefold()
    return _by_sign(sign, (left > right) - (left < right))


def _number(text: str) -> float | None:
    # Not `float` of anything: it reads nan, infinity, 1_0 and digits of every script.
    return float(text) if re.fullmatch(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?", text) else None


def _by_sign(sign: str, order: int) -> bool:
    """`order`: 0 the same, more or less than 0 as the first is more or less."""
    if order == 0:
        return sign in ("==", "<=", ">=")
    return sign in (("!=", ">", ">=") if order > 0 else ("!=", "<", "<="))


@lru_cache(maxsize=1024)
def read_condition(text: str) -> Condition:
    """Raises ConditionError, which says what is wrong and where."""
    if len(text) > MOST_CHARS:
        raise ConditionError(f"longer than {MOST_CHARS} characters")
    return _Reader(text).whole()


def holds(text: str, known: Mapping[str, str]) -> bool:
    """Whether the condition is so; one that cannot be read never is, none always."""
    if not text:
        return True
    try:
        return read_condition(text).holds(known)
    except ConditionError:
        return False


def names_of(text: str) -> frozenset[str]:
    """What a condition asks about; nothing where it cannot be read."""
    try:
        return read_condition(text).names if text else frozenset()
    except ConditionError:
        return frozenset()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.kind, self.token = "", ""
        self._go_on()

    def whole(self) -> Condition:
        found = self._or()
        if self.token:
            raise ConditionError(f"{self.token} is not expected here")
        return found

    def _go_on(self) -> str:
        """What stood here, and on to the next."""
        was = self.token
        if not self.text[self.at :].strip():
            self.kind, self.token = "", ""
            return was
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            raise ConditionError(f"cannot be read from {self.text[self.at :].strip()[:20]} on")
        self.at = found.end()
        self.kind, self.token = str(found.lastgroup), found[str(found.lastgroup)]
        return was

    def _takes(self, word: str) -> bool:
        if self.kind in ("sign", "name") and self.token == word:
            self._go_on()
            return True
        return False

    def _several(self, word: str, one: Condition, more: list[Condition]) -> Condition:
        return Condition(word, (one, *more)) if more else one

    def _or(self) -> Condition:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ConditionError("nested too deeply")
        first, more = self._and(), []
        while self._takes("or"):
            more.append(self._and())
        self.depth -= 1
        return self._several("or", first, more)

    def _and(self) -> Condition:
        first, more = self._not(), []
        while self._takes("and"):
            more.append(self._not())
        return self._several("and", first, more)

    def _not(self) -> Condition:
        turns = 0
        while self._takes("not"):
            turns += 1
        found = self._comparison()
        return Condition("not", (found,)) if turns % 2 else found

    def _comparison(self) -> Condition:
        one = self._one()
        if self._takes("in"):
            return Condition("in", (one, *self._list()))
        if self.kind == "sign" and self.token in _COMPARED:
            sign = self._go_on()
            return Condition(sign, (one, self._one()))
        return one

    def _list(self) -> list[Condition]:
        if not self._takes("["):
            raise ConditionError("after in stands a list: ['a', 'b']")
        found = [self._one()]
        while self._takes(","):
            found.append(self._one())
        if not self._takes("]"):
            raise ConditionError("the list has no ]")
        return found

    def _one(self) -> Condition:
        kind = self.kind
        if self._takes("("):
            found = self._or()
            if not self._takes(")"):
                raise ConditionError("a ) is missing")
            return found
        if kind == "text":
            return Condition("text", (), self._go_on()[1:-1])
        if kind == "number":
            return Condition("text", (), self._go_on())
        if kind == "name" and self.token not in ("or", "and", "not", "in"):
            return Condition("name", (), self._go_on())
        raise ConditionError(f"{self.token} is not expected here" if self.token else "it ends too early")
