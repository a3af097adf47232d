"""Spam and block from the keyboard: two orders, each taken back by its own opposite."""

from __future__ import annotations

from agent_tui.domain.orders import Block, Spam
from tests.widgets.running import running
from tests.widgets.talk import type_text


async def test_spam_and_block_are_two_orders_and_both_can_be_undone() -> None:
    async with running() as desk:
        await desk.press("colon")
        await type_text(desk, "case-spam")
        await desk.press("enter")
        assert desk.shop.orders == [Spam("c4471")]
        assert "this case is spam" in desk.text
        await desk.press("z")
        assert desk.shop.orders[1:] == [Spam("c4471", on=False)]
        await desk.press("colon")
        await type_text(desk, "customer-block")
        await desk.press("enter", "down", "enter")
        assert desk.shop.orders[2:] == [Block("c4471")]
        await desk.press("z")
        assert desk.shop.orders[3:] == [Block("c4471", on=False)]
