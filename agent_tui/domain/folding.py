"""How words are made alike before they are compared: case, accents, Hebrew points and final letters, Arabic forms,
digits, telephone numbers in any format. Index and question go through the same fold, so either may be written either
way.

Scripts without blanks between words (Chinese, Japanese, Thai ...) give one word a letter; a search for several of them
looks for them in a row.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

FOLDING: Final = 1
"""Grows when the same text folds otherwise than before: an index of another number must be made anew."""
MAX_WORD: Final = 64
"""Letters of one word that count; what is longer is no word that anybody looks for."""
MAX_FOLDED: Final = 100_000
"""Characters of one text that are folded."""

_QUOTES = "'\u2019\u05f3\u02bc"
_HEBREW = "\u05d0-\u05ea"
# what may stand in a word beside letters and digits: accents, points, vowel signs, marks that are not seen
_MARKS = (
    "\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u061c\u0640"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0900-\u0903\u093a-\u093c\u093e-\u094f\u0951-\u0957"
    "\u0962\u0963\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
)
_UNSPACED = "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u9fff"
_WORD: Final = re.compile(
    rf"[^\W_](?:[^\W_]|[{_MARKS}]|[{_QUOTES}](?=[^\W_])|(?<=[{_HEBREW}])[\"\u05f4](?=[{_HEBREW}]))*"
)
_DROPPED: Final = re.compile(f'[{_MARKS}{_QUOTES}"\u05f4]')
_BETWEEN: Final = re.compile(r"[\W_]+")
_ONE_BY_ONE: Final = re.compile(f"[{_UNSPACED}\U00020000-\U0003ffff]")
_LETTERS: Final = re.compile(f"[{_UNSPACED}\U00020000-\U0003ffff]|[^{_UNSPACED}\U00020000-\U0003ffff]+")
_ALIKE: Final = str.maketrans(
    {
        **dict(zip("ךםןףץ", "כמנפצ", strict=True)),
        **dict(zip("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789", strict=True)),
        **dict.fromkeys("ٱأإآ", "ا"),
        **{"ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ؤ": "و", "ئ": "ي"},
        **{"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"},
    }
)

_PHONE: Final = re.compile(r"(?<![^\W_])(?:\+|00)?[(]?\d(?:[\s().\-/\u2010-\u2013\u200e\u200f]{0,3}\d){6,14}(?![^\W_])")
_NOT_DIGIT: Final = re.compile(r"\D")
_HAS_DIGIT: Final = re.compile(r"\d")
_SHORT_CODES: Final = frozenset(
    map(
        str,
        (20, 27, *range(30, 35), 36, 39, 40, 41, *range(43, 50), *range(51, 59), *range(60, 67), 81, 82, 84, 86),
    )
) | frozenset(map(str, (*range(90, 96), 98)))

_PREFIXES: Final = (
    "ו", "ה", "ב", "כ", "ל", "מ", "ש", "וה", "וב", "וכ", "ול", "ומ", "וש", "שה", "שב",
    "שכ", "של", "שמ", "מה", "מש", "כש", "לכש", "שכש", "כשה", "וכש", "ושה", "ושב", "ושל", "ומה", "שבה",
)  # fmt: skip
"""What Hebrew writes onto the start of a word: and, the, in, as, to, from, that, when; and their usual combinations."""
_SHORTEST_STEM = 3


class Word(NamedTuple):
    """A folded word, and where it stands in the text it was read from."""

    folded: str
    start: int
    stop: int


def words(text: str) -> Iterator[Word]:
    """The words of a text in order. Telephone numbers are not put together here: see `phones`."""
    for found in _WORD.finditer(text[:MAX_FOLDED]):
        run = found.group()
        if run.isascii() or not _ONE_BY_ONE.search(run):
            if folded := fold_word(run):
                yield Word(folded, found.start(), found.end())
            continue
        at = found.start()
        for part in _LETTERS.findall(run):
            if folded := fold_word(part):
                yield Word(folded, at, at + len(part))
            at += len(part)


def fold(text: str) -> str:
    """The folded words of a text with blanks between, and after them its telephone numbers: what an index holds.

    A number stands there from its start (`_d`) and from its end (`_r`), so that it is found by what people type of it:
    with or without the country's code, with or without the zero, or the last four digits."""
    found = [word.folded for word in words(text)]
    if _HAS_DIGIT.search(text):
        for phone in phones(text):
            found += [f"_d{phone.local}", f"_r{phone.digits[::-1]}"]
    return " ".join(found)


