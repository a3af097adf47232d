"""The hub's webhook accounts: what [[webhook]] of `hub.toml` may say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from agent_tui.config.network import PLAIN_EXPECTED, is_loopback, split_url
from agent_tui.config.problems import Wrong
from agent_tui.config.secrets import SecretSource
from agent_tui.config.settings import Name
from agent_tui.config.shared_secret_settings import SharedSecretSettings
from agent_tui.domain.channels import channel as profile_of


def _no_mail(channel: str) -> str:
    if profile_of(channel).kind == "mail":
        raise Wrong("mail has a table of its own", "[[mail]], or webchat, whatsapp, sms, phone ...")
    return channel


def _deliver_url(url: str) -> str:
    split_url(url, ("http", "https"))
    return url


class WebhookSettings(SharedSecretSettings):
    """A channel that another program of yours connects, by signed HTTP requests (Standard Webhooks). It posts what
    customers write to /webhooks/NAME of [http], and takes what agents answer at deliver_url. One [[webhook]] table for
    each."""

    name: Name = Field(examples=["shop-chat"])
    """Its short name and the end of its address; it must not change, since messages are filed under it."""

    channel: Annotated[Name, AfterValidator(_no_mail)] = "webchat"
    """The channel it is shown as: webchat, whatsapp, sms, telegram, or a name of your own; phone: it is a telephone
    exchange, which tells of calls and works them (docs/webhooks.md)."""

    deliver_url: Annotated[str, AfterValidator(_deliver_url)] = Field(examples=["https://shop.example.com/desk"])
    """Where agents' answers are posted. 2xx: taken; 4xx: refused for good; else it is tried again."""

    puts_through: bool = False
    """It is a telephone exchange that can put a call through to another agent (the action transfer)."""

    plain_allowed: bool = False
    """Allow an http:// deliver_url on another machine, where the line is protected otherwise."""

    brand: str = Field(default="", examples=["nofar"])
    """The brand it speaks for, one of [[brands]]."""

    team: str = Field(default="", examples=["billing"])
    """The team that its new cases fall to, one of [[teams]]."""

    @model_validator(mode="after")
    def _protected(self) -> Self:
        parts = split_url(self.deliver_url, ("http", "https"))
        if parts.scheme == "http" and not self.plain_allowed and not is_loopback(parts.hostname or ""):
            raise Wrong("would send messages unencrypted", PLAIN_EXPECTED, ("deliver_url",))
        if self.puts_through and profile_of(self.channel).kind != "voice":
            raise Wrong("only an exchange puts calls through", 'channel = "phone"', ("puts_through",))
        return self

    def secret_source(self, folder: Path, home: Path) -> SecretSource:
        """Where the shared secret is."""
        return self.source("webhook", folder, home)
