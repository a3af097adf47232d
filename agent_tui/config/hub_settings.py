"""The hub's settings: what `hub.toml` may say. The docstring under a field is its documentation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from agent_tui.config.alert_settings import AlertSettings
from agent_tui.config.card_settings import CardSettings, check_cards
from agent_tui.config.mail_settings import Host, MailSettings
from agent_tui.config.network import is_loopback, split_url
from agent_tui.config.post_settings import PostSettings, check_posts
from agent_tui.config.problems import Wrong
from agent_tui.config.queue_settings import QueueSettings, check_queues
from agent_tui.config.reply_settings import CannedSettings
from agent_tui.config.settings import Name, distinct
from agent_tui.config.template_settings import TemplateSettings, check_templates
from agent_tui.config.toml_source import read_toml
from agent_tui.config.validation import ConfigModel, Loaded, validate
from agent_tui.config.webhook_settings import WebhookSettings

CERTIFICATE_EXPECTED = "tls_cert and tls_key, or plain_allowed = true behind a proxy, under [listen]"
Port = Annotated[int, Field(ge=0, le=65535)]


def _public_url(url: str) -> str:
    if url:
        split_url(url, ("http", "https"))
    return url.rstrip("/")


class ListenSettings(ConfigModel):
    """Where desks connect (websocket)."""

    host: Host = "127.0.0.1"
    """The address to listen on. Beyond this machine only with a certificate."""

    port: Port = 8700
    """The port; 0 takes a free one."""

    tls_cert: Path | None = Field(default=None, examples=["cert.pem"])
    """The certificate and its chain (PEM), for wss:// and https://."""

    tls_key: Path | None = Field(default=None, examples=["key.pem"])
    """The certificate's private key (PEM), readable by the hub alone."""

    plain_allowed: bool = False
    """Listen unencrypted beyond this machine, behind a proxy that speaks TLS."""

    @model_validator(mode="after")
    def _protected(self) -> Self:
        one = "tls_cert" if self.tls_cert else "tls_key"
        if (self.tls_cert is None) != (self.tls_key is None):
            raise Wrong("half a certificate", "tls_cert and tls_key, or neither", (one,))
        if self.tls_cert is None and not self.plain_allowed and not is_loopback(self.host):
            raise Wrong("would listen unencrypted beyond this machine", CERTIFICATE_EXPECTED, ("host",))
        return self


class HttpSettings(ConfigModel):
    """The second port: files, webhooks, /healthz and /metrics. It uses the certificate of [listen]."""

    host: Host = "127.0.0.1"
    """The address to listen on."""

    port: Port = 8701
    """The port; 0 takes a free one."""

    public_url: Annotated[str, AfterValidator(_public_url)] = Field(default="", examples=["https://desk.example.com"])
    """How agents' browsers reach this port, when that differs (a proxy): begins the links to files."""


class LimitSettings(ConfigModel):
    """What one desk may take from all others. Beyond these it is cut or refused, with the reason."""

    desks: int = Field(default=1000, ge=1)
    """Desks connected at once."""

    desks_per_agent: int = Field(default=8, ge=1)
    """Desks of one agent connected at once; one more is refused and told so."""

    commands_per_second: int = Field(default=200, ge=1)
    """Commands and queries of one desk, on average."""

    frame_kib: int = Field(default=1024, ge=16, le=16384)
    """The largest frame of the protocol, in KiB."""

    unsent_kib: int = Field(default=1024, ge=64)
    """What may wait for a slow desk, in KiB, before it is cut; it resumes by itself."""

    file_mb: int = Field(default=25, ge=1)
    """The largest file that is taken or sent, in MB."""


