"""Logging in by access token (XOAUTH2), to IMAP and to SMTP."""

from __future__ import annotations

import base64

import pytest

from agent_tui.backends.connectors.mail.compose import Composed
from agent_tui.backends.connectors.mail.imap_wire import ImapConnection, ImapDenied, ImapServer
from agent_tui.backends.connectors.mail.login import AskToken, NoToken, xoauth2
from agent_tui.backends.connectors.mail.smtp import Accepted, Outcome, SmtpServer, Temporary, send_mail
from tests.connectors.scripted_imap import ScriptedImap
from tests.connectors.scripted_smtp import ScriptedSmtp

WHY = base64.b64encode(b'{"status":"401","schemes":"bearer","scope":"https://mail.example/"}').decode()
MAIL = Composed("<1@example.test>", "agent@example.test", ("carol@customer.test",), b"Subject: hi\r\n\r\nhi\r\n", False)


def tokens(*given: str) -> AskToken:
    """Each time the next one."""
    left = iter(given)

    async def ask() -> str:
        return next(left)

    return ask


async def no_token() -> str:
    raise NoToken('the IMAP password of mail account "support": password_cmd (token) ended with status 1')


def test_the_words_are_those_of_the_mechanism() -> None:
    assert (
        base64.b64decode(xoauth2("me@example.test", "ya29.x")) == b"user=me@example.test\x01auth=Bearer ya29.x\x01\x01"
    )


async def login(server: ScriptedImap, token: AskToken) -> None:
    where = ImapServer("127.0.0.1", server.port, "none", "agent", "", timeout=2.0, token=token)
    connection = await ImapConnection.open(where, 1000)
    await connection.logout()


@pytest.mark.parametrize("capabilities", ["IMAP4rev1 AUTH=XOAUTH2 SASL-IR", "IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2"])
async def test_imap_takes_a_token_that_is_asked_for_at_each_login(capabilities: str) -> None:
    async with ScriptedImap(capabilities, xoauth2("agent", "second")) as server:
        server.challenge = WHY
        ask = tokens("first", "second")
        with pytest.raises(ImapDenied, match=r"refused the login: .*status 401") as raised:
            await login(server, ask)
        assert "first" not in str(raised.value)
        assert server.lines[-1] == ""  # the challenge is answered by an empty line, as the mechanism asks
        await login(server, ask)
        assert server.logins == 2


async def test_imap_without_the_mechanism_or_without_a_token_says_so() -> None:
    async with ScriptedImap("IMAP4rev1 AUTH=PLAIN") as server:
        with pytest.raises(ImapDenied, match="AUTH=XOAUTH2"):
            await login(server, tokens("x"))
        server.capabilities = "IMAP4rev1 AUTH=XOAUTH2"
        with pytest.raises(ImapDenied, match="status 1"):
            await login(server, no_token)
        assert server.logins == 0


async def sent(server: ScriptedSmtp, token: AskToken) -> Outcome:
    where = SmtpServer("127.0.0.1", server.port, "none", "agent", timeout=2.0, hello="desk.example.test", token=token)
    return await send_mail(where, MAIL)


async def test_smtp_takes_a_token() -> None:
    async with ScriptedSmtp({"EHLO": "250-hello\r\n250 AUTH PLAIN XOAUTH2", "AUTH": "235 welcome"}) as server:
        assert await sent(server, tokens("good")) == Accepted()
        assert f"AUTH XOAUTH2 {xoauth2('agent', 'good')}" in server.commands
        assert len(server.mails) == 1


async def test_a_token_that_smtp_refuses_sends_nothing_and_says_why() -> None:
    async with ScriptedSmtp({"EHLO": "250-hello\r\n250 AUTH XOAUTH2", "AUTH": "535 5.7.8 not accepted"}) as server:
        outcome = await sent(server, tokens("stale"))
        assert isinstance(outcome, Temporary) and outcome.ours and "refused the login: 535" in outcome.reason
        assert server.mails == []
    async with ScriptedSmtp({"EHLO": "250 hello"}) as server:
        outcome = await sent(server, tokens("good"))
        assert isinstance(outcome, Temporary) and outcome.ours and "AUTH XOAUTH2" in outcome.reason
        outcome = await sent(server, no_token)
        assert isinstance(outcome, Temporary) and outcome.ours
