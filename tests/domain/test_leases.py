"""A lease under everything that goes wrong: lost, repeated and late messages, desks with wrong clocks, a hub that
restarts. One machine plays the hub by the pure rules, and checks them by a record of its own."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agent_tui.domain import leases
from agent_tui.domain.leases import NOTHING_HELD, Held, LeaseRefused
from agent_tui.domain.model import Lease, Role

GRACE = 90_000
START = 1_750_000_000_000


def held_by(agent: str, desk: str, fence: int = 7, **more: int) -> Held:
    return Held(Lease(agent, desk, fence, START, **more), fence)


# -- one by one --------------------------------------------------------------------------------------------------------


def test_a_free_case_is_taken_and_a_taken_one_is_not() -> None:
    held = leases.take(NOTHING_HELD, "noa", "d1", 5, START)
    assert held == Held(Lease("noa", "d1", 5, START), 5)
    with pytest.raises(LeaseRefused, match="lease-held") as refused:
        leases.take(held, "avi", "d2", 6, START)
    assert refused.value.holder == held.lease


def test_taking_twice_keeps_the_fence() -> None:
    assert leases.take(held_by("noa", "d1"), "noa", "d1", 9, START + 1) == held_by("noa", "d1")


def test_the_same_agent_at_another_terminal_has_it_there_with_a_new_fence() -> None:
    held = leases.take(held_by("noa", "d1"), "noa", "d2", 9, START + 1)
    assert held == Held(Lease("noa", "d2", 9, START + 1), 9)
    with pytest.raises(LeaseRefused, match="lease-held"):
        leases.check(held, "noa", "d1", 7, START + 2)


def test_a_line_that_is_back_in_time_loses_nothing() -> None:
    lost = leases.line_lost(held_by("noa", "d1"), "noa", "d1", START, GRACE)
    assert lost.lease is not None and lost.lease.until == START + GRACE
    assert leases.line_back(lost, "noa", "d1", START + GRACE - 1) == held_by("noa", "d1")
    assert leases.line_back(lost, "noa", "d1", START + GRACE) == Held(None, 7)


def test_nobody_gives_back_what_another_has() -> None:
    held = held_by("noa", "d1")
    assert leases.release(held, "avi", "d1", START) == held
    assert leases.release(held, "noa", "d2", START) == held
    assert leases.release(held, "noa", "d1", START) == Held(None, 7)


def test_a_lease_that_has_run_out_stands_in_nobodys_way_before_anybody_noticed() -> None:
    out = held_by("noa", "d1", until=START)
    leases.check(out, "avi", "d2", 0, START)
    with pytest.raises(LeaseRefused, match="lease-held"):
        leases.check(out, "avi", "d2", 0, START - 1)


def test_fences_of_a_led_case_are_stale_when_it_is_led_and_when_it_is_not_any_more() -> None:
    head, part = leases.joined(held_by("noa", "d1", 5), held_by("avi", "d2", 7), 9, START)
    assert (head, part) == (held_by("noa", "d1", 5), Held(None, 9))
    assert leases.parted(part, 11) == Held(None, 11)


def test_a_second_loss_does_not_lengthen_the_grace() -> None:
    lost = leases.line_lost(held_by("noa", "d1"), "noa", "d1", START, GRACE)
    assert leases.line_lost(lost, "noa", "d1", START + 50_000, GRACE) == lost


def test_a_call_keeps_the_lease_until_it_is_over() -> None:
    lost = leases.line_lost(held_by("noa", "d1"), "noa", "d1", START, None)
    assert not leases.expired(lost, START + 100 * GRACE)
    over = leases.call_over(lost, START + 600_000, GRACE)
    assert not leases.expired(over, START + 600_000 + GRACE - 1)
    assert leases.expired(over, START + 600_000 + GRACE)


def test_a_call_that_ends_with_the_line_up_changes_nothing() -> None:
    assert leases.call_over(held_by("noa", "d1"), START, GRACE) == held_by("noa", "d1")


def test_who_was_away_may_still_send_while_nobody_had_it() -> None:
    run_out = held_by("noa", "d1", away=START, until=START + GRACE)
    later = START + 5 * GRACE
    leases.check(run_out, "noa", "d1", 7, later)
    taken = leases.take(run_out, "avi", "d2", 9, later)
    with pytest.raises(LeaseRefused, match="lease-held"):
        leases.check(taken, "noa", "d1", 7, later + 1)
    given_back = leases.release(taken, "avi", "d2", later + 2)
    with pytest.raises(LeaseRefused, match="stale-fence"):
        leases.check(given_back, "noa", "d1", 7, later + 3)


def test_an_act_of_a_moment_makes_earlier_fences_stale() -> None:
    free = Held(None, 7)
    with pytest.raises(LeaseRefused, match="stale-fence"):
        leases.check(leases.acted(free, 8), "noa", "d1", 7, START)
    leases.check(leases.acted(free, 8), "noa", "d1", 0, START)


def test_handing_over_is_for_the_holder_and_for_supervisors() -> None:
    held = held_by("noa", "d1")
    with pytest.raises(LeaseRefused, match="lease-held"):
        leases.hand_over(held, "avi", "d2", "avi", "agent", 9, START, GRACE)
    handed = leases.hand_over(held, "noa", "d1", "avi", "agent", 9, START, GRACE)
    assert handed == Held(Lease("avi", "", 9, START, START + GRACE), 9)
    with pytest.raises(LeaseRefused, match="lease-held"):
        leases.check(handed, "noa", "d1", 7, START + 1)
    assert leases.take(handed, "avi", "d5", 10, START + 2) == Held(Lease("avi", "d5", 10, START + 2), 10)
    assert leases.hand_over(held, "rami", "d3", "avi", "supervisor", 9, START, GRACE) == handed


def test_taking_over_is_for_supervisors() -> None:
    with pytest.raises(LeaseRefused, match="not-supervisor"):
        leases.take_over(held_by("noa", "d1"), "avi", "d2", "agent", 9, START)
    held = leases.take_over(held_by("noa", "d1"), "rami", "d3", "supervisor", 9, START)
    assert held == Held(Lease("rami", "d3", 9, START), 9)


def test_asking_names_whom_to_ask() -> None:
    held = held_by("noa", "d1")
    assert leases.ask(held, "avi", START) == held.lease
    with pytest.raises(LeaseRefused, match="lease-free"):
        leases.ask(Held(None, 7), "avi", START)
    with pytest.raises(LeaseRefused, match="lease-yours"):
        leases.ask(held, "noa", START)


def test_a_voice_does_not_wait_for_who_is_writing() -> None:
    held = leases.answer_call(held_by("noa", "d1"), "avi", "d2", 9, START)
    assert held == Held(Lease("avi", "d2", 9, START), 9)


def test_sitting_down_at_another_terminal_brings_the_leases_along() -> None:
    moved = leases.newer_desk(held_by("noa", "d1", away=START, until=START + 5), "noa", "d2", 9, START)
    assert moved == Held(Lease("noa", "d2", 9, START), 9)
    for other in (held_by("avi", "d3"), held_by("noa", ""), held_by("noa", "d2"), Held(None, 7)):
        assert leases.newer_desk(other, "noa", "d2", 9, START) == other


def test_a_restarted_hub_gives_everybody_their_grace() -> None:
    started = leases.hub_started(held_by("noa", "d1"), START + 10 * GRACE, GRACE)
    assert leases.line_back(started, "noa", "d1", START + 10 * GRACE + 1) == held_by("noa", "d1")
    forgotten = leases.hub_started(held_by("noa", "d1", away=START, until=START + 1), START + GRACE, GRACE)
    assert not leases.expired(forgotten, START + 2 * GRACE - 1)


# -- all together ------------------------------------------------------------------------------------------------------

CASES = ("c1", "c2")
A_CASE = st.sampled_from(("c1", "c1", "c1", "c2"))
DOES = st.sampled_from(("take", "take", "take", "reply", "reply", "reply", "reply", "release", "release", "ask",
                        "take-over", "hand-over avi", "hand-over noa", "answer"))  # fmt: skip
ROLES: dict[str, Role] = {"noa": "agent", "avi": "agent", "rami": "supervisor"}


@dataclass
class Command:
    """What a desk sends; the same again after each cut, until it is answered. `fence`: what the desk believed when its
    agent gave the order."""

    id: int
    desk: Desk
    does: str
    case: str
    fence: int = 0


@dataclass
class Desk:
    """A desk and what it believes, which may be long out of date. `skew`: its clock minus the hub's, ms."""

    agent: str
    name: str
    skew: int
    connected: bool = True
    begun: bool = True
    fences: dict[str, int] = field(default_factory=dict)
    unanswered: list[Command] = field(default_factory=list)
    to_hub: list[Command] = field(default_factory=list)
    from_hub: list[tuple[Command, str, int]] = field(default_factory=list)
    drafts: list[int] = field(default_factory=list)