@lru_cache(maxsize=50_000)
def fold_word(run: str) -> str:
    """One word as it is compared; "" when nothing of it is seen."""
    if run.isascii():
        return run.replace("'", "").replace('"', "").lower()[:MAX_WORD]
    plain = _DROPPED.sub("", unicodedata.normalize("NFKD", run)).casefold()
    folded = _DROPPED.sub("", unicodedata.normalize("NFKD", plain)).translate(_ALIKE)
    return "".join([char for char in folded if char.isalnum()])[:MAX_WORD]


def fold_line(text: str) -> str:
    """A text in folded letters on one line, quickly: its words are not parted, and what is between them is a blank. For
    finding words in many short texts where an index of words would cost more than it gives."""
    plain = _DROPPED.sub("", unicodedata.normalize("NFKD", text)).casefold().translate(_ALIKE)
    return " ".join(_BETWEEN.sub(" ", plain).split())


class Phone(NamedTuple):
    """What may be a telephone number: all its digits (the country's code where it was written, no "00"), those that
    stay when code and leading zeros go, and where it stands."""

    digits: str
    local: str
    start: int
    stop: int


def phones(text: str) -> Iterator[Phone]:
    """Runs of 7 to 15 digits, in any format (ITU-T E.164 has at most 15)."""
    for found in _PHONE.finditer(text[:MAX_FOLDED]):
        digits = digits_of(found.group())
        abroad = found.group()[0] == "+" or digits.startswith("00")
        digits = digits.removeprefix("00")
        local = digits[_code_length(digits) :] if abroad else digits
        yield Phone(digits, local.lstrip("0") or local, found.start(), found.end())


def _code_length(digits: str) -> int:
    """Digits of the country's code: one (1, 7), two (as listed), else three (ITU-T E.164, list of assigned codes)."""
    return 1 if digits[0] in "17" else 2 if digits[:2] in _SHORT_CODES else 3


def digits_of(text: str) -> str:
    """Its digits alone, in ASCII."""
    return _NOT_DIGIT.sub("", text.translate(_ALIKE))


@lru_cache(maxsize=1_000)
def hebrew_forms(folded: str) -> tuple[str, ...]:
    """A Hebrew word with and without what Hebrew writes onto its start, the word itself first; other words are alone.

    What looks like such a letter may belong to the word: then a form comes out that nobody writes, or rarely another
    word. Who wants the word as it is puts it in quotes."""
    if not _hebrew(folded):
        return (folded,)
    forms = [folded, *(prefix + folded for prefix in _PREFIXES)]
    for stem in hebrew_stems(folded):
        forms += [stem, *(prefix + stem for prefix in _PREFIXES)]
    return tuple(dict.fromkeys(forms))


@lru_cache(maxsize=10_000)
def hebrew_stems(folded: str) -> tuple[str, ...]:
    """What a Hebrew word may be without what Hebrew writes onto its start, the most first; of other words nothing.

    Two words with the same stem are most likely the same word: where both sides can be counted, that costs less than
    all forms."""
    if not _hebrew(folded):
        return ()
    stems = [folded[len(prefix) :] for prefix in _PREFIXES if folded.startswith(prefix)]
    return tuple(dict.fromkeys(stem for stem in stems if len(stem) >= _SHORTEST_STEM))


def _hebrew(folded: str) -> bool:
    return len(folded) >= 2 and all("\u05d0" <= char <= "\u05ea" for char in folded)
