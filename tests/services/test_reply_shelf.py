"""Where the replies of the picker come from: the directory, pages of a server that has many, the agent's own folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from agent_tui.backends.hub.reply_pages import page, version_of
from agent_tui.desk.backend_state import BackendState
from agent_tui.domain.model import Directory
from agent_tui.domain.queries import Page, Query, RepliesQuery
from agent_tui.domain.replies.reply import Canned
from agent_tui.domain.time import VirtualTime
from agent_tui.own_replies import OwnReplies
from agent_tui.services.reply_shelf import ReplyShelf

Asked = tuple[str, Query, Callable[[Page], None]]


class Desk:
    """A shelf whose questions wait until they are answered as a hub does."""

    def __init__(self, canned: tuple[Canned, ...]) -> None:
        self.asked: list[Asked] = []
        self.told = 0
        self.shelf = ReplyShelf(None, VirtualTime(0), lambda *one: self.asked.append(one))
        self.state = BackendState("hub", "hub")
        self.stock(canned)

    def stock(self, canned: tuple[Canned, ...]) -> None:
        self.canned, version = canned, version_of(canned)
        self.state.directory = Directory(canned=() if version else canned, replies=version)

    def look(self) -> str:
        def told() -> None:
            self.told += 1

        return self.shelf.look(self.state, told)

    def answer(self) -> None:
        _, query, then = self.asked.pop(0)
        assert isinstance(query, RepliesQuery)
        then(page(self.canned, version_of(self.canned), query, 1))

    def keys(self) -> list[str]:
        return list(self.shelf.index(self.state, "").replies)


def many(words: str = "x", count: int = 300) -> tuple[Canned, ...]:
    return tuple(Canned(f"k{n}", words * 1_000) for n in range(count))


def test_few_come_with_the_directory() -> None:
    desk = Desk((Canned("a", "{{ x }}"), Canned("b", "b", "nofar")))
    assert desk.look() == ""
    assert (desk.keys(), desk.asked) == (["a"], [])
    assert list(desk.shelf.index(desk.state, "nofar").replies) == ["a", "b"]
    assert not desk.shelf.any_for(BackendState("other", "other"), "")
    names = desk.shelf.names(desk.state)
    assert names is not None
    assert "x" in names
    assert desk.shelf.index(desk.state, "") is desk.shelf.index(desk.state, ""), "made ready once"


def test_many_come_in_pages_when_they_are_wanted_first() -> None:
    desk = Desk(many())
    assert desk.shelf.any_for(desk.state, "")
    assert (desk.asked, desk.shelf.names(desk.state)) == ([], None)
    desk.look()
    assert desk.shelf.missing(desk.state) == (0, 0)
    desk.answer()
    here, total = desk.shelf.missing(desk.state) or (0, 0)
    assert (0 < here < total, total, desk.keys()) == (True, 300, [])
    desk.look()  # the picker is opened once more: the same page is asked for twice
    while desk.asked:
        desk.answer()
    assert desk.shelf.missing(desk.state) is None
    assert desk.keys() == [f"k{n}" for n in range(300)]
    assert desk.told > 2
    desk.look()
    assert desk.asked == [], "they are here"


def test_what_waits_for_all_of_them_is_done_once_they_are_here() -> None:
    desk, done = Desk(many()), []
    desk.shelf.when_here(desk.state, lambda: done.append(len(desk.keys())))
    while desk.asked:
        assert done == []
        desk.answer()
    assert done == [300]
    desk.shelf.when_here(desk.state, lambda: done.append(0))
    assert (done, desk.asked) == ([300, 0], [])


def test_others_in_the_middle_begin_anew_and_the_old_ones_serve_until_then() -> None:
    desk = Desk(many())
    desk.look()
    while desk.asked:
        desk.answer()
    desk.stock(many("y", 200))
    assert desk.keys()[-1] == "k299"
    desk.look()
    desk.answer()
    desk.canned = many("z", 250)  # the desk has not heard of it yet
    while desk.asked:
        desk.answer()
    desk.stock(many("z", 250))
    assert (desk.shelf.missing(desk.state), len(desk.keys())) == (None, 250)
    assert desk.shelf.index(desk.state, "").replies["k0"].text.startswith("z")


def test_the_agents_own_stand_before_and_are_read_when_they_change(tmp_path: Path) -> None:
    desk = Desk((Canned("a", "theirs"), Canned("b", "b")))
    desk.shelf.personal = OwnReplies(tmp_path / "replies")
    assert desk.look() == ""
    (tmp_path / "replies").mkdir()
    (tmp_path / "replies" / "a.md").write_text("mine")
    (tmp_path / "replies" / "c.md").write_text("{{ oh }}")
    assert "c.md:1: reply[1].text: oh is no field of it" in desk.look()
    assert desk.look() == "", "it is said once"
    assert {key: one.text for key, one in desk.shelf.index(desk.state, "").replies.items()} == {"a": "mine", "b": "b"}
    (tmp_path / "replies" / "a.md").unlink()
    desk.look()
    assert desk.shelf.index(desk.state, "").replies["a"].text == "theirs"
