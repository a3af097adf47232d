"""Guided scripts at a desk: ahead of the server and put right by it; for servers that keep none; edited meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agent_tui.backends.base import Capabilities, Connected
from agent_tui.desk.desk import Desk
from agent_tui.desk.keys import CaseKey
from agent_tui.domain.company_cards import CardField, CompanyCard
from agent_tui.domain.events import Event, ScriptMoved
from agent_tui.domain.guided.place import Answer, CaseScript, Run
from agent_tui.domain.guided.run import Went, answer
from agent_tui.domain.guided.script import Ask
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import Order, RunScript
from agent_tui.domain.queries import Page, Query, ScriptPage, ScriptQuery
from agent_tui.domain.text import CustomerText
from agent_tui.services.guiding import Guiding
from tests.hub.test_scripts import LOST

NOA = Agent("noa", "Noa")
KEPT, PLAIN = CaseKey("hub", "c"), CaseKey("other", "c")


class Place:
    """A desk on a hub that keeps scripts and on a server that keeps none; `script` is what the hub has."""

    def __init__(self, key: CaseKey) -> None:
        self.desk = Desk()
        for name, orders in (("hub", ("run-script",)), ("other", ())):
            self.desk.add_backend(name, name)
            self.desk.happened(name, Connected(NOA, Capabilities(orders=frozenset(orders)), 0, False), 0)
        self.desk.open(key)
        self.key, self.script, self.given = key, LOST, list[RunScript]()
        self.guiding = Guiding(self.desk, self._give, self._inquire, lambda changes: None)

    def _give(self, _key: CaseKey, order: Order) -> None:
        assert isinstance(order, RunScript)
        self.given.append(order)

    def _inquire(self, backend: str, query: Query, then: Callable[[Page], None]) -> None:
        assert backend == "hub" and isinstance(query, ScriptQuery)
        then(ScriptPage(self.script, 1))

    def told(self, order: RunScript, by: str = "noa", seq: int = 1) -> None:
        """The hub tells where it stands."""
        moved = CaseScript(order.id, order.case, order.run, order.revision, 1, "noa", seq, by)
        self.desk.happened("hub", Event(seq, seq - 1, 1, 1, ScriptMoved(moved), order.case, by), 1)

    @property
    def at(self) -> tuple[str, int]:
        held = self.guiding.current(self.key)
        return (held.run.at, held.revision) if held is not None else ("", 0)


def test_a_move_shows_at_once_and_another_agents_move_counts_where_it_was_first() -> None:
    place = Place(KEPT)
    place.guiding.begin(KEPT, "lost-parcel", lambda: None)
    begun = place.given[0]
    place.guiding.answer(KEPT, "88213")
    assert place.at == ("bye", 2)
    place.told(begun)
    assert place.at == ("bye", 2), "what the server says is older"
    went = answer(LOST, begun.run, "11111")
    assert isinstance(went, Went)
    place.told(replace(begun, run=went.run, revision=2), "avi", 2)
    place.guiding.refused(KEPT, place.given[1])
    held = place.guiding.current(KEPT)
    assert held is not None and held.run.answer_of("order") == "11111"


def test_what_was_refused_far_ahead_goes_back_to_where_the_server_is() -> None:
    place = Place(KEPT)
    place.guiding.begin(KEPT, "lost-parcel", lambda: None)
    place.told(place.given[0])
    place.guiding.answer(KEPT, "88213")
    place.guiding.back(KEPT)
    assert place.at == ("order", 3)
    place.guiding.refused(KEPT, place.given[1])
    assert place.at == ("order", 1)


def test_a_server_that_keeps_no_scripts_has_those_of_another_at_this_desk_alone() -> None:
    place = Place(PLAIN)
    place.guiding.begin(PLAIN, "lost-parcel", lambda: None)
    assert place.guiding.answer(PLAIN, "88213") == ()
    held = place.guiding.current(PLAIN)
    assert held is not None and held.here and held.run.at == "bye" and place.given == []
    place.guiding.forget([PLAIN])
    assert place.guiding.current(PLAIN) is None, "its customer was erased"


def test_nobody_is_asked_twice_what_a_script_of_the_case_or_a_card_knows() -> None:
    place = Place(KEPT)
    place.script = replace(LOST, steps=(replace(LOST.steps[0], ask=Ask("text", "order", offer="card.shop.order")),))
    place.guiding.begin(KEPT, "lost-parcel", lambda: None)
    assert place.guiding.offered(KEPT) == ""
    case = place.desk.open_case
    assert case is not None
    field = CardField("order", (), "text", CustomerText("88102"))
    case.cards = (CompanyCard("shop", (), lines=((field,),)),)
    assert place.guiding.offered(KEPT) == "88102"
    earlier = Run("returns", "1", ("x",), (Answer("x", "order", CustomerText("88213")),), "finished")
    place.told(RunScript("c", "r_0", earlier, 1))
    assert place.guiding.offered(KEPT) == "88213"


def test_a_script_that_was_edited_goes_on_as_it_is_now_and_says_so() -> None:
    place = Place(KEPT)
    place.guiding.begin(KEPT, "lost-parcel", lambda: None)
    order = replace(
        place.given[0], id="r_other", run=replace(place.given[0].run, version="gone", path=("order", "old"))
    )
    place.guiding.refused(KEPT, place.given[0])
    place.told(order)
    place.guiding.current(KEPT)
    held = place.guiding.current(KEPT)
    assert held is not None and held.edited and held.run.path == ("order",)
