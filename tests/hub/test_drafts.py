"""Drafts at the hub: every terminal of an agent has them, none is lost to another, and nobody else sees them."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.backends.base import Acked
from agent_tui.domain.events import DraftChanged
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import FileRef, SavedDraft, SaveDraft
from agent_tui.domain.queries import HeldPage, HeldQuery
from agent_tui.domain.text import CustomerText
from tests.hub.conftest import Hub
from tests.hub.test_leases import a_case, join, two_rows


async def save(hub: Hub, case: str, body: str, desk: str, base: int = 0, agent: Agent | None = None) -> int:
    order = SaveDraft(case, SavedDraft(case, CustomerText(body), channel="whatsapp"), base)
    outcome = await hub.order(agent or hub.noa, order, desk=desk)
    assert isinstance(outcome, Acked), outcome
    return int(outcome.result or 0)


async def drafts(hub: Hub, agent: Agent | None = None) -> list[tuple[str, str, bool]]:
    page = await hub.workspace.query(agent or hub.noa, HeldQuery())
    assert isinstance(page, HeldPage)
    return [(draft.body.raw, draft.desk, draft.other) for draft in page.drafts]


def told(hub: Hub) -> list[DraftChanged]:
    return [event.body for event in hub.events if isinstance(event.body, DraftChanged)]


async def test_another_terminal_has_it_whole(hub: Hub) -> None:
    case = await a_case(hub)
    kept = SavedDraft(
        case,
        CustomerText("שלום Dana"),
        "email",
        "v1",
        "main",
        CustomerText("Re: lamp"),
        (CustomerText("dana@example.com"),),
        (CustomerText("avi@example.com"),),
        (),
        (FileRef("a" * 64, CustomerText("lamp.png"), "image/png", 5),),
        base_version=3,
        in_reply_to="m1",
    )
    await hub.order(hub.noa, SaveDraft(case, kept), desk="d1")
    page = await hub.workspace.query(hub.noa, HeldQuery(case))
    assert isinstance(page, HeldPage)
    (found,) = page.drafts
    assert (found.rev, found.at, found.desk) == (told_seq(hub), hub.time.now(), "d1")
    assert found == replace(kept, rev=found.rev, at=found.at, desk="d1")


def told_seq(hub: Hub) -> int:
    return next(event.seq for event in hub.events if isinstance(event.body, DraftChanged))


async def test_typing_does_not_fill_the_log(hub: Hub) -> None:
    case = await a_case(hub)
    rev = 0
    for words in ("H", "He", "Hello", "Hello Dana"):
        rev = await save(hub, case, words, "d1", rev)
    assert told(hub) == [DraftChanged(case, "d1")]
    assert await drafts(hub) == [("Hello Dana", "d1", False)]


async def test_going_on_at_another_terminal_is_no_conflict(hub: Hub) -> None:
    case = await a_case(hub)
    rev = await save(hub, case, "Hello", "d1")
    rev = await save(hub, case, "Hello Dana", "d2", rev)
    assert await drafts(hub) == [("Hello Dana", "d2", False)]
    assert told(hub) == [DraftChanged(case, "d1"), DraftChanged(case, "d2")]


async def test_two_terminals_that_did_not_know_of_each_other_keep_both(hub: Hub) -> None:
    case = await a_case(hub)
    rev = await save(hub, case, "written in the train", "d1")
    await save(hub, case, "written at the desk", "d2", 0)
    assert await drafts(hub) == [("written at the desk", "d2", False), ("written in the train", "d1", True)]
    # the one that is older goes on writing: now the other is the other
    await save(hub, case, "written in the train, too", "d1", rev)
    assert await drafts(hub) == [("written in the train, too", "d1", False), ("written at the desk", "d2", True)]


async def test_what_is_thrown_away_is_what_was_known(hub: Hub) -> None:
    case = await a_case(hub)
    rev = await save(hub, case, "first", "d1")
    await save(hub, case, "second", "d2", rev)
    await save(hub, case, "", "d1", rev)
    assert await drafts(hub) == [("second", "d2", False)], "d1 sent its own and knew nothing of the second"
    await save(hub, case, "", "d2")
    assert await drafts(hub) == []
    assert told(hub)[-1] == DraftChanged(case, "d2", gone=True)


async def test_the_other_one_comes_forth_when_the_first_is_sent(hub: Hub) -> None:
    case = await a_case(hub)
    await save(hub, case, "one", "d1")
    await save(hub, case, "two", "d2")
    await save(hub, case, "", "d2")
    assert await drafts(hub) == [("one", "d1", False)]


async def test_drafts_are_nobody_elses(hub: Hub) -> None:
    case = await a_case(hub)
    await save(hub, case, "secret", "d1")
    assert await drafts(hub, hub.avi) == []
    event = next(event for event in hub.events if isinstance(event.body, DraftChanged))
    assert hub.workspace.visible(hub.noa, event) and not hub.workspace.visible(hub.avi, event)
    for_avi = await hub.workspace.replay(hub.avi, 0, 500)
    for_noa = await hub.workspace.replay(hub.noa, 0, 500)
    assert for_avi is not None and for_noa is not None
    assert [event.seq for event in for_noa if isinstance(event.body, DraftChanged)] == [event.seq]
    assert not any(isinstance(event.body, DraftChanged) for event in for_avi)
    # also when nothing but hidden events is left to tell
    assert await hub.workspace.replay(hub.avi, event.seq - 1, 1) == []


async def test_drafts_of_a_case_that_another_one_leads_are_the_rows_and_none_is_lost(hub: Hub) -> None:
    older, newer = await two_rows(hub)
    await save(hub, older.id, "of the mail", "d1")
    of_chat = await save(hub, newer.id, "of the chat", "d1")
    await join(hub, newer, older)
    assert await drafts(hub) == [("of the mail", "d1", False), ("of the chat", "d1", True)]
    page = await hub.workspace.query(hub.noa, HeldQuery(newer.id))
    assert isinstance(page, HeldPage) and {draft.case for draft in page.drafts} == {older.id}
    # a desk that has not heard of the join sends that draft on its way: it is the one that goes
    await save(hub, newer.id, "", "d1", of_chat)
    assert await drafts(hub) == [("of the mail", "d1", False)]


async def test_a_third_draft_of_a_row_waits_behind_the_other_one(hub: Hub) -> None:
    older, newer = await two_rows(hub)
    await save(hub, older.id, "at home", "d1")
    await save(hub, older.id, "in the train", "d2")
    await save(hub, newer.id, "of the chat", "d1")
    await join(hub, newer, older)
    assert {text for text, _, _ in await drafts(hub)} == {"at home", "in the train"}
    gone = SaveDraft(older.id, SavedDraft(older.id, CustomerText(""), other=True))
    await hub.order(hub.noa, gone, desk="d1")
    assert ("of the chat", "d1", True) in await drafts(hub)


async def test_a_draft_of_a_led_case_is_the_rows_where_that_has_none(hub: Hub) -> None:
    older, newer = await two_rows(hub)
    await save(hub, newer.id, "of the chat", "d1")
    await save(hub, newer.id, "mine", "d9", agent=hub.avi)
    await join(hub, newer, older)
    assert await drafts(hub) == [("of the chat", "d1", False)]
    assert await drafts(hub, hub.avi) == [("mine", "d9", False)]
    assert {event.case for event in hub.events if isinstance(event.body, DraftChanged)} >= {older.id}


async def test_a_third_terminal_that_knew_of_neither_text_loses_none(hub: Hub) -> None:
    case = await a_case(hub)
    for number, words in enumerate(("at home", "in the train", "in the office")):
        base = await save(hub, case, words, f"d{number}")
    assert [(text, other) for text, _, other in await drafts(hub)] == [("in the office", False), ("in the train", True)]
    await save(hub, case, "in the train", "d2", base)
    assert [(text, other) for text, _, other in await drafts(hub)] == [("in the train", False), ("at home", True)]


async def test_texts_that_change_places_are_both_there_and_once(hub: Hub) -> None:
    case = await a_case(hub)
    await save(hub, case, "at home", "d1")
    base = await save(hub, case, "in the train", "d2")
    aside = SavedDraft(case, CustomerText("in the train"), channel="whatsapp", other=True)
    await hub.order(hub.noa, SaveDraft(case, aside, base), desk="d2")
    await save(hub, case, "at home", "d2", base)
    assert [(text, other) for text, _, other in await drafts(hub)] == [("at home", False), ("in the train", True)]
    await save(hub, case, "", "d2", base)
    await save(hub, case, "", "d2", hub.events[-1].seq)
    assert await drafts(hub) == []
