"""What stands in a column fits it in every language, and what leaves the screen holds no sign that only steers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest

from agent_tui.desk.changes import Notice
from agent_tui.desk.countdown import text_of
from agent_tui.domain.language import Language, spoken
from agent_tui.domain.model import Clock
from agent_tui.domain.text import clean_line, compose
from agent_tui.domain.text_isolates import UNSEEN
from agent_tui.domain.text_time import day_and_month, month, span, weekday
from agent_tui.domain.time import DAY_MS, HOUR_MS, MINUTE_MS, MS
from agent_tui.language.catalogue import Catalogue
from agent_tui.services.notify import signal
from agent_tui.widgets.cells import cell_len, shown
from agent_tui.widgets.inbox.row_strips import _METRICS, CLOCK, METRIC
from tests.widgets.shop import NOW, sketch_rows
from tests.widgets.talk import talking

LANGUAGES = [None, Catalogue("he")]


@pytest.fixture(params=LANGUAGES, ids=["en", "he"])
def language(request: pytest.FixtureRequest) -> Language | None:
    found: Language | None = request.param
    return found


def test_days_and_months_keep_their_columns(language: Language | None) -> None:
    with spoken(language):
        days = [date(2026, 1, 1) + timedelta(days=30 * n) for n in range(12)]
        assert {cell_len(month(day)) for day in days} == {3}
        assert max(cell_len(weekday(day + timedelta(days=n))) for day in days for n in range(7)) <= 6
        assert max(cell_len(day_and_month(day).drawn()) for day in days) <= CLOCK - 1


def test_lengths_of_time_take_five_cells_at_most(language: Language | None) -> None:
    with spoken(language):
        minutes = [1, 59, 60, 9 * 60 + 59, 10 * 60, 47 * 60, 48 * 60, 99 * 24 * 60]
        for length in [0, MS, 59 * MS, 119 * MS, *(n * MINUTE_MS for n in minutes)]:
            assert cell_len(span(length, live=True).text.drawn()) <= 5
            assert cell_len(span(length).text.drawn()) <= 5


def test_every_countdown_fits_its_column(language: Language | None) -> None:
    row = sketch_rows()[0]
    with spoken(language):
        for left in (-99 * DAY_MS, -9 * HOUR_MS - 59 * MINUTE_MS, -MS, 0, 59 * MINUTE_MS, 9 * HOUR_MS, 99 * DAY_MS):
            late = replace(row, clock=Clock("next", NOW - DAY_MS, NOW + left))
            rests = replace(late, clock=Clock("next", NOW - DAY_MS, 0, "paused", True, left=max(0, left)))
            for one in (late, rests):
                assert shown(text_of(one, NOW, UTC), "visual").cells <= CLOCK
        assert all(cell_len(words.text.drawn()) <= METRIC for words in _METRICS.values())


def test_nothing_that_steers_leaves_the_screen() -> None:
    with spoken(Catalogue("he")):
        words = compose("not sent to {name}: {reason}", name=clean_line("Dana"), reason=clean_line("550"))
        notice = Notice(words, attention=True)
        assert "לא נשלח" in signal([notice], "osc9")
        assert UNSEEN.search(signal([notice], "osc9")) is None
        assert compose("#{number}", number=4471) == "#4471", "it is copied and pasted elsewhere"


async def test_a_forwarded_mail_begins_with_words_alone() -> None:
    async with talking(language=Catalogue("he")) as desk:
        await desk.press("W")
        body = desk.app.desk_screen.case.composer.writing.draft.body
        assert "הודעה שהועברה" in body
        assert UNSEEN.search(body) is None
