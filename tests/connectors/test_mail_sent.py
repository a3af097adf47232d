"""Sent mail in the mailbox's own folder: filed once, after the mail is out, and never at the cost of the send."""

from __future__ import annotations

import asyncio
import logging
import random

import pytest

from agent_tui.backends.connectors.base import Outbound
from agent_tui.backends.connectors.mail import sent as sent_room
from agent_tui.backends.connectors.mail.compose import Composed
from agent_tui.backends.connectors.mail.connector import MailAccount, MailConnector
from agent_tui.backends.connectors.mail.imap_wire import ImapServer, mailbox_name
from agent_tui.backends.connectors.mail.sent import SentFolder
from agent_tui.backends.connectors.mail.smtp import SmtpServer
from agent_tui.domain.time import SystemTime
from tests.connectors.scripted_imap import ScriptedImap
from tests.connectors.scripted_smtp import ScriptedSmtp

PLAIN = "IMAP4rev1 SPECIAL-USE LIST-EXTENDED"


def mail(number: int) -> Composed:
    content = f"Message-ID: <{number}@example.test>\r\nSubject: hi\r\n\r\nhello\r\n".encode()
    return Composed(f"<{number}@example.test>", "agent@example.test", ("carol@customer.test",), content, False)


def folder(server: ScriptedImap, name: str = "", back_off: tuple[float, ...] = (0.01, 0.01)) -> SentFolder:
    where = ImapServer("127.0.0.1", server.port, "none", "agent", "secret", timeout=2.0)
    return SentFolder("support", where, name, SystemTime(), back_off=back_off)


async def filed(folder: SentFolder) -> None:
    """All that waits was filed or given up."""
    assert folder._task is not None
    await asyncio.wait_for(asyncio.shield(folder._task), 5)


async def test_it_is_filed_as_read_into_the_folder_that_the_server_marks() -> None:
    async with ScriptedImap(PLAIN) as server:
        sent = folder(server)
        sent.file(mail(1))
        sent.file(mail(2))
        await filed(sent)
        assert server.filed == [('"Sent \\"Items\\""', mail(1).content), ('"Sent \\"Items\\""', mail(2).content)]
        assert sent.health == ""


async def test_a_named_folder_may_have_any_letters() -> None:
    assert mailbox_name("נשלח & co") == '"&BeAF6QXcBdc- &- co"'
    async with ScriptedImap(PLAIN) as server:
        sent = folder(server, "נשלח")
        sent.file(mail(1))
        await filed(sent)
        assert [name for name, _ in server.filed] == ['"&BeAF6QXcBdc-"']
        assert not [line for line in server.lines if "LIST" in line]


async def test_what_the_provider_filed_by_itself_is_not_filed_again() -> None:
    async with ScriptedImap(PLAIN) as server:
        server.filed.append(("Sent", mail(1).content))
        sent = folder(server)
        sent.file(mail(1))
        await filed(sent)
        assert len(server.filed) == 1


async def test_a_line_cut_after_the_mail_was_taken_files_it_once() -> None:
    async with ScriptedImap(PLAIN) as server:
        server.append = "drop"
        sent = folder(server)
        sent.file(mail(1))
        await filed(sent)
        assert len(server.filed) == 1 and sent.health == ""


async def test_a_server_that_is_away_is_tried_again_and_then_given_up(caplog: pytest.LogCaptureFixture) -> None:
    async with ScriptedImap(PLAIN) as server:
        pass
    sent = folder(server)
    with caplog.at_level(logging.WARNING):
        sent.file(mail(1))
        await filed(sent)
    assert sent.health.startswith("sent mail is not filed: ")
    assert [
        record.message for record in caplog.records if "<1@example.test> was sent, but is not filed" in record.message
    ]


async def test_no_marked_folder_says_what_to_set() -> None:
    async with ScriptedImap(PLAIN) as server:
        server.folders = '* LIST (\\HasNoChildren) "/" INBOX\r\n'
        sent = folder(server)
        sent.file(mail(1))
        await filed(sent)
        assert 'set sent = "NAME" or "off"' in sent.health
        server.folders = "* LIST (\\Sent) NIL {7}\r\nGesende\r\n"
        sent.file(mail(2))
        await filed(sent)
        assert sent.health == "" and [name for name, _ in server.filed] == ['"Gesende"']


async def test_a_refused_filing_never_repeats_or_fails_the_send() -> None:
    async with ScriptedSmtp() as smtp, ScriptedImap(PLAIN) as server:
        server.append = "NO over quota"
        account = MailAccount(
            "support",
            "agent@example.test",
            SmtpServer("127.0.0.1", smtp.port, "none"),
            ImapServer("127.0.0.1", server.port, "none", "agent", "secret", timeout=2.0),
            sent="",
        )
        connector = MailConnector(account, SystemTime(), random.Random(1))
        outbound = Outbound("m1", "support", "email", connector.message_id("m1"), "", "carol@customer.test", "hello")
        assert (await connector.send(outbound)).outcome == "accepted"
        async with asyncio.timeout(5):
            while not connector.health():  # noqa: ASYNC110 - a state that tells nobody when it comes
                await asyncio.sleep(0.01)
        assert "sent mail is not filed" in connector.health() and "over quota" in connector.health()
        await connector.stop()
        assert len(smtp.mails) == 1 and server.filed == []


async def test_a_hub_that_ends_names_what_it_did_not_file(caplog: pytest.LogCaptureFixture) -> None:
    async with ScriptedImap(PLAIN) as server:
        pass
    sent = folder(server, back_off=(60.0,))
    sent.file(mail(1))
    async with asyncio.timeout(5):
        while not sent.health:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    with caplog.at_level(logging.WARNING):
        await asyncio.wait_for(sent.stop(), 2)
    assert "the hub was stopped" in caplog.text


async def test_what_was_on_its_way_when_the_hub_ended_is_named_too(caplog: pytest.LogCaptureFixture) -> None:
    async with ScriptedImap(PLAIN) as server:
        sent = folder(server)
        await sent.stop()
        with caplog.at_level(logging.WARNING):
            sent.file(mail(1))
        assert "<1@example.test> was sent, but is not filed: the hub was stopped" in caplog.text
        assert len(asyncio.all_tasks()) == 1 and server.filed == []


async def test_more_than_may_wait_is_named_and_not_held(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sent_room, "HELD_LIMIT", 10)
    async with ScriptedImap(PLAIN) as server:
        with caplog.at_level(logging.WARNING):
            folder(server).file(mail(1))
        assert "too many wait" in caplog.text and server.filed == []
