"""What an agent types to find something, as it is read; and where the words stand in what was found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.search import (
    OPERATORS,
    STATES,
    Condition,
    SearchError,
    around,
    marks,
    parse,
    plain_words,
)
from agent_tui.domain.time import DAY_MS, HOUR_MS
from tests.domain.text_strategies import hostile

NOW = 1_750_000_000_000
"""2025-06-15 15:06:40 UTC."""
TODAY = NOW - 15 * HOUR_MS - 400_000


def condition(text: str, zone: int = 0) -> Condition:
    [found] = parse(text, NOW, zone).conditions
    return found


def test_words_phrases_and_what_is_left_out() -> None:
    sought = parse('Refund "late parcel" -paid -"no answer"', NOW)
    assert [(term.folded, term.exact, term.without) for term in sought.terms] == [
        (("refund",), False, False),
        (("late", "parcel"), True, False),
        (("paid",), False, True),
        (("no", "answer"), True, True),
    ]


def test_an_address_is_words_in_a_row_and_a_colon_in_a_word_is_no_operator() -> None:
    [term] = parse("dana@example.co.il", NOW).terms
    assert term.folded == ("dana", "example", "co", "il")
    assert parse("http://x.example", NOW).conditions == ()
    assert parse("12:30", NOW).conditions == ()


def test_a_phone_with_blanks_is_one_thing() -> None:
    [term, other] = parse("054 987 1234 refund", NOW).terms
    assert (term.local, term.reversed) == ("549871234", "432178945")
    assert other.folded == ("refund",)
    assert parse('"054 987 1234"', NOW).terms[0].folded == ("054", "987", "1234")
    assert parse("from:054-9871234", NOW).conditions[0].value == "054-9871234"


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("before:2025-06-01", TODAY - 14 * DAY_MS),
        ("after:2025-06", TODAY - 14 * DAY_MS),
        ("after:today", TODAY),
        ("לפני:אתמול", TODAY - DAY_MS),
        ("after:3h", NOW - 3 * HOUR_MS),
        ("after:2w", NOW - 14 * DAY_MS),
    ],
)
def test_times(text: str, ms: int) -> None:
    assert condition(text).value == str(ms)


def test_days_are_the_agents_own() -> None:
    assert condition("after:today", 180).value == str(TODAY - 3 * HOUR_MS)


def test_operators_in_hebrew_are_the_same() -> None:
    assert condition("מאת:דנה") == Condition("from", "דנה")
    assert condition("ערוץ:wa") == Condition("channel", "whatsapp")
    assert condition('תווית:"החזר כספי"') == Condition("label", "החזר כספי")
    assert condition("-מצב:טופל") == Condition("is", "done", True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("channel:fax", "channel:fax is no channel; expected phone, webchat"),
        ("x is:opne", "is:opne is not known; expected open, waiting"),
        ("has:wings", "has:wings is not known; expected file, link"),
        ("before:soon", "before:soon is no time; expected a day"),
        ("after:2025-13-40", "after:2025-13-40 is no time"),
        ("from:", "from: needs a name"),
        ('label:""', "label: needs a label"),
        ("a b c d e f g h i j k l m", "at most 12"),
    ],
)
def test_what_is_wrong_is_named_with_what_was_expected(text: str, words: str) -> None:
    with pytest.raises(SearchError) as refused:
        parse(text, NOW)
    assert words in str(refused.value)


def test_what_is_only_left_out_looks_for_nothing() -> None:
    assert not parse("-refund", NOW)
    assert not parse("", NOW)
    assert not parse("-is:done", NOW)
    assert parse("is:done", NOW)


def test_rows_are_narrowed_by_the_words_alone() -> None:
    assert plain_words('refund from:dana -paid "late one"') == "refund late one"
    assert parse("from:dana", NOW).conditions
    assert not parse("dana 12:30", NOW).conditions


def test_words_are_marked_where_they_stand() -> None:
    line = "The refund for והמשלוח, call 054-987-1234"
    found = [line[start:stop] for start, stop in marks(line, parse("refu משלוח 9871234 the", NOW))]
    assert found == ["The", "refund", "והמשלוח", "054-987-1234"]
    assert marks(line, parse('"refu" -the', NOW)) == []
    assert [line[a:b] for a, b in marks(line, parse('"refund for"', NOW))] == ["refund for"]


def test_a_long_text_is_cut_around_what_was_found() -> None:
    text = "hay " * 200 + "needle " + "hay " * 200
    start, stop = around(text, parse("needle", NOW)) or (0, 0)
    assert "needle" in text[start:stop]
    assert stop - start <= 240
    assert text[start - 1] == " "
    assert around("hay", parse("needle", NOW)) is None


@given(hostile, st.integers(-720, 840))
def test_any_line_is_read_or_refused_with_words(text: str, zone: int) -> None:
    try:
        sought = parse(text, NOW, zone)
    except SearchError as refused:
        assert str(refused)
        return
    for start, stop in marks(text, sought):
        assert 0 <= start < stop <= len(text)


@given(st.lists(st.sampled_from(["dana", '"late parcel"', "-paid", "054 987 1234", "משלוח"]), max_size=4), st.data())
def test_operators_and_words_come_in_any_order(words: list[str], data: st.DataObject) -> None:
    operators = data.draw(st.lists(st.sampled_from([f"is:{state}" for state in STATES[:4]]), max_size=3, unique=True))
    mixed = data.draw(st.permutations([*words, *operators]))
    sought = parse("  ".join(mixed), NOW)
    assert {one.value for one in sought.conditions} == {one.removeprefix("is:") for one in operators}
    assert len(sought.terms) == len(words)
    assert {one.name for one in sought.conditions} <= set(OPERATORS)


@given(hostile)
def test_what_a_text_says_finds_it(text: str) -> None:
    """A word of a text, typed as it stands there, is marked in it."""
    from agent_tui.domain.folding import words

    for word in list(words(text))[:3]:
        typed = text[word.start : word.stop]
        assert marks(text, parse(f'"{typed}"' if '"' not in typed else typed, NOW)), repr(typed)


def test_a_short_hebrew_word_marks_no_longer_words_under_a_prefix() -> None:
    sought = parse("יש", 0)
    assert marks("שבוע שלישי", sought) == []
    assert marks("אמר שיש", sought) == [(4, 7)]
