"""Instants in a zone, also those that no calendar has."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from agent_tui.desk.countdown import text_of
from agent_tui.domain.time import local_time
from tests.desk.world import row

FAR = [-(1 << 53), -62_135_596_800_000, 253_402_300_799_999, (1 << 53) - 1]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("at", FAR)
def test_no_instant_is_too_far(at: int, zone: str) -> None:
    assert 1 <= local_time(at, ZoneInfo(zone)).year <= 9999


def test_a_usual_instant_is_itself() -> None:
    assert local_time(1_700_000_000_123, UTC).isoformat() == "2023-11-14T22:13:20.123000+00:00"


@pytest.mark.parametrize("at", FAR)
def test_a_row_with_a_far_instant_has_a_text(at: int) -> None:
    assert text_of(replace(row("a", stage="later"), snoozed=at), 1_700_000_000_000, UTC)
    assert text_of(replace(row("b"), last_at=at), 1_700_000_000_000, UTC)
