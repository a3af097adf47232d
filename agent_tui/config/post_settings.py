"""Who is told what became of a case: what [[post]] of `hub.toml` may say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from agent_tui.config.network import PLAIN_EXPECTED, is_loopback, split_url
from agent_tui.config.problems import Wrong
from agent_tui.config.secrets import SecretSource
from agent_tui.config.settings import Name, distinct
from agent_tui.config.shared_secret_settings import SharedSecretSettings


def _url(url: str) -> str:
    split_url(url, ("http", "https"))
    return url


class PostSettings(SharedSecretSettings):
    """Another system that is told when a case is done or a call written up, by a signed post (docs/webhooks.md). One
    [[post]] table for each."""

    name: Name = Field(examples=["crm"])
    """Its short name."""

    url: Annotated[str, AfterValidator(_url)] = Field(examples=["https://crm.example.com/hooks/wrap-up"])
    """Where it is posted. A private address is posted to only where it is written here as a number, or as localhost."""

    notes: bool = False
    """Tell it the newest notes of the case too: agents' words, which may be about the customer."""

    brands: tuple[str, ...] = Field(default=(), examples=[["nofar"]])
    """Only cases of these brands; of any when left out."""

    plain_allowed: bool = False
    """Allow an http:// url on another machine, where the line is protected otherwise."""

    @model_validator(mode="after")
    def _protected(self) -> Self:
        parts = split_url(self.url, ("http", "https"))
        if parts.scheme == "http" and not self.plain_allowed and not is_loopback(parts.hostname or ""):
            raise Wrong("would send customers unencrypted", PLAIN_EXPECTED, ("url",))
        return self

    def secret_source(self, folder: Path, home: Path) -> SecretSource:
        """Where the secret is that posts are signed with."""
        return self.source("post", folder, home)


def check_posts(posts: Sequence[PostSettings], brands: Sequence[str]) -> None:
    """Raises Wrong for a name used twice, and for brands that are not there."""
    distinct("post", [post.name for post in posts])
    for index, post in enumerate(posts):
        if any(brand not in brands for brand in post.brands):
            raise Wrong("no such brand", "the names of [[brands]]", ("post", index, "brands"))
