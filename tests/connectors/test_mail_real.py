"""Mail through a real Dovecot and OpenSMTPD: in, out, and across every outage, nothing missed and nothing doubled."""

from __future__ import annotations

import asyncio
import random
import smtplib
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Literal

import pytest

from agent_tui.backends.connectors.base import Outbound, OutboundFile
from agent_tui.backends.connectors.mail.compose import Composed
from agent_tui.backends.connectors.mail.connector import MailAccount, MailConnector
from agent_tui.backends.connectors.mail.imap_wire import ImapServer
from agent_tui.backends.connectors.mail.parse import parse_mail
from agent_tui.backends.connectors.mail.smtp import SmtpServer
from agent_tui.domain.time import SystemTime
from tests.connectors.corpus import mail_files, read_mail
from tests.connectors.memory_port import MemoryPort
from tests.proxy import Proxy
from tests.real_mail import PASSWORD, MailServers

pytestmark = pytest.mark.real

Receiving = Callable[..., AbstractAsyncContextManager[MailConnector]]


def mail(number: int, *, subject: str = "") -> bytes:
    return (
        f"From: Carol <carol@customer.test>\r\nTo: agent@example.test\r\nSubject: {subject or f'mail {number}'}\r\n"
        f"Message-ID: <{number}.{subject.encode().hex()}@customer.test>\r\n\r\nbody {number}\r\n"
    ).encode()


def mark(port: MemoryPort) -> str:
    """UIDVALIDITY:UID:day up to which all is stored, "" before the first."""
    return next(iter(port.marks.values()), "")


