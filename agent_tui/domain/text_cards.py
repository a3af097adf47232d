"""Masks the numbers of payment cards in text that is drawn, told, copied or exported (PCI DSS 4.0, requirement 3.4.1).

A card number has 13 to 19 digits, the prefix and length of a brand (ISO/IEC 7812-1 and the brands' published ranges)
and a right check digit (Luhn). Everything else stays: order numbers, phones, trackings, IBANs. Digits may be of any
script, apart by blanks, dashes or marks. One number in ten of a card's shape passes the check by chance and is masked
too; whoever needs it asks for it as for a card's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
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
_DASHES: Final = "\\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
_DOTS: Final = "._/,·"
_ALSO_UNSEEN: Final = frozenset("\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800")
"""Signs of other categories that are drawn as nothing or as a blank: vowels and selectors of Khmer and Mongolian, the
empty pattern of Braille."""
_ON_A_DIGIT: Final = frozenset("\ufe0f\u20e3") | {chr(code) for code in range(0x300, 0x370)}
_GAP: Final = f"[{_UNSEEN}{_BLANKS}{_DASHES}{_DOTS}]"
_RUN: Final = re.compile(rf"{_DIGIT}(?:{_GAP}{{0,12}}{_DIGIT}){{12,}}")
_GROUP: Final = re.compile(rf"{_DIGIT}(?:[{_UNSEEN}]*{_DIGIT})*")
# The same for ASCII, at four times the speed.
_PLAIN_GAP: Final = r"[\x00-\x08\n-\x1f\x7f \-._/,]"
_PLAIN_RUN: Final = re.compile(rf"[0-9](?:{_PLAIN_GAP}{{0,12}}[0-9]){{12,}}")
_SEEN_GAP: Final = re.compile(f"[{_UNSEEN}]+")
_BEFORE_PHONE: Final = re.compile(r"\+[\d\s().-]{0,3}$")
_BEFORE_IBAN: Final = re.compile(r"(?<![^\W\d_])[A-Z]{2}$|(?<![^\W\d_])[A-Z]{2}\d{2}[ -]?(?:[A-Z]{4}[ -]?)?$")
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}(?:[ -]?[0-9A-Z]){11,30}")
_SHAPES: Final = frozenset(
    {
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
    }
)
"""How cards are printed and typed; so grouped, a number is found beside others too."""
_COUNTS: Final = {4: (5, 4, 3), 6: (2,), 8: (2,), **dict.fromkeys(range(LEAST, MOST + 1), (1,))}
"""How many groups to try from one of this size, the most first."""


def mask_cards(text: str) -> str:
    """`text` with all but the last four digits of each card number as bullets, and without the marks and keycaps that
    stood on those. Linear."""
    if len(text) < LEAST:
        return text
    runs = _PLAIN_RUN if text.isascii() else _RUN
    found = [span for run in runs.finditer(text) for span in _numbers(text, run.start(), run.end())]
    if not found:
        return text
    masked = list(text)
    for start, stop in found:
        places = [place for place in range(start, stop) if _value(text[place]) is not None]
        for place, following in pairwise(places[: 1 - SHOWN]):
            masked[place] = MASK
            for between in range(place + 1, following):
                if text[between] in _ON_A_DIGIT:
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
    """Where card numbers stand in a run of digits and what is between them."""
    before = text[max(0, start - 12) : start]
    if (lead := _BEFORE_IBAN.search(before)) and _is_iban(text, start - len(lead[0])):
        return
    groups = [group.span() for group in _GROUP.finditer(text, start, stop)]
    numbers = [_digits(text[a:b]) for a, b in groups]
    total = sum(map(len, numbers))
    if _BEFORE_PHONE.search(before) and total <= 15:  # E.164
        return
    if len(groups) > 1 and LEAST <= total <= MOST and is_card("".join(numbers)) and _one_kind(_gaps(text, groups)):
        yield groups[0][0], groups[-1][1]
        return
    first = 0
    while first < len(groups):
        counts = _COUNTS.get(len(numbers[first]), ()) if numbers[first][0] in "23456" else ()
        count = next((n for n in counts if _printed(text, groups, numbers, first, n)), 0)
        if count:
            yield groups[first][0], groups[first + count - 1][1]
        first += count or 1


def _printed(text: str, groups: list[tuple[int, int]], numbers: list[str], first: int, count: int) -> bool:
    """Whether `count` groups from `first` are a number in a shape that cards are printed in."""
    parts = numbers[first : first + count]
    if count > 1 and tuple(map(len, parts)) not in _SHAPES:
        return False
    if len(parts) < count or not is_card("".join(parts)):
        return False
    gaps = _gaps(text, groups[first : first + count])
    kinds = {gap.replace(" ", "") or " " for gap in gaps}
    return len(kinds - {"\n", " "}) <= 1 and sum("\n" in gap for gap in gaps) <= 1


def _one_kind(gaps: list[str]) -> bool:
    """Whether the signs between groups, grouped anyhow, are all one blank or dash."""
    kinds = {gap.replace(" ", "") or " " for gap in gaps}
    return len(kinds) == 1 and not any(char in _DOTS or char == "\n" for gap in gaps for char in gap)


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


def _gaps(text: str, groups: list[tuple[int, int]]) -> list[str]:
    """What is seen between the groups."""
    return [_SEEN_GAP.sub("", text[one[1] : other[0]]) for one, other in pairwise(groups)]


def _digits(group: str) -> str:
    if group.isascii():
        return group if group.isdecimal() else re.sub("[^0-9]+", "", group)
    return "".join(str(value) for char in group if (value := _value(char)) is not None)


def is_card(digits: str) -> bool:
    """Whether ASCII `digits` have a brand's prefix and length and pass the check of Luhn (ISO/IEC 7812-1, annex B)."""
    return LEAST <= len(digits) <= MOST and len(digits) in _lengths(int(digits[:4])) and _luhn(digits)


def _lengths(prefix: int) -> tuple[int, ...]:
    """The lengths of numbers that begin with these four digits; none when no brand does. A 13-digit Visa that begins
    as a mobile phone of Germany or Austria does is taken for the phone: such cards are long gone."""
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
    others = digits[-2::-2].translate(_DOUBLED)
    # The sum of the bytes of ASCII digits is that of the digits and 48 for each.
    total = sum(digits[-1::-2].encode()) + sum(others.encode()) - 48 * len(digits)
    return total % 10 == 0 and digits.strip("0") != ""


_DOUBLED: Final = str.maketrans("0123456789", "0246813579")
"""Each digit twice, the two digits of that added."""


def _value(char: str) -> int | None:
    if "0" <= char <= "9":
        return ord(char) - 48
    if char < "\x80":
        return None
    value = unicodedata.digit(char, None)
    return int(value) if value is not None else None
