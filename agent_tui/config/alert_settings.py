"""Who is told about clocks that run out, beside the desks: what [[alert]] of `hub.toml` may say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from agent_tui.config.mail_settings import mail_address
from agent_tui.config.network import PLAIN_EXPECTED, is_loopback, split_url
from agent_tui.config.problems import Wrong
from agent_tui.config.secrets import SecretSource
from agent_tui.config.settings import Name
from agent_tui.config.shared_secret_settings import SharedSecretSettings


def _webhook(url: str) -> str:
    if url:
        split_url(url, ("http", "https"))
    return url


class AlertSettings(SharedSecretSettings):
    """Whom steps of policies tell (`act = "tell"` in sla.toml), by mail, webhook or both: which case, which clock, due
    when, whose. No word of a customer is in it. One [[alert]] table for each."""

    name: Name = Field(examples=["supervisors"])
    """What steps call it. The steps that tell `supervisors` reach all supervisors' desks, and this one too."""

    mail: tuple[Annotated[str, AfterValidator(mail_address)], ...] = Field(default=(), examples=[["boss@example.com"]])
    """The addresses that a mail goes to."""

    account: str = Field(default="", examples=["support"])
    """The mail account that it goes out from, one of [[mail]]."""

    webhook: Annotated[str, AfterValidator(_webhook)] = Field(default="", examples=["https://chat.example.com/alerts"])
    """Where it is posted as JSON, signed as docs/webhooks.md says. A private address is posted to only where it is
    written here as a number, or as localhost: not where a name leads to one."""

    plain_allowed: bool = False
    """Allow an http:// webhook on another machine, where the line is protected otherwise."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.mail and not self.webhook:
            raise Wrong("tells nobody", "mail = [...] with account = ..., or webhook = 'https://...'", ("name",))
        if self.mail and not self.account:
            raise Wrong("has no account to write from", "account = the name of one of [[mail]]", ("mail",))
        if self.account and not self.mail:
            raise Wrong("writes to nobody", "mail = ['boss@example.com'] beside it", ("account",))
        if self.webhook:
            parts = split_url(self.webhook, ("http", "https"))
            if parts.scheme == "http" and not self.plain_allowed and not is_loopback(parts.hostname or ""):
                raise Wrong("would send cases and names unencrypted", PLAIN_EXPECTED, ("webhook",))
        return self

    def secret_source(self, folder: Path, home: Path) -> SecretSource:
        """Where the secret is that posts are signed with."""
        return self.source("alert", folder, home)
