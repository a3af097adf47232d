"""What an agent wrote survives kill -9, a second desk, another version and a full disk."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent_tui.desk.drafts import Draft, LocalFile
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.guided.place import Answer, Run
from agent_tui.domain.orders import (
    CallAction,
    FileRef,
    Label,
    NewMessage,
    Note,
    Order,
    Presence,
    Reply,
    RunScript,
    Snooze,
    UpdateIncident,
)
from agent_tui.domain.text import CustomerText
from agent_tui.services.drafts import Drafts
from agent_tui.services.outbox import Outbox
from agent_tui.services.state import State, StateError, StateInUse
from agent_tui.services.stored import from_json, to_json

A = CaseKey("hub", "a")
words = st.text().map(CustomerText)
files = st.builds(FileRef, st.text(), words, st.text(), st.integers(0, 10**12))
orders: st.SearchStrategy[Order] = st.one_of(
    st.builds(Reply, st.text(), st.text(), words, to=st.tuples(words), files=st.tuples(files, files)),
    st.builds(NewMessage, st.text(), st.tuples(words, words), words),
    st.builds(Label, st.text(), st.tuples(st.text())),
    st.builds(Snooze, st.text(), st.integers(0, 2**53)),
    st.builds(CallAction, st.text(), st.sampled_from(["answer", "keys"])),
)


@given(orders)
@example(RunScript("c", "r_1", Run("lost", "1", ("a",), (Answer("a", "a", CustomerText("88213")),)), 1))
def test_an_order_comes_back_as_it_was(order: Order) -> None:
    again = from_json(to_json(order))
    if "\\ud" not in ascii(order):
        assert again == order


@given(st.builds(Draft, st.just(A), body=st.text(), files=st.tuples(files), cc=st.tuples(words)))
def test_a_draft_comes_back_as_it_was(draft: Draft) -> None:
    again = from_json(to_json(draft))
    if "\\ud" not in ascii(draft):
        assert again == draft


@pytest.mark.parametrize("kills", [3])
def test_kill_minus_nine_loses_nothing_that_was_kept(tmp_path: Path, kills: int) -> None:
    kept = 0
    for _ in range(kills):
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.services.crashing_desk", str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert process.stdout is not None
        last = 0
        for line in process.stdout:
            last = int(line)
            if last == 20:
                process.kill()
                break
        rest = process.stdout.read().split()
        process.wait()
        last = int(rest[-1]) if rest else last
        kept += last
        state = State(tmp_path)
        assert state.db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        outbox, drafts = Outbox(state), Drafts(state)
        typed = drafts.get(CaseKey("hub", "d"))
        assert typed is not None and int(typed.body.split()[1]) >= last
        outbox.recover(drafts, 0)
        waiting = [entry for entry in outbox.entries if entry.state == "waiting"]
        assert len(waiting) >= kept
        assert [e.created for e in waiting[-last:]] == sorted(e.created for e in waiting[-last:])
        for number in range(1, last + 1):
            case = CaseKey("hub", f"h{number}")
            draft = drafts.get(case)
            assert draft is not None and draft.body == "held" and draft.note
        assert not any(entry.state == "held" for entry in outbox.entries)
        state.close()


def test_files_are_for_the_agent_only(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    state = State(folder)
    Outbox(state).add(A, Note("a", CustomerText("x")), 1)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert state.db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert state.db.execute("PRAGMA synchronous").fetchone()[0] == 2
    state.close()


def test_a_second_desk_is_told_so(tmp_path: Path) -> None:
    first = State(tmp_path)
    with pytest.raises(StateInUse, match="another desk uses this folder"):
        State(tmp_path)
    first.close()
    State(tmp_path).close()


def test_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    State(tmp_path).close()
    db = sqlite3.connect(tmp_path / "desk.sqlite3")
    db.execute("PRAGMA user_version=99")
    db.close()
    with pytest.raises(StateError, match="newer version"):
        State(tmp_path)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "desk.sqlite3").write_bytes(b"not a database" * 100)
    with pytest.raises(StateError, match=r"desk\.sqlite3.*move it away"):
        State(tmp_path)


def test_damage_in_the_middle_is_named_too(tmp_path: Path) -> None:
    State(tmp_path).close()
    path = tmp_path / "desk.sqlite3"
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * 4096 + whole[8192:])
    with pytest.raises(StateError, match="move it away"):
        State(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StateError, match="cannot be kept here"):
        State(tmp_path / "state")


def test_a_full_disk_is_told_and_nothing_changes(tmp_path: Path) -> None:
    state = State(tmp_path)
    outbox, drafts = Outbox(state), Drafts(state)
    outbox.add(A, Note("a", CustomerText("kept")), 1)
    pages = state.db.execute("PRAGMA page_count").fetchone()[0]
    state.db.execute(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StateError, match="not kept"):
        outbox.add(A, Note("a", CustomerText("x" * 100_000)), 2)
    with pytest.raises(StateError, match="not kept"):
        drafts.save(Draft(A, body="x" * 100_000))
    assert len(outbox.entries) == 1
    assert drafts.get(A) is None
    state.close()


def test_what_was_on_its_way_is_unknown_unless_ids_make_it_safe(tmp_path: Path) -> None:
    state = State(tmp_path)
    outbox = Outbox(state)
    safe = outbox.add(A, Note("a", CustomerText("safe")), 1)
    risky = outbox.add(A, Note("a", CustomerText("risky")), 2)
    outbox.change(safe.id, state="sending", repeatable=True)
    outbox.change(risky.id, state="sending", repeatable=False)
    state.close()
    state = State(tmp_path)
    outbox = Outbox(state)
    outbox.recover(Drafts(state), 3)
    assert [entry.state for entry in outbox.entries] == ["waiting", "unknown"]
    state.close()


def test_what_an_earlier_desk_said_of_presence_is_not_said_again(tmp_path: Path) -> None:
    state = State(tmp_path)
    outbox = Outbox(state)
    outbox.add(CaseKey("hub", ""), Presence("offline"), 1)
    outbox.add(A, Note("a", CustomerText("kept")), 2)
    outbox.recover(Drafts(state), 3)
    assert [entry.order.name for entry in Outbox(state).entries] == ["note"]
    state.close()


def test_what_all_customers_of_an_incident_are_told_never_goes_out_by_itself_after_a_crash(tmp_path: Path) -> None:
    state = State(tmp_path)
    outbox, here = Outbox(state), CaseKey("hub", "")
    told = outbox.add(here, UpdateIncident("i_1", "u_1", ("a",), CustomerText("Back by noon.")), 1, 5000)
    outbox.recover(Drafts(state), 3)
    assert [(entry.state, entry.order) for entry in Outbox(state).entries] == [("failed", told.order)]
    again = outbox.add(here, told.order, 4, 5000)
    assert outbox.take_back(again.id, Drafts(state), 5) is None
    assert [(entry.state, entry.order) for entry in outbox.entries] == [("failed", told.order)] * 2
    state.close()


def test_a_newer_draft_is_not_overwritten_by_a_held_send(tmp_path: Path) -> None:
    state = State(tmp_path)
    outbox, drafts = Outbox(state), Drafts(state)
    outbox.add(A, Reply("a", "email", CustomerText("held")), 1, 5000)
    drafts.save(Draft(A, body="newer"))
    outbox.recover(drafts, 3)
    draft = drafts.get(A)
    assert draft is not None and draft.body == "newer"
    assert [(entry.state, str(entry.reason)) for entry in outbox.entries] == [
        ("failed", "the desk ended before it was sent; send it again")
    ]
    state.close()


def test_an_entry_of_another_version_is_kept_and_counted(tmp_path: Path) -> None:
    state = State(tmp_path)
    entry = Outbox(state).add(A, Note("a", CustomerText("x")), 1, files=(LocalFile("/x", "x", "text/plain", 1),))
    state.write("UPDATE outbox SET body=? WHERE id=?", '{"is":"Telepathy"}', entry.id)
    again = Outbox(state)
    assert (again.entries, again.unreadable) == ((), 1)
    assert state.db.execute("SELECT count(*) FROM outbox").fetchone()[0] == 1
    state.close()
