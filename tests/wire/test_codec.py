"""Frames to text and back, and what is refused before it reaches a parser."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from agent_tui.backends.wire.codec import (
    BadFrame,
    check_limits,
    decode_client,
    decode_server,
    encode,
    size_of,
    split_event,
)
from agent_tui.backends.wire.frames import Command, EventFrame, Hello, PageFrame, Welcome
from agent_tui.domain.events import UnknownBody
from agent_tui.domain.model import Agent, CaseRow
from agent_tui.domain.orders import Note
from agent_tui.domain.queries import RowsPage
from agent_tui.domain.text import CustomerText
from agent_tui.domain.views import Section
from tests.wire.samples import CLIENT_FRAMES, EVENTS, SERVER_FRAMES, on_bad_lines


def plain(frame: Any) -> Any:
    """A frame as JSON, lone surrogates replaced as the codec does."""
    return json.loads(encode(frame))


@given(SERVER_FRAMES)
def test_server_frames_survive_the_line(frame: Any) -> None:
    text = encode(frame)
    text.encode()
    assert encode(decode_server(text)) == text


@given(CLIENT_FRAMES)
def test_client_frames_survive_the_line(frame: Any) -> None:
    text = encode(frame)
    text.encode()
    assert encode(decode_client(text)) == text


@given(on_bad_lines(SERVER_FRAMES.map(encode)))
def test_bad_server_frames_have_a_name(text: str) -> None:
    try:
        decode_server(text)
    except BadFrame as bad:
        bad.message.encode()
        assert bad.code and len(bad.message) < 400


@given(on_bad_lines(CLIENT_FRAMES.map(encode)))
def test_bad_client_frames_have_a_name(text: str) -> None:
    try:
        decode_client(text)
    except BadFrame as bad:
        bad.message.encode()
        assert bad.code and len(bad.message) < 400


@given(EVENTS)
def test_an_event_is_cut_around_its_prev(frame: EventFrame) -> None:
    encoded = split_event(encode(frame))
    assert encoded.prev == frame.prev
    assert encoded.text() == encode(frame)
    assert encoded.text(7) == encode(replace(frame, prev=7))


@pytest.mark.parametrize(
    ("text", "code", "id"),
    [
        ("", "bad-json", ""),
        ("{", "bad-json", ""),
        ("[]", "bad-json", ""),
        ("\ud800", "bad-json", ""),
        ('{"type":"hello"} {"type":"hello"}', "bad-json", ""),
        ('{"type":"hello","seq":9007199254740993}', "bad-number", ""),
        ('{"type":"hello","seq":1e300}', "bad-number", ""),
        ('{"type":"hello","seq":NaN}', "bad-number", ""),
        ('{"type":"hello","seq":-Infinity}', "bad-number", ""),
        ('{"type":"hello","seq":-1}', "bad-arguments", ""),
        ('{"type":"hello","client":"\\ud800"}', "bad-arguments", ""),
        ('{"type":"dance","id":"a"}', "unknown-frame", "a"),
        ('{"type":"command","id":"a","order":{"name":"fly"}}', "unknown-command", "a"),
        ('{"type":"command","id":"a","order":{}}', "unknown-command", "a"),
        ('{"type":"command","id":"a","order":{"name":["fly"]}}', "unknown-command", "a"),
        ('{"type":"command","id":"a","order":{"name":"note"}}', "bad-arguments", "a"),
        ('{"type":"command","id":"a"}', "bad-arguments", "a"),
        ('{"type":"command","id":"","order":{"name":"fly"}}', "unknown-command", ""),
        ('{"type":"command","id":7,"order":{"name":"reopen","case":"k"}}', "bad-arguments", ""),
        ('{"type":"query","id":"a","query":{"kind":"weather"}}', "unknown-query", "a"),
        ('{"type":"query","id":"a","query":[]}', "bad-arguments", "a"),
        ("[" * 65 + "]" * 65, "too-deep", ""),
        ('"' + "x" * (1 << 20) + '"', "too-big", ""),
        ('"' + "א" * (1 << 19) + '"', "too-big", ""),
    ],
)
def test_what_a_client_must_not_send(text: str, code: str, id: str) -> None:
    with pytest.raises(BadFrame) as caught:
        decode_client(text)
    assert (caught.value.code, caught.value.id) == (code, id)


def test_what_only_looks_bad_is_let_through() -> None:
    body = '[{"NaN Infinity [[[{{{' + "[" * 200 + " 12345678901234567890 1e400 \\" + '\\"'
    command = Command(id="a", order=Note("k", CustomerText(body)))
    again = decode_client(encode(command))
    assert isinstance(again, Command) and isinstance(again.order, Note) and again.order.body.raw == body
    check_limits("[" * 64 + "]" * 64)
    check_limits("[0.12345678901234567890, 9007199254740993]")
    with pytest.raises(BadFrame):
        check_limits("[9223372036854775809]")
    check_limits(json.dumps([[]] * 500))


def test_newer_fields_and_doubled_keys_are_no_fault() -> None:
    assert decode_client('{"type":"hello","colour":{"a":[1]},"seq":1,"seq":2}') == Hello(seq=2)


@pytest.mark.parametrize(
    "body",
    [
        '{"type":"parade","floats":3}',
        "{}",
        "7",
        '{"type":"case-changed","change":"beamed-up"}',
        '{"type":"message-added"}',
    ],
)
def test_an_unknown_event_moves_the_place_and_nothing_else(body: str) -> None:
    frame = decode_server(f'{{"type":"event","seq":4,"prev":3,"occurred":1,"recorded":2,"case":"k","body":{body}}}')
    assert isinstance(frame, EventFrame)
    assert (frame.seq, frame.prev, frame.case, frame.body) == (4, 3, "k", UnknownBody())


def test_lone_surrogates_of_old_mail_do_not_stop_a_frame() -> None:
    text = encode(Command(id="a", order=Note("k", CustomerText("caf\udce9"))))
    assert "caf\ufffd" in text
    assert size_of(text) == len(text.encode())


def test_a_fault_never_quotes_the_customer() -> None:
    text = '{"type":"command","id":"a","order":{"name":"note","case":7,"body":"my card is 4111"}}'
    with pytest.raises(BadFrame) as caught:
        decode_client(text)
    assert "4111" not in caught.value.message


def test_welcome_has_room_for_newer_servers() -> None:
    text = json.dumps(plain(Welcome(log="l", seq=1, now=2, agent=Agent("a", "Ada"))) | {"moon": "full"})
    assert isinstance(decode_server(text), Welcome)


@pytest.mark.parametrize(("field", "value"), [("sort_at", 1.5), ("stage", "open"), ("labels", ["late"]), ("clock", {})])
def test_a_value_of_another_type_costs_no_page(field: str, value: Any) -> None:
    row = CaseRow("k1", 1, "c1", CustomerText("Dana"), "email", "us", 1, 2, preview=CustomerText("hello \ud800"))
    page = RowsPage(Section("mine", "us"), (replace(row, **{field: value}),), 0, 1, 2)
    sent = plain(PageFrame(id="q1", page=page))["page"]["rows"][0]
    assert sent[field] == value
    assert (sent["name"], sent["preview"]) == ("Dana", "hello \ufffd")
