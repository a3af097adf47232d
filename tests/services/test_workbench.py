"""What an agent does arrives once, in order, and is never lost; what happens is shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.backends.base import Happening, QueryRefused
from agent_tui.desk.drafts import Draft, LocalFile
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.orders import Assign, Note, Presence, Reply, Resolve
from agent_tui.domain.queries import Page, Query
from agent_tui.domain.text import CustomerText
from agent_tui.domain.views import ALL, MINE
from agent_tui.services.no_hints import MOST
from agent_tui.services.state import State
from tests.desk.world import World, row, shown, truth
from tests.services.bench import Bench, bench
from tests.services.scripted import ScriptedBackend

A = CaseKey("hub", "a")


@pytest.fixture
def backend() -> ScriptedBackend:
    world = World()
    world.put(row("a", 1))
    world.put(row("b", 2))
    world.say("a", "hello")
    return ScriptedBackend(world)


@pytest.fixture
async def at(backend: ScriptedBackend) -> AsyncIterator[Bench]:
    async with bench(backend) as at:
        backend.connect()
        await at.rest()
        at.work.open(A)
        await at.rest()
        yield at


def reply(text: str) -> Draft:
    return Draft(A, "email", "va", body=text)


def said(backend: ScriptedBackend) -> list[str]:
    return [order.body.raw for order in backend.orders if isinstance(order, Reply | Note)]


async def test_rows_and_timeline_come_by_themselves(at: Bench, backend: ScriptedBackend) -> None:
    assert shown(at.desk) == truth(MINE, {"hub": backend.world})
    assert at.lines() == [("hello", "received")]
    await at.pass_time(2)
    assert dict(at.desk.counts()) == {"mine": 2, "team": 0, "all": 2}
    at.work.show(ALL)
    await at.rest()
    assert shown(at.desk) == truth(ALL, {"hub": backend.world})


async def test_a_send_is_held_and_then_goes(at: Bench, backend: ScriptedBackend) -> None:
    at.work.save_draft(reply("hi"))
    at.work.send(reply("hi"))
    await at.rest()
    assert at.desk.drafts == {}
    assert at.lines() == [("hello", "received"), ("hi", "queued")]
    await at.pass_time(4.9)
    assert said(backend) == []
    await at.pass_time(0.2)
    assert said(backend) == ["hi"]
    assert at.lines() == [("hello", "received"), ("hi", "sent")]
    assert at.desk.unsent == ()


async def test_a_held_send_is_taken_back_as_a_draft(at: Bench, backend: ScriptedBackend) -> None:
    at.work.send(reply("one"))
    at.work.send(Draft(CaseKey("hub", "b"), "email", body="two"))
    draft, _ = at.work.take_back()
    assert draft is not None and draft.body == "two"
    assert at.desk.drafts[CaseKey("hub", "b")].body == "two"
    await at.pass_time(6)
    assert said(backend) == ["one"]
    assert at.work.take_back()[0] is None


async def test_what_was_written_since_stays_below_what_is_taken_back(at: Bench, backend: ScriptedBackend) -> None:
    at.work.send(reply("one"))
    at.work.save_draft(reply("two"))
    draft, _ = at.work.take_back()
    assert draft is not None and draft.body == "one\n\ntwo"
    await at.pass_time(6)
    assert said(backend) == []


async def test_what_is_taken_back_never_gets_into_a_note(at: Bench, backend: ScriptedBackend) -> None:
    key = reply("one").key
    at.work.send(reply("one"))
    at.work.save_draft(Draft(key, body="she lies", note=True))
    draft, words = at.work.take_back()
    assert draft is None and words.startswith("taken back, not sent")
    assert at.desk.drafts[key] == Draft(key, body="she lies", note=True)
    await at.pass_time(6)
    assert said(backend) == []
    assert at.lines()[-1] == ("one", "failed"), "it stays in sight"


async def test_later_orders_of_the_case_wait_behind_a_held_send(at: Bench, backend: ScriptedBackend) -> None:
    at.work.send(reply("bye"))
    at.work.order("hub", Resolve("a"))
    at.work.order("hub", Assign("b", "avi"))
    await at.rest()
    assert [order.name for order in backend.orders] == ["assign"]
    await at.pass_time(6)
    assert [order.name for order in backend.orders] == ["assign", "reply", "resolve"]


async def test_what_was_sent_during_an_outage_goes_when_the_line_is_back(at: Bench, backend: ScriptedBackend) -> None:
    backend.drop()
    await at.rest()
    at.work.send(reply("hi"))
    await at.pass_time(60)
    assert at.lines()[-1] == ("hi", "queued")
    assert [entry.state for entry in at.desk.unsent] == ["waiting"]
    backend.connect(resumed=True)
    await at.rest()
    assert said(backend) == ["hi"]
    assert at.lines() == [("hello", "received"), ("hi", "sent")]


async def test_an_answer_lost_by_the_line_is_not_sent_twice(at: Bench, backend: ScriptedBackend) -> None:
    backend.hidden = True
    at.work.send(reply("hi"))
    await at.pass_time(6)
    backend.connect(resumed=True)
    await at.rest()
    assert said(backend) == ["hi"]
    assert at.lines() == [("hello", "received"), ("hi", "sent")]


async def test_without_command_ids_the_outcome_is_unknown_until_the_agent_repeats_it() -> None:
    world = World()
    world.put(row("a", 1))
    backend = ScriptedBackend(world, command_ids=False)
    async with bench(backend) as at:
        backend.connect()
        at.work.open(A)
        backend.hidden = True
        at.work.send(reply("hi"))
        await at.pass_time(6)
        backend.connect()
        await at.pass_time(60)
        assert said(backend) == ["hi"]
        assert [entry.state for entry in at.desk.unsent] == ["unknown"]
        assert ("hi", "unknown") in at.lines()
        command = at.desk.unsent[0].id
        at.work.retry(A, "outbox:" + command)
        await at.rest()
        assert said(backend) == ["hi", "hi"]
        assert at.desk.unsent == ()


async def test_a_setting_of_unknown_outcome_is_just_set_again() -> None:
    world = World()
    world.put(row("a", 1))
    backend = ScriptedBackend(world, command_ids=False)
    async with bench(backend) as at:
        backend.connect()
        await at.rest()
        backend.hidden = True
        at.work.order("hub", Assign("a", "avi"))
        await at.rest()
        backend.connect()
        await at.rest()
        assert at.desk.unsent == ()
        assert world.rows["a"].owner == "avi"


async def test_a_refused_reply_says_why_and_is_a_draft_again(at: Bench, backend: ScriptedBackend) -> None:
    backend.refusing = "not yours any more"
    at.work.send(reply("hi"))
    await at.pass_time(6)
    assert at.lines()[-1] == ("hi", "failed")
    assert at.desk.drafts[A].body == "hi"
    assert any("not yours any more" in n.text for changes in at.seen for n in changes.notices)
    backend.refusing = ""
    at.work.retry(A, "outbox:" + at.desk.unsent[0].id)
    await at.rest()
    assert at.lines()[-1] == ("hi", "sent")
    assert at.desk.drafts == {}


async def test_sending_the_returned_draft_replaces_the_failed_one(at: Bench, backend: ScriptedBackend) -> None:
    backend.refusing = "no"
    at.work.send(reply("hi"))
    await at.pass_time(6)
    backend.refusing = ""
    at.work.send(at.desk.drafts[A])
    await at.pass_time(6)
    assert at.lines() == [("hello", "received"), ("hi", "sent")]
    assert at.desk.unsent == ()


async def test_a_failed_one_can_be_put_away(at: Bench, backend: ScriptedBackend) -> None:
    backend.refusing = "no"
    at.work.send(reply("hi"))
    await at.pass_time(6)
    at.work.dismiss(A, "outbox:" + at.desk.unsent[0].id)
    assert at.desk.unsent == ()
    assert at.lines() == [("hello", "received")]


async def test_local_files_go_up_first(at: Bench, backend: ScriptedBackend, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("x")
    at.work.send(replace(reply("see"), files=(LocalFile(str(path), "x.txt", "text/plain", 1),)))
    await at.pass_time(6)
    assert backend.uploaded == ["x.txt"]
    sent = backend.orders[-1]
    assert isinstance(sent, Reply) and [file.blob for file in sent.files] == ["blob-x.txt"]


async def test_a_file_that_is_gone_fails_the_reply_and_keeps_its_text(at: Bench, backend: ScriptedBackend) -> None:
    at.work.send(replace(reply("see"), files=(LocalFile("/nowhere/x", "x", "text/plain", 1),)))
    await at.pass_time(6)
    assert backend.orders == []
    assert at.lines()[-1] == ("see", "failed")
    assert at.desk.drafts[A].body == "see"


async def test_undo_takes_the_last_act_back(at: Bench, backend: ScriptedBackend) -> None:
    at.work.order("hub", Assign("a", "avi"))
    await at.rest()
    at.work.order("hub", Resolve("b"))
    await at.rest()
    assert str(at.work.undo()) == "undone: done"
    await at.rest()
    assert backend.world.rows["b"].stage == "us"
    at.work.undo()
    await at.rest()
    assert backend.world.rows["a"].owner == "noa"
    assert str(at.work.undo()) == "nothing to undo"


async def test_undo_takes_a_held_send_back_first(at: Bench) -> None:
    at.work.send(reply("hi"))
    assert "taken back" in at.work.undo()
    assert at.desk.drafts[A].body == "hi"


async def test_a_held_order_without_words_is_simply_not_done(at: Bench, backend: ScriptedBackend) -> None:
    at.work.order("hub", Resolve("a"), hold=True)
    assert str(at.work.undo()) == "taken back: it was not done"
    await at.pass_time(6)
    assert backend.orders == []
    assert str(at.work.undo()) == "nothing to undo"


async def test_changes_of_one_turn_are_told_once(at: Bench, backend: ScriptedBackend) -> None:
    before = len(at.seen)
    for number in range(50):
        backend.world.say("a", f"n{number}")
    backend.tell()
    await at.rest()
    assert len(at.seen) - before < 60
    assert len(at.lines()) == 51
    at.seen.clear()
    at.work.look_at(0, 10)
    at.work.save_draft(reply("x"))
    at.work.save_draft(Draft(CaseKey("hub", "b"), "email", body="y"))
    await at.rest()
    assert [changes.rows for changes in at.seen] == [{A, CaseKey("hub", "b")}]


async def test_totals_are_asked_at_most_once_a_second(at: Bench, backend: ScriptedBackend) -> None:
    await at.pass_time(3)
    asked: list[str] = []
    answer = backend.world.answer

    def counting(query: Query) -> Page:
        asked.append(query.kind)
        return answer(query)

    backend.world.answer = counting  # type: ignore[method-assign]
    for number in range(100):
        backend.world.put(row(f"n{number}", number))
        backend.tell()
        await at.pass_time(0.01)
    await at.pass_time(2)
    assert asked.count("totals") <= 4
    assert dict(at.desk.counts())["mine"] == 102


async def test_a_question_that_is_refused_is_told_once_and_not_repeated(at: Bench, backend: ScriptedBackend) -> None:
    await at.pass_time(3)
    asked: list[str] = []

    def refusing(query: Query) -> Page:
        asked.append(query.kind)
        raise QueryRefused("too much for this server")

    backend.world.answer = refusing  # type: ignore[method-assign]
    backend.world.put(row("new", 5))
    backend.tell()
    at.work.open(CaseKey("hub", "b"))
    await at.pass_time(60)
    assert sorted(asked) == ["case", "totals"]
    assert at.desk.open_case is not None and not at.desk.open_case.loading
    told = [str(n.text) for changes in at.seen for n in changes.notices if "too much" in n.text]
    assert told == ["hub: too much for this server"] * 2


async def test_presence_needs_no_case(at: Bench, backend: ScriptedBackend) -> None:
    assert at.work.order("hub", Presence("away"))
    await at.rest()
    assert backend.orders == [Presence("away")]


async def test_a_file_is_fetched_once(at: Bench) -> None:
    path = await at.work.fetch("hub", "../etc/passwd")
    assert path.read_bytes() == b"../etc/passwd"
    assert ".." not in path.name
    assert await at.work.fetch("hub", "../etc/passwd") == path


async def test_two_backends_one_goes_down_and_comes_back(backend: ScriptedBackend) -> None:
    other = ScriptedBackend(World("two"))
    for number in range(4):
        other.world.put(row(f"z{number}", number))
    worlds = {"hub": backend.world, "two": other.world}
    async with bench(backend, other) as at:
        backend.connect()
        other.connect()
        await at.rest()
        assert shown(at.desk) == truth(MINE, worlds)
        other.drop()
        await at.rest()
        assert shown(at.desk) == truth(MINE, worlds)
        assert (at.desk.backends["two"].state, at.desk.backends["hub"].state) == ("down", "up")
        backend.world.say("a", "more")
        other.world.put(row("z9", 3))
        backend.tell()
        at.work.send(Draft(CaseKey("two", "z1"), "email", body="hi"))
        at.work.send(reply("here"))
        await at.pass_time(10)
        assert said(backend) == ["here"]
        assert said(other) == []
        other.connect(resumed=True)
        await at.pass_time(2)
        assert said(other) == ["hi"]
        assert shown(at.desk) == truth(MINE, worlds)


async def test_stopping_keeps_what_waits(backend: ScriptedBackend, tmp_path: Path) -> None:
    async with bench(backend, folder=tmp_path) as at:
        at.work.send(reply("hi"))
        await at.pass_time(6)
        at.work.send(reply("held"))
        await at.rest()
    again = ScriptedBackend(backend.world)
    async with bench(again, folder=tmp_path) as at:
        assert at.desk.drafts[A].body == "held"
        assert [entry.state for entry in at.desk.unsent] == ["waiting"]
        again.connect()
        await at.rest()
        assert said(again) == ["hi"]


async def test_a_send_cut_off_by_stopping_goes_out_once(backend: ScriptedBackend, tmp_path: Path) -> None:
    backend.gate = asyncio.Event()
    async with bench(backend, folder=tmp_path, undo_seconds=0) as at:
        backend.connect()
        await at.rest()
        at.work.send(reply("hi"))
        for _ in range(10):
            await asyncio.sleep(0)
    again = ScriptedBackend(backend.world)
    async with bench(again, folder=tmp_path) as at:
        again.connect()
        await at.rest()
        assert said(again) == ["hi"]


async def test_a_backend_that_breaks_is_shown_and_the_others_go_on(backend: ScriptedBackend) -> None:
    class Broken(ScriptedBackend):
        async def feed(self) -> AsyncIterator[Happening]:
            raise RuntimeError("bad\x1b[2J plugin")
            yield

    async with bench(backend, Broken(World("broken"))) as at:
        backend.connect()
        await at.rest()
        assert at.desk.backends["broken"].state == "refused"
        told = [str(n.text) for changes in at.seen for n in changes.notices]
        assert any("broken stopped" in text and "\x1b" not in text for text in told)
        assert shown(at.desk) == truth(MINE, {"hub": backend.world})


async def test_when_nothing_can_be_kept_the_text_stays_and_it_is_said(backend: ScriptedBackend, tmp_path: Path) -> None:
    async with bench(backend, folder=tmp_path) as at:
        backend.connect()
        await at.rest()
        at.work.open(A)
        await at.rest()
        fill_up(at)
        long = reply("x" * 100_000)
        assert at.work.send(long) == ""
        await at.rest()
        assert at.desk.drafts[A] == long
        assert at.work.order("hub", Note("a", CustomerText("y" * 100_000))) == ""
        await at.rest()
        told = [n for changes in at.seen for n in changes.notices if "not kept" in n.text]
        assert told and all(notice.level == "failure" for notice in told)
        assert backend.orders == []


def fill_up(at: Bench) -> None:
    """The disk has no page left."""
    database = at.work._state.db
    pages = database.execute("PRAGMA page_count").fetchone()[0]
    database.execute(f"PRAGMA max_page_count={pages}")


async def test_a_case_that_wants_no_hint_wants_none_after_a_start_either(
    backend: ScriptedBackend, tmp_path: Path
) -> None:
    async with bench(backend, folder=tmp_path) as at:
        at.work.no_hint(A)
        at.work.no_hint(CaseKey("hub", "b"))
        at.work.no_hint(A)
    async with bench(backend, folder=tmp_path) as at:
        assert at.desk.no_hints == {A, CaseKey("hub", "b")}
        for number in range(MOST):
            at.work.no_hint(CaseKey("hub", f"later-{number}"))
    async with bench(backend, folder=tmp_path) as at:
        assert len(at.desk.no_hints) == MOST and A not in at.desk.no_hints
    state = State(tmp_path)
    state.write("UPDATE desk SET value='[1' WHERE name='no-hints'")
    state.close()
    async with bench(backend, folder=tmp_path) as at:
        assert at.desk.no_hints == set()
