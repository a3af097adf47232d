"""Guided scripts as they are run: whatever an agent does, nothing raises and no answer is lost."""

from __future__ import annotations

import inspect
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.domain.guided.ahead import Progress, jump, progress, stops
from agent_tui.domain.guided.conditions import ConditionError, holds, names_of, read_condition
from agent_tui.domain.guided.linking import LinkError, linked
from agent_tui.domain.guided.place import Run
from agent_tui.domain.guided.run import Went, answer, back, leave, mapped, start
from agent_tui.domain.guided.script import MOST_STEPS, Ask, Branch, Choice, Effect, Script, Step
from agent_tui.domain.guided.values import Refused, Taken, check

HOW = Step(
    "how",
    ask=Ask("choice", "method"),
    choices=(Choice("gift", next="address", effects=(Effect("label", "gift"),)), Choice("card")),
    next="amount",
)
REFUND = Script(
    "refund",
    (("en", "Refund"),),
    (
        Step("hello", say=(("en", "Hello"), ("he", "שלום")), next="how"),
        HOW,
        Step("address", ask=Ask("text"), next="amount"),
        Step(
            "amount", ask=Ask("number", least=0, most=500), branches=(Branch("amount > 100", "ask-first"),), next="told"
        ),
        Step("ask-first", note=(("en", "Ask a supervisor."),), effects=(Effect("transfer", "#billing"),), next="told"),
        Step("told", say=(("en", "Done."),), when="method == 'gift'", end=True),
    ),
)


def on(run: Run, *typed: str) -> Run:
    for one in typed:
        went = answer(REFUND, run, one)
        assert isinstance(went, Went)
        run = went.run
    return run


def test_choices_and_answers_lead_on_and_what_does_not_fit_is_passed_over() -> None:
    begun = start(REFUND).run
    assert on(begun, "", "1", "4 Elm St", "40").path == ("hello", "how", "address", "amount", "told")
    assert on(begun, "", "card", "40").state == "finished"
    assert on(begun, "", "card", "140").at == "ask-first"
    went = answer(REFUND, on(begun, ""), "gift")
    assert isinstance(went, Went) and went.effects == (Effect("label", "gift"),)


def test_a_wrong_answer_is_refused_and_says_why() -> None:
    refused = answer(REFUND, on(start(REFUND).run, "", "card"), "900")
    assert isinstance(refused, Refused) and refused.why == "at most 500"


@pytest.mark.parametrize(
    ("ask", "typed", "kept"),
    [
        (Ask("date"), "3/9/2026", "2026-09-03"),
        (Ask("date"), "31.2.2026", None),
        (Ask("number"), "1,250.50", "1250.50"),
        (Ask("number"), "nan", None),
        (Ask("phone"), "+972 54-333-1234", "+972543331234"),
        (Ask("phone"), "12", None),
        (Ask("email"), "dana@example.org", "dana@example.org"),
        (Ask("email"), "dana@", None),
        (Ask("code", patterns=("#####", "AA-##")), "nf-12", "nf-12"),
        (Ask("code", patterns=("#####",)), "1234", None),
        (Ask("text", optional=True), "  ", ""),
        (Ask("text"), "\x1b", None),
        (Ask("yes-no"), "2", "no"),
        (Ask("riddle"), "any", "any"),
    ],
)
def test_what_answers_a_question(ask: Ask, typed: str, kept: str | None) -> None:
    found = check(Step("x", ask=ask), typed)
    assert found == Taken(kept) if kept is not None else isinstance(found, Refused)


def test_progress_is_exact_where_one_way_leads_on_and_a_guess_where_ways_part() -> None:
    begun = start(REFUND).run
    assert progress(REFUND, begun) == Progress(1, 6, about=True)
    assert progress(REFUND, on(begun, "", "card", "40")) == Progress(3, 3, about=False)
    assert [stop.place for stop in stops(REFUND, on(begun, "", "gift"))][:3] == ["done", "done", "here"]


