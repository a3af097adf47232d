"""How often and how lately replies were used: kept by key, half of it forgotten in two weeks."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui.services.reply_use import FILE, HALF_LIFE_MS, MOST_KEYS, ReplyUse


def test_use_is_kept_and_fades(tmp_path: Path) -> None:
    use = ReplyUse(tmp_path)
    for at in (0, 0, HALF_LIFE_MS):
        use.used("late", at)
    again = ReplyUse(tmp_path)
    assert again.counts(HALF_LIFE_MS) == {"late": 2.0}
    assert again.counts(2 * HALF_LIFE_MS) == {"late": 1.0}
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("held", ["", "[1]", '{"late": 3}', '{"late": [1e999, 0]}', '{"late": ["x", "y"]}', "\udcff"])
def test_what_cannot_be_read_is_begun_anew(tmp_path: Path, held: str) -> None:
    (tmp_path / FILE).write_bytes(held.encode("utf-8", "surrogateescape"))
    use = ReplyUse(tmp_path)
    use.used("late", 0)
    assert use.counts(0)["late"] >= 1
    assert "late" in ReplyUse(tmp_path).counts(0)


def test_only_so_many_are_remembered_and_nothing_is_needed_to_remember() -> None:
    use = ReplyUse(None)
    for number in range(MOST_KEYS + 1):
        use.used(f"k{number}", number)
    assert len(use.counts(0)) == MOST_KEYS
    assert "k0" not in use.counts(0), "the one that was used the least"
