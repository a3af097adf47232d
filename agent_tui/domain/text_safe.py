"""SafeText: the only kind of text a widget may draw."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, LiteralString, NoReturn, Self, SupportsIndex, final, overload

from agent_tui.domain.bidi import is_simple
from agent_tui.domain.language import SPOKEN, Language
from agent_tui.domain.text_isolates import ISOLATES, UNSEEN, balance

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
        """Without isolates and marks of direction, which steer a layout but must never reach a terminal's cells."""
        return self if self.isascii() else seal(UNSEEN.sub("", self))

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


def trusted(literal: LiteralString, context: LiteralString = "") -> SafeText:
    """Our own interface words as drawable text, in the language that is spoken here.

    `context` tells two meanings of one English word apart. The words are looked up when this is called, so nothing with
    letters in it is made when a module is loaded; there `marked` keeps them until they are drawn.
    Raises ValueError when they hold a control character other than a line feed: a mistake in our source.
    """
    if isinstance(literal, SafeText):
        return literal
    language = SPOKEN.get()
    if language is None:
        return _sealed(literal)
    words = language.text(literal, context)
    return _from_right(words) if language.from_right and _READ_FROM_RIGHT.search(words) else _sealed(words)


def fixed(literal: LiteralString) -> SafeText:
    """Our own signs and names that are the same in every language: `Esc`, `^O`, `:undo`. Raises as `trusted`."""
    return _sealed(literal)


def compose(template: LiteralString, /, **parts: SafeText | int) -> SafeText:
    """Fill `{name}` fields of our own template with drawable parts and whole numbers.

    Where anything reads from the right, each part stands between isolates, so that it steers nothing around it.
    Raises TypeError for any other kind of part, KeyError for a field without one.
    """
    language = SPOKEN.get()
    return _filled(template if language is None else language.text(template), parts, language)


def plural(one: LiteralString, many: LiteralString, /, n: int, **parts: SafeText | int) -> SafeText:
    """As `compose`, in the form that goes with the number `n`, which fills the field `{n}`."""
    language = SPOKEN.get()
    template: str = (one if n == 1 else many) if language is None else language.plural(one, many, n)
    return _filled(template, {"n": n, **parts}, language)


def _filled(template: str, parts: Mapping[str, SafeText | int], language: Language | None) -> SafeText:
    for name, part in parts.items():
        if not isinstance(part, SafeText | int):
            raise TypeError(f"compose part {name!r} is a {type(part).__name__}; pass SafeText or int")
    if language is None or not language.from_right:
        filled = _sealed(template).format_map(parts)
        if is_simple(filled):
            return seal(filled)
        return seal(balance(_sealed(template).format_map(_each_isolated(parts))))
    # The words decide which way the line runs, never a name in it; and a name keeps its own way within it.
    own = _each_isolated(parts)
    if own == parts and not _LETTER.search(_FIELD.sub("", template)):
        return seal(_sealed(template).format_map(own))  # a number and signs at it run the same way everywhere
    filled = _from_right(template).format_map(own)
    return seal(balance(filled) if any(_holds_isolates(part) for part in parts.values()) else filled)


def _holds_isolates(part: SafeText | int) -> bool:
    return not isinstance(part, int) and not part.isascii() and ISOLATES.search(part) is not None


def listed(separator: LiteralString, parts: Iterable[SafeText]) -> SafeText:
    """The parts in the direction of the words spoken here, each with its own; a sign of no language between them."""
    kept = list(parts)
    language = SPOKEN.get()
    from_right = language is not None and language.from_right
    joined = _sealed(separator).join(kept)
    if is_simple(joined) and not from_right:
        return seal(joined)
    return seal(balance("\u200f" * from_right + separator.join(map(isolated, kept))))


def _each_isolated(parts: Mapping[str, SafeText | int]) -> dict[str, SafeText | int]:
    return {name: part if isinstance(part, int) else isolated(part) for name, part in parts.items()}


def isolated(part: SafeText) -> SafeText:
    """Between FSI and PDI, so that its direction does not leak into the words around it."""
    if not part or part.isdigit():
        return part
    between = f"\u2068{part}\u2069"
    return seal(balance(between) if _holds_isolates(part) else between)


@lru_cache(maxsize=4096)
def _sealed(words: str) -> SafeText:
    for char in words:
        if unicodedata.category(char) in ("Cc", "Cs") and char != "\n":
            raise ValueError(f"interface text holds the control character U+{ord(char):04X}; remove it")
    return seal(words)


@lru_cache(maxsize=4096)
def _from_right(template: str) -> SafeText:
    """A template that begins with no right-to-left letter of its own gets a mark that says so (UAX #9, rule P2)."""
    first = next((char for char in _FIELD.sub("", template) if unicodedata.bidirectional(char) in ("L", "R", "AL")), "")
    if first and unicodedata.bidirectional(first) != "L":
        return _sealed(template)
    words = template.lstrip(" ")
    return _sealed(" " * (len(template) - len(words)) + "\u200f" + words)


_READ_FROM_RIGHT: Final = re.compile("[\u0590-\u08ff]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_FIELD: Final = re.compile(r"\{[^{}]*\}")


@final
class Phrase:
    """Interface words to be looked up when they are drawn: what a module may hold. Made by `marked`."""

    __slots__ = ("_context", "_words")

    def __init__(self, words: LiteralString, context: LiteralString) -> None:
        self._words, self._context = words, context

    @property
    def text(self) -> SafeText:
        """In the language that is spoken here."""
        return trusted(self._words, self._context)


def marked(literal: LiteralString, context: LiteralString = "") -> Phrase:
    """Our own words for later: `marked("NEEDS ME").text` where they are drawn."""
    return Phrase(literal, context)


def declared(words: str) -> SafeText:
    """The title or help of a command, which its declaration holds as plain data, in the language spoken here."""
    return trusted(words)  # literals, in the declarations
