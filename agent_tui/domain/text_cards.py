"""Masks the numbers of payment cards in text that is drawn, told, copied or exported (PCI DSS 4.0, requirement 3.4.1).

A card number has 13 to 19 digits, the prefix and length of a brand (ISO/IEC 7812-1 and the brands' published ranges)
and a right check digit (Luhn). Everything else stays: order numbers, phones, trackings, IBANs. Digits may be of any
script, apart by blanks, dashes, other signs or marks, and broken once by the end of a line. One number in ten of a
card's shape passes the check by chance and is masked too; whoever needs it asks for it as for a card's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

MASK: Final = "•"
SHOWN: Final = 4
"""Digits at the end that stay, as on a receipt."""
LEAST, MOST = 13, 19

# Digits: decimal ones of every script, and those that stand in circles, raised or with a stop (general category No).
_ODD: Final = "²³¹⁰⁴-⁹₀-₉①-⑨⑴-⑼⒈-⒐⓪⓵-⓽⓿❶-❾➀-➈➊-➒🄀-🄊"
_DIGIT: Final = rf"[\d{_ODD}]"
# What may stand between two digits of one number: what is not seen, marks and keycaps, controls and their pictures.
_UNSEEN: Final = (
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u061c\u00ad\u034f\ufeff\ufe00-\ufe0f\u20e3\u0300-\u036f\u2400-\u2421\ufffd"
    "\x00-\x08\x0b-\x1f\x7f-\x9f\U000e0000-\U000e01ef"
)
_BLANKS: Final = " \u00a0\u2000-\u200a\u202f\u205f\u3000\n"
_DASHES: Final = "\\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d_\uff3f|\uff5c¦│~\uff5e"
"""Signs that no time, date or amount has between its digits."""
_DOTS: Final = "./,·:;*='\\\\>\u2019\u2027\u2044\u2215\u2219\u22c5\u3001\u30fb\uff0c\uff0e\uff0f\uff1a\uff1b"
_ALSO_UNSEEN: Final = frozenset("\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800")
"""Signs of other categories that are drawn as nothing or as a blank: vowels and selectors of Khmer and Mongolian, the
empty pattern of Braille."""
_ON_A_DIGIT: Final = frozenset("\ufe0f\u20e3") | {chr(code) for code in range(0x300, 0x370)}
_GAP: Final = f"[{_UNSEEN}{_BLANKS}{_DASHES}{_DOTS}]"
_RUN: Final = re.compile(rf"{_DIGIT}(?:{_GAP}{{0,12}}{_DIGIT}){{12,}}")
_GROUP: Final = re.compile(rf"{_DIGIT}(?:[{_UNSEEN}]*{_DIGIT})*")
# The same for ASCII, at four times the speed.
_PLAIN_GAP: Final = r"[\x00-\x08\n-\x1f\x7f \-._/,|~:;*='\\>]"
_PLAIN_RUN: Final = re.compile(rf"[0-9](?:{_PLAIN_GAP}{{0,12}}[0-9]){{12,}}")
_NO_SIGN: Final = re.compile(f"[{_UNSEEN}{_BLANKS}]+")
_LOOSE: Final = re.compile(f"[{_DOTS}]")
_ONE: Final = re.compile(_DIGIT)
_MARKED: Final = re.compile("[\ufe0f\u20e3\u0300-\u036f]")
_BEFORE_PHONE: Final = re.compile(r"\+[\d\s().-]{0,3}$")
_BEFORE_IBAN: Final = re.compile(r"(?<![^\W\d_])[A-Z]{2}$|(?<![^\W\d_])[A-Z]{2}\d{2}[ -]?(?:[A-Z]{4}[ -]?)?$")
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}(?:[ -]?[0-9A-Z]){11,30}")
_SHAPES: Final = frozenset(
    "".join(map(chr, sizes))
    for sizes in (
        (4, 4, 4, 4),
        (4, 4, 4, 4, 3),
        (4, 4, 4, 4, 2),
        (4, 4, 4, 4, 1),
        (4, 4, 4, 3),
        (4, 4, 4, 2),
        (4, 4, 4, 1),
        (4, 6, 5),
        (4, 6, 4),
        (6, 10),
        (6, 13),
        (8, 8),
    )
) | frozenset(map(chr, range(LEAST, MOST + 1)))
"""How cards are printed and typed; so grouped, a number is found beside others too. The
sizes of the groups are characters, for speed."""
_COUNTS: Final = {4: (5, 4, 3), 6: (2,), 8: (2,), **dict.fromkeys(range(LEAST, MOST + 1), (1,))}
"""How many groups to try from one of this size, the most first."""
_WIDEST: Final = max(map(len, _SHAPES))
_PLACES: Final = {
    size: {place for shape in _SHAPES for place, char in enumerate(shape) if ord(char) == size}
    for size in range(1, MOST + 1)
}
"""Where in the shapes a group of a size stands."""


def mask_cards(text: str) -> str:
    """`text` with all but the last four digits of each card number as bullets, and without the marks and keycaps that
    stood on those. Linear."""
    if len(text) < LEAST:
        return text
    runs = _PLAIN_RUN if text.isascii() else _RUN
    parts: list[str] = []
    done = 0
    for run in runs.finditer(text):
        found = sorted(_numbers(text, run.start(), run.end()))
        for at, (start, stop) in enumerate(found):
            start, stop = max(start, done), max(stop, done)
            if at + 1 < len(found) and (following := max(found[at + 1][0], done)) < stop:
                # One of the two is none, by chance; which one is not known, so neither shows its last digits there.
                found[at + 1] = (following, max(stop, found[at + 1][1]))
                parts += (text[done:start], _ONE.sub(MASK, text[start:following]))
                done = following
            elif stop > start:
                parts += (text[done:start], _masked(text[start:stop]))
                done = stop
    return "".join([*parts, text[done:]]) if parts else text


def _masked(number: str) -> str:
    if number.isascii() or not _MARKED.search(number):
        kept = len(number) - SHOWN
        if not number[kept:].isdecimal():
            kept = [found.start() for found in _ONE.finditer(number)][-SHOWN:][0]
        return _ONE.sub(MASK, number[:kept]) + number[kept:]
    masked = list(number)
    places = [place for place, char in enumerate(number) if _value(char) is not None]
    for place, following in pairwise(places[: 1 - SHOWN]):
        masked[place] = MASK
        for between in range(place + 1, following):
            if number[between] in _ON_A_DIGIT:
                masked[between] = ""
    return "".join(masked)


def mask_sent(raw: str) -> str:
    """`raw`, as it was sent, with the numbers masked that are found in it when it is drawn: what is drawn as a blank,
    as nothing or as a sign for something unseen parts no digits there, so none here. As long as `raw`."""
    if raw.isascii() and "\t" not in raw:
        return mask_cards(raw)
    table = {ord(char): seen for char in set(raw) if (seen := _drawn_as(char)) != char}
    masked = mask_cards(raw.translate(table))
    return "".join([MASK if now == MASK else was for was, now in zip(raw, masked, strict=True)])


def _drawn_as(char: str) -> str:
    """The same, or what stands for it between digits: one character, and no mark that goes with its digit."""
    if char == "\t":
        return " "
    unseen = unicodedata.category(char) in ("Cf", "Co", "Cn") or char in _ALSO_UNSEEN or char in _ON_A_DIGIT
    return "\u200b" if unseen else char


def _numbers(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Where card numbers stand in a run of digits and what is between them; some may overlap."""
    before = text[max(0, start - 12) : start]
    if before.lower() != before and (lead := _BEFORE_IBAN.search(before)) and _is_iban(text, start - len(lead[0])):
        return
    numbers = _read(_GROUP.findall(text, start, stop))
    digits = "".join(numbers)
    if len(digits) <= 15 and "+" in before and _BEFORE_PHONE.search(before):  # E.164
        return
    if len(numbers) > 1 and is_card(digits) and _one_kind(text, _spans(text, start, stop), numbers):
        yield start, stop
        return
    spans = _spans(text, start, stop) if "\n" in text[start:stop] else []
    yield from _printed(text, start, stop, numbers, spans)
    yield from _broken(text, numbers, spans)