async def well(true: Callable[[], bool]) -> None:
    """Wait for a state that tells nobody when it comes."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def account(servers: MailServers, box: str, port: int = 0, **changes: object) -> MailAccount:
    imap = ImapServer("127.0.0.1", port or servers.imap, "none", box, PASSWORD, timeout=3.0)
    smtp = SmtpServer("127.0.0.1", servers.smtp, "none", timeout=10, data_timeout=30)
    return replace(MailAccount("support", f"Support <{box}>", smtp, imap, idle_seconds=2.0), **changes)  # type: ignore[arg-type]


@asynccontextmanager
async def receiving(settings: MailAccount, port: MemoryPort) -> AsyncIterator[MailConnector]:
    connector = MailConnector(settings, SystemTime(), random.Random(1))
    await connector.start(port)
    try:
        yield connector
    finally:
        await connector.stop()


async def submit(servers: MailServers, box: str, *mails: bytes) -> None:
    await asyncio.to_thread(servers.submit, box, *mails)


async def test_a_mail_arrives_at_once_while_idling(mail_servers: MailServers) -> None:
    box, port = mail_servers.new_box(), MemoryPort()
    async with receiving(replace(account(mail_servers, box), idle_seconds=60.0), port) as connector:
        await port.until(lambda: bool(port.marks))
        await submit(mail_servers, box, mail(1))
        await port.until(lambda: len(port.stored) == 1, 3.0)
        assert connector.health() == ""
    found = next(iter(port.stored.values()))
    assert (found.address, found.name, found.subject, found.body) == (
        "carol@customer.test",
        "Carol",
        "mail 1",
        "body 1",
    )
    assert found.to == ("agent@example.test",)
    assert b"body 1" in found.raw


async def test_mails_from_before_the_first_start_are_taken(mail_servers: MailServers) -> None:
    box, port = mail_servers.new_box(), MemoryPort()
    mail_servers.deliver(box, mail(1), mail(2))
    async with receiving(account(mail_servers, box), port):
        await port.until(lambda: len(port.stored) == 2)


@pytest.mark.timeout(600)  # a hundred mails through a mail server that shares two cores with everything else
async def test_the_whole_corpus_comes_through(mail_servers: MailServers) -> None:
    files = mail_files()
    if not files:
        pytest.skip("the corpus is not here: set AGENT_TUI_CORPUS")
    box, port = mail_servers.new_box(), MemoryPort()
    refused = []

    def send_all() -> None:
        for path in files:
            raw = read_mail(path)
            try:
                mail_servers.submit(box, raw)
            except smtplib.SMTPException:
                refused.append(path.name)  # no server takes lines of more than 2 kB by SMTP: into the mailbox then
                mail_servers.deliver(box, raw)

    async with receiving(account(mail_servers, box), port) as connector:
        await asyncio.to_thread(send_all)
        expected = {parse_mail(each).digest for each in await asyncio.to_thread(settled, mail_servers, box, len(files))}
        await port.until(lambda: f":{len(files)}:" in mark(port), 60.0)
        assert connector.health() == ""
    assert {parse_mail(each.raw).digest for each in port.stored.values()} == expected
    for found in port.stored.values():
        named = " ".join(found.problems)
        assert found.address or "sender:" in named or "header:" in named
        assert found.subject or "subject:" in named
        assert found.body.strip() or "text:" in named
        assert "could not be decoded" not in named
    assert len(refused) < len(files) / 4


def settled(servers: MailServers, box: str, count: int) -> list[bytes]:
    """All mails of the box once `count` have arrived."""
    until = time.monotonic() + 60
    while len(found := servers.mails(box)) < count and time.monotonic() < until:
        time.sleep(0.1)
    assert len(found) == count
    return found


async def test_fifty_mails_during_an_outage_arrive_once_each(mail_servers: MailServers) -> None:
    box, port = mail_servers.new_box(), MemoryPort()
    async with Proxy(mail_servers.imap) as proxy, receiving(account(mail_servers, box, proxy.port), port) as connector:
        await submit(mail_servers, box, mail(0))
        await port.until(lambda: len(port.stored) == 1)
        proxy.outage()
        await asyncio.gather(submit(mail_servers, box, *(mail(each) for each in range(1, 51))), asyncio.sleep(20))
        assert len(port.stored) == 1 and connector.health() != ""
        proxy.restore()
        await port.until(lambda: len(port.stored) == 51, 40.0)
        await well(lambda: connector.health() == "")
    assert sorted(port.subjects) == sorted(f"mail {each}" for each in range(51))
    assert port.offered == 51


async def test_a_killed_server_and_a_failing_hub_lose_and_double_nothing(mail_servers: MailServers) -> None:
    box, port = mail_servers.new_box(), MemoryPort()
    mail_servers.deliver(box, *(mail(each) for each in range(30)))
    async with receiving(account(mail_servers, box), port):
        await port.until(lambda: len(port.stored) >= 10)
        port.fail_next = 2
        mail_servers.stop("dovecot", hard=True)
        mail_servers.start("dovecot")
        await port.until(lambda: len(port.stored) == 30, 30.0)
        mail_servers.deliver(box, mail(99))
        await port.until(lambda: len(port.stored) == 31, 10.0)
    assert sorted(port.subjects) == sorted(f"mail {each}" for each in [*range(30), 99])


async def test_a_stream_cut_anywhere_is_taken_up_again(mail_servers: MailServers) -> None:
    box, port = mail_servers.new_box(), MemoryPort()
    chance = random.Random(5)
    mail_servers.deliver(box, *(mail(each, subject="x" * 400) for each in range(25)))
    # a cut before the first mail is through is no progress, and several of them in a row would wait long
    async with (
        Proxy(mail_servers.imap) as proxy,
        receiving(account(mail_servers, box, proxy.port, back_off=(0.05,)), port),
    ):
        while len(port.stored) < 25:
            proxy.cut_after(proxy.to_client + chance.randrange(1500, 6000), "client")
            before = proxy.connections
            await well(partial(lambda seen: proxy.connections > seen or len(port.stored) == 25, before))
    assert len(port.stored) == 25


async def test_a_restart_goes_on_where_it_was(mail_servers: MailServers) -> None:
    box, port = mail_servers.new_box(), MemoryPort()
    async with receiving(account(mail_servers, box), port):
        mail_servers.deliver(box, mail(1))
        await port.until(lambda: len(port.stored) == 1 and ":1:" in mark(port))
    mail_servers.deliver(box, mail(2))
    async with receiving(account(mail_servers, box), port):
        await port.until(lambda: len(port.stored) == 2)
    assert port.offered == 2


async def test_a_silent_connection_is_noticed(mail_servers: MailServers) -> None:
    box, port = mail_servers.new_box(), MemoryPort()
    async with (
        Proxy(mail_servers.imap) as proxy,
        receiving(account(mail_servers, box, proxy.port, idle_seconds=0.5), port) as connector,
    ):
        await port.until(lambda: bool(port.marks))
        proxy.pause()
        mail_servers.deliver(box, mail(1))
        await well(lambda: connector.health() != "")
        proxy.resume()
        await port.until(lambda: len(port.stored) == 1)
    assert port.offered == 1


async def test_a_new_uidvalidity_is_read_again_without_doubles(mail_servers: MailServers) -> None:
    box, port = mail_servers.new_box(), MemoryPort()
    mail_servers.deliver(box, *(mail(each) for each in range(5)))
    async with receiving(account(mail_servers, box), port):
        await port.until(lambda: len(port.stored) == 5 and ":5:" in mark(port))
        before = mark(port)
        mail_servers.forget_uids(box)
        mail_servers.deliver(box, mail(77))
        await port.until(lambda: len(port.stored) == 6, 30.0)
        await port.until(lambda: mark(port).split(":")[0] != before.split(":")[0] and ":6:" in mark(port))
    assert sorted(port.subjects) == sorted(f"mail {each}" for each in [*range(5), 77])
    assert port.offered == 11


async def test_two_mails_under_one_message_id_are_both_kept(mail_servers: MailServers) -> None:
    box, port = mail_servers.new_box(), MemoryPort()
    async with receiving(account(mail_servers, box), port):
        mail_servers.deliver(box, mail(1), mail(1).replace(b"body 1", b"other"), mail(1))
        await port.until(lambda: ":3:" in mark(port))
    assert sorted(each.body for each in port.stored.values()) == ["body 1", "other"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_imap_over_tls(mail_servers: MailServers, security: Literal["starttls", "tls"]) -> None:
    box, port = mail_servers.new_box(), MemoryPort()
    context = ssl.create_default_context(cafile=str(mail_servers.folder / "cert.pem"))
    where = mail_servers.imap if security == "starttls" else mail_servers.imaps
    imap = ImapServer("127.0.0.1", where, security, box, PASSWORD, timeout=5.0, context=context)
    mail_servers.deliver(box, mail(1))
    async with receiving(account(mail_servers, box, imap=imap), port):
        await port.until(lambda: len(port.stored) == 1)
    untrusting = replace(imap, context=None)
    async with receiving(account(mail_servers, box, imap=untrusting), MemoryPort()) as connector:
        await well(lambda: "secure" in connector.health())


async def test_a_wrong_password_is_named_and_not_hammered(mail_servers: MailServers) -> None:
    box, port = mail_servers.new_box(), MemoryPort()
    settings = account(mail_servers, box)
    assert settings.imap is not None
    imap = replace(settings.imap, password="no", timeout=10.0)  # Dovecot takes 2 s to say so
    async with receiving(replace(settings, imap=imap), port) as connector:
        await well(lambda: "login" in connector.health())
    assert "no" not in connector.health().split()


async def test_the_answer_threads_in_the_customers_mailbox(mail_servers: MailServers) -> None:
    box, customer, port = mail_servers.new_box(), mail_servers.new_box(), MemoryPort()
    async with receiving(replace(account(mail_servers, box), signature="Support"), port) as connector:
        await submit(mail_servers, box, mail(1).replace(b"carol@customer.test>", customer.encode() + b">", 1))
        await port.until(lambda: len(port.stored) == 1)
        asked = next(iter(port.stored.values()))
        outbound = Outbound(
            message="m1",
            account="support",
            channel="email",
            channel_id=connector.message_id("m1"),
            thread="",
            address=asked.address,
            body="שלום, הנה הקובץ",
            subject=asked.subject,
            references=(*asked.references, asked.channel_id),
            files=(OutboundFile("a.txt", "text/plain", b"content"),),
        )
        assert (await connector.send(outbound)).outcome == "accepted"
    answer = parse_mail((await asyncio.to_thread(settled, mail_servers, customer, 1))[0])
    assert answer.in_reply_to == (asked.channel_id,) and answer.references == (asked.channel_id,)
    assert (answer.subject, answer.reply, answer.message_id) == (
        "Re: mail 1",
        "שלום, הנה הקובץ",
        outbound.channel_id,
    )
    assert answer.attachments[0].content == b"content"


async def test_the_bounce_of_an_unknown_recipient_names_what_failed(mail_servers: MailServers) -> None:
    box, port = mail_servers.new_box(), MemoryPort()
    async with receiving(account(mail_servers, box), port) as connector:
        outbound = Outbound("m1", "support", "email", connector.message_id("m1"), "", "nobody@example.test", "hello")
        assert (await connector.send(outbound)).outcome == "accepted"
        await port.until(lambda: len(port.bounces) == 1)
        refused = await connector.send(replace(outbound, address="x@elsewhere.test"))
        assert refused.outcome == "refused"
    bounce = port.bounces[0]
    assert bounce.channel_id == outbound.channel_id and bounce.permanent
    assert "nobody@example.test" in bounce.reason and "550" in bounce.reason
    assert next(iter(port.stored.values())).auto == "bounce"


async def test_what_was_sent_lies_once_in_the_folder_of_sent_mail(mail_servers: MailServers) -> None:
    box = mail_servers.new_box()
    settings = account(mail_servers, box, sent="")
    connector = MailConnector(settings, SystemTime(), random.Random(1))
    before = len(mail_servers.mails(mail_servers.customer))
    folder = mail_servers.maildir(box) / ".Sent" / "cur"

    def filed() -> list[bytes]:
        return [each.read_bytes() for each in folder.glob("*:2,S")] if folder.exists() else []

    first = connector.message_id("filed 1")
    result = await connector.send(Outbound("filed 1", "support", "email", first, "", mail_servers.customer, "hello"))
    assert result.outcome == "accepted"
    await well(lambda: len(filed()) == 1)
    assert first.encode() in filed()[0] and b"hello" in filed()[0]
    # once more, as after a line that broke before the server's answer came
    connector._sent.file(Composed(first, box, (mail_servers.customer,), filed()[0], False))  # type: ignore[union-attr]
    second = connector.message_id("filed 2")
    await connector.send(Outbound("filed 2", "support", "email", second, "", mail_servers.customer, "שלום"))
    await well(lambda: len(filed()) == 2)
    assert connector.health() == ""
    await connector.stop()
    await well(lambda: len(mail_servers.mails(mail_servers.customer)) == before + 2)
    assert len(filed()) == 2
