"""Webhook signatures and payloads: the standard's own vector, what is refused, and that nothing crashes the reader."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.backends.connectors.base import (
    CallReport,
    CallUpdate,
    DeliveryUpdate,
    Inbound,
    Outbound,
    OutboundFile,
    OutboundTemplate,
    PutsThrough,
)
from agent_tui.backends.connectors.webhook import payload, posting, signing
from agent_tui.backends.connectors.webhook.connector import WebhookConnector
from agent_tui.backends.connectors.webhook.exchange import write_action
from agent_tui.domain.time import VirtualTime

NOW = 1_700_000_000_000
KEY = signing.key_of("whsec_" + base64.b64encode(b"k" * 32).decode())


def test_a_signature_as_the_standards_libraries_make_it() -> None:
    """The vector of the reference libraries' own tests."""
    key = signing.key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signing.signed(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330_000, b'{"test": 2432232314}')
    assert made[signing.SIGNATURE] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_was_signed_is_accepted_also_beside_an_older_signature() -> None:
    made = signing.signed(KEY, "m1", NOW, b"{}")
    signing.check(KEY, made, NOW + 299_000, b"{}")
    signing.check(KEY, {**made, signing.SIGNATURE: f"v1,old v2,x {made[signing.SIGNATURE]}"}, NOW, b"{}")


@pytest.mark.parametrize(
    ("change", "body", "late"),
    [
        ({signing.SIGNATURE: "v1,"}, b"{}", 0),
        ({signing.SIGNATURE: "v2,AAAA"}, b"{}", 0),
        ({signing.SIGNATURE: "v1,\u05d0"}, b"{}", 0),
        ({signing.ID: "m2"}, b"{}", 0),
        ({signing.ID: ""}, b"{}", 0),
        ({signing.TIMESTAMP: "soon"}, b"{}", 0),
        ({}, b"{ }", 0),
        ({}, b"{}", 302_000),
        ({}, b"{}", -302_000),
    ],
)
def test_what_was_not_is_refused(change: dict[str, str], body: bytes, late: int) -> None:
    with pytest.raises(signing.BadSignature):
        signing.check(KEY, {**signing.signed(KEY, "m1", NOW, b"{}"), **change}, NOW + late, body)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_AAAA", "hunter2", "whsec_\u05d0", "whsec_" + "A" * 200])
def test_a_secret_of_another_form_is_named_and_not_shown(secret: str) -> None:
    with pytest.raises(signing.BadSecret) as caught:
        signing.key_of(secret)
    assert "expected whsec_" in str(caught.value) and "hunter2" not in str(caught.value)


def read(value: Any) -> payload.Got:
    return payload.read(json.dumps(value).encode(), "chat", "webchat", NOW)


def test_a_message_and_a_report() -> None:
    got = read({"type": "message", "id": "7", "from": {"address": " v "}, "text": "x", "at": "2031-01-01T00:00:00Z"})
    assert isinstance(got, Inbound)
    assert (got.channel_id, got.address, got.thread, got.scheme, got.at) == ("in:7", "v", "v", "web", NOW)
    told = read({"type": "delivery", "message": "m1", "state": "failed", "reason": "blocked"})
    assert told == DeliveryUpdate("chat", payload.out_id("m1"), "failed", NOW, "blocked")


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ([], "body: "),
        ({"type": "rumour"}, "body: "),
        ({"type": "message", "id": "7", "text": "x"}, "from: "),
        ({"type": "message", "id": "7", "from": {"address": "v"}}, "text: empty"),
        ({"type": "message", "id": 7, "from": {"address": "v"}, "text": "x"}, "id: "),
        ({"type": "message", "id": "7", "from": {"address": "v"}, "text": "x", "at": "2031-01-01T00:00:00"}, "at: "),
        (
            {"type": "message", "id": "7", "from": {"address": "v"}, "files": [{"name": "a", "content": "*"}]},
            "files.0.",
        ),
        ({"type": "delivery", "message": "m1", "state": "lost"}, "state: "),
    ],
)
def test_a_payload_that_is_wrong_names_the_field(value: Any, field: str) -> None:
    with pytest.raises(payload.BadPayload) as caught:
        read(value)
    assert str(caught.value).startswith(field)


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_reader(body: bytes) -> None:
    with pytest.raises(payload.BadPayload):
        payload.read(body, "chat", "webchat", NOW)


