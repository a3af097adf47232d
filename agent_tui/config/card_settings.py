"""Cards from the company's own systems: what [[card]] of `hub.toml` may say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from agent_tui.config.network import PLAIN_EXPECTED, is_loopback, split_url
from agent_tui.config.problems import Wrong
from agent_tui.config.secrets import SecretSource
from agent_tui.config.settings import Name, distinct
from agent_tui.config.shared_secret_settings import SharedSecretSettings
from agent_tui.config.validation import ConfigModel
from agent_tui.domain import json_path
from agent_tui.domain.card_requests import PLACE, braces_left, places
from agent_tui.domain.channels import CHANNEL_KEYS, channel
from agent_tui.domain.company_cards import CardFieldSetup, CardKind, CardSetup, Titles
from agent_tui.domain.time import MINUTE_MS

_ABOUT_THE_CASE = ("brand", "case", "labels", "language")
_SCHEMES = tuple(sorted({channel(key).scheme for key in CHANNEL_KEYS} - {""}))
_PLACES = ", ".join(f"{{{name}}}" for name in (*_SCHEMES, *_ABOUT_THE_CASE))
_FRAMING = frozenset({"host", "content-length", "transfer-encoding", "connection", "content-type", "accept"})


def _path(text: str) -> str:
    if text:
        try:
            json_path.parse(text)
        except ValueError:
            raise Wrong("no path into JSON", json_path.EXPECTED) from None
    return text


def _url(template: str) -> str:
    if template:
        split_url(PLACE.sub("x", template), ("http", "https"))
    return template


def _header(name: str) -> str:
    if name.lower() in _FRAMING:
        raise Wrong("a header that the hub writes itself", "another one, such as Authorization")
    return name


def _places(texts: Sequence[str], key: str) -> None:
    """Raises Wrong for a place that nothing fills."""
    names = {name for choice in places(texts) for name in choice}
    unknown = sorted(names - {*_SCHEMES, *_ABOUT_THE_CASE})
    if unknown or any(braces_left(text) for text in texts):
        raise Wrong("a place that nothing fills", f"{_PLACES}, or a choice of them: {{tel|wa}}", (key,))


class CardFieldSettings(ConfigModel):
    """One value of a card."""

    name: Name = Field(examples=["owed"])
    """Its short name: what canned replies and scripts call it, as in `card.shop.owed`."""

    title: str = Field(min_length=1, max_length=60, examples=["owed to her"])
    """What stands before it."""

    titles: dict[str, str] = Field(default={}, examples=[{"he": "לזכותה"}])
    """The same in other languages."""

    path: Annotated[str, AfterValidator(_path)] = Field(min_length=1, examples=["customer.balance"])
    """Where it is in the answer: names with dots, places in lists from 0, [*] for all of them."""

    kind: CardKind = "text"
    """How it is shown: a date is ISO 8601 or seconds since 1970, money has two places, f opens a link."""

    unit: str = Field(default="", max_length=8, examples=["ILS"])
    """What is written after an amount of money."""

    def setup(self) -> CardFieldSetup:
        return CardFieldSetup(
            self.name, _titles(self.title, self.titles), json_path.parse(self.path), self.kind, self.unit
        )


class CardHeaderSettings(SharedSecretSettings):
    """A header with a secret, sent along with the request."""

    name: Name = Field(examples=["shop-api"])
    """What the secret is called."""

    secret_cmd: str = Field(default="", examples=["pass show shop/api"])
    """A command that prints the secret; it is run without a shell."""

    header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,60}$"), AfterValidator(_header)] = "Authorization"
    """The header."""

    before: str = Field(default="Bearer ", max_length=60, pattern=r"^[\x20-\x7e]*$")
    """What stands in it before the secret."""


class CardSettings(ConfigModel):
    """What one of your own systems knows of a customer, shown beside the case. The hub asks when a case is opened, by
    an address or by a command, for 2 s at most. One [[card]] table for each."""

    name: Name = Field(examples=["shop"])
    """Its short name."""

    title: str = Field(min_length=1, max_length=60, examples=["From the shop"])
    """What stands above it."""

    titles: dict[str, str] = Field(default={}, examples=[{"he": "מהחנות"}])
    """The same in other languages."""

    url: Annotated[str, AfterValidator(_url)] = Field(
        default="", examples=["https://shop.example.com/api/orders?phone={tel}"]
    )
    """Where it is asked (GET). {tel}, {mailto}, {wa} ... are the customer's address of that scheme, {tel|wa} the first
    that they have, {case}, {labels}, {brand} and {language} the case's; all percent-encoded. A private address is asked
    only where it is written here as a number, or as localhost."""

    command: tuple[str, ...] = ()
    """Or the command that prints the JSON, ["/usr/local/bin/shop-lookup", "{tel}"]: run without a shell and without the
    hub's environment; each word is one argument."""

    plain_allowed: bool = False
    """Allow an http:// url on another machine, where the line is protected otherwise."""

    header: tuple[CardHeaderSettings, ...] = ()
    """Secrets that go with the request."""

    field: tuple[CardFieldSettings, ...] = Field(default=(), max_length=20)
    """Its values, one [[card.field]] table for each."""

    list: Annotated[str, AfterValidator(_path)] = Field(default="", examples=["orders"])
    """Where a list is in the answer whose entries are lines of the card."""

    column: tuple[CardFieldSettings, ...] = Field(default=(), max_length=4)
    """The values of a line, one [[card.column]] table for each, with paths from the entry of the list."""

    most: int = Field(default=5, ge=1, le=20)
    """So many lines at most."""

    brands: tuple[str, ...] = Field(default=(), examples=[["nofar"]])
    """Only for cases of these brands; of any when left out."""

    channels: tuple[str, ...] = Field(default=(), examples=[["whatsapp", "email"]])
    """Only for cases of these channels; of any when left out."""

    cache_minutes: float = Field(default=5, ge=0, le=1440, allow_inf_nan=False)
    """So long an answer is not asked for again, but by an agent's wish."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.url) == bool(self.command):
            raise Wrong("asks nobody, or two", "url = 'https://...', or command = ['...']", ("name",))
        if not self.field and not self.column:
            raise Wrong("shows nothing", "[[card.field]] tables, or list with [[card.column]]", ("name",))
        if bool(self.list) != bool(self.column):
            key = "list" if self.list else "column"
            raise Wrong("half a list", "list = 'orders' and [[card.column]] tables", (key,))
        distinct("field", [one.name for one in self.field])
        distinct("column", [one.name for one in self.column])
        distinct("header", [one.name for one in self.header])
        if self.url:
            self._check_url()
        else:
            _places(self.command, "command")
            if not self.command[0] or PLACE.search(self.command[0]):
                raise Wrong("no program", "a program first, and places in its arguments alone", ("command",))
            if self.header:
                raise Wrong("a command is sent no headers", "url = 'https://...'", ("header",))
        return self

    def _check_url(self) -> None:
        _places((self.url,), "url")
        if "{" in urlsplit(self.url).netloc or "{" in self.url.partition("://")[0]:
            raise Wrong("a value of a customer's would name the server", "places after the host alone", ("url",))
        parts = split_url(PLACE.sub("x", self.url), ("http", "https"))
        if parts.scheme == "http" and not self.plain_allowed and not is_loopback(parts.hostname or ""):
            raise Wrong("would ask for customers unencrypted", PLAIN_EXPECTED, ("url",))

    def setup(self) -> CardSetup:
        return CardSetup(
            self.name,
            _titles(self.title, self.titles),
            places(self.command or (self.url,)),
            tuple(one.setup() for one in self.field),
            json_path.parse(self.list) if self.list else None,
            tuple(one.setup() for one in self.column),
            self.most,
            self.brands,
            self.channels,
            round(self.cache_minutes * MINUTE_MS),
        )

    def header_source(self, header: CardHeaderSettings, folder: Path, home: Path) -> SecretSource:
        """Where the secret of one of its headers is."""
        return header.source("card", folder, home)


def check_cards(cards: Sequence[CardSettings], brands: Sequence[str]) -> None:
    """Raises Wrong for a name used twice, and for brands that are not there."""
    distinct("card", [card.name for card in cards])
    for index, card in enumerate(cards):
        if any(brand not in brands for brand in card.brands):
            raise Wrong("no such brand", "the names of [[brands]]", ("card", index, "brands"))


def _titles(title: str, others: dict[str, str]) -> Titles:
    return (("", title), *((language, words) for language, words in others.items() if words))
