"""Of many cases only those whose time has come are looked at."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent_tui.domain.sla.agenda import Agenda

_steps = st.one_of(
    st.tuples(st.sampled_from("abcdef"), st.one_of(st.none(), st.integers(0, 50))),
    st.tuples(st.just("due"), st.integers(0, 60)),
)


@given(st.lists(_steps))
def test_as_a_plain_list_would_have_it(steps: list[tuple[str, int | None]]) -> None:
    agenda, plain = Agenda(), dict[str, int]()
    for what, at in steps:
        if what == "due":
            assert at is not None
            expected = sorted((time, case) for case, time in plain.items() if time <= at)
            assert agenda.due(at) == [case for _, case in expected]
            plain = {case: time for case, time in plain.items() if time > at}
        elif at is None:
            agenda.place(what, None)
            plain.pop(what, None)
        else:
            agenda.place(what, at)
            plain[what] = at
        assert agenda.next() == min(plain.values(), default=None)
        assert len(agenda) == len(plain)


def test_what_is_placed_again_and_again_takes_no_room() -> None:
    agenda = Agenda()
    for turn in range(50_000):
        agenda.place("a", turn + 1)
        agenda.place("b", 100_000 + turn)
    assert len(agenda._heap) < 3000
    assert agenda.due(10**6) == ["a", "b"]
