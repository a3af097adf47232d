"""Silent customers are reminded so often, until any sign of life."""

from __future__ import annotations

import pytest

from agent_tui.domain.sla.calendars import WorkingTime
from agent_tui.domain.sla.facts import (
    Created,
    CustomerWrote,
    Fact,
    MergedAway,
    Reopened,
    Replied,
    Resolved,
    SendFailed,
    SignOfLife,
)
from agent_tui.domain.sla.policies import Fit, Reminders, Rules, Traits
from agent_tui.domain.sla.reminders import next_reminder
from agent_tui.domain.time import DAY_MS, HOUR_MS
from tests.domain.sla.cases import MIN, OFFICE, at, wall

T10 = at("2026-11-23 10:00")
CHAT = Reminders("chat", (3 * MIN, 5 * MIN), "still-there", Fit(kinds=frozenset({"live"})))
MESSAGES = Reminders("messages", (23 * HOUR_MS,), "x", Fit(kinds=frozenset({"messaging"})), True, "office")
MAIL = Reminders("mail", (8 * HOUR_MS,), "y", calendar="office")
RULES = Rules("1", (), {"office": WorkingTime(OFFICE)}, reminders=(CHAT, MESSAGES, MAIL))


def m(minutes: float) -> int:
    return T10 + round(minutes * MIN)


def chat(*facts: Fact, channel: str = "webchat") -> list[Fact]:
    return [Created(T10, Traits(channel)), CustomerWrote(T10), Replied(m(1), "a"), *facts]


def due(facts: list[Fact], now: float) -> tuple[int, float, int] | None:
    """Number, minute and how many are left."""
    found = next_reminder(facts, RULES, m(now))
    return (found.number, (found.at - T10) / MIN, found.left) if found is not None else None


def test_each_comes_so_long_after_what_came_before_and_then_no_more() -> None:
    assert due(chat(), 1) == (1, 4, 1)
    assert due(chat(), 30) == (1, 4, 1)  # due for a while already
    assert due(chat(Replied(m(6), "r", "reminder")), 7) == (2, 11, 0)
    assert due(chat(Replied(m(6), "r", "reminder"), Replied(m(11), "s", "reminder")), 12) is None


def test_a_reminder_that_failed_was_none() -> None:
    assert due(chat(Replied(m(6), "r", "reminder"), SendFailed(m(7), "r")), 8) == (1, 4, 1)


@pytest.mark.parametrize("sign", [CustomerWrote(m(5)), SignOfLife(m(5)), Resolved(m(5)), MergedAway(m(5))])
def test_any_sign_of_life_ends_it(sign: Fact) -> None:
    assert due(chat(sign), 5) is None
    assert due(chat(Replied(m(4), "r", "reminder"), sign), 6) is None
    assert due(chat(sign, Replied(m(5.5), "r", "reminder")), 6) is None


def test_another_answer_of_ours_begins_anew_and_a_bot_or_a_note_does_not() -> None:
    assert due(chat(CustomerWrote(m(5)), Replied(m(8), "b")), 8) == (1, 11, 1)
    assert due(chat(Replied(m(4), "r", "reminder"), Replied(m(8), "b")), 8) == (1, 11, 1)
    assert due(chat(Replied(m(2), "n", "note"), Replied(m(2), "b", "bot")), 2) == (1, 4, 1)
    assert due(chat(Resolved(m(5)), Reopened(m(6))), 6) is None


def test_who_owes_nothing_is_not_reminded() -> None:
    assert due([Created(T10, Traits("webchat")), CustomerWrote(T10)], 9) is None
    assert due([], 9) is None


def test_nobody_is_reminded_once_the_window_has_closed() -> None:
    answered = chat(channel="whatsapp")
    assert due(answered, 2) == (1, 1 + 23 * 60, 0)
    late: list[Fact] = [*answered, Replied(m(61), "b")]
    assert due(late, 62) is None
    assert due([*late, CustomerWrote(m(70)), Replied(m(71), "c")], 72) == (1, 71 + 23 * 60, 0)
    outbound: list[Fact] = [Created(T10, Traits("whatsapp")), Replied(T10, "a", "template")]
    assert due(outbound, 1) is None
    assert due([Created(T10, Traits("telegram")), Replied(T10, "a")], 1) == (1, 23 * 60, 0)


def test_in_working_time_where_the_plan_says_so() -> None:
    found = next_reminder(chat(channel="email"), RULES, T10 + DAY_MS)
    assert found is not None
    assert (found.plan, wall(found.at)) == (MAIL, "2026-11-24 11:01")
