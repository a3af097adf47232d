"""The hub's mail accounts: what [[mail]] of `hub.toml` may say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from agent_tui.config.network import PLAIN_EXPECTED, is_loopback
from agent_tui.config.paths import expand
from agent_tui.config.problems import Wrong
from agent_tui.config.secrets import SecretSource
from agent_tui.config.settings import Name
from agent_tui.config.validation import ConfigModel

ServerPort = Annotated[int, Field(ge=1, le=65535)]
Host = Annotated[str, Field(min_length=1, pattern=r"^[^\s/@]+$")]


def mail_address(address: str) -> str:
    """The address again. Raises Wrong where it is none."""
    local, at, domain = address.rpartition("@")
    if not (at and local and domain) or not address.isprintable() or any(char in address for char in ' <>,;"'):
        raise Wrong("not a mail address", "name@example.com")
    return address


class MailServerSettings(ConfigModel):
    """What IMAP and SMTP have in common."""

    host: Host = Field(examples=["mail.example.com"])
    """The server's name."""

    user: str = Field(default="", examples=["support@example.com"])
    """The login; empty: none."""

    password_cmd: str = Field(default="", examples=["pass show mail/support"])
    """A command that prints the password; it is run without a shell. The best place for a password."""

    password_env: str = Field(default="", examples=["SUPPORT_PASSWORD"])
    """The variable, or the file in $CREDENTIALS_DIRECTORY, that holds the password."""

    password_keyring: bool = False
    """Take the password from this machine's keyring: service agent-tui, account as `user` above."""

    password_file: Path | None = Field(default=None, examples=["support.password"])
    """A file that holds the password and that nobody else may read. Used only with `password_file_allowed`."""

    password_file_allowed: bool = False
    """Yes, keep the password in a file, in clear."""

    auth: Literal["password", "xoauth2"] = "password"
    """How to log in. xoauth2: `password_cmd` prints an OAuth access token; it is run anew for each login."""

    tls: Literal["tls", "starttls", "none"] = "tls"
    """tls from the first byte, starttls after a greeting, or none (on this machine only)."""

    tls_ca: Path | None = Field(default=None, examples=["mail-ca.pem"])
    """Certificates to trust instead of the system's."""

    plain_allowed: bool = False
    """Allow tls = "none" to another machine, where the line is protected otherwise."""

    usual_port: ClassVar[int] = 0
    """The port where a line begins in clear (RFC 8314 gives those with tls)."""

    @model_validator(mode="before")
    @classmethod
    def _port(cls, data: object) -> object:
        if isinstance(data, dict) and data.get("tls") in ("starttls", "none"):
            return {"port": cls.usual_port, **data}
        return data

    @model_validator(mode="after")
    def _protected(self) -> Self:
        if self.tls == "none" and not self.plain_allowed and not is_loopback(self.host):
            raise Wrong("would send mail and password unencrypted", PLAIN_EXPECTED, ("tls",))
        if self.auth == "xoauth2" and not (self.user and self.password_cmd):
            raise Wrong("has nothing to make access tokens", "user and a password_cmd that prints one", ("auth",))
        return self

    def password_source(self, account: str, protocol: str, folder: Path, home: Path) -> SecretSource | None:
        """Where its password is, None when there is no login. `protocol`: imap or smtp."""
        if not self.user:
            return None
        return SecretSource(
            what=f'the {protocol.upper()} password of mail account "{account}"',
            option="password",
            account=self.user,
            default_env=f"AGENT_TUI_{protocol.upper()}_PASSWORD_{account.upper().replace('-', '_')}",
            cmd=self.password_cmd,
            env=self.password_env,
            keyring=self.password_keyring,
            file=expand(self.password_file, folder, home) if self.password_file else None,
            file_allowed=self.password_file_allowed,
        )


class ImapSettings(MailServerSettings):
    """Where mail comes in."""

    usual_port: ClassVar[int] = 143

    port: ServerPort = 993
    """The port; without it 993 with tls, else 143."""

    folder: str = Field(default="INBOX", min_length=1)
    """The folder that customers' mail arrives in."""

    poll_seconds: float = Field(default=30, ge=1, allow_inf_nan=False)
    """How often to look, where the server does not tell by itself (IDLE)."""

    sent: str = Field(default="auto", min_length=1, examples=["Sent"])
    """Where a copy of sent mail is filed: auto takes the folder that the server marks as such, off files none (some
    providers file what goes out by themselves), else the folder of this name."""

    @model_validator(mode="after")
    def _sent_apart(self) -> Self:
        if self.sent.upper() == self.folder.upper():
            raise Wrong("is the folder that customers' mail arrives in", "auto, off or another folder", ("sent",))
        return self

    @property
    def sent_folder(self) -> str | None:
        """The name, "" for the one that the server marks, None to file none."""
        return {"auto": "", "off": None}.get(self.sent, self.sent)


class SmtpSettings(MailServerSettings):
    """Where mail goes out."""

    usual_port: ClassVar[int] = 587

    port: ServerPort = 465
    """The port; without it 465 with tls, else 587."""


class MailSettings(ConfigModel):
    """A mail account. One [[mail]] table for each, with its [mail.imap] and [mail.smtp]."""

    name: Name = Field(examples=["support"])
    """Its short name; it must not change, since messages are filed under it."""

    address: Annotated[str, AfterValidator(mail_address)] = Field(examples=["support@example.com"])
    """The address that customers write to and that answers come from."""

    aliases: tuple[Annotated[str, AfterValidator(mail_address)], ...] = Field(
        default=(), examples=[["help@example.com"]]
    )
    """Further addresses of this account: never answered as if they were a customer."""

    display_name: str = Field(default="", examples=["Nofar Home"])
    """The name beside the address."""

    brand: str = Field(default="", examples=["nofar"])
    """The brand it speaks for, one of [[brands]]."""

    team: str = Field(default="", examples=["billing"])
    """The team that its new cases fall to, one of [[teams]]."""

    imap: ImapSettings
    """Where mail comes in."""

    smtp: SmtpSettings
    """Where mail goes out."""
