"""Hebrew in real terminals: VTE, xterm and tmux show what must be seen, compared by pixels."""

from __future__ import annotations

import pytest

from tests.terminals.compare import CHECKS, Check
from tests.terminals.display import display

pytestmark = pytest.mark.real


@pytest.mark.parametrize("check", CHECKS, ids=[check.name for check in CHECKS])
def test_a_terminal_shows_what_must_be_seen(check: Check) -> None:
    if lacks := check.kind.lacks():
        pytest.skip(lacks)
    with display() as shown:
        check.look(check.kind, shown)
