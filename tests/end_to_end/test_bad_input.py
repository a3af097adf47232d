"""What a person gave wrongly: one line each that says where and what was expected, exit code 2, never a traceback."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Sequence
from contextlib import chdir, closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from agent_tui.cli import main
from tests.end_to_end.hub_run import Ended, command, hub_run, own_env
from tests.end_to_end.window import window

FREE = "[listen]\nport = 0\n[http]\nport = 0\n"
MAIL = '[[mail]]\nname = "s"\naddress = "s@example.com"\n[mail.imap]\nhost = "h"\n[mail.smtp]\nhost = "h"\n'


def in_process(folder: Path, *words: str) -> Ended:
    """The same without a process of its own, for what is refused before anything starts."""
    with chdir(folder):
        result = CliRunner(env={"HOME": str(folder)}).invoke(main, list(words), prog_name="agent-tui")
    assert isinstance(result.exception, SystemExit), result.exception
    return Ended(result.exit_code, result.stdout, result.stderr)


async def agent_tui(folder: Path, *words: str) -> Ended:
    return await command(*words, folder=folder, env=own_env(folder))


def refused(ended: Ended, *expected: str) -> None:
    """Exit code 2 and one line for each of `expected`, beginning with it."""
    assert (ended.code, ended.out) == (2, ""), (ended.code, ended.out, ended.err)
    lines = [line for line in ended.err.splitlines() if not line.startswith('{"time"')]
    assert len(lines) == len(expected), ended.err
    for line, start in zip(lines, expected, strict=True):
        assert line.startswith(f"agent-tui: {start}"), line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FREE + "[mail", ["hub.toml:5: not TOML: expected ']' at the end of a table"]),
        (FREE.replace("port = 0", "prot = 0", 1), ["hub.toml:2: listen.prot: unknown key; expected port"]),
        (
            FREE + "bad = 1\n" + MAIL.replace("s@", ""),
            ["hub.toml:5: http.bad: unknown key; expected ", "hub.toml:8: mail[1].address: not a mail address; "],
        ),
        (
            FREE + '[[webhook]]\nname = "w"\ndeliver_url = "http://shop.example.com/x"',
            ["hub.toml:7: webhook[1].deliver_url: would send messages unencrypted; expected TLS"],
        ),
        (
            FREE + '[[webhook]]\nname = "w"\nchannel = "email"\ndeliver_url = "https://h/x"',
            ["hub.toml:7: webhook[1].channel: mail has a table of its own; expected [[mail]], or webchat, whatsapp"],
        ),
    ],
)
def test_hub_toml(tmp_path: Path, text: str, expected: Sequence[str]) -> None:
    (tmp_path / "hub.toml").write_text(text)
    refused(in_process(tmp_path, "hub"), *expected)


def test_there_is_no_hub_toml(tmp_path: Path) -> None:
    refused(in_process(tmp_path, "hub"), "hub.toml: no such file")


async def test_what_hub_toml_names_cannot_be_used(tmp_path: Path) -> None:
    cases = {
        FREE.replace("[http]", 'tls_cert = "no.pem"\ntls_key = "no.pem"\n[http]'): (
            "hub.toml:3: listen.tls_cert: cannot be read: No such file or directory; expected a file in PEM form"
        ),
        FREE.replace("[http]", 'tls_cert = "hub.toml"\ntls_key = "hub.toml"\n[http]'): (
            "hub.toml:3: listen.tls_cert: no certificate and key in PEM form; expected -----BEGIN CERTIFICATE-----"
        ),
        FREE + '[[webhook]]\nname = "w"\ndeliver_url = "https://h/x"\nsecret_cmd = "echo hunter2"': (
            "hub.toml:5: webhook[1]: the secret is no webhook secret; expected whsec_ and 24 to 64 bytes"
        ),
        FREE + MAIL + 'user = "u"\npassword_cmd = "false"\n': (
            'the SMTP password of mail account "s": password_cmd (false) ended with status 1'
        ),
    }
    for text, expected in cases.items():
        (tmp_path / "hub.toml").write_text(text)
        ended = await agent_tui(tmp_path, "hub")
        refused(ended, expected)
        assert "hunter2" not in ended.err


@pytest.mark.parametrize("table", ["listen", "http"])
async def test_port_in_use(tmp_path: Path, table: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        (tmp_path / "hub.toml").write_text(FREE.replace(f"[{table}]\nport = 0", f"[{table}]\nport = {port}"))
        line = 2 if table == "listen" else 4
        expected = f"hub.toml:{line}: {table}.port: port {port} of 127.0.0.1 is in use by another program; expected a"
        refused(await agent_tui(tmp_path, "hub"), expected)


async def test_two_hubs_on_one_folder(tmp_path: Path) -> None:
    async with hub_run(tmp_path) as hub:
        (tmp_path / "hub.toml").write_text(FREE)
        refused(await agent_tui(tmp_path, "hub"), "data: another hub is running on this folder; stop it first")
        assert hub.running()


async def test_databases_that_cannot_be_used(tmp_path: Path) -> None:
    """Of a newer version, damaged, or no database at all: named, and left as they are."""
    (tmp_path / "hub.toml").write_text(FREE)
    assert (await agent_tui(tmp_path, "hub", "agent", "add", "ada")).code == 0
    path = tmp_path / "data" / "hub.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()
    newer = "data/hub.sqlite3: written by a newer version (schema 9999); install that version or restore a copy"
    refused(await agent_tui(tmp_path, "hub"), newer)
    refused(await agent_tui(tmp_path, "hub", "agent", "list"), newer)
    assert path.read_bytes() == before
    for damaged in (before[:4096] + b"\xff" * 20_000 + before[24_096:], b"not a database at all" * 500):
        path.write_bytes(damaged)
        refused(await agent_tui(tmp_path, "hub"), "data/hub.sqlite3: the database is damaged (")
        assert path.read_bytes() == damaged


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('title = "x\n', "s.toml:1: not TOML: "),
        ("title = 3\n", "s.toml:1: title: "),
        ('tilte = "x"\n', "s.toml:1: tilte: unknown"),
    ],
)
def test_scenario(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "s.toml").write_text(text)
    ended = in_process(tmp_path, "demo", "--headless", "--scenario", "s.toml")
    assert (ended.code, ended.out) == (2, "")
    assert any(line.startswith(f"agent-tui: {expected}") for line in ended.err.splitlines()), ended.err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--scenario", "nosuch"), "nosuch: no such scenario; expected one of "),
        (("--size", "3x3"), "--size: 3x3: no size; expected COLUMNSxROWS"),
        (("--keys", '"open'), 'a quote is not closed in the keys: "open; expected "text"'),
        (("--svg", "/no/such/folder/x.svg"), "/no/such/folder/x.svg: cannot be written: no such folder"),
    ],
)
def test_demo_options(tmp_path: Path, words: Sequence[str], expected: str) -> None:
    refused(in_process(tmp_path, "demo", "--headless", *words), expected)


def test_a_desk_without_a_terminal(tmp_path: Path) -> None:
    refused(in_process(tmp_path, "run"), "the desk needs a terminal; without one use: agent-tui demo --headless")


@pytest.mark.parametrize(
    ("config", "words", "expected"),
    [
        ("theme = 3\n", (), ["config.toml:1: theme: not text; expected text in quotes"]),
        ("", (), ["config.toml: no [[backends]]; run agent-tui config init"]),
        (
            "",
            ("--url", "ws://127.0.0.1:1", "--token-cmd", "false"),
            ['the token of backend "hub": token_cmd (false) ended with status 1; run it in a shell to see why'],
        ),
    ],
)
async def test_the_desks_own_input(tmp_path: Path, config: str, words: Sequence[str], expected: Sequence[str]) -> None:
    place = tmp_path / ".config" / "agent-tui"
    place.mkdir(parents=True)
    (place / "config.toml").write_text(config)
    async with window("run", *words, folder=tmp_path, env=own_env(tmp_path), columns=240) as desk:
        assert await desk.ended() == 2
        for words_of_one_line in expected:
            await desk.shows(words_of_one_line)
        assert "Traceback" not in desk.text


async def test_a_token_that_the_hub_refuses_is_shown_and_nothing_is_lost(tmp_path: Path) -> None:
    async with hub_run(tmp_path / "hub") as hub:
        hub.agent("ada")
        run = ("run", "--url", hub.desk_url, "--token-cmd", "echo wrong.token")
        async with window(*run, folder=tmp_path, env=own_env(tmp_path)) as desk:
            await desk.shows("refused")
            assert desk.child is not None and desk.child.returncode is None
