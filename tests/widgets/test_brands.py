"""Whose brand a case is: named in its row where there are several, and the one that its new mails come from."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.desk.desk import Desk
from agent_tui.desk.inbox import InboxRow
from agent_tui.desk.keys import CaseKey
from agent_tui.desk.open_case import OpenCase
from agent_tui.domain.model import Address, CaseRow, Customer, Directory, Sender
from agent_tui.domain.queries import DirectoryPage, DirectoryQuery
from agent_tui.domain.text import CustomerText
from agent_tui.domain.views import ALL
from agent_tui.widgets.case.drafting import routes
from agent_tui.widgets.inbox.row_strips import _before
from tests.desk.world import NOW, World, row, settle_questions, up

SENDERS = (
    Sender("a", "email", "nofar", "care@nofar.example"),
    Sender("b", "email", "ogen", "care@ogen.example"),
    Sender("c", "sms", "nofar", ""),
)


def test_a_new_mail_comes_from_the_brand_of_the_case() -> None:
    address = (Address("mailto", CustomerText("dana@example.com")), Address("tel", CustomerText("+972541")))
    case = OpenCase(CaseKey("hub", "c1"))
    case.customer = Customer("p1", CustomerText("Dana"), address)
    case.row = CaseRow("c1", 1, "p1", CustomerText("Dana"), "email", "us", 0, 1, brand="ogen")
    ways = routes(case, Directory(senders=SENDERS), 0)
    # where the brand has no account of the channel, any that the agent may use will do
    assert [(way.channel, way.account) for way in ways] == [("email", "b"), ("sms", "c")]


def test_rows_name_their_brand_where_there_are_several() -> None:
    world = World("hub")
    world.put(replace(row("c1", 1), brand="ogen"))
    desk = Desk()
    desk.add_backend("hub", "hub")
    desk.happened("hub", up(world), NOW)
    desk.set_view(ALL)
    settle_questions(desk, {"hub": world}, 0, 5)
    for titles, said in (
        ((("ogen", "Ogen"),), []),
        ((("nofar", "Nofar Home"), ("ogen", "Ogen")), ["Ogen"]),
        ((), []),
    ):
        desk.arrived("hub", DirectoryQuery(), DirectoryPage(Directory(brand_titles=titles), 1), NOW)
        item = next(item for place in range(5) if isinstance(item := desk.inbox.item(place), InboxRow))
        assert [str(words.drawn()) for words, part in _before(item) if part == "label"] == said