class TimeSettings(ConfigModel):
    """Times of the workspace."""

    reopen_hours: float = Field(default=72, ge=0, allow_inf_nan=False)
    """A customer who writes within this time after "done" reopens the case; later begins a new one."""

    subject_days: float = Field(default=30, ge=0, allow_inf_nan=False)
    """How long an equal subject from one address still means one thread of mail."""

    give_up_hours: float = Field(default=48, gt=0, allow_inf_nan=False)
    """How long a send that fails for now is tried again."""

    link_minutes: float = Field(default=15, gt=0, allow_inf_nan=False)
    """How long a link to a file can be used; each works once."""

    lease_seconds: float | None = Field(default=None, gt=0, allow_inf_nan=False, examples=[120])
    """How long a case stays with an agent whose line broke. Without it by channel: 90, for web chat 60; the lease of a
    call lasts as long as the call."""

    transfer_minutes: float = Field(default=2, gt=0, allow_inf_nan=False)
    """How long a colleague has to answer when a case is offered to them; then it stays with whoever offered it."""

    queue_transfer_minutes: float = Field(default=30, gt=0, allow_inf_nan=False)
    """How long a case that an agent sent to a queue waits there before it comes back to them."""


class ShiftSettings(ConfigModel):
    """How agents' shifts begin, and what a lost line means."""

    login: Literal["not-ready", "available"] = "not-ready"
    """What an agent is after log-in: not-ready shows first what waits for them, available takes new work at once."""

    away_seconds: float = Field(default=90, ge=0, le=3600, allow_inf_nan=False)
    """How long a lost line changes nothing; then colleagues see the agent as away, until the line is back."""


class ReasonSettings(ConfigModel):
    """Why an agent may be not ready. One [[reasons]] table for each; without any they are write-up, break, meal,
    meeting and training."""

    name: Name = Field(examples=["coaching"])
    """Its short name, as it is typed and counted."""

    title: str = Field(default="", examples=["in coaching"])
    """Its words as colleagues read them; empty: the desk's own for the names above, in the agent's language."""


class BrandSettings(ConfigModel):
    """Whom agents speak for. One [[brands]] table for each."""

    name: Name = Field(examples=["nofar"])
    """Its short name, used in the accounts below."""

    title: str = Field(min_length=1, examples=["Nofar Home"])
    """Its name as customers and agents read it."""

    sender: str = Field(default="", examples=["Nofar Home, customer care"])
    """The name that its mails come from, where an account has no `display_name`; its title when left out."""

    signature: str = Field(default="", examples=["Nofar Home\n03-555-0100"])
    """What stands under its mails, for agents who have no signature of their own."""


class TeamSettings(ConfigModel):
    """A team that cases can fall to. One [[teams]] table for each."""

    name: Name = Field(examples=["billing"])
    """Its short name, used in the accounts below."""

    title: str = Field(min_length=1, examples=["Billing"])
    """Its name as agents read it."""


