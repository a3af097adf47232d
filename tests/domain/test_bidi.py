"""UAX #9 against Unicode's own cases: every one of them in `make test-real`, each ninth in `make test`."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain import bidi_tables
from agent_tui.domain.bidi import Base, base_level, inverse, is_simple, resolve, resolve_classes, visual_order
from agent_tui.domain.bidi_classes import classes, mirrored
from agent_tui.unicode_build import DATABASE, render
from tests.domain.text_strategies import hostile
from tests.domain.unicode_cases import (
    CHARACTER_CASES,
    CLASS_CASES,
    Case,
    character_cases,
    class_cases,
    installed,
)

REMOVED = "FGHIJZ"


def failure_of(case: Case) -> str | None:
    """What differs from the case, in words."""
    paragraph = resolve(case.text, case.base) if case.text else resolve_classes(case.kinds, case.base)
    if case.own is not None and (
        paragraph.base != case.own or (case.base == "auto" and base_level(case.text) != case.own)
    ):
        return f"{case}: the paragraph has level {paragraph.base}"
    levels = paragraph.line(0, len(paragraph.kinds))
    kept = [place for place, kind in enumerate(paragraph.kinds) if kind not in REMOVED]
    if [str(levels[place]) for place in kept] != [level for level in case.levels if level != "x"]:
        return f"{case}: the levels are {list(levels)}"
    if [place for place in visual_order(levels) if paragraph.kinds[place] not in REMOVED] != case.order:
        return f"{case}: the order is {visual_order(levels)}"
    return None


def failures(cases: Iterable[Case]) -> tuple[list[str], int]:
    """The first failures, and how many cases there were."""
    found: list[str] = []
    count = 0
    for case in cases:
        count += 1
        failure = failure_of(case)
        if failure and len(found) < 5:
            found.append(failure)
    return found, count


@installed
def test_each_ninth_case_of_unicode() -> None:
    assert failures(islice(character_cases(), 0, None, 9)) == ([], -(-CHARACTER_CASES // 9))
    assert failures(islice(class_cases(), 0, None, 9)) == ([], -(-CLASS_CASES // 9))


@pytest.mark.slow
@pytest.mark.timeout(600)
@installed
def test_every_case_of_unicode() -> None:
    assert failures(character_cases()) == ([], CHARACTER_CASES)
    assert failures(class_cases()) == ([], CLASS_CASES)


@installed
def test_the_tables_are_those_of_the_package() -> None:
    assert Path(bidi_tables.__file__).read_text(encoding="utf-8") == render(DATABASE)


@pytest.mark.parametrize(
    ("text", "base", "drawn"),
    [
        ("\u05d0\u05d1 abc 12", "auto", "abc 12 \u05d1\u05d0"),
        ("abc \u05d0\u05d1 12.", "auto", "abc 12 \u05d1\u05d0."),
        ("\u05d0 12,345 \u05d1", "rtl", "\u05d1 12,345 \u05d0"),
        ("a (\u05d0) b", "rtl", "b (\u05d0) a"),
        ("\u05d0 (a) \u05d1", "ltr", "\u05d0 (a) \u05d1"),
        ("\u05d0 \u2066+972-54\u2069 \u05d1", "auto", "\u05d1 \u2069+972-54\u2066 \u05d0"),
        ("\u2068\u05d0\u2069 b", "auto", "\u2068\u05d0\u2069 b"),
        ("...", "rtl", "..."),
    ],
)
def test_lines_read_right(text: str, base: Base, drawn: str) -> None:
    """What does not need the package; brackets mirrored as a line is drawn."""
    paragraph = resolve(text, base)
    levels = paragraph.line(0, len(text))
    assert "".join(mirrored(text[n]) if levels[n] & 1 else text[n] for n in visual_order(levels)) == drawn


@given(hostile, st.sampled_from(["auto", "ltr", "rtl"]))
def test_any_text_has_levels_and_an_order_that_can_be_turned_back(text: str, base: Base) -> None:
    paragraph = resolve(text, base)
    assert len(paragraph.levels) == len(paragraph.kinds) == len(text)
    order = visual_order(paragraph.line(0, len(text)))
    assert sorted(order) == list(range(len(text)))
    back = inverse(order)
    assert all(back[order[place]] == place for place in order) and inverse(back) == order
    if is_simple(text) and base != "rtl":
        assert set(paragraph.levels) <= {0} and paragraph.base == 0


@given(st.text(st.characters(categories=None)))
def test_what_is_called_simple_has_nothing_that_reads_from_the_right(text: str) -> None:
    if is_simple(text):
        assert set(classes(text)) & set("RANUVXYFGHIJ") == set()


@pytest.mark.timeout(5)
@pytest.mark.parametrize("sign", ["%", "(", " ", "\u05b8", "\u2068", "\u0660", "a\u05d0", "\u05d0(", "$\u0627", "()"])
def test_a_long_line_takes_linear_time(sign: str) -> None:
    """10,000 characters is the longest line that cleaning lets through; it takes milliseconds, a rule gone quadratic
    many seconds."""
    line = (sign * 10_000)[:10_000]
    assert len(visual_order(resolve(line, "rtl").line(0, len(line)))) == len(line)