def test_a_message_of_ours_has_all_that_the_receiver_needs() -> None:
    file = OutboundFile("a.txt", "text/plain", b"abc")
    made = json.loads(payload.write(Outbound("m1", "chat", "webchat", "", "th", "v", "hello", files=(file,)), NOW))
    assert (made["type"], made["id"], made["thread"], made["to"], made["text"]) == ("message", "m1", "th", "v", "hello")
    assert made["files"] == [{"name": "a.txt", "media": "text/plain", "content": "YWJj"}]
    assert made["at"] == "2023-11-14T22:13:20Z" and made["template"] is None
    used = OutboundTemplate("late_parcel", "he", ("דנה", "1042"))
    made = json.loads(payload.write(Outbound("m1", "wa", "whatsapp", "", "", "v", "שלום דנה", template=used), NOW))
    assert made["template"] == {"name": "late_parcel", "language": "he", "values": ["דנה", "1042"]}


def test_an_exchange_tells_of_calls_and_of_nothing_else() -> None:
    told = {
        "type": "call",
        "id": "ch-17",
        "state": "ringing",
        "from": {"address": "+972541234567", "name": "Dana"},
        "queue": "Billing",
        "law_due": "2023-11-14T22:20:00Z",
        "at": "2033-11-14T22:13:20Z",
    }
    got = payload.read(json.dumps(told).encode(), "pbx", "phone", NOW)
    assert isinstance(got, CallUpdate)
    assert (got.channel_id, got.state, got.address, got.queue) == ("ch-17", "ringing", "+972541234567", "Billing")
    assert got.at == NOW, "never later than now"
    assert got.law_due is not None and got.law_due - NOW == 400_000
    report = {"type": "call-report", "id": "ch-17", "what": "asked"}
    assert payload.read(json.dumps(report).encode(), "pbx", "phone", NOW) == CallReport("pbx", "ch-17", "asked", NOW)
    for wrong, channel in (({**told, "state": "lost"}, "phone"), (told, "webchat"), ({"type": "delivery"}, "phone")):
        with pytest.raises(payload.BadPayload):
            payload.read(json.dumps(wrong).encode(), "pbx", channel, NOW)
    made = json.loads(write_action("out-k1", "originate", "noa", "+97254", NOW))
    assert made == {
        "type": "call-action",
        "call": "out-k1",
        "action": "originate",
        "agent": "noa",
        "keys": "+97254",
        "at": "2023-11-14T22:13:20Z",
    }


async def test_what_a_call_that_is_put_through_came_to() -> None:
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        match len(seen):
            case 1 | 2 | 3:
                return httpx.Response((200, 404, 502)[len(seen) - 1])
            case 4:
                raise httpx.ReadTimeout("slow", request=request)
            case _:
                raise httpx.ConnectError("down", request=request)

    connector = WebhookConnector(
        "pbx", "phone", b"k" * 32, "https://pbx.example/in", VirtualTime(NOW), puts_through=True
    )
    assert isinstance(connector, PutsThrough) and connector.puts_through
    assert (await connector.put_through("c", "noa", "avi")).outcome == "refused"
    connector._client = posting.new_client(5, httpx.MockTransport(answer))
    told = [(await connector.put_through("c", "noa", "avi")).outcome for _ in range(5)]
    assert told == ["accepted", "refused", "unknown", "unknown", "refused"]
    made = json.loads(seen[0])
    assert (made["action"], made["call"], made["agent"], made["to"]) == ("transfer", "c", "noa", "avi")
    await connector.stop()


async def test_an_exchange_is_asked_once_and_what_it_says_is_told() -> None:
    seen: list[bytes] = []
    answers = [httpx.Response(200), httpx.Response(409)]

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        return answers.pop(0) if answers else _broken(request)

    def _broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("down", request=request)

    connector = WebhookConnector("pbx", "phone", b"k" * 32, "https://pbx.example/in", VirtualTime(NOW))
    assert await connector.call_action("c", "hold", "noa", "") == "the hub is stopping"
    connector._client = posting.new_client(5, httpx.MockTransport(answer))
    told = [await connector.call_action("c", "hold", "noa", "") for _ in range(3)]
    assert told == ["", "the webhook answered 409", "no answer from the exchange (ConnectError)"]
    assert len(seen) == 3, "never twice for one"
    await connector.stop()
