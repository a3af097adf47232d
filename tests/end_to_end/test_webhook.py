"""The webhook channel through a whole hub: in, out, repeated, forged, held when the hub dies."""

from __future__ import annotations

import base64
from pathlib import Path

from agent_tui.desk.keys import CaseKey
from agent_tui.domain.orders import AnswerTransfer, CallAction, Dial, TransferCase
from agent_tui.domain.text import CustomerText
from agent_tui.domain.views import VIEWS
from tests.end_to_end.desks import desk
from tests.end_to_end.hub_run import hub_run
from tests.end_to_end.webhook_world import ENV, config, customers, receiver


async def test_a_message_in_and_an_answer_out(tmp_path: Path) -> None:
    async with (
        receiver() as far,
        hub_run(tmp_path / "hub", config(far.url), ENV) as hub,
        customers(hub.http_url) as world,
        desk(hub.desk_url, hub.agent("ada")) as ada,
    ):
        file = {"name": "list.txt", "media": "text/plain", "content": base64.b64encode(b"a\nb").decode()}
        message = {
            "type": "message",
            "id": "1",
            "from": {"address": "v-17", "name": "Vera"},
            "text": "hello",
            "files": [file],
        }
        assert (await world.post(message)).json() == {"stored": True}
        assert (await world.post(message)).json() == {"stored": False}
        row = await ada.until_row("Vera")
        await ada.open(row)
        (got,) = ada.messages()
        assert (got.body.raw, got.attachments[0].name.raw, got.channel) == ("hello", "list.txt", "webchat")
        path = await ada.bench.fetch("hub", got.attachments[0].blob)
        assert path.read_bytes() == b"a\nb"
        ada.reply(row, "good morning")
        await ada.until(lambda: ada.messages()[-1].state == "sent", what="sent")
        (answer,) = far.messages
        assert (answer["to"], answer["thread"], answer["text"]) == ("v-17", "v-17", "good morning")
        read = {"type": "delivery", "message": answer["id"], "state": "read"}
        assert (await world.post(read)).status_code == 200
        await ada.until(lambda: ada.messages()[-1].state == "read", what="read")


async def test_what_is_wrong_is_refused_by_name(tmp_path: Path) -> None:
    async with hub_run(tmp_path / "hub", config("http://127.0.0.1:9/none"), ENV) as hub:
        async with customers(hub.http_url) as world:
            good = {"type": "message", "id": "1", "from": {"address": "v"}, "text": "x"}
            forged = await world.post(good, secret="whsec_" + "QQ" * 16)
            assert forged.status_code == 401
            assert "webhook-signature does not fit" in forged.json()["error"]
            nobody = await world.post({**good, "from": {}})
            assert nobody.status_code == 400
            assert nobody.json()["error"].startswith("from.address: ")
            empty = await world.post({**good, "text": " "})
            assert empty.json()["error"].startswith("text: empty")
            assert (await world.post({"type": "rumour"})).status_code == 400
        assert hub.bodies("in") == []


async def test_a_send_that_the_hubs_death_hid_is_unknown_until_its_agent_repeats_it(tmp_path: Path) -> None:
    async with receiver() as far, hub_run(tmp_path / "hub", config(far.url), ENV) as hub:
        token = hub.agent("ada")
        async with customers(hub.http_url) as world, desk(hub.desk_url, token, tmp_path / "ada") as ada:
            await world.say("vera", "hello")
            row = await ada.until_row("vera")
            await ada.open(row)
            far.open.clear()
            ada.reply(row, "on my way")
            await ada.until(lambda: bool(far.texts), what="the answer reaches the channel")
            await hub.kill()
            await ada.until(lambda: not ada.up(), what="the line is known to be down")
            far.open.set()
            await hub.start()
            await ada.until(lambda: ada.messages()[-1].state == "unknown", what="shown as unknown")
            assert len(ada.messages()) == 2
            shown = ada.row_of("vera")
            assert shown is not None and shown.failed == 1
            assert far.texts == ["on my way"]
            ada.bench.retry(CaseKey("hub", row.id), ada.messages()[-1].id)
            await ada.until(lambda: ada.messages()[-1].state == "sent", what="sent")
            assert list(far.taken.values()) == [2]
        assert hub.sound()


