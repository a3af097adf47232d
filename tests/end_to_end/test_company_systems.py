"""A real hub with the company's systems around it: a card is asked for when a case is opened, a reply that was picked
is suggested, and what became of the case is posted under one id though the hub is killed while it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui.domain.orders import Resolve
from tests.connectors.test_card_sources import shop, whole
from tests.end_to_end.desks import desk
from tests.end_to_end.hub_run import hub_run, until
from tests.end_to_end.webhook_world import ENV, SECRET, config, customers, receiver

HUB = """
[[card]]
name = "shop"
title = "From the shop"
url = "{shop}/orders?who={{web}}"
[[card.header]]
name = "shop"
secret_env = "SHOP"
[[card.field]]
name = "owed"
title = "owed"
path = "orders[0].owed"
kind = "money"
[[canned]]
name = "refund"
text = "It is on its way."
[[post]]
name = "crm"
url = "{crm}"
"""


@pytest.mark.slow
async def test_they_are_asked_and_told(tmp_path: Path) -> None:
    env = ENV | {"AGENT_TUI_POST_SECRET_CRM": SECRET, "SHOP": "s3cret"}
    async with receiver() as far, receiver() as crm, shop(whole(b'{"orders": [{"owed": 12}]}')) as (url, asked):
        text = HUB.format(shop=url, crm=crm.url) + config(far.url)
        async with hub_run(tmp_path / "hub", text, env) as hub:
            token = hub.agent("ada")
            async with customers(hub.http_url) as world, desk(hub.desk_url, token, tmp_path / "ada") as ada:
                await world.say("vera@x&y", "where is my refund?")
                row = await ada.until_row("vera@x&y")
                await ada.open(row)
                case = ada.desk.open_case
                assert case is not None
                await until(lambda: bool(case.cards and case.cards[0].at), what="the card")
                assert case.cards is not None
                assert [one.value.raw for one in case.cards[0].fields] == ["12.00"]
                assert asked[0].startswith(b"GET /orders?who=vera%40x%26y HTTP/1.1\r\n")
                assert b"authorization: bearer s3cret" in asked[0].lower()

                ada.reply(row, "It is on its way.", canned=("refund",))
                await until(lambda: far.texts == ["It is on its way."], what="the reply")
                await world.say("lea", "my refund!")
                other = await ada.until_row("lea")
                await ada.open(other)

                def suggested() -> bool:
                    opened = ada.desk.open_case
                    assert opened is not None
                    ada.bench.suggest(opened.key, "webchat", "")
                    return [one.key for one in opened.suggested] == ["refund"]

                await until(suggested, what="the suggestion")

                crm.open.clear()
                ada.bench.order("hub", Resolve(row.id, "refunded"))
                await until(lambda: bool(crm.taken), 40, what="the post on its way")
                await hub.kill()
                crm.open.set()
                await hub.start()
                await until(lambda: crm.taken.total() == 2, what="the post, made again under its id")
            assert list(crm.taken.values()) == [2]
            told = crm.messages[-1]
            assert (told["what"], told["outcome"], told["case"]["channel"]) == ("done", "refunded", "webchat")
            assert told["customer"] == {"addresses": ["web:vera@x&y"]}
            assert "s3cret" not in hub.log()
            assert "vera" not in hub.log()
