"""`config check` and `hub check`: can each secret be had, and with --connect, does the server let us in."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_tui.logins import hub_logins
from tests.connectors.scripted_imap import ScriptedImap
from tests.connectors.scripted_smtp import ScriptedSmtp
from tests.end_to_end.hub_run import command, hub_run, own_env
from tests.real_mail import free_ports

SECRET = "hunter2"


def write_desk(home: Path, *backends: str) -> dict[str, str]:
    """A config.toml of these backends, and the environment of its user."""
    folder = home / ".config" / "agent-tui"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text("\n".join(backends))
    return own_env(home)


def backend(name: str, url: str, source: str) -> str:
    return f'[[backends]]\nname = "{name}"\nurl = "{url}"\n{source}\n'


async def test_a_desk_s_tokens_are_looked_for(tmp_path: Path) -> None:
    good = backend("home", "ws://127.0.0.1:9", f'token_cmd = "echo {SECRET}"')
    env = write_desk(tmp_path, good)
    ended = await command("config", "check", folder=tmp_path, env=env)
    assert (ended.code, "backend home: its token was found" in ended.out) == (0, True), ended.err
    env = write_desk(tmp_path, good, backend("far", "ws://127.0.0.1:9", 'token_env = "NO_SUCH"'))
    ended = await command("config", "check", folder=tmp_path, env=env)
    assert ended.code == 2
    assert "backend home: its token was found" in ended.out
    assert "backend far: " in ended.err and "$NO_SUCH is not set" in ended.err
    assert SECRET not in ended.out + ended.err


async def test_a_desk_s_logins_are_tried_when_asked_for(tmp_path: Path) -> None:
    async with hub_run(tmp_path / "hub") as hub:
        token = hub.agent("ada")
        (nobody,) = free_ports(1)
        env = write_desk(
            tmp_path,
            backend("home", hub.desk_url, 'token_env = "GOOD"'),
            backend("wrong", hub.desk_url, 'token_env = "BAD"'),
            backend("gone", f"ws://127.0.0.1:{nobody}", 'token_env = "GOOD"'),
        )
        ended = await command(
            "config", "check", "--connect", folder=tmp_path, env={**env, "GOOD": token, "BAD": f"x.{SECRET}"}
        )
    assert ended.code == 2
    assert "backend home: let in as Ada (agent)" in ended.out
    wrong, gone = ended.err.splitlines()
    assert "backend wrong: " in wrong and "refused the token" in wrong
    assert "backend gone: cannot reach" in gone
    assert SECRET not in ended.out + ended.err and token not in ended.out + ended.err


def mail(imap: int, smtp: int, login: str) -> str:
    return (
        '[[mail]]\nname = "support"\naddress = "support@example.com"\n'
        f'[mail.imap]\nhost = "127.0.0.1"\nport = {imap}\ntls = "none"\n{login}\n'
        f'[mail.smtp]\nhost = "127.0.0.1"\nport = {smtp}\ntls = "none"\n{login}\n'
    )


async def hub_said(folder: Path, text: str, connect: bool, env: dict[str, str] | None = None) -> list[tuple[str, bool]]:
    path = folder / "hub.toml"
    path.write_text(text)
    found = await hub_logins(path, env or {}, folder, connect, seconds=5.0)
    assert not any(SECRET in login.line or "\n" in login.line for login in found)
    return [(login.line, login.wrong) for login in found]


async def test_a_hub_s_passwords_are_looked_for(tmp_path: Path) -> None:
    login = 'user = "u"\npassword_env = "MAIL"'
    hook = '[[webhook]]\nname = "chat"\ndeliver_url = "http://127.0.0.1:9"\nsecret_env = "HOOK"\n'
    alert = '[[alert]]\nname = "bosses"\nwebhook = "http://127.0.0.1:9"\nsecret_env = "HOOK"\n'
    post = '[[post]]\nname = "crm"\nurl = "http://127.0.0.1:9"\nsecret_env = "HOOK"\n'
    card = '[[card]]\nname = "shop"\ntitle = "Shop"\nurl = "http://127.0.0.1:9"\n'
    card += '[[card.field]]\nname = "a"\ntitle = "a"\npath = "a"\n[[card.header]]\nname = "shop"\nsecret_env = "NONE"\n'
    text = mail(9, 9, login) + hook + alert + post + card
    env = {"MAIL": SECRET, "HOOK": "whsec_c2hhcmVkIHNlY3JldCBvZiB0aGUgdGVzdHM="}
    assert await hub_said(tmp_path, text, False, env) == [
        ("mail support, IMAP: its password was found", False),
        ("mail support, SMTP: its password was found", False),
        ("webhook chat: its secret was found", False),
        ("alert bosses: its secret was found", False),
        ("post crm: its secret was found", False),
        (
            'card shop: the secret of card "shop" was not found: $NONE is not set. Set secret_cmd or another source',
            True,
        ),
    ]
    assert [wrong for _, wrong in await hub_said(tmp_path, text, False)] == [True] * 6


async def test_a_hub_s_logins_are_tried_when_asked_for(tmp_path: Path) -> None:
    refusing = ScriptedSmtp({"EHLO": "250-hello\r\n250 AUTH PLAIN", "AUTH": "535 no"})
    async with ScriptedImap("IMAP4rev1 AUTH=PLAIN") as imap, refusing as smtp:
        login = 'user = "u"\npassword_env = "MAIL"'
        said = await hub_said(tmp_path, mail(imap.port, smtp.port, login), True, {"MAIL": SECRET})
        assert said[0] == ("mail support, IMAP: let in, folder INBOX is there", False)
        assert said[1][1] and "the server refused the login: 535 no" in said[1][0]
    one, other = free_ports(2)
    said = await hub_said(tmp_path, mail(one, other, login), True, {"MAIL": SECRET})
    assert [wrong for _, wrong in said] == [True, True]


@pytest.mark.parametrize("seconds", [0.3])
async def test_a_silent_server_is_not_waited_for(tmp_path: Path, seconds: float) -> None:
    async with ScriptedSmtp(greeting="silence") as smtp:
        path = tmp_path / "hub.toml"
        path.write_text(mail(smtp.port, smtp.port, ""))
        found = await hub_logins(path, {}, tmp_path, True, seconds=seconds)
        assert [login.wrong for login in found] == [True, True]
        assert found[0].line == "mail support, IMAP: no answer within 0.3 s"


async def test_hub_check_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text(mail(9, 9, 'user = "u"'))
    ended = await command("hub", "check", folder=tmp_path, env=own_env(tmp_path))
    assert ended.code == 2
    assert [line.partition(":")[0] for line in ended.err.splitlines()] == ["agent-tui"] * 2
    assert "IMAP password of mail account" in ended.err and "was not found" in ended.err
