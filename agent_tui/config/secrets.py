"""Where tokens and passwords come from, in a fixed order, and a type that keeps them out of logs and errors.

Order: a command (pass, op, systemd-creds), the environment or `$CREDENTIALS_DIRECTORY`, the keyring if it is a real
one, a private file if that is explicitly allowed. A command or file that was asked for and could
not give it is an error: no older secret is taken instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import os
import shlex
import stat
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from agent_tui.domain.frozen import frozen

COMMAND_SECONDS = 60.0
"""How long a command may take: long enough to type a passphrase into a window of its own."""
KEYRING_SECONDS = 3.0
LARGEST = 64 * 1024
"""Bytes of a secret at most."""

KeyringReader = Callable[[str, str], str | None]
"""Service and user to password, None when there is none. Raises NoKeyring when there is no real keyring."""


class SecretError(Exception):
    """A secret that cannot be had; says why and what to do, never any part of it."""


class NoKeyring(Exception):
    """This machine has no keyring that could be asked without a prompt in the terminal."""


class Secret:
    """A token or password. Only `reveal()` gives it; it cannot be printed, formatted, pickled or hashed."""

    __slots__ = ("_value",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


@frozen
class SecretSource:
    """Where one secret may be found. `what` names it in errors (`token of backend "home"`), `option` is the common
    part of its settings (`token` for `token_cmd`), `account` its name in the keyring under the service `agent-tui`.

    With no source set, the variable `default_env`, the credential of the same name and the keyring are tried.
    """

    what: str
    option: str
    account: str
    default_env: str
    cmd: str = ""
    env: str = ""
    keyring: bool = False
    file: Path | None = None
    file_allowed: bool = False

    @property
    def explicit(self) -> bool:
        """Whether the settings say where to look."""
        return bool(self.cmd or self.env or self.keyring or self.file)


def token_source(
    name: str,
    *,
    cmd: str = "",
    env: str = "",
    keyring: bool = False,
    file: Path | None = None,
    file_allowed: bool = False,
) -> SecretSource:
    """Where the token of the backend called `name` is."""
    return SecretSource(
        what=f'the token of backend "{name}"',
        option="token",
        account=name,
        default_env=f"AGENT_TUI_TOKEN_{name.upper().replace('-', '_')}",
        cmd=cmd,
        env=env,
        keyring=keyring,
        file=file,
        file_allowed=file_allowed,
    )


async def read_secret(
    source: SecretSource,
    env: Mapping[str, str],
    *,
    keyring: KeyringReader | None = None,
    command_seconds: float = COMMAND_SECONDS,
    keyring_seconds: float = KEYRING_SECONDS,
) -> Secret:
    """The secret. `keyring` reads the system's when None. Raises SecretError."""
    tried: list[str] = []
    if source.cmd:
        return _clean(await _from_command(source, env, command_seconds), source)
    if source.env or not source.explicit:
        name = source.env or source.default_env
        if value := env.get(name):
            return _clean(value, source)
        tried.append(f"${name} is not set")
        if folder := env.get("CREDENTIALS_DIRECTORY"):
            path = Path(folder) / name
            if path.exists():
                return _clean(_from_file(path, source, group_may_read=True), source)
            tried.append(f"$CREDENTIALS_DIRECTORY has no {name}")
    if source.keyring or not source.explicit:
        found, why = await _from_keyring(source.account, keyring or system_keyring, keyring_seconds)
        if found:
            return _clean(found, source)
        tried.append(why)
    if source.file:
        if not source.file_allowed:
            raise SecretError(
                f"{source.what}: {source.option}_file is used only with {source.option}_file_allowed = true; "
                f"better: {source.option}_cmd"
            )
        return _clean(_from_file(source.file, source), source)
    raise SecretError(f"{source.what} was not found: {'; '.join(tried)}. Set {source.option}_cmd or another source")


def _clean(value: str, source: SecretSource) -> Secret:
    text = value.strip("\r\n")
    if not text.strip():
        raise SecretError(f"{source.what}: what was found is empty")
    if not text.isprintable():
        raise SecretError(f"{source.what}: what was found has line breaks or control characters; expected one line")
    return Secret(text)