async def test_an_exchange_rings_and_is_told_to_answer_and_to_call_back(tmp_path: Path) -> None:
    async with (
        receiver() as far,
        hub_run(tmp_path / "hub", config(far.url).replace("webchat", "phone"), ENV) as hub,
        customers(hub.http_url) as world,
        desk(hub.desk_url, hub.agent("ada")) as ada,
    ):
        call = {"type": "call", "id": "ch-1", "state": "ringing", "from": {"address": "+97254", "name": "Vera"}}
        assert (await world.post(call)).json() == {"stored": True}
        row = await ada.until_row("Vera")
        assert row.call is not None and row.call.comes
        ada.bench.order("hub", CallAction(row.call.id, "answer"))
        await ada.until(lambda: bool(far.messages), what="the exchange is asked")
        asked = {"type": "call-action", "call": "ch-1", "action": "answer", "agent": "ada", "keys": ""}
        assert {key: far.messages[0][key] for key in asked} == asked
        await world.post({**call, "state": "ended"})

        def over() -> bool:
            now = ada.row_of("Vera")
            return now is not None and now.call is not None and now.call.state == "ended"

        await ada.until(over, what="it is over")
        ada.bench.order("hub", Dial(row.id))
        await ada.until(lambda: len(far.messages) == 2, what="the exchange is asked to ring them")
        assert (far.messages[1]["action"], far.messages[1]["keys"]) == ("originate", "+97254")


async def test_a_call_that_the_hubs_death_hid_is_put_through_once_and_settled_by_the_exchange(tmp_path: Path) -> None:
    pbx = config("URL").replace("webchat", "phone") + "puts_through = true\n"
    async with receiver() as far, hub_run(tmp_path / "hub", pbx.replace("URL", far.url), ENV) as hub:
        tokens = hub.agent("ada"), hub.agent("bea")
        async with (
            customers(hub.http_url) as world,
            desk(hub.desk_url, tokens[0], tmp_path / "ada") as ada,
            desk(hub.desk_url, tokens[1], tmp_path / "bea") as bea,
        ):
            call = {"type": "call", "id": "ch-1", "state": "ringing", "from": {"address": "+97254", "name": "Vera"}}
            await world.post(call)
            row = await ada.until_row("Vera")
            assert row.call is not None
            ada.bench.order("hub", CallAction(row.call.id, "answer"))
            await ada.until(lambda: bool(far.messages), what="it is answered")
            ada.bench.order("hub", TransferCase(row.id, CustomerText("a lamp"), "bea"))

            def offered() -> bool:
                now = bea.row_of("Vera")
                return now is not None and now.transfer is not None

            bea.bench.show(VIEWS["all"])
            await bea.until(offered, what="it is offered")
            far.open.clear()
            bea.bench.order("hub", AnswerTransfer(row.id, "", "accept"))
            await bea.until(lambda: len(far.messages) == 2, what="the exchange is asked")
            asked = {"call": "ch-1", "action": "transfer", "agent": "ada", "to": "bea"}
            assert {key: far.messages[1][key] for key in asked} == asked
            await hub.kill()
            far.open.set()
            await hub.start()
            await bea.until(lambda: ada.up() and bea.up() and not bea.desk.unsent, 30, "the desks are back")
            stood = "SELECT owner, (SELECT state FROM transfer), (SELECT agent FROM call WHERE part_of = '') FROM cases"
            assert hub.ask(stood) == [("ada", "unknown", "ada")]
            assert len(far.messages) == 2, "never twice, though the order came again"
            await world.post({**call, "state": "active", "agent": "bea"})
            assert hub.ask(stood) == [("bea", "done", "bea")]
            ended = "SELECT agent, state FROM call WHERE part_of <> ''"
            assert hub.ask(ended) == [("ada", "ended")]

            def with_bea() -> bool:
                return [one.state for _, one in bea.desk.live_calls()] == ["active"]

            await bea.until(with_bea, what="the call is on her desk")
            await ada.until(
                lambda: [one.state for _, one in ada.desk.live_calls()] == ["ended"], what="hers to write up"
            )
