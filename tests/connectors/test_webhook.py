"""Webhook signatures and payloads: the standard's own vector, what is refused, and that nothing crashes the reader."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.backends.connectors.base import DeliveryUpdate, Inbound, Outbound, OutboundFile, OutboundTemplate
from agent_tui.backends.connectors.webhook import payload, signing

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


def read(value: Any) -> Inbound | DeliveryUpdate:
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
        ({"type": "call"}, "body: "),
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
