"""Every way an SMTP conversation can end, and what the agent is told."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from agent_tui.backends.connectors.base import Outbound
from agent_tui.backends.connectors.mail.compose import Composed
from agent_tui.backends.connectors.mail.connector import MailAccount, MailConnector
from agent_tui.backends.connectors.mail.smtp import (
    RETRY_SECONDS,
    Accepted,
    Outcome,
    Permanent,
    SmtpServer,
    Temporary,
    Unknown,
    retry_after,
    send_mail,
)
from agent_tui.domain.time import SystemTime
from tests.certificates import make_certificate
from tests.connectors.scripted_smtp import DROP, SILENCE, ScriptedSmtp
from tests.proxy import Proxy

MAIL = Composed(
    message_id="<1@example.test>",
    sender="agent@example.test",
    recipients=("carol@customer.test", "dan@customer.test"),
    content=b"Subject: hi\r\n\r\nhello\r\n.hidden\r\n",
    needs_utf8=False,
)


async def send(server: ScriptedSmtp) -> Outcome:
    where = SmtpServer("127.0.0.1", server.port, "none", timeout=0.5, data_timeout=0.5, hello="desk.example.test")
    return await send_mail(where, MAIL)


async def test_an_accepted_mail_arrives_whole() -> None:
    async with ScriptedSmtp() as server:
        assert await send(server) == Accepted()
    assert server.mails == [b"Subject: hi\r\n\r\nhello\r\n..hidden\r\n.\r\n"]


async def test_a_server_that_is_not_there_is_named_once_in_plain_words() -> None:
    async with ScriptedSmtp() as server:
        port = server.port
    where = SmtpServer("127.0.0.1", port, "none", timeout=0.5, data_timeout=0.5, hello="desk.example.test")
    outcome = await send_mail(where, MAIL)
    assert isinstance(outcome, Temporary)
    assert outcome.reason == f"cannot connect to 127.0.0.1:{port}: Connection refused"


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"MAIL": "451 later"}, Temporary),
        ({"MAIL": "550 never"}, Permanent),
        ({"MAIL": DROP}, Temporary),
        ({"RCPT": "550 no such user"}, Permanent),
        ({"RCPT": "451 greylisted"}, Temporary),
        ({"RCPT": "550 no", "RCPT dan@": "451 later"}, Temporary),
        ({"DATA": "451 full"}, Temporary),
        ({"DATA": "554 no"}, Permanent),
        ({"DATA": DROP}, Temporary),
        ({"DATA": SILENCE}, Temporary),
        ({".": "451 try again"}, Temporary),
        ({".": "554 spam"}, Permanent),
        ({".": DROP}, Unknown),
        ({".": SILENCE}, Unknown),
        ({".": "what?"}, Unknown),
        ({"EHLO": "554 go away", "HELO": "554 go away"}, Temporary),
        ({"QUIT": DROP}, Accepted),
        ({"QUIT": SILENCE}, Accepted),
    ],
)
async def test_each_end_has_its_outcome(answers: dict[str, str], kind: type) -> None:
    async with ScriptedSmtp(answers) as server:
        assert type(await send(server)) is kind


@pytest.mark.parametrize("greeting", ["554 no service", "421 busy", DROP, SILENCE, "HTTP/1.1 400 Bad Request"])
async def test_a_bad_greeting_sends_nothing(greeting: str) -> None:
    async with ScriptedSmtp(greeting=greeting) as server:
        assert isinstance(await send(server), Temporary)
    assert server.mails == []


async def test_recipients_refused_beside_accepted_ones_are_named() -> None:
    async with ScriptedSmtp({"RCPT dan@": "550 5.1.1 no such user"}) as server:
        outcome = await send(server)
    assert outcome == Accepted((("dan@customer.test", "550 5.1.1 no such user"),))


async def test_nobody_listening_is_temporary() -> None:
    async with ScriptedSmtp() as server:
        port = server.port
    where = SmtpServer("127.0.0.1", port, "none", timeout=0.5)
    outcome = await send_mail(where, MAIL)
    assert isinstance(outcome, Temporary) and outcome.ours


async def test_a_cut_in_the_middle_of_the_data_is_unknown() -> None:
    async with ScriptedSmtp() as server, Proxy(server.port) as proxy:
        proxy.cut_after(200, "server")
        where = SmtpServer("127.0.0.1", proxy.port, "none", timeout=1, data_timeout=1, hello="desk.example.test")
        large = Composed(MAIL.message_id, MAIL.sender, MAIL.recipients, b"x: y\r\n\r\n" + b"line\r\n" * 100, False)
        assert isinstance(await send_mail(where, large), Unknown)


async def test_clear_text_leaves_the_machine_never() -> None:
    outcome = await send_mail(SmtpServer("mail.example.test", 25, "none"), MAIL)
    assert isinstance(outcome, Permanent) and "security" in outcome.reason


def test_waits_grow() -> None:
    waits = [retry_after(attempt) for attempt in range(1, 15)]
    assert waits == sorted(waits) and waits[0] == RETRY_SECONDS[0] and waits[-1] == RETRY_SECONDS[-1]


async def test_the_connector_reports_what_became_of_it() -> None:
    async with ScriptedSmtp({".": DROP}) as server:
        account = MailAccount("support", "Support <agent@example.test>", SmtpServer("127.0.0.1", server.port, "none"))
        connector = MailConnector(account, SystemTime())
        outbound = Outbound("m1", "support", "email", connector.message_id("m1"), "", "carol@customer.test", "hello")
        result = await connector.send(outbound)
        assert (result.outcome, result.channel_id) == ("unknown", connector.message_id("m1"))
        server.answers["."] = "250 ok"
        assert (await connector.send(outbound)).outcome == "accepted"
        assert connector.message_id("m1").encode() in server.mails[-1]
        assert b"Auto-Submitted" not in server.mails[-1]
        assert (await connector.send(replace(outbound, automatic=True))).outcome == "accepted"
        assert b"Auto-Submitted: auto-generated" in server.mails[-1]
        bad = Outbound("m2", "support", "email", "", "", "nowhere", "hello")
        refused = await connector.send(bad)
        assert refused.outcome == "refused" and "nowhere" in refused.reason
        assert connector.health() == ""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    make_certificate(folder)
    return folder


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_tls_and_login(certificate: Path, security: Literal["starttls", "tls"]) -> None:
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    trusting = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    answers = {"EHLO": "250-hello\r\n250 AUTH PLAIN", "AUTH": "235 welcome"}
    if security == "starttls":
        answers |= {"EHLO": "250-hello\r\n250-STARTTLS\r\n250 AUTH PLAIN", "STARTTLS": "220 go on"}
    async with ScriptedSmtp(answers, tls=serving) as server:
        where = SmtpServer("127.0.0.1", server.port, security, "agent", "secret", timeout=2, context=trusting)
        assert await send_mail(where, MAIL) == Accepted()
        assert any(each.startswith("AUTH PLAIN") for each in server.commands)
        server.commands.clear()
        untrusted = await send_mail(replace(where, context=None), MAIL)
        assert isinstance(untrusted, Temporary) and untrusted.ours
        assert not any(each.startswith(("AUTH", "MAIL")) for each in server.commands)
        server.answers["AUTH"] = "535 wrong"
        refused = await send_mail(where, MAIL)
        assert isinstance(refused, Temporary) and "login" in refused.reason and "secret" not in refused.reason


async def test_a_server_without_starttls_gets_no_password() -> None:
    async with ScriptedSmtp({"EHLO": "250-hello\r\n250 AUTH PLAIN"}) as server:
        where = SmtpServer("127.0.0.1", server.port, "starttls", "agent", "secret", timeout=1)
        assert isinstance(await send_mail(where, MAIL), Temporary)
    assert not any(each.startswith("AUTH") for each in server.commands)
