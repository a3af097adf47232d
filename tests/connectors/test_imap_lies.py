"""An IMAP server that lies holds up nobody else's mail and does not fill the memory."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from agent_tui.backends.connectors.mail import imap_wire
from agent_tui.backends.connectors.mail.connector import MailAccount, MailConnector
from agent_tui.backends.connectors.mail.imap_wire import ImapServer
from agent_tui.backends.connectors.mail.smtp import SmtpServer
from agent_tui.domain.time import SystemTime
from tests.connectors.memory_port import MemoryPort

MAIL = b"From: Carol <carol@customer.test>\r\nMessage-ID: <%s@c.test>\r\n\r\nbody"


def given(uid: bytes) -> bytes:
    mail = MAIL % uid
    return b"* 1 FETCH (UID %s BODY[] {%d}\r\n%s)\r\n" % (uid, len(mail), mail)


@asynccontextmanager
async def receiving(
    port: MemoryPort,
    listed: Callable[[], bytes],
    fetched: Callable[[bytes], bytes] = given,
    there: Callable[[bytes], bytes] = lambda uid: b"* SEARCH " + uid + b"\r\n",
) -> AsyncIterator[MailConnector]:
    """A connector on a server whose list of mails is made by `listed`, the answer to a fetch of one by `fetched`, and
    that to whether it is there by `there`."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK hello\r\n")
        while line := await reader.readline():
            tag, _, said = line.strip().partition(b" ")
            words = said.upper().split()
            if words[0] == b"EXAMINE":
                writer.write(b"* OK [UIDVALIDITY 7] ok\r\n")
            elif words[:3] == [b"UID", b"SEARCH", b"UID"]:
                writer.write(there(words[3]))
            elif words[:2] == [b"UID", b"SEARCH"]:
                writer.write(b"* SEARCH 1\r\n")
            elif words[:2] == [b"UID", b"FETCH"] and b"BODY" in said:
                writer.write(fetched(words[2]))
            elif words[:2] == [b"UID", b"FETCH"]:
                writer.write(listed())
            writer.write(tag + b" OK done\r\n")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    place = server.sockets[0].getsockname()[1]
    imap = ImapServer("127.0.0.1", place, "none", "u", "p", timeout=5.0)
    smtp = SmtpServer("127.0.0.1", 1, "none")
    account = MailAccount("support", "agent@example.test", smtp, imap, idle_seconds=1.0, back_off=(0.01,))
    connector = MailConnector(account, SystemTime(), random.Random(1))
    await connector.start(port)
    try:
        yield connector
    finally:
        await connector.stop()
        server.close()


async def test_an_impossible_date_holds_up_no_mail() -> None:
    dates = (b"01-Jan-0001 00:00:00 +1400", b"31-Dec-9999 23:59:59 -1400", b"31-Feb-0000 99:99:99 +9999")
    lines = [b'* 1 FETCH (UID %d INTERNALDATE "%s" RFC822.SIZE 9)\r\n' % (n, date) for n, date in enumerate(dates, 1)]
    port = MemoryPort()
    async with receiving(port, lambda: b"".join(lines)):
        await port.until(lambda: len(port.stored) == 3)


async def test_an_endless_answer_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_wire, "ANSWER_LIMIT", 1000)
    asked = asyncio.Event()

    def listed() -> bytes:
        asked.set()
        return b"* 1 FETCH (UID 1 RFC822.SIZE 9)\r\n" * 100

    port = MemoryPort()
    async with receiving(port, listed) as connector:
        await asyncio.wait_for(asked.wait(), 5)
        async with asyncio.timeout(5):
            while not connector.health():  # noqa: ASYNC110 - a state that tells nobody when it comes
                await asyncio.sleep(0.01)
        assert "more than 1000 bytes" in connector.health()
        assert not port.stored


LISTED = b"".join(b"* %d FETCH (UID %d RFC822.SIZE 9)\r\n" % (n, n) for n in (1, 2, 3))


@pytest.mark.parametrize(
    "lie",
    [
        b"* 2 FETCH (UID 2 BODY[] NIL)\r\n",
        b"* 2 FETCH (UID 99 BODY[] {4}\r\nwhat)\r\n",
        b'* 2 FETCH (UID 2 BODY[] "")\r\n',
        b"* 2 FETCH (UID 2 BODY[] {0}\r\n)\r\n",
        b"* 2 FETCH (UID 2 FLAGS ())\r\n",
        b"",
    ],
)
async def test_a_mail_that_is_there_and_not_given_is_shown_as_such_after_three_tries(lie: bytes) -> None:
    asked: list[bytes] = []

    def fetched(uid: bytes) -> bytes:
        asked.append(uid)
        return lie if uid == b"2" else given(uid)

    port = MemoryPort()
    async with receiving(port, lambda: LISTED, fetched):
        await port.until(lambda: len(port.stored) == 3)
    assert asked.count(b"2") == 3
    problems = [each.problems for each in port.stored.values()]
    assert "could not be fetched" in problems[1][0] and "could not be fetched" not in f"{problems[0]}{problems[2]}"


async def test_a_mail_deleted_meanwhile_is_passed_over_at_once() -> None:
    asked: list[bytes] = []

    def fetched(uid: bytes) -> bytes:
        asked.append(uid)
        return b"" if uid == b"2" else given(uid)

    port = MemoryPort()
    async with receiving(port, lambda: LISTED, fetched, lambda uid: b"* SEARCH\r\n"):
        await port.until(lambda: len(port.stored) == 2 and ":3:" in "".join(port.marks.values()))
    assert asked == [b"1", b"2", b"3"]
