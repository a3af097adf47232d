"""Secrets come from where they should, in order, and appear nowhere else."""

from __future__ import annotations

import asyncio
import os
import pickle
import shlex
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from agent_tui.config.secrets import NoKeyring, Secret, SecretError, SecretSource, _viable, read_secret, system_keyring

SOURCE = SecretSource('the token of backend "home"', "token", "home", "AGENT_TUI_TOKEN_HOME")
HIDDEN = "hunter2-s3cret"


def no_keyring(service: str, user: str) -> str | None:
    raise NoKeyring("this machine has no usable keyring")


def python(code: str) -> str:
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}"


async def failure(source: SecretSource, env: dict[str, str] | None = None) -> str:
    with pytest.raises(SecretError) as caught:
        await read_secret(source, env or {}, keyring=no_keyring)
    message = str(caught.value)
    assert HIDDEN not in message
    assert "\n" not in message
    assert caught.value.__cause__ is None
    return message


def test_a_secret_shows_itself_nowhere() -> None:
    secret = Secret(HIDDEN)
    assert secret.reveal() == HIDDEN
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret:>40}", f"{secret!r}", repr({"a": [secret]})):
        assert HIDDEN not in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        hash(secret)
    assert secret == Secret(HIDDEN)
    assert secret != Secret("x")
    assert secret != HIDDEN
    assert not hasattr(secret, "__dict__")


async def test_the_command_comes_first_and_gets_the_environment_given() -> None:
    source = replace(SOURCE, cmd=python("import os; print(os.environ['WHO'])"), env="TOKEN")
    assert (await read_secret(source, {"WHO": HIDDEN, "TOKEN": "other"})).reveal() == HIDDEN


async def test_a_command_that_fails_is_not_passed_over() -> None:
    code = f"import sys; print({HIDDEN!r}); print({HIDDEN!r}, file=sys.stderr); sys.exit(3)"
    message = await failure(replace(SOURCE, cmd=python(code), env="TOKEN"), {"TOKEN": "old"})
    assert message.startswith('the token of backend "home": token_cmd (python')
    assert "ended with status 3; run it in a shell to see why" in message


@pytest.mark.parametrize(
    ("cmd", "expected"),
    [
        (python("pass"), "what was found is empty"),
        (python("print('a\\nb')"), "has line breaks"),
        (python("print('a\\x1b[2J')"), "control characters"),
        (python("import sys; sys.stdout.buffer.write(b'\\xff')"), "no UTF-8 text"),
        (python("print('x' * 200_000)"), "writes too much"),
        ("/no/such/program --token hunter2-s3cret", "token_cmd (program) cannot be run: No such file or directory"),
        ("echo 'hunter2-s3cret", "has an open quote"),
        ("   ", "is empty"),
    ],
)
async def test_what_a_command_may_do_wrong(cmd: str, expected: str) -> None:
    assert expected in await failure(replace(SOURCE, cmd=cmd))


async def test_a_command_is_run_without_a_shell(tmp_path: Path) -> None:
    source = replace(SOURCE, cmd=f"echo a; touch {tmp_path}/made")
    assert (await read_secret(source, {"PATH": os.defpath})).reveal() == f"a; touch {tmp_path}/made"
    assert not (tmp_path / "made").exists()


async def test_a_command_that_hangs_is_ended() -> None:
    source = replace(SOURCE, cmd=python("import time; time.sleep(600)"))
    with pytest.raises(SecretError, match=r"took longer than 0\.2 s"):
        await read_secret(source, {}, command_seconds=0.2)


async def test_the_environment_then_the_credentials_directory(tmp_path: Path) -> None:
    (tmp_path / "TOKEN").write_text("from systemd\n")
    (tmp_path / "TOKEN").chmod(0o440)
    source = replace(SOURCE, env="TOKEN")
    env = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert (await read_secret(source, env | {"TOKEN": "from env"})).reveal() == "from env"
    assert (await read_secret(source, env)).reveal() == "from systemd"
    (tmp_path / "TOKEN").chmod(0o444)
    assert "can be read by others" in await failure(source, env)


async def test_without_settings_the_usual_places_are_tried() -> None:
    asked: list[tuple[str, str]] = []

    def keyring(service: str, user: str) -> str | None:
        asked.append((service, user))
        return HIDDEN

    assert (await read_secret(SOURCE, {"AGENT_TUI_TOKEN_HOME": "x"}, keyring=keyring)).reveal() == "x"
    assert asked == []
    assert (await read_secret(SOURCE, {}, keyring=keyring)).reveal() == HIDDEN
    assert asked == [("agent-tui", "home")]
    assert await failure(SOURCE, {"CREDENTIALS_DIRECTORY": "/nowhere"}) == (
        'the token of backend "home" was not found: $AGENT_TUI_TOKEN_HOME is not set; $CREDENTIALS_DIRECTORY has no '
        "AGENT_TUI_TOKEN_HOME; this machine has no usable keyring. Set token_cmd or another source"
    )


async def test_a_keyring_that_hangs_is_left_behind() -> None:
    release = threading.Event()

    def keyring(service: str, user: str) -> str | None:
        release.wait(30)
        return HIDDEN

    try:
        with pytest.raises(SecretError, match=r"did not answer within 0\.05 s; is it locked\?"):
            await read_secret(replace(SOURCE, keyring=True), {}, keyring=keyring, keyring_seconds=0.05)
    finally:
        release.set()
    await asyncio.sleep(0)


async def test_a_keyring_that_fails_does_not_speak() -> None:
    def keyring(service: str, user: str) -> str | None:
        raise RuntimeError(f"bad {HIDDEN}")

    with pytest.raises(SecretError) as caught:
        await read_secret(replace(SOURCE, keyring=True), {}, keyring=keyring)
    assert "the keyring failed (RuntimeError)" in str(caught.value)
    assert HIDDEN not in str(caught.value)


def test_only_real_keyrings_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backends import fail

    class Found:
        priority = 5

    assert _viable("keyring.backends.SecretService", Found())
    for module in (
        "keyring.backends.fail",
        "keyring.backends.null",
        "keyrings.alt.file",
        "keyrings.cryptfile.cryptfile",
    ):
        assert not _viable(module, Found())
    monkeypatch.setattr(keyring, "get_keyring", fail.Keyring)
    with pytest.raises(NoKeyring):
        system_keyring("agent-tui", "home")


async def test_a_file_only_when_asked_for_and_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "home.token"
    path.write_text(f"{HIDDEN}\n")
    path.chmod(0o600)
    source = replace(SOURCE, file=path)
    assert "only with token_file_allowed = true; better: token_cmd" in await failure(source)
    allowed = replace(source, file_allowed=True)
    assert (await read_secret(allowed, {})).reveal() == HIDDEN
    for mode in (0o640, 0o604, 0o660, 0o622):
        path.chmod(mode)
        assert f"can be read by others; do: chmod 600 {path}" in await failure(allowed)


async def test_a_file_must_be_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name, expected in (("pipe", "no plain file"), ("", "no plain file"), ("none", "cannot be read: No such file")):
        assert expected in await failure(replace(SOURCE, file=tmp_path / name, file_allowed=True))
    (tmp_path / "long").write_text("x" * 100_000)
    (tmp_path / "long").chmod(0o600)
    assert "too long" in await failure(replace(SOURCE, file=tmp_path / "long", file_allowed=True))


async def test_settings_that_say_where_are_not_gone_beyond() -> None:
    source = replace(SOURCE, env="TOKEN")
    assert "keyring" not in await failure(source, {"AGENT_TUI_TOKEN_HOME": "other"})