async def _from_command(source: SecretSource, env: Mapping[str, str], seconds: float) -> str:
    option = f"{source.option}_cmd"
    try:
        words = shlex.split(source.cmd)
    except ValueError:
        raise SecretError(f"{source.what}: {option} has an open quote") from None
    if not words:
        raise SecretError(f"{source.what}: {option} is empty")
    program = Path(words[0]).name  # the arguments might hold something secret
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=dict(env),
            limit=LARGEST,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no command"
        raise SecretError(f"{source.what}: {option} ({program}) cannot be run: {reason}") from None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(seconds):
            output = b""
            while len(output) <= LARGEST and (chunk := await process.stdout.read(LARGEST)):
                output += chunk
            if len(output) > LARGEST:
                raise SecretError(f"{source.what}: {option} ({program}) writes too much; expected one line")
            status = await process.wait()
    except TimeoutError:
        raise SecretError(f"{source.what}: {option} ({program}) took longer than {seconds:g} s") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if status:
        raise SecretError(
            f"{source.what}: {option} ({program}) ended with status {status}; run it in a shell to see why"
        )
    try:
        return output.decode("utf-8")
    except UnicodeDecodeError:
        raise SecretError(f"{source.what}: {option} ({program}) wrote no UTF-8 text") from None


def _from_file(path: Path, source: SecretSource, *, group_may_read: bool = False) -> str:
    """systemd gives a service its credentials by an ACL, whose mask shows as the group's bits."""
    try:
        # not to hang on a pipe somebody put there
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise SecretError(f"{source.what}: {path} cannot be read: {error.strerror}") from None
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise SecretError(f"{source.what}: {path} is no plain file")
        if found.st_uid not in (os.geteuid(), 0):
            raise SecretError(f"{source.what}: {path} belongs to somebody else")
        if found.st_mode & (0o007 if group_may_read else 0o077):
            raise SecretError(f"{source.what}: {path} can be read by others; do: chmod 600 {shlex.quote(str(path))}")
        raw = os.read(handle, LARGEST + 1)
    finally:
        os.close(handle)
    if len(raw) > LARGEST:
        raise SecretError(f"{source.what}: {path} is too long; expected one line")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise SecretError(f"{source.what}: {path} is not UTF-8 text") from None


async def _from_keyring(account: str, reader: KeyringReader, seconds: float) -> tuple[str | None, str]:
    """The password or why there is none. In a thread of its own that nobody waits for at the end: a keyring may block
    for ever on D-Bus, and a pool's thread would then keep the program from ending."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[tuple[str | None, str]] = loop.create_future()

    def settle(result: tuple[str | None, str]) -> None:
        if not answer.done():
            answer.set_result(result)

    def ask() -> None:
        try:
            found = reader("agent-tui", account)
            result = (found, f"the keyring has nothing for {account} of agent-tui")
        except NoKeyring as error:
            result = (None, str(error))
        except Exception as error:  # keyring backends raise what they like; their words might quote the secret
            result = (None, f"the keyring failed ({type(error).__name__})")
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result)

    threading.Thread(target=ask, name="keyring", daemon=True).start()
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except TimeoutError:
        return None, f"the keyring did not answer within {seconds:g} s; is it locked?"


def system_keyring(service: str, user: str) -> str | None:
    """Ask the machine's keyring. Raises NoKeyring without a real one: `fail` and `null` hold nothing, and those of
    keyrings.alt and the like ask for a passphrase in the middle of the screen."""
    import keyring  # slow, and not needed by those who use a command

    chosen = keyring.get_keyring()
    candidates = list(getattr(chosen, "backends", None) or [chosen])
    viable = [backend for backend in candidates if _viable(type(backend).__module__, backend)]
    if not viable:
        raise NoKeyring("this machine has no usable keyring")
    return next((found for backend in viable if (found := backend.get_password(service, user))), None)


def _viable(module: str, backend: object) -> bool:
    name = module.rpartition(".")[2]
    return (
        module.startswith("keyring.backends.")
        and name not in ("fail", "null", "chainer")
        and float(getattr(backend, "priority", 0)) > 0
    )
