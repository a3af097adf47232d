"""The hub's accounts as `hub.toml` has them: mail servers and webhooks with their secrets, ready to be connected."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from agent_tui.backends.connectors.base import Connector, Hook
from agent_tui.config.hub_settings import HubSettings
from agent_tui.config.mail_settings import MailServerSettings, MailSettings
from agent_tui.config.paths import expand
from agent_tui.config.problems import ConfigError
from agent_tui.config.secrets import SecretError, SecretSource, read_secret
from agent_tui.config.validation import Loaded
from agent_tui.domain.time import TimeSource

if TYPE_CHECKING:
    from agent_tui.backends.connectors.mail.imap_wire import ImapServer
    from agent_tui.backends.connectors.mail.login import AskToken
    from agent_tui.backends.connectors.mail.smtp import SmtpServer
    from agent_tui.backends.connectors.webhook.connector import WebhookConnector


class CannotServe(Exception):
    """The hub cannot start; one line that says why and what to do."""


async def webhook_connector(
    index: int, loaded: Loaded[HubSettings], env: Mapping[str, str], home: Path, time: TimeSource
) -> WebhookConnector:
    """The account at `index` of [[webhook]]. Raises SecretError and ConfigError."""
    from agent_tui.backends.connectors.webhook.connector import WebhookConnector

    account = loaded.settings.webhook[index]
    key = await _key(("webhook", index), account.secret_source(loaded.folder, home), loaded, env)
    limit = loaded.settings.limits.file_mb * 1_400_000  # base64, and the words around the file
    return WebhookConnector(
        account.name, account.channel, key, account.deliver_url, time, limit, puts_through=account.puts_through
    )


async def alert_hook(
    index: int, loaded: Loaded[HubSettings], env: Mapping[str, str], home: Path, time: TimeSource
) -> Hook:
    """What takes the posts of the [[alert]] at `index`, which has a webhook. Raises SecretError and ConfigError."""
    from agent_tui.backends.connectors.webhook.hook import SignedHook

    alert = loaded.settings.alert[index]
    key = await _key(("alert", index), alert.secret_source(loaded.folder, home), loaded, env)
    return SignedHook(alert.webhook, key, time)


async def wrap_up_hook(
    index: int, loaded: Loaded[HubSettings], env: Mapping[str, str], home: Path, time: TimeSource
) -> Hook:
    """What takes the posts of the [[post]] at `index`. Raises SecretError and ConfigError."""
    from agent_tui.backends.connectors.webhook.hook import SignedHook

    post = loaded.settings.post[index]
    key = await _key(("post", index), post.secret_source(loaded.folder, home), loaded, env)
    return SignedHook(post.url, key, time)


async def _key(
    where: tuple[str, int], source: SecretSource, loaded: Loaded[HubSettings], env: Mapping[str, str]
) -> bytes:
    from agent_tui.backends.connectors.webhook.signing import BadSecret, key_of

    secret = await read_secret(source, env)
    try:
        return key_of(secret.reveal())
    except BadSecret as error:
        raise ConfigError([loaded.source.problem(where, f"the secret {error}")]) from None


async def smtp_server(
    account: MailSettings, loaded: Loaded[HubSettings], env: Mapping[str, str], home: Path
) -> SmtpServer:
    """Where an account's mail goes out. Raises SecretError and CannotServe."""
    from agent_tui.backends.connectors.mail.smtp import SmtpServer

    smtp, source = account.smtp, account.smtp.password_source(account.name, "smtp", loaded.folder, home)
    password, token = await _login(smtp, source, env)
    trust = _trust(smtp, loaded.folder, home)
    return SmtpServer(smtp.host, smtp.port, smtp.tls, smtp.user, password, context=trust, token=token)


async def imap_server(
    account: MailSettings, loaded: Loaded[HubSettings], env: Mapping[str, str], home: Path
) -> ImapServer:
    """Where an account's mail comes in. Raises SecretError and CannotServe."""
    from agent_tui.backends.connectors.mail.imap_wire import ImapServer

    imap, source = account.imap, account.imap.password_source(account.name, "imap", loaded.folder, home)
    password, token = await _login(imap, source, env)
    trust = _trust(imap, loaded.folder, home)
    return ImapServer(imap.host, imap.port, imap.tls, imap.user, password, imap.folder, context=trust, token=token)


async def _login(
    server: MailServerSettings, source: SecretSource | None, env: Mapping[str, str]
) -> tuple[str, AskToken | None]:
    """The password, or what gives an access token each time."""
    from agent_tui.backends.connectors.mail.login import NoToken

    if source is None:
        return "", None
    if server.auth == "password":
        return (await read_secret(source, env)).reveal(), None

    async def ask() -> str:
        try:
            return (await read_secret(source, env)).reveal()
        except SecretError as error:
            raise NoToken(str(error)) from None

    return "", ask


async def mail_connector(
    account: MailSettings, loaded: Loaded[HubSettings], env: Mapping[str, str], home: Path, time: TimeSource
) -> Connector:
    """An account that has not been started. Raises SecretError and CannotServe."""
    from agent_tui.backends.connectors.mail.connector import MailAccount, MailConnector

    sender = f"{account.display_name} <{account.address}>" if account.display_name else account.address
    return MailConnector(
        MailAccount(
            account.name,
            sender,
            await smtp_server(account, loaded, env, home),
            await imap_server(account, loaded, env, home),
            aliases=account.aliases,
            sent=account.imap.sent_folder,
            poll_seconds=account.imap.poll_seconds,
        ),
        time,
    )


def _trust(server: MailServerSettings, folder: Path, home: Path) -> ssl.SSLContext | None:
    if server.tls_ca is None:
        return None
    path = expand(server.tls_ca, folder, home)
    try:
        return ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise CannotServe(f"{path}: cannot be used as tls_ca: {error}; expected certificates in PEM form") from None