class LeaseMachine(RuleBasedStateMachine):
    """The hub (`held`, `seq`, `answers` are its disk), four desks, and lines that lose all that is on them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.seq = 100
        self.held: dict[str, Held] = dict.fromkeys(CASES, NOTHING_HELD)
        self.answers: dict[int, tuple[str, int]] = {}
        self.commands = 0
        self.desks = [Desk("noa", "d1", 0), Desk("noa", "d2", -3_600_000), Desk("avi", "d3", 7_200_000)]
        self.desks.append(Desk("rami", "d4", 40))
        self.on_call: set[str] = set()
        # the record that the rules are checked by: who had each case, and since which seq
        self.record: dict[str, list[tuple[int, str, str]]] = {case: [] for case in CASES}
        self.written: list[int] = []
        self.sent: list[int] = []

    # -- the hub

    def _next(self) -> int:
        self.seq += 1
        return self.seq

    def _grace(self, case: str) -> int | None:
        lease = self.held[case].lease
        return None if case in self.on_call and lease is not None and lease.agent == "noa" else GRACE

    def _put(self, case: str, held: Held) -> None:
        before = self.held[case]
        assert held.fence >= before.fence, "a fence fell"
        if held.lease is not None and (before.lease is None or held.lease.fence != before.lease.fence):
            assert held.lease.fence > before.fence, "a lease was granted with a fence that was given before"
            self.record[case].append((held.lease.fence, held.lease.agent, held.lease.desk))
        self.held[case] = held

    def _carry_out(self, command: Command) -> tuple[str, int]:
        desk, case = command.desk, command.case
        agent, name, role, held = desk.agent, desk.name, ROLES[desk.agent], self.held[case]
        try:
            if command.does == "take":
                self._put(case, leases.take(held, agent, name, self._next(), self.now))
            elif command.does == "release":
                self._put(case, leases.release(held, agent, name, self.now))
            elif command.does == "ask":
                leases.ask(held, agent, self.now)
            elif command.does == "take-over":
                self._put(case, leases.take_over(held, agent, name, role, self._next(), self.now))
            elif command.does == "answer":
                self._put(case, leases.answer_call(held, agent, name, self._next(), self.now))
            elif command.does.startswith("hand-over"):
                to = command.does.removeprefix("hand-over ")
                self._put(case, leases.hand_over(held, agent, name, to, role, self._next(), self.now, GRACE))
            else:
                leases.check(held, agent, name, command.fence, self.now)
                self._may_speak(command)
                self.sent.append(command.id)
                if leases.settled(held, self.now).lease is None:
                    seq = self._next()
                    self._put(case, leases.acted(leases.settled(held, self.now), seq))
                    self.record[case].append((seq, agent, name))
        except LeaseRefused as refused:
            return refused.code, 0
        lease = self.held[case].lease
        mine = lease is not None and (lease.agent, lease.desk) == (agent, name)
        return "", lease.fence if lease is not None and mine else 0

    def _may_speak(self, command: Command) -> None:
        """By the record, not by the rules: nobody else had the case after this desk believed that it had it."""
        case, who = command.case, (command.desk.agent, command.desk.name)
        lease = self.held[case].lease
        if lease is not None and not (lease.until and lease.until <= self.now):
            assert (lease.agent, lease.desk) == who, f"{who} speaks while {lease.agent} has the case"
        if command.fence:
            others = [entry for entry in self.record[case] if entry[0] > command.fence and entry[1:] != who]
            assert not others, f"{who} speaks with fence {command.fence} after {others}"

    # -- what agents do

    @rule(desk=st.integers(0, 3), case=A_CASE, does=DOES)
    def works_undisturbed(self, desk: int, case: str, does: str) -> None:
        """An order that gets there, and its answer back, when the line is up."""
        if self.desks[desk].connected and not self.desks[desk].unanswered:
            self.gives_an_order(desk, case, does)
            self.a_message_reaches_the_hub(desk, True, False)
            self.an_answer_reaches_the_desk(desk)

    @rule(desk=st.integers(0, 3), case=A_CASE, does=DOES)
    def gives_an_order(self, desk: int, case: str, does: str) -> None:
        who = self.desks[desk]
        self.commands += 1
        command = Command(self.commands, who, does, case, who.fences.get(case, 0) if does == "reply" else 0)
        if does == "reply":
            self.written.append(command.id)
        if does == "release":
            who.fences.pop(case, None)
        who.unanswered.append(command)
        if who.connected:
            who.to_hub.append(command)

    # -- what lines do

    @rule(desk=st.integers(0, 3), newest=st.booleans(), twice=st.booleans())
    def a_message_reaches_the_hub(self, desk: int, newest: bool, twice: bool) -> None:
        """In any order, and perhaps twice: worse than any line."""
        who = self.desks[desk]
        if not who.to_hub:
            return
        command = who.to_hub.pop(-1 if newest else 0)
        for _ in range(2 if twice else 1):
            if command.id not in self.answers:
                self.answers[command.id] = self._carry_out(command)
            who.from_hub.append((command, *self.answers[command.id]))

    @rule(desk=st.integers(0, 3))
    def an_answer_reaches_the_desk(self, desk: int) -> None:
        who = self.desks[desk]
        if not who.from_hub:
            return
        command, code, fence = who.from_hub.pop(0)
        if command not in who.unanswered:
            return
        who.unanswered.remove(command)
        if fence:
            who.fences[command.case] = fence
        if code and command.does == "reply":
            who.drafts.append(command.id)

    @rule(desk=st.integers(0, 3))
    def a_line_breaks(self, desk: int) -> None:
        """All that was on it is lost; the hub notices."""
        who = self.desks[desk]
        if not who.connected:
            return
        who.connected = False
        who.to_hub.clear()
        who.from_hub.clear()
        for case, held in self.held.items():
            self._put(case, leases.line_lost(held, who.agent, who.name, self.now, self._grace(case)))

    @rule(desk=st.integers(0, 3), anew=st.booleans(), quick=st.booleans())
    def a_desk_connects(self, desk: int, anew: bool, quick: bool) -> None:
        """`anew`: it was started again (after a kill -9 perhaps); what it had not been answered is in its outbox.
        `quick`: that gets there at once."""
        who = self.desks[desk]
        if who.connected:
            return
        who.connected = True
        fresh = anew or not who.begun
        who.begun = True
        for case, held in self.held.items():
            held = leases.line_back(held, who.agent, who.name, self.now)
            if fresh:
                held = leases.newer_desk(held, who.agent, who.name, self._next(), self.now)
            self._put(case, held)
        who.to_hub.extend(who.unanswered)
        while quick and who.to_hub:
            self.a_message_reaches_the_hub(desk, False, False)

    @rule()
    def the_hub_is_killed_and_starts(self) -> None:
        for who in self.desks:
            who.connected = False
            who.to_hub.clear()
            who.from_hub.clear()
        for case, held in self.held.items():
            self._put(case, leases.hub_started(held, self.now, self._grace(case)))

    # -- time and calls

    @rule(ms=st.sampled_from([1, 1_000, 89_999, 90_000, 600_000, 600_000]))
    def time_passes(self, ms: int) -> None:
        self.now += ms

    @rule(case=st.sampled_from(CASES))
    def the_hub_notices_what_ran_out(self, case: str) -> None:
        self._put(case, leases.settled(self.held[case], self.now))

    @rule(case=st.sampled_from(CASES))
    def a_call_begins_or_ends(self, case: str) -> None:
        if case not in self.on_call:
            self.on_call.add(case)
            return
        self.on_call.remove(case)
        self._put(case, leases.call_over(self.held[case], self.now, GRACE))

    @rule(desk=st.integers(0, 3), ms=st.integers(-(10**9), 10**9))
    def a_clock_jumps(self, desk: int, ms: int) -> None:
        self.desks[desk].skew += ms

    # -- what always holds

    @invariant()
    def a_desk_that_is_here_loses_nothing_by_time(self) -> None:
        here = {(desk.agent, desk.name) for desk in self.desks if desk.connected}
        for held in self.held.values():
            lease = held.lease
            if lease is not None and (lease.agent, lease.desk) in here and not lease.away:
                assert not lease.until

    @invariant()
    def what_nobody_keeps_alive_ends(self) -> None:
        """No case is locked for ever by a desk that is gone."""
        here = {(desk.agent, desk.name) for desk in self.desks if desk.connected}
        for case, held in self.held.items():
            lease = held.lease
            if lease is not None and (lease.agent, lease.desk) not in here:
                assert lease.until or (lease.away and case in self.on_call)

    def teardown(self) -> None:
        """Every line comes back for good: each reply was sent once, or is a draft."""
        for index in range(len(self.desks)):
            self.a_line_breaks(index)
            self.a_desk_connects(index, False, True)
            while self.desks[index].from_hub:
                self.an_answer_reaches_the_desk(index)
        drafts = [id for desk in self.desks for id in desk.drafts]
        assert sorted(self.sent + drafts) == sorted(self.written)


TestLeaseMachine = LeaseMachine.TestCase
TestLeaseMachine.settings = settings(max_examples=200, stateful_step_count=60)