def test_a_script_as_long_as_one_may_be_needs_no_stack_of_its_own() -> None:
    steps = tuple(Step(f"s{n}", note=(("", "x"),), next=f"s{n + 1}") for n in range(MOST_STEPS))
    chain = Script("chain", steps=(*steps[:-1], replace(steps[-1], next="s0", ask=Ask("text"))))
    depth = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 60)
    try:
        assert progress(chain, start(chain).run) == Progress(1, MOST_STEPS, about=False)
    finally:
        sys.setrecursionlimit(depth)


ACTS = st.lists(
    st.one_of(
        st.tuples(
            st.just("answer"), st.sampled_from(["", "1", "2", "card", "gift", "40", "140", "x", "\u202e", "9" * 900])
        ),
        st.tuples(st.just("jump"), st.sampled_from(["hello", "how", "address", "amount", "told", "", "nowhere"])),
        st.tuples(st.sampled_from(["back", "leave", "edit"]), st.just("")),
    ),
    max_size=25,
)


@given(ACTS)
@settings(max_examples=150, deadline=None)
def test_nothing_raises_and_no_answer_is_lost(acts: list[tuple[str, str]]) -> None:
    script, run = REFUND, start(REFUND).run
    for act, word in acts:
        before = {one.step: one.value for one in run.answers}
        if act == "edit":
            script = replace(script, steps=script.steps[::-1][:4], start="how", version=script.version + "+")
            run = mapped(script, run)
        elif act == "answer":
            went = answer(script, run, word)
            if isinstance(went, Went):
                undone = back(went.run)
                if went.run.state == run.state == "running" and went.run.path != run.path:
                    assert undone.path == mapped(script, run).path
                run = went.run
        else:
            run = {"back": back(run), "leave": leave(run, "other", word), "jump": jump(script, run, word)}[act]
        after = {one.step: one.value for one in run.answers}
        assert before.keys() <= after.keys()
        assert run.state != "running" or run.at in script.by_id
        progress(script, run)
        stops(script, run)


def test_going_back_offers_what_was_answered_and_counts_it_only_when_it_is_confirmed() -> None:
    run = back(back(on(start(REFUND).run, "", "gift", "Elm")))
    assert run.at == "how" and run.answer_of("how") == "gift"
    assert jump(REFUND, run, "amount").path == ("hello", "how", "address", "amount")
    assert on(run, "card", "40").state == "finished", "the old address is no longer on the way"


def test_parts_stand_in_their_places_and_come_back() -> None:
    verify = Script("verify", steps=(Step("order", ask=Ask("text"), end=True),), part=True)
    main = Script(
        "main",
        steps=(
            Step("v", use="verify", when="case.channel != 'email'", next="bye"),
            Step("bye", note=(("", "."),), end=True),
        ),
    )
    flat = linked("main", {"verify": verify, "main": main})
    run = start(flat).run
    assert run.at == "v/order" and run.version
    went = answer(flat, run, "88")
    assert isinstance(went, Went) and went.run.at == "bye"
    assert start(flat, {"case.channel": "email"}).run.at == "bye"
    again = replace(verify, steps=(Step("w", use="main", end=True),))
    with pytest.raises(LinkError, match="itself: main > verify > main"):
        linked("main", {"verify": again, "main": main})


def test_a_ring_of_steps_that_nobody_sees_is_an_end() -> None:
    ring = Script("ring", steps=(Step("a", ask=Ask("text"), next="b"), Step("b", next="c"), Step("c", next="b")))
    went = answer(ring, start(ring).run, "x")
    assert isinstance(went, Went) and went.run.state == "finished"


@given(st.text("ab'\"()[]=<>!,. andornit019-", max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_condition_is_read_or_named(text: str) -> None:
    try:
        read_condition(text)
    except ConditionError as error:
        assert str(error)
    holds(text, {"a": "1"})


@pytest.mark.parametrize(
    ("condition", "so"),
    [
        ("a == 1 and not b", True),
        ("a in ['x', 1]", True),
        ("a > 10 or c >= 9.5", True),
        ("not (a == 1)", False),
        ("b", False),
        ("''.__class__", False),
        ("(" * 30 + "a" + ")" * 30, False),
    ],
)
def test_conditions(condition: str, so: bool) -> None:
    assert holds(condition, {"a": "1", "c": "10"}) is so
    assert names_of("a.b == x") == {"a.b", "x"}
