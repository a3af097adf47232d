"""SafeText: the only kind of text a widget may draw."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, LiteralString, NoReturn, Self, SupportsIndex, final, overload

from agent_tui.domain.text_isolates import ISOLATES, balance

_LOOSE_JOINER: Final = re.compile("^[\u200c\u200d]+|[\u200c\u200d]+(?=…|$)")
_DOTTED_CIRCLE: Final = "\N{DOTTED CIRCLE}"


@final
class SafeText(str):
    """Text with no character that could move, hide or restyle anything outside its own cells.

    A distinct type, so that mypy refuses a bare ``str`` where this is wanted. Made by ``clean``, ``clean_line``,
    ``trusted``, ``compose`` and the operations below; every other ``str`` method gives a plain ``str`` again.
    """

    __slots__ = ()

    def __new__(cls, *_args: object) -> Self:
        """Refuse: TypeError always. Customer text goes through ``clean``, our own words through ``trusted``."""
        raise TypeError("SafeText is made by clean(), clean_line(), trusted() or compose(), never called")

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("SafeText has no subclasses")

    @overload
    def __add__(self, other: SafeText, /) -> SafeText: ...
    @overload
    def __add__(self, other: str, /) -> str: ...
    def __add__(self, other: str, /) -> str:
        joined = str.__add__(self, other)
        return seal(joined) if isinstance(other, SafeText) else joined

    @overload  # type: ignore[override]  # narrower on purpose: a slice stays drawable
    def __getitem__(self, key: slice, /) -> SafeText: ...
    @overload
    def __getitem__(self, key: SupportsIndex, /) -> str: ...
    def __getitem__(self, key: SupportsIndex | slice, /) -> str:
        part = str.__getitem__(self, key)
        # One code point stays one, since libraries walk a text by index; alone it is no safe text.
        return repair(part) if isinstance(key, slice) else part

    @overload
    def join(self, parts: Iterable[SafeText], /) -> SafeText: ...
    @overload
    def join(self, parts: Iterable[str], /) -> str: ...
    def join(self, parts: Iterable[str], /) -> str:
        listed = list(parts)
        joined = str.join(self, listed)
        return seal(joined) if all(isinstance(part, SafeText) for part in listed) else joined

    def lines(self) -> list[SafeText]:
        """The lines, at least one. Only U+000A parts lines here; ``str.splitlines`` knows more of them."""
        if "\n" not in self:
            return [self]
        return [seal(line) for line in self.split("\n")]

    def drawn(self) -> SafeText:
        """Without the isolates, which steer a layout but must never reach a terminal's cells."""
        return self if self.isascii() else seal(ISOLATES.sub("", self))

    def __copy__(self) -> SafeText:
        return self

    def __deepcopy__(self, _memo: object) -> SafeText:
        return self

    def __reduce__(self) -> NoReturn:
        # A pickle is data from outside again; whoever stores text stores the raw one.
        raise TypeError("SafeText is not stored; store the raw text and clean it at the edge")


def seal(text: str) -> SafeText:
    """Give `text`, already clean, the type that says so. For the modules agent_tui.domain.text_* only."""
    return str.__new__(SafeText, text)


def repair(part: str) -> SafeText:
    """Seal a piece cut out of a safe text: isolates balanced, no joiner at its end, no mark without a base.

    O(length of the piece). Unchanged when the cut fell between graphemes outside any isolate.
    """
    if part.isascii():
        return seal(part)
    part = _LOOSE_JOINER.sub("", part)
    if part and unicodedata.category(part[0]).startswith("M"):
        part = _DOTTED_CIRCLE + part
    return seal(balance(part))


def trusted(literal: LiteralString) -> SafeText:
    """Our own interface words as drawable text.

    Raises ValueError when they hold a control character other than a line feed: a mistake in our source.
    """
    if isinstance(literal, SafeText):
        return literal
    for char in literal:
        if unicodedata.category(char) in ("Cc", "Cs") and char != "\n":
            raise ValueError(f"interface text holds the control character U+{ord(char):04X}; remove it")
    return seal(literal)


def compose(template: LiteralString, /, **parts: SafeText | int) -> SafeText:
    """Fill `{name}` fields of our own template with drawable parts and whole numbers.

    Raises TypeError for any other kind of part, KeyError for a field without one.
    """
    for name, part in parts.items():
        if not isinstance(part, SafeText | int):
            raise TypeError(f"compose part {name!r} is a {type(part).__name__}; pass SafeText or int")
    return seal(trusted(template).format_map(parts))
