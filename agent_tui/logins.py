"""Whether the logins of a configuration work: can each secret be had, and, if asked for, does the server let us in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any

from agent_tui.backends.base import Backend, Connected, Disconnected
from agent_tui.config.problems import ConfigError, printable
from agent_tui.config.secrets import SecretError
from agent_tui.domain.frozen import frozen
from agent_tui.domain.time import SystemTime

SECONDS = 10.0
"""For one login: who checks waits at the screen."""


@frozen
class Login:
    """What came of one login, in one line that holds nothing secret. `wrong`: it would not work."""

    line: str
    wrong: bool = False


async def desk_logins(
    path: Path, env: Mapping[str, str], home: Path, connect: bool, seconds: float = SECONDS
) -> list[Login]:
    """The servers of the `config.toml` at `path`. Raises ConfigError when it cannot be used at all."""
    from agent_tui.config.chosen import read_chosen
    from agent_tui.desk_process import CannotRun, backend_of

    found = []
    for server in read_chosen(path, env, home).servers:
        what = f"backend {server.name}"
        try:
            backend = await backend_of(server, env, SystemTime())
        except (SecretError, CannotRun) as error:
            found.append(_failed(what, str(error)))
            continue
        if connect:
            found.append(await _tried(what, lambda backend=backend: _let_in(backend), seconds))  # type: ignore[misc]
        else:
            found.append(Login(f"{what}: its token was found"))
        await backend.close()
    return found


async def hub_logins(
    path: Path, env: Mapping[str, str], home: Path, connect: bool, seconds: float = SECONDS
) -> list[Login]:
    """The mail accounts, and whatever else has a secret, of the `hub.toml` at `path`. Raises ConfigError when it cannot
    be used at all."""
    from agent_tui.backends.connectors.mail.login import NoToken
    from agent_tui.config.hub_settings import load_hub_settings
    from agent_tui.hub_accounts import (
        CannotServe,
        alert_hook,
        imap_server,
        smtp_server,
        webhook_connector,
        wrap_up_hook,
    )
    from agent_tui.hub_cards import card_source

    loaded = load_hub_settings(path, env)
    found = []
    for account in loaded.settings.mail:
        for protocol, made in (("IMAP", imap_server), ("SMTP", smtp_server)):
            what = f"mail {account.name}, {protocol}"
            try:
                server: Any = await made(account, loaded, env, home)
                if server.token is not None:
                    await server.token()
            except (SecretError, CannotServe, NoToken) as error:
                found.append(_failed(what, str(error)))
                continue
            if connect:
                enter = _imap if protocol == "IMAP" else _smtp
                found.append(await _tried(what, lambda enter=enter, server=server: enter(server), seconds))  # type: ignore[misc]
            else:
                found.append(Login(f"{what}: {'its password was found' if server.user else 'no login'}"))
    signed: list[tuple[str, Callable[[], Awaitable[object]]]] = [
        (f"webhook {hook.name}", partial(webhook_connector, index, loaded, env, home, SystemTime()))
        for index, hook in enumerate(loaded.settings.webhook)
    ]
    signed += [
        (f"alert {alert.name}", partial(alert_hook, index, loaded, env, home, SystemTime()))
        for index, alert in enumerate(loaded.settings.alert)
        if alert.webhook
    ]
    signed += [
        (f"post {post.name}", partial(wrap_up_hook, index, loaded, env, home, SystemTime()))
        for index, post in enumerate(loaded.settings.post)
    ]
    signed += [
        (f"card {card.name}", partial(card_source, card, loaded.folder, env, home))
        for card in loaded.settings.card
        if card.header
    ]
    for what, find in signed:
        try:
            await find()
            found.append(Login(f"{what}: its secret was found"))
        except (SecretError, ConfigError) as error:
            found.append(_failed(what, str(error)))
    return found


async def _tried(what: str, enter: Callable[[], Awaitable[tuple[str, bool]]], seconds: float) -> Login:
    try:
        async with asyncio.timeout(seconds):
            said, wrong = await enter()
    except TimeoutError:
        return _failed(what, f"no answer within {seconds:g} s")
    return _failed(what, said) if wrong else Login(printable(f"{what}: {said}"))


def _failed(what: str, why: str) -> Login:
    return Login(printable(f"{what}: {' '.join(why.split())}"), wrong=True)


async def _let_in(backend: Backend) -> tuple[str, bool]:
    async with aclosing(backend.feed()) as feed:  # type: ignore[type-var]
        async for happening in feed:
            if isinstance(happening, Connected):
                return f"let in as {happening.me.name} ({happening.me.role})", False
            if isinstance(happening, Disconnected):
                return happening.reason, True
    return "the server ended the line and did not say why", True


async def _imap(server: Any) -> tuple[str, bool]:
    from agent_tui.backends.connectors.mail.imap_wire import ImapConnection, ImapError, mailbox_name

    connection = None
    try:
        connection = await ImapConnection.open(server, 1024)
        await connection.command(f"EXAMINE {mailbox_name(server.mailbox)}")
    except (ImapError, OSError, EOFError) as error:
        return str(error) or type(error).__name__, True
    finally:
        if connection is not None:
            connection.abort()
    return f"let in, folder {server.mailbox} is there", False


async def _smtp(server: Any) -> tuple[str, bool]:
    from agent_tui.backends.connectors.mail.smtp import try_login

    why = await try_login(server)
    return why or ("let in" if server.user else "reached, no login"), bool(why)
