"""The open timeline: pages, events and unsent replies, each thing once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_tui.backends.base import Disconnected
from agent_tui.desk.desk import Desk
from agent_tui.desk.drafts import Draft
from agent_tui.desk.outgoing import EntryState, OutboxEntry
from agent_tui.domain.events import CallChanged, MessageChanged
from agent_tui.domain.model import Call
from agent_tui.domain.orders import Reply
from agent_tui.domain.queries import CasePage, CaseQuery
from agent_tui.domain.text import CustomerText, trusted
from tests.desk.world import NOW, World, key, row, settle_questions, up


@pytest.fixture
def world() -> World:
    world = World()
    world.put(row("a"))
    world.say("a", "hello")
    return world


@pytest.fixture
def desk(world: World) -> Desk:
    desk = Desk()
    desk.add_backend("hub", "hub")
    desk.happened("hub", up(world), NOW)
    desk.open(key(world, "a"))
    settle_questions(desk, {"hub": world}, 0, 20)
    return desk


def entry(world: World, text: str, state: EntryState = "waiting") -> OutboxEntry:
    order = Reply("a", "email", CustomerText(text), conversation="va")
    return OutboxEntry("id-" + text, key(world, "a"), order, state, None, NOW)


def lines(desk: Desk) -> list[tuple[str, str]]:
    assert desk.open_case is not None
    return [(message.body.raw, message.state) for message in desk.open_case.messages]


def test_an_unsent_reply_stands_at_the_end(world: World, desk: Desk) -> None:
    changes = desk.outbox_changed([entry(world, "hi")])
    assert lines(desk) == [("hello", "received"), ("hi", "queued")]
    assert changes.timeline
    assert changes.rows == {key(world, "a")}


def test_a_failed_reply_says_why(world: World, desk: Desk) -> None:
    desk.outbox_changed([replace(entry(world, "hi", "failed"), reason=trusted("no such address"))])
    assert desk.open_case is not None
    last = desk.open_case.messages[-1]
    assert (last.state, last.error.raw) == ("failed", "no such address")


def test_the_queued_twin_goes_when_the_event_comes_first(world: World, desk: Desk) -> None:
    sending = entry(world, "hi", "sending")
    desk.outbox_changed([sending])
    event = world.say("a", "hi", "out", "noa")
    desk.happened("hub", event, NOW)
    assert lines(desk) == [("hello", "received"), ("hi", "sent")]
    desk.acknowledged(sending, world.messages["a"][-1].id, NOW)
    desk.outbox_changed([])
    assert lines(desk) == [("hello", "received"), ("hi", "sent")]


def test_the_reply_stays_when_the_ack_comes_first(world: World, desk: Desk) -> None:
    sending = entry(world, "hi", "sending")
    desk.outbox_changed([sending])
    event = world.say("a", "hi", "out", "noa")
    desk.acknowledged(sending, world.messages["a"][-1].id, NOW)
    desk.outbox_changed([])
    assert [text for text, _ in lines(desk)] == ["hello", "hi"]
    desk.happened("hub", event, NOW)
    assert lines(desk) == [("hello", "received"), ("hi", "sent")]


def test_saying_the_same_twice_shows_it_twice(world: World, desk: Desk) -> None:
    desk.happened("hub", world.say("a", "yes", "out", "noa"), NOW)
    desk.outbox_changed([entry(world, "yes")])
    assert lines(desk) == [("hello", "received"), ("yes", "sent"), ("yes", "queued")]


def test_delivery_moves_on_and_a_failure_is_told(world: World, desk: Desk) -> None:
    desk.happened("hub", world.say("a", "hi", "out", "noa"), NOW)
    event = world.deliver("a", "failed")
    assert event is not None
    changes = desk.happened("hub", event, NOW)
    assert lines(desk)[-1] == ("hi", "failed")
    assert [(notice.level, str(notice.text)) for notice in changes.notices] == [
        ("failure", "not sent to Customer a: why")
    ]


def test_a_mail_that_did_not_reach_all_is_told(world: World, desk: Desk) -> None:
    desk.happened("hub", world.say("a", "hi", "out", "noa"), NOW)
    event = world.deliver("a", "sent")
    assert event is not None and isinstance(event.body, MessageChanged)
    partly = replace(event, body=replace(event.body, error=CustomerText("refused for x@y.example")))
    assert [(notice.level, str(notice.text)) for notice in desk.happened("hub", partly, NOW).notices] == [
        ("failure", "not to all: refused for x@y.example")
    ]


def test_older_pages_join_in_front(world: World) -> None:
    for number in range(150):
        world.say("a", f"n{number}")
    desk = Desk()
    desk.add_backend("hub", "hub")
    desk.happened("hub", up(world), NOW)
    desk.open(key(world, "a"))
    settle_questions(desk, {"hub": world}, 0, 20)
    assert desk.open_case is not None and desk.open_case.more_before
    assert len(lines(desk)) == 100
    desk.want_older()
    settle_questions(desk, {"hub": world}, 0, 20)
    assert [text for text, _ in lines(desk)] == ["hello", *(f"n{number}" for number in range(150))]
    assert not desk.open_case.more_before


def test_a_case_opened_without_a_line_loads_when_it_is_back(world: World) -> None:
    desk = Desk()
    desk.add_backend("hub", "hub")
    desk.open(key(world, "a"))
    assert desk.asks(0, 20) == []
    desk.happened("hub", up(world), NOW)
    settle_questions(desk, {"hub": world}, 0, 20)
    assert lines(desk) == [("hello", "received")]
    desk.happened("hub", Disconnected("gone", None), NOW)
    assert desk.backends["hub"].state == "refused"
    assert lines(desk) == [("hello", "received")]


def test_new_words_on_my_case_call_for_attention_mine_do_not(world: World, desk: Desk) -> None:
    assert [n.attention for n in desk.happened("hub", world.say("a", "help"), NOW).notices] == [True]
    assert desk.happened("hub", world.say("a", "yes", "out", "noa"), NOW).notices == []
    world.put(replace(world.rows["a"], owner="avi"))
    assert desk.happened("hub", world.say("a", "help"), NOW).notices == []


def test_drafts_mark_their_rows(world: World, desk: Desk) -> None:
    draft = Draft(key(world, "a"), "email", body="wip")
    assert desk.set_draft(draft).rows == {key(world, "a")}
    assert desk.inbox.drafts == {key(world, "a")}
    draft = Draft(key(world, "a"), "email", body="  ")
    assert desk.set_draft(draft).rows == {key(world, "a")}
    assert desk.drafts == {}


def test_calls_ring_first_and_end_as_written_up(world: World, desk: Desk) -> None:
    calls = (
        Call("mine", "b", "vb", "active", NOW - 1, CustomerText("055"), agent="noa"),
        Call("ring", "c", "vc", "ringing", NOW, CustomerText("054")),
        Call("avis", "d", "vd", "active", NOW - 2, CustomerText("056"), agent="avi"),
        Call("over", "e", "ve", "ended", NOW - 3, CustomerText("057"), agent="noa"),
    )
    for call in calls:
        event = world.put(replace(row(call.case), call=call), CallChanged(call))
        assert desk.happened("hub", event, NOW).calls
    assert [call.id for _, call in desk.live_calls()] == ["ring", "mine", "over"]
    over = replace(calls[3], state="written-up")
    desk.happened("hub", world.put(replace(world.rows["e"], call=None), CallChanged(over)), NOW)
    desk.happened("hub", world.put(replace(world.rows["b"], call=None)), NOW)
    assert [call.id for _, call in desk.live_calls()] == ["ring"]


def test_the_history_of_whom_a_case_was_joined_with_goes_with_them(world: World, desk: Desk) -> None:
    case = desk.open_case
    assert case is not None and case.customer is not None and case.history is not None
    answer = world.answer(CaseQuery("a"))
    assert isinstance(answer, CasePage) and answer.detail is not None
    other = replace(answer.detail, customer=replace(answer.detail.customer, id="somebody else"))
    desk.arrived("hub", CaseQuery("a"), replace(answer, detail=other), NOW)
    assert case.history is None, "it is asked for anew"