class HubSettings(ConfigModel):
    """One workspace: where it listens, where it keeps things, which accounts it serves."""

    data_dir: Path = Path("data")
    """The folder of the database and files; made when it is missing, closed to others."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """How much is logged, to standard error. Customers' words are never logged."""

    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] = Field(default="IL", examples=["US"])
    """The country (two letters, ISO 3166) of phone numbers that are written without a country code."""

    listen: ListenSettings = ListenSettings()
    """Where desks connect."""

    http: HttpSettings = HttpSettings()
    """Files, webhooks, health and metrics."""

    limits: LimitSettings = LimitSettings()
    """What one desk may take from all others."""

    times: TimeSettings = TimeSettings()
    """Times of the workspace."""

    sla: Path | None = Field(default=None, examples=["sla.toml"])
    """The file that says what is promised to whom, by when. It is read again while the hub runs when it changes, or an
    iCal file that it names does; one with a mistake changes nothing, and the log and /metrics say so."""

    scripts: Path | None = Field(default=None, examples=["scripts"])
    """A folder of guided scripts, one TOML file each (docs/scripts.md). It is read again while the hub runs when a file
    changes; a file with a mistake leaves out itself alone, and the log and /metrics say so."""

    replies: Path | None = Field(default=None, examples=["replies"])
    """A folder of canned replies (docs/replies.md), beside those below. It is read again while the hub runs when a file
    in it changes; a reply with a mistake stays as it was, and the log, health and `hub check` say so."""

    hints: Path | None = Field(default=None, examples=["hints.toml"])
    """The file of rules that say which channel suits a case better (docs/transfers.md); built-in ones when left out."""

    shift: ShiftSettings = ShiftSettings()
    """How agents' shifts begin, and what a lost line means."""

    reasons: tuple[ReasonSettings, ...] = ()
    """Why agents may be not ready."""

    brands: tuple[BrandSettings, ...] = ()
    """Whom agents speak for."""

    teams: tuple[TeamSettings, ...] = ()
    """The teams that cases can fall to."""

    queue: tuple[QueueSettings, ...] = ()
    """Where cases wait, and how they are given out."""

    canned: tuple[CannedSettings, ...] = ()
    """Canned replies."""

    mail: tuple[MailSettings, ...] = ()
    """The mail accounts."""

    webhook: tuple[WebhookSettings, ...] = ()
    """Channels that another program connects by HTTP."""

    template: tuple[TemplateSettings, ...] = ()
    """Texts that go where a channel's reply window is closed."""

    alert: tuple[AlertSettings, ...] = ()
    """Who is told about clocks that run out, beside the desks."""

    post: tuple[PostSettings, ...] = ()
    """Who is told when a case is done."""

    card: tuple[CardSettings, ...] = Field(default=(), max_length=10)
    """What the company's own systems know of customers."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        distinct("brands", [brand.name for brand in self.brands])
        distinct("teams", [team.name for team in self.teams])
        distinct("reasons", [reason.name for reason in self.reasons])
        distinct("canned", [f"{one.name} ({one.brand})" if one.brand else one.name for one in self.canned])
        distinct("mail", [account.name for account in self.mail])
        distinct("webhook", [account.name for account in self.webhook])
        distinct("alert", [alert.name for alert in self.alert])
        for index, canned in enumerate(self.canned):
            if canned.brand and canned.brand not in [brand.name for brand in self.brands]:
                raise Wrong("no such brand", "the name of one of [[brands]]", ("canned", index, "brand"))
        check_queues(self.queue, [team.name for team in self.teams], [brand.name for brand in self.brands])
        check_posts(self.post, [brand.name for brand in self.brands])
        check_cards(self.card, [brand.name for brand in self.brands])
        taken = [account.name for account in self.mail]
        for index, hook in enumerate(self.webhook):
            if hook.name in taken:
                raise Wrong(f"one of [[mail]] is called {hook.name} too", "another name", ("webhook", index, "name"))
        check_templates(self.template, [account.name for account in self.webhook])
        for index, alert in enumerate(self.alert):
            if alert.account and alert.account not in [account.name for account in self.mail]:
                raise Wrong("no such mail account", "the name of one of [[mail]]", ("alert", index, "account"))
        tables: dict[str, tuple[MailSettings | WebhookSettings, ...]] = {"mail": self.mail, "webhook": self.webhook}
        for table, accounts in tables.items():
            for index, account in enumerate(accounts):
                if account.brand and account.brand not in [brand.name for brand in self.brands]:
                    raise Wrong("no such brand", "the name of one of [[brands]]", (table, index, "brand"))
                if account.team and account.team not in [team.name for team in self.teams]:
                    raise Wrong("no such team", "the name of one of [[teams]]", (table, index, "team"))
        listen, http = self.listen, self.http
        if listen.tls_cert is None and not listen.plain_allowed and not is_loopback(http.host):
            raise Wrong("would listen unencrypted beyond this machine", CERTIFICATE_EXPECTED, ("http", "host"))
        if listen.port == http.port != 0 and listen.host == http.host:
            raise Wrong("the port of [listen] too", "another port", ("http", "port"))
        return self


def load_hub_settings(path: Path, env: Mapping[str, str]) -> Loaded[HubSettings]:
    """The settings in the file at `path`; a variable such as `AGENT_TUI_HUB_DATA_DIR` in `env` wins.

    Raises ConfigError with everything that is wrong.
    """
    return validate(HubSettings, read_toml(path, made_by="agent-tui hub init"), env, "AGENT_TUI_HUB_")