def _printed(
    text: str, start: int, stop: int, numbers: list[str], spans: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Numbers in a shape that cards are printed in, all signs between the groups alike, at most one line's end.
    `spans`: where the groups stand, or none as long as nobody has looked."""
    sizes = "".join(map(chr, map(len, numbers)))
    first = 0
    while first < len(numbers):
        count = 0
        for count in _counts(numbers, sizes, first):
            spans = spans or _spans(text, start, stop)
            signs, ends = _between(text, spans[first : first + count])
            if len(signs - {""}) <= 1 and ends <= 1:
                yield spans[first][0], spans[first + count - 1][1]
                break
        else:
            count = 0
        first += count or 1


def _counts(numbers: list[str], sizes: str, first: int) -> Iterator[int]:
    """How many groups from `first` on may be one card's number, the most first."""
    if numbers[first][0] in "23456":
        for count in _COUNTS.get(len(numbers[first]), ()):
            shape = sizes[first : first + count]
            if shape in _SHAPES and len(shape) == count and is_card("".join(numbers[first : first + count])):
                yield count


def _broken(text: str, numbers: list[str], spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Numbers in a printed shape, one of whose groups goes on in the next line, as a mail program breaks them."""
    sizes = "".join(map(chr, map(len, numbers)))
    for at, (one, other) in enumerate(pairwise(spans)):
        if text.count("\n", one[1], other[0]) != 1:
            continue
        whole = len(numbers[at]) + len(numbers[at + 1])
        for place in _PLACES.get(whole, ()):
            first = at - place
            if first < 0 or numbers[first][0] not in "23456":
                continue
            shape = sizes[first:at] + chr(whole) + sizes[at + 2 : first + 1 + _WIDEST]
            for count in range(len(shape), place, -1):
                last = first + count
                if shape[:count] in _SHAPES and is_card("".join(numbers[first : last + 1])):
                    signs, ends = _between(text, spans[first : last + 1])
                    if len(signs - {""}) <= 1 and ends == 1:
                        yield spans[first][0], spans[last][1]


def _one_kind(text: str, spans: list[tuple[int, int]], numbers: list[str]) -> bool:
    """Whether the signs between groups, grouped anyhow, are all alike, and none that stands in dates and amounts, but
    between single digits; over one line's end at most."""
    signs, ends = _between(text, spans)
    if len(signs) > 1 or ends > 1:
        return False
    return not _LOOSE.search("".join(signs)) or all(len(number) == 1 for number in numbers)


def _between(text: str, spans: list[tuple[int, int]]) -> tuple[set[str], int]:
    """Which signs stand between the groups, blanks aside ("" where nothing else does), and over how many lines' ends.
    An end that has no sign is not told by one; a mail's mark of a quoted line is none."""
    gaps = [text[one[1] : other[0]] for one, other in pairwise(spans)]
    signs: set[str] = set()
    for gap in set(gaps):
        sign = _NO_SIGN.sub("", gap)
        if "\n" in gap:
            sign = sign.replace(">", "")
        if sign or "\n" not in gap:
            signs.add(sign)
    return signs or {""}, sum(["\n" in gap for gap in gaps])


def _spans(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    return [group.span() for group in _GROUP.finditer(text, start, stop)]


def _read(groups: list[str]) -> list[str]:
    """The digits of each group, as ASCII."""
    return [group if group.isascii() and group.isdecimal() else _digits(group) for group in groups]


def _is_iban(text: str, at: int) -> bool:
    """Whether an account number begins there that passes its check (ISO 13616-1); "MC" before a card's number also
    looks like a country. What follows it, apart by blanks, may look like more of it."""
    found = _IBAN.match(text, at)
    account = ""
    for part in re.split("[ -]", found[0]) if found else ():
        account += part
        if len(account) >= 15 and int("".join(str(int(char, 36)) for char in account[4:] + account[:4])) % 97 == 1:
            return True
    return False


def _digits(group: str) -> str:
    return "".join(map(_ascii, group))


@lru_cache(maxsize=1024)
def _ascii(char: str) -> str:
    """The digit that a character stands for, nothing where it stands for none."""
    value = _value(char)
    return "" if value is None else str(value)


def is_card(digits: str) -> bool:
    """Whether ASCII `digits` have a brand's prefix and length and pass the check of Luhn (ISO/IEC 7812-1, annex B)."""
    return LEAST <= len(digits) <= MOST and len(digits) in _lengths(digits[:4]) and _luhn(digits)


@lru_cache(maxsize=9_000)
def _lengths(begin: str) -> tuple[int, ...]:
    """The lengths of numbers that begin with these four digits; none when no brand does. A 13-digit Visa that begins
    as a mobile phone of Germany or Austria does is taken for the phone: such cards are long gone."""
    prefix = int(begin)
    two, three = prefix // 100, prefix // 10
    if two // 10 == 4:
        return (16, 19) if two in (43, 49) else (13, 16, 19)  # Visa
    if 51 <= two <= 55 or 2221 <= prefix <= 2720:
        return (16,)  # Mastercard
    if two in (34, 37):
        return (15,)  # American Express
    if 300 <= three <= 305 or three == 309 or two in (36, 38, 39):
        return (14, 16, 17, 18, 19)  # Diners Club
    if 3528 <= prefix <= 3589 or 2200 <= prefix <= 2205:
        return (16, 17, 18, 19)  # JCB, Mir
    if two == 50 or 56 <= two <= 69:
        return (16, 17, 18, 19)  # Maestro, Discover, UnionPay, RuPay
    return ()


def _luhn(digits: str) -> bool:
    signs = digits.encode()
    total = sum(signs[-1::-2] + signs[-2::-2].translate(_DOUBLED))
    return total % 10 == 8 * len(digits) % 10 and digits.strip("0") != ""


_DOUBLED: Final = bytes.maketrans(b"0123456789", b"0246813579")
"""Each digit twice, the two digits of that added."""


def _value(char: str) -> int | None:
    if "0" <= char <= "9":
        return ord(char) - 48
    if char < "\x80":
        return None
    value = unicodedata.digit(char, None)
    return int(value) if value is not None else None
