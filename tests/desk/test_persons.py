"""One person at several servers is one row, whatever comes in which order, and nothing of it is lost."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from agent_tui.backends.base import Disconnected
from agent_tui.desk.desk import Desk
from agent_tui.desk.inbox import InboxHeader, InboxRow
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.persons import grouped
from agent_tui.domain.model import CaseRow, Stage
from agent_tui.domain.text import CustomerText
from agent_tui.domain.views import ALL, MINE, View
from tests.desk.world import NOW, World, row, settle_questions, shown, up

A, B, D, D1, D2, D3 = (letter * 16 for letter in "abcdef")
SERVERS = ("hub", "wood", "yard")
STAGES: list[Stage] = ["us", "customer", "later", "done"]


def person(id: str, known: tuple[str, ...], sort_at: int = 0, stage: Stage = "us", name: str = "Dana") -> CaseRow:
    return replace(row(id, sort_at, stage), known_as=known, name=CustomerText(name))


def at(*cases: tuple[str, CaseRow]) -> list[tuple[CaseKey, CaseRow]]:
    return [(CaseKey(server, one.id), one) for server, one in cases]


def together(*cases: tuple[str, CaseRow]) -> set[frozenset[str]]:
    groups = grouped(at(*cases))
    return {frozenset(f"{key.backend}:{key.case}" for key in group) for group in groups.values()}


def test_what_only_one_person_has_joins() -> None:
    assert together(("hub", person("1", ("=" + A,))), ("wood", person("2", ("=" + A,), name="דנה"))) == {
        frozenset(("hub:1", "wood:2"))
    }


def test_a_shared_phone_joins_only_those_of_a_like_name() -> None:
    dana, other = ("hub", person("1", ("~" + A,), name="Dana Levi")), ("wood", person("2", ("~" + A,), name="Avi Levy"))
    assert together(dana, other) == set()
    assert together(dana, ("wood", person("2", ("=" + A,), name="Avi Levy"))) == set()
    assert together(dana, ("wood", person("2", ("~" + A,), name="dana l."))) == {frozenset(("hub:1", "wood:2"))}
    assert together(dana, ("wood", person("2", ("~" + A,), name="+972501234567"))) == set()


def test_what_two_customers_of_one_server_have_says_nothing() -> None:
    one, other, theirs = person("1", ("=" + A,)), person("2", ("=" + A,)), person("3", ("=" + A,))
    assert together(("hub", one), ("hub", other), ("wood", theirs)) == set()
    same = replace(other, customer=one.customer)
    assert together(("hub", one), ("hub", same), ("wood", theirs)) == {frozenset(("hub:1", "wood:3"))}


def test_three_servers_and_two_addresses() -> None:
    cases = (
        ("hub", person("1", ("=" + A, "=" + B))),
        ("wood", person("2", ("=" + A,))),
        ("yard", person("3", ("=" + B,))),
    )
    assert together(*cases) == {frozenset(("hub:1", "wood:2", "yard:3"))}


def test_what_is_done_is_nobodys_row() -> None:
    assert together(("hub", person("1", ("=" + A,))), ("wood", person("2", ("=" + A,), stage="done"))) == set()


def test_what_an_agent_said_stands_above_addresses() -> None:
    one, other = person("1", ("=" + A, "-" + D2, "@" + D1)), person("2", ("=" + A, "@" + D2))
    assert together(("hub", one), ("wood", other)) == set()
    one, other = person("1", ("=" + A, "@" + D1)), person("2", ("=" + B, "@" + D2, "+" + D1))
    assert together(("hub", one), ("wood", other)) == {frozenset(("hub:1", "wood:2"))}


def test_nobody_is_with_one_from_whom_they_were_parted_through_a_third() -> None:
    cases = (
        ("hub", person("1", ("=" + A, "@" + D1, "-" + D3))),
        ("wood", person("2", ("=" + A, "=" + B, "@" + D2))),
        ("yard", person("3", ("=" + B, "@" + D3))),
    )
    assert together(*cases) == {frozenset(("hub:1", "wood:2"))}


def test_what_a_server_says_that_is_no_digest_says_nothing() -> None:
    odd = ("", "=", "a", "=" + "g" * 16, "=" + "a" * 400_000, "==", "=" + A + "\n", "\ud800" * 17)
    assert together(("hub", person("1", odd)), ("wood", person("2", odd))) == set()


known = st.sampled_from(
    [
        (),
        ("=" + A,),
        ("=" + B,),
        ("~" + A,),
        ("=" + A, "=" + B),
        ("=" + A, "-" + D),
        ("=" + B, "@" + D),
        ("@" + D,),
        ("+" + D,),
    ]
)
cases = st.lists(
    st.tuples(st.sampled_from(SERVERS), st.integers(0, 5), known, st.integers(0, 9), st.sampled_from(STAGES)),
    max_size=14,
)


@settings(max_examples=200)
@given(cases, st.randoms(use_true_random=False))
def test_what_stands_where_decides_and_not_what_came_first(
    drawn: list[tuple[str, int, tuple[str, ...], int, Stage]], chance: object
) -> None:
    rows = {(s, n): (s, person(str(n), k, at_, stage)) for s, n, k, at_, stage in drawn}
    ordered = sorted(rows.values(), key=lambda one: (one[1].sort_at, one[0], one[1].id))
    groups = grouped(at(*ordered))
    for key, group in groups.items():
        assert key in group and len({one.backend for one in group}) == len(group) > 1
        assert all(groups[one] == group for one in group)
        assert list(group) == sorted(group, key=[k for k, _ in at(*ordered)].index)


def truth(view: View, worlds: dict[str, World]) -> list[str]:
    """What must stand there by a plain sort of everything, less those whose person stands further up."""
    every = [
        (section, r.sort_at, r.id, name, r)
        for section in view.sections
        for name, world in worlds.items()
        for r in world.section(section)
    ]
    every.sort(key=lambda one: (view.sections.index(one[0]), one[1], one[2], one[3]))
    groups = grouped((CaseKey(name, r.id), r) for *_, name, r in every)
    words = []
    for section in view.sections:
        rows = [(name, r) for of, _, _, name, r in every if of == section]
        first = [(n, r) for n, r in rows if groups.get(CaseKey(n, r.id), (CaseKey(n, r.id),))[0] == CaseKey(n, r.id)]
        words.append(f"[{section.scope} {section.stage} {len(first)}]")
        words += [f"{name}:{r.id}" for name, r in first]
    return words


def names(desk: Desk) -> list[str]:
    words = []
    for index in range(len(desk.inbox)):
        item = desk.inbox.item(index)
        if isinstance(item, InboxHeader):
            words.append(f"[{item.section.scope} {item.section.stage} {item.total}]")
        elif isinstance(item, InboxRow):
            words.append(f"{item.key.backend}:{item.key.case}")
        else:
            words.append("...")
    return words


Act = tuple[str, int, tuple[str, ...], int, Stage]


@settings(max_examples=120)
@given(
    view=st.sampled_from([MINE, ALL]),
    before=cases,
    during=cases,
    cut=st.sampled_from(SERVERS),
    hold=st.booleans(),
)
def test_the_desk_ends_where_the_servers_are(
    view: View, before: list[Act], during: list[Act], cut: str, hold: bool
) -> None:
    worlds = {name: World(name) for name in SERVERS}
    for server, number, digests, sort_at, stage in before:
        worlds[server].put(person(str(number), digests, sort_at, stage))
    desk = Desk()
    for name in SERVERS:
        desk.add_backend(name, name)
    desk.set_view(view)
    for name in SERVERS:
        desk.happened(name, up(worlds[name]), NOW)
    settle_questions(desk, worlds, 0, 60)
    if hold and len(desk.inbox) > 2:
        item = desk.inbox.item(1)
        desk.inbox.hold(item.key if isinstance(item, InboxRow) else None)
    held = desk.inbox.held
    for number, (server, id, digests, sort_at, stage) in enumerate(during):
        if number == len(during) // 2:
            desk.happened(cut, Disconnected("cut", 1.0), NOW)
            desk.happened(cut, up(worlds[cut], resumed=True), NOW)
        desk.happened(server, worlds[server].put(person(str(id), digests, sort_at, stage)), NOW)
        settle_questions(desk, worlds, 0, 60)
        if held is not None:
            assert desk.inbox.held == held, "the cursor's row is the row it was"
    desk.inbox.hold(None)
    settle_questions(desk, worlds, 0, 60)
    assert names(desk) == truth(view, worlds)
    keys = [item.key for index in range(len(desk.inbox)) if isinstance(item := desk.inbox.item(index), InboxRow)]
    assert all(desk.inbox.item(desk.inbox.index_of(key) or 0) == desk.inbox.item(desk.inbox.index_of(other) or 0)
               for key in keys for other in desk.inbox.beside(key))  # fmt: skip


def test_a_server_that_goes_and_comes_back_changes_nothing() -> None:
    worlds = {name: World(name) for name in ("hub", "wood")}
    worlds["hub"].put(person("1", ("=" + A,), 5))
    worlds["wood"].put(person("2", ("=" + A,), 3))
    desk = Desk()
    for name, world in worlds.items():
        desk.add_backend(name, name)
        desk.happened(name, up(world), NOW)
    settle_questions(desk, worlds, 0, 40)
    before = shown(desk)
    assert [word.split("@")[0] for word in before if word[0] != "["] == ["wood:2"]
    desk.happened("wood", Disconnected("cut", 1.0), NOW)
    settle_questions(desk, worlds, 0, 40)
    assert [word.split("@")[0] for word in shown(desk) if word[0] != "["] == ["wood:2"]
    desk.happened("wood", up(worlds["wood"]), NOW)
    settle_questions(desk, worlds, 0, 40)
    assert shown(desk) == before


def test_a_row_says_what_all_of_it_says() -> None:
    worlds = {name: World(name) for name in ("hub", "wood")}
    worlds["hub"].put(replace(person("1", ("=" + A,), 5), unread=2, channels=("email",), channel="email", last_at=10))
    worlds["wood"].put(replace(person("2", ("=" + A,), 3), unread=1, channels=("whatsapp",), last_at=20, failed=1,
                               preview=CustomerText("newest")))  # fmt: skip
    desk = Desk()
    for name, world in worlds.items():
        desk.add_backend(name, name)
        desk.happened(name, up(world), NOW)
    settle_questions(desk, worlds, 0, 40)
    item = next(i for n in range(len(desk.inbox)) if isinstance(i := desk.inbox.item(n), InboxRow))
    assert (item.row.unread, item.row.failed, item.row.preview.raw) == (3, 1, "newest")
    assert set(item.row.channels) == {"email", "whatsapp"}
    assert dict(desk.counts()) == {"mine": 1, "team": 0, "all": 1}
    assert item.beside == (CaseKey("hub", "1"),)
    assert desk.beside(CaseKey("hub", "1")) == (CaseKey("wood", "2"),)
