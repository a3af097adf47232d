"""Transfers: whoever is asked answers, whoever gave may take back, and what is settled stays so."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain import transfers
from agent_tui.domain.transfers import Transfer, TransferRefused

COLD = Transfer("x1", "c1", "noa", 0, "dana", due=100, note="m1")
WARM = replace(COLD, warm=True)
QUEUE = replace(COLD, agent="", queue="billing")
Act = Callable[[Transfer], Transfer]
WHO = ("noa", "dana", "avi", "")
ACTS: dict[str, Callable[[str, int], Act]] = {
    "accept": lambda who, now: lambda held: transfers.accept(held, who, now),
    "decline": lambda who, now: lambda held: transfers.decline(held, who, now),
    "withdraw": lambda who, now: lambda held: transfers.withdraw(held, who, now),
    "complete": lambda who, now: lambda held: transfers.complete(held, who, now),
    "lapse": lambda _, now: lambda held: transfers.lapse(held, now),
    "follow": lambda who, now: lambda held: transfers.follow(held, who, False, now),
    "close": lambda who, now: lambda held: transfers.follow(held, who, True, now),
    "connect": lambda _, now: lambda held: transfers.connect(held, now) if held.open else held,
    "put through": lambda _, now: lambda held: transfers.put_through(held, now),
    "not through": lambda _, now: lambda held: transfers.not_through(held, now),
    "lose sight": lambda _, now: lambda held: transfers.lose_sight(held),
}


def code(act: Callable[[], Transfer]) -> str:
    with pytest.raises(TransferRefused) as caught:
        act()
    return caught.value.code


def test_a_cold_one_is_done_when_it_is_taken() -> None:
    now = transfers.accept(COLD, "dana", 50)
    assert (now.state, now.ended, now.ended_by, now.due) == ("done", 50, "dana", 0)
    assert code(lambda: transfers.decline(now, "dana", 60)) == "transfer-over"


def test_a_warm_one_is_handed_over_by_who_gave_it() -> None:
    together = transfers.accept(WARM, "dana", 50)
    assert (together.state, together.due) == ("together", 0)
    assert transfers.lapse(together, 1_000) == together
    assert code(lambda: transfers.complete(together, "dana", 60)) == "not-givers"
    assert transfers.complete(together, "noa", 60).state == "done"
    assert transfers.withdraw(together, "noa", 60).state == "withdrawn"
    assert transfers.withdraw(together, "dana", 60).ended_by == "dana"
    assert code(lambda: transfers.complete(WARM, "noa", 60)) == "not-together"


def test_only_who_is_asked_answers() -> None:
    assert code(lambda: transfers.accept(COLD, "avi", 1)) == "not-asked"
    assert code(lambda: transfers.accept(QUEUE, "", 1)) == "not-asked"
    assert code(lambda: transfers.withdraw(COLD, "avi", 1)) == "not-givers"
    assert transfers.withdraw(COLD, "avi", 1, supervises=True).state == "withdrawn"
    assert transfers.withdraw(COLD, "dana", 1).state == "declined"


def test_an_offer_runs_out_at_its_time() -> None:
    assert transfers.lapse(COLD, 99) == COLD
    assert transfers.lapse(COLD, 100).state == "lapsed"


def test_what_waits_for_the_exchange_is_the_exchanges_to_settle() -> None:
    asked = transfers.connect(COLD, 50)
    for agent in ("noa", "dana"):
        for act in (transfers.withdraw, transfers.complete):
            with pytest.raises(TransferRefused) as caught:
                act(asked, agent, 60)
            assert caught.value.code == "connecting"
    done = transfers.put_through(asked, 60)
    assert (done.state, done.ended, done.ended_by, done.due) == ("done", 60, "dana", 0)
    assert transfers.put_through(COLD, 60) == COLD, "nobody asked the exchange"
    assert transfers.not_through(asked, 60).state == "failed"
    warm = replace(WARM, state="together", due=0)
    assert transfers.not_through(transfers.connect(warm, 50), 60) == warm
    assert transfers.put_through(transfers.connect(warm, 50), 60).ended_by == "noa"


def test_nobody_waits_for_an_exchange_for_ever() -> None:
    asked = transfers.connect(COLD, 0)
    assert transfers.lapse(asked, transfers.CONNECT_MS - 1) == asked
    lost = transfers.lapse(asked, transfers.CONNECT_MS)
    assert (lost.state, lost.open) == ("unknown", True)
    assert transfers.complete(lost, "noa", 1).state == transfers.complete(lost, "dana", 1).state == "done"
    assert transfers.withdraw(lost, "dana", 1).state == "withdrawn"
    assert code(lambda: transfers.complete(lost, "avi", 1)) == "not-together"
    assert (transfers.put_through(lost, 1).state, transfers.not_through(lost, 1).state) == ("done", "failed")


def test_what_the_case_does_settles_it() -> None:
    assert transfers.follow(COLD, "noa", False, 1) == COLD
    assert transfers.follow(COLD, "", False, 1) == COLD
    assert transfers.follow(COLD, "avi", False, 1).state == "withdrawn"
    assert transfers.follow(COLD, "dana", False, 1).state == "done"
    assert transfers.follow(COLD, "noa", True, 1).state == "withdrawn"
    taken = transfers.follow(QUEUE, "avi", False, 1)
    assert (taken.state, taken.agent) == ("done", "avi")
    assert transfers.follow(QUEUE, "", False, 1) == QUEUE


@given(
    st.sampled_from((COLD, WARM, QUEUE, replace(WARM, queue="billing"))),
    st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.sampled_from(WHO), st.integers(0, 200)), max_size=8),
)
def test_whatever_is_done_it_ends_once(start: Transfer, acts: list[tuple[str, str, int]]) -> None:
    held, over = start, None
    for name, who, now in acts:
        with contextlib.suppress(TransferRefused):
            held = ACTS[name](who, now)(held)
        assert (held.ended is None) == held.open
        assert not held.due or held.state in ("offered", "connecting")
        if over is not None:
            assert held == over
        over = None if held.open else held
