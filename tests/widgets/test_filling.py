"""Canned replies with fields: what is asked first, what is typed in place, and what stops the send."""

from __future__ import annotations

from dataclasses import replace

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.model import Directory
from agent_tui.domain.orders import Reply
from agent_tui.domain.queries import DirectoryPage, DirectoryQuery, Page, Query
from agent_tui.domain.replies.reply import Canned, ReplyField, Variant
from agent_tui.domain.text import CustomerText
from tests.widgets.talk import DANA, TalkShop, talking, type_text

REPLIES = (
    Canned(
        "late",
        "Dear {{ customer.name }}, {{ days }} days{% if how == 'express' %} by courier{% endif %}. {{ sum }}",
        fields=(
            ReplyField("how", "Which way?", ("post", "express"), "express"),
            ReplyField("days", "How many days", default="3"),
            ReplyField("sum", "the sum"),
        ),
        variants=(Variant("{{ customer.first_name }}, {{ promised }}", "", "sms"),),
    ),
    Canned("twice", "{{ code }} and {{ code }}"),
    Canned("bad", "{{ ''.__class__ }}"),
)


class Shop(TalkShop):
    """One with replies that ask."""

    async def query(self, query: Query) -> Page:
        page = await super().query(query)
        if isinstance(query, DirectoryQuery) and isinstance(page, DirectoryPage):
            return replace(page, directory=replace(page.directory or Directory(), canned=REPLIES))
        return page


async def test_choices_are_picked_first_and_the_rest_is_typed_in_its_place() -> None:
    shop = Shop()
    shop.rows[DANA] = replace(shop.rows[DANA], name=CustomerText("{{ sum }} Levi"))
    async with talking(shop) as desk:
        composer = desk.app.desk_screen.case.composer
        await desk.press("enter", "f2")
        await type_text(desk, "late")
        await desk.press("enter")
        assert "Which way?" in desk.text
        await desk.press("enter")  # express, the default, stands first
        assert composer.writing.draft.body == "Dear {{ sum }} Levi, 3 days by courier. {{ sum }}"
        assert "the sum is still to be filled" in desk.text
        await desk.press("enter")
        assert "the sum is still to be filled" in desk.text
        await type_text(desk, "120")  # the place is marked, not the customer's name
        await desk.press("enter")
        await desk.wait(6)
        sent = desk.shop.orders[-1]
        assert isinstance(sent, Reply)
        assert sent.body.raw == "Dear {{ sum }} Levi, 3 days by courier. 120"


async def test_what_was_chosen_for_one_customer_is_not_said_to_another() -> None:
    async with talking(Shop()) as desk:
        await desk.press("enter", "f2")
        await type_text(desk, "late")
        await desk.press("enter")
        assert "Which way?" in desk.text
        other = next(id for id in desk.shop.rows if id != DANA)
        desk.app.workbench.open(CaseKey("hub", other))
        await desk.rest()
        await desk.press("enter")
        assert "another case is open now: nothing was put in" in desk.text
        assert desk.app.desk_screen.case.composer.writing.blank
        await desk.press("f2")
        assert "canned replies" in desk.text
        desk.app.workbench.open(CaseKey("hub", DANA))
        await desk.rest()
        await type_text(desk, "twice")
        await desk.press("enter")
        assert "nothing was put in" in desk.text
        await desk.press("escape")
        assert desk.app.desk_screen.case.composer.writing.blank


async def test_what_is_said_twice_is_asked_once_and_a_bad_reply_is_named() -> None:
    async with talking(Shop()) as desk:
        composer = desk.app.desk_screen.case.composer
        await desk.press("enter", "f2")
        await type_text(desk, "twice")
        await desk.press("enter")
        await type_text(desk, "A7")
        await desk.press("enter")
        assert composer.writing.draft.body == "A7 and A7"
        await desk.press("ctrl+u", "f2")
        await type_text(desk, "twice")
        await desk.press("enter", "escape")
        assert composer.writing.draft.body == "", "leaving the question puts nothing in"
        await desk.press("f2")
        await type_text(desk, "bad")
        await desk.press("enter")
        assert "bad cannot be used: line 1: nothing here has a .__class__" in desk.text
        assert composer.writing.draft.body == ""
