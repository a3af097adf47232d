"""Both state machines: whatever arrives, they name it; whatever is cut, nothing is lost or doubled."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_tui.backends.base import Acked, Rejected
from agent_tui.backends.wire.client import Answered, ClientProtocol, Ended, Happened, Settled, Welcomed
from agent_tui.backends.wire.codec import Encoded, decode_client, decode_server, encode, split_event
from agent_tui.backends.wire.frames import Ack, Bye, EventFrame, Hello, Limits, PageFrame, Reject, Welcome
from agent_tui.backends.wire.rate import TokenBucket
from agent_tui.backends.wire.server import Answer, AskedIn, AskedOrder, End, ServerProtocol
from agent_tui.domain.events import CaseChanged
from agent_tui.domain.model import Agent
from agent_tui.domain.orders import Reopen
from agent_tui.domain.queries import DirectoryQuery, TotalsPage
from tests.wire.samples import CLIENT_FRAMES, SERVER_FRAMES, on_bad_lines

ADA = Agent("ada", "Ada")


def welcome(seq: int = 0, log: str = "log", resumed: bool = False) -> str:
    return encode(Welcome(log=log, seq=seq, now=1, agent=ADA, resumed=resumed))


def event(seq: int, prev: int | None = None) -> str:
    before = seq - 1 if prev is None else prev
    return encode(EventFrame(seq=seq, prev=before, occurred=1, recorded=1, body=CaseChanged("resolved"), case="k"))


def client_at(seq: int) -> ClientProtocol:
    client = ClientProtocol("test")
    client.opened()
    client.received(welcome(seq))
    return client


@given(st.lists(on_bad_lines(SERVER_FRAMES.map(encode)), max_size=6), st.booleans())
def test_no_server_can_break_a_client(texts: list[str], welcomed: bool) -> None:
    client = client_at(5) if welcomed else ClientProtocol("test")
    client.opened()
    client.query("q1", DirectoryQuery())
    for text in texts:
        before = client.seq
        for received in client.received(text):
            if isinstance(received, Happened):
                assert received.event.seq > before
                before = received.event.seq
    client.lost()
    assert client.waiting == 0
    decode_client(client.opened())


@given(st.lists(on_bad_lines(CLIENT_FRAMES.map(encode)), max_size=6), st.booleans())
def test_no_client_can_break_a_server(texts: list[str], greeted: bool) -> None:
    server = ServerProtocol(Limits(), 0)
    if greeted:
        server.received(encode(Hello()), 0)
        server.welcome(Welcome(log="l", seq=0, now=0, agent=ADA), Hello())
    for text in texts:
        for asked in server.received(text, 0):
            if isinstance(asked, Answer | End):
                decode_server(asked.text)


@given(st.data())
def test_any_split_into_resumes_gives_the_same_events(data: Any) -> None:
    """A log with gaps by permission, cut anywhere, each time resumed, with frames repeated on the way."""
    hidden = data.draw(st.sets(st.integers(1, 30), max_size=15))
    visible = [seq for seq in range(1, 31) if seq not in hidden]
    client = ClientProtocol("test")
    got: list[int] = []
    first = True
    while first or client.seq < max(visible, default=0):
        hello = decode_client(client.opened())
        assert isinstance(hello, Hello)
        server = ServerProtocol(Limits(), 0)
        head = 0 if first else 30
        client.received(server.welcome(Welcome(log="log", seq=head, now=0, agent=ADA, resumed=not first), hello))
        first = False
        room = data.draw(st.integers(1, 12))
        for seq in range(hello.seq + 1, 31):
            if room and server.passes(seq, seq not in hidden):
                text = server.text_of(seq, split_event(event(seq)))
                again = data.draw(st.integers(1, 2))
                for received in [r for _ in range(again) for r in client.received(text)]:
                    assert isinstance(received, Happened)
                    got.append(received.event.seq)
                room -= 1
        client.lost()
    assert got == visible


def test_a_missing_event_ends_the_line_so_that_it_is_resumed() -> None:
    client = client_at(5)
    assert [type(r) for r in client.received(event(6))] == [Happened]
    assert client.received(event(6)) == []
    [ended] = client.received(event(9))
    assert isinstance(ended, Ended) and ended.fault and not ended.final
    assert client.received(event(7)) == []
    hello = decode_client(client.opened())
    assert isinstance(hello, Hello) and (hello.log, hello.seq) == ("log", 6)


@pytest.mark.parametrize(
    ("log", "seq", "claimed", "resumed"),
    [("log", 9, True, True), ("log", 9, False, False), ("other", 9, True, False), ("log", 3, True, False)],
)
def test_a_changed_or_shorter_log_is_not_resumed(log: str, seq: int, claimed: bool, resumed: bool) -> None:
    client = client_at(5)
    client.opened()
    [welcomed] = client.received(welcome(seq, log, claimed))
    assert isinstance(welcomed, Welcomed) and welcomed.resumed is resumed
    assert client.seq == (5 if resumed else seq)


def test_answers_find_what_asked_for_them() -> None:
    client = client_at(0)
    client.query("q1", DirectoryQuery())
    client.query("q2", DirectoryQuery())
    client.command("c1", Reopen("k"))
    client.command("c2", Reopen("k"))
    page = TotalsPage((1,), 0)
    assert client.received(encode(PageFrame(id="q1", page=page))) == [Answered("q1", page)]
    assert client.received(encode(PageFrame(id="q1", page=page))) == []
    [unread] = client.received('{"type":"page","id":"q2","page":{"kind":"weather"}}')
    assert isinstance(unread, Answered) and isinstance(unread.answer, Rejected)
    assert client.received(encode(Ack(id="c1", result="m1"))) == [Settled("c1", Acked("c1", "m1"))]
    assert client.received(encode(Reject(id="c2", code="no", message="why"))) == [
        Settled("c2", Rejected("c2", "no", "why"))
    ]
    assert client.waiting == 0


def test_bye_tells_whether_to_come_back() -> None:
    assert client_at(0).received(encode(Bye(reason="busy", retry=3))) == [Ended("busy", 3)]
    assert client_at(0).received(encode(Bye(reason="gone"))) == [Ended("gone", None, final=True)]


def test_a_frame_type_from_a_newer_server_is_ignored() -> None:
    client = client_at(0)
    assert client.received('{"type":"parade"}') == []
    assert [type(r) for r in client.received(event(1))] == [Happened]


def test_the_first_frame_must_be_hello_and_only_the_first() -> None:
    order = encode_command("c1")
    server = ServerProtocol(Limits(), 0)
    [end] = server.received(order, 0)
    assert isinstance(end, End) and server.received(encode(Hello()), 0) == []
    server = ServerProtocol(Limits(), 0)
    [asked] = server.received(encode(Hello()), 0)
    assert isinstance(asked, AskedIn)
    server.welcome(Welcome(log="l", seq=0, now=0, agent=ADA), Hello())
    assert isinstance(server.received(order, 0)[0], AskedOrder)
    assert isinstance(server.received(encode(Hello()), 0)[0], End)


def encode_command(id: str) -> str:
    client = client_at(0)
    return client.command(id, Reopen("k"))


def test_two_hundred_commands_a_second_and_no_more() -> None:
    server = ServerProtocol(Limits(), 0)
    server.welcome(Welcome(log="l", seq=0, now=0, agent=ADA), Hello())
    for second in range(3):
        for number in range(200):
            [asked] = server.received(encode_command(f"{second}-{number}"), second * 1000)
            assert isinstance(asked, AskedOrder)
    [end] = server.received(encode_command("one-more"), 2000)
    assert isinstance(end, End) and "200" in end.reason
    bye = decode_server(end.text)
    assert isinstance(bye, Bye) and bye.retry is not None


def test_unknown_commands_are_rejected_by_name_and_the_line_stays() -> None:
    server = ServerProtocol(Limits(), 0)
    server.welcome(Welcome(log="l", seq=0, now=0, agent=ADA), Hello())
    [answer] = server.received('{"type":"command","id":"a","order":{"name":"fly"}}', 0)
    assert isinstance(answer, Answer)
    reject = decode_server(answer.text)
    assert isinstance(reject, Reject) and reject.code == "unknown-command" and "fly" in reject.message
    assert server.received('{"type":"parade"}', 0) == []
    assert server.state == "live"


def test_prev_never_passes_what_the_desk_was_sent() -> None:
    server = ServerProtocol(Limits(), 0)
    server.welcome(Welcome(log="l", seq=10, now=0, agent=ADA), Hello())
    whole = Encoded('{"prev":', "}", 11)
    assert server.passes(11, False) is False
    assert server.passes(12, True) is True
    assert server.text_of(12, whole) == '{"prev":10}'
    assert server.passes(12, True) is False


def test_a_bucket_survives_a_clock_set_back() -> None:
    bucket = TokenBucket(10, 1, 10_000)
    assert bucket.take(10_000) == 0
    assert bucket.take(10_000) == pytest.approx(0.1)
    assert bucket.take(2_000) == pytest.approx(0.1)
    assert bucket.take(2_100) == 0
